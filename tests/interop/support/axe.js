import axe from 'axe-core';

const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };
const widths = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 640 } };

/** What axe-core finds at a page as it stands, light and dark, wide and at 320 pixels, and whether it scrolls sideways; a line each. */
export async function faultsOf(page, name) {
  const found = [];
  for (const [width, viewport] of Object.entries(widths)) {
    await page.setViewportSize(viewport);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) found.push(`${name}, ${width}: scrolls sideways by ${sideways}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const { id, nodes } of await violations(page)) found.push(`${name}, ${width}, ${colorScheme}: ${id} at ${nodes.map(({ html }) => html.slice(0, 120)).join(' and ')}`);
    }
  }
  return found;
}

/** By evaluation in the page, which its Content-Security-Policy has no say in. */
export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate((options) => window.axe.run(options).then(({ violations: found }) => found), rules);
}
