/** Whatever is wrong with a page by the keyboard: what Tab reaches has an outline, and it reaches all in the order of reading. A line each. */
export async function keyboardFaultsOf(page, name) {
  const found = [];
  const stops = await page.evaluate(() => document.querySelectorAll('a[href], button, input:not([type=hidden]), summary, select, textarea').length);
  const places = [];
  for (let presses = 0; presses < Math.min(stops, 40); presses++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(describeFocus);
    if (!stop) break;
    if (!stop.outlined) found.push(`${name}: ${stop.html} has the focus and doesn't show it`);
    places.push(stop.place);
  }
  // The page may have put the focus in its midst: then there is one way back to the top.
  if (places.filter((place, i) => i > 0 && place < places[i - 1]).length > 1) found.push(`${name}: Tab jumps back and forth: ${places}`);
  return found;
}

/** In the page: what has the focus, whether that can be seen, and where it stands among all that can have it. */
function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    html: element.outerHTML.slice(0, 120),
    outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    place: [...document.querySelectorAll('*')].indexOf(element),
  };
}
