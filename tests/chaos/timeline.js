const width = 1200;
const left = 230;
const row = 18;
const chart = 150;
const colours = { ok: '#2f7d4f', refused: '#8a8f98', unknown: '#c77d0a', violation: '#c22f3d', fault: '#4c6fb1' };

/** A run as a picture: each second's operations by what became of them, the faults below on the same time, and where a violation was. */
export function timelineOf({ events, faults, violations, end }) {
  const x = (milliseconds) => left + (milliseconds / end) * (width - left - 20);
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const height = 90 + chart + 30 + kinds.length * row + 20;
  const parts = [
    text(16, 26, 'Three nodes, one database: what was asked, and what was broken', { size: 16, weight: 600 }),
    legend(),
    ...bars(events, end, x),
    ...axis(end, x, 60 + chart),
    ...lanes(kinds, faults, x),
    ...violations.map(({ at }) => `<line x1="${x(at)}" x2="${x(at)}" y1="60" y2="${height - 20}" stroke="${colours.violation}"/>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1d2430"><rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`;
}

function bars(events, end, x) {
  const seconds = Array.from({ length: Math.ceil(end / 1000) }, () => ({ ok: 0, refused: 0, unknown: 0 }));
  for (const { answered, outcome, isLost } of events) if (!isLost) seconds[Math.min(seconds.length - 1, Math.floor(answered / 1000))][outcome]++;
  const most = Math.max(1, ...seconds.map(({ ok, refused, unknown }) => ok + refused + unknown));
  const wide = Math.max(1, x(1000) - x(0) - 0.5);
  const stacks = seconds.flatMap((second, i) => {
    let base = 60 + chart;
    return ['ok', 'refused', 'unknown'].filter((outcome) => second[outcome] > 0).map((outcome) => {
      const high = (second[outcome] / most) * chart;
      base -= high;
      return `<rect x="${x(i * 1000).toFixed(1)}" y="${base.toFixed(1)}" width="${wide.toFixed(1)}" height="${high.toFixed(1)}" fill="${colours[outcome]}"/>`;
    });
  });
  return [text(left - 12, 72, `${most} in a second`, { anchor: 'end' }), text(left - 12, 60 + chart, '0', { anchor: 'end' }), ...stacks];
}

function axis(end, x, y) {
  const step = [5, 10, 20, 30, 60, 120, 300].find((seconds) => end / 1000 / seconds <= 14) ?? 600;
  const ticks = Array.from({ length: Math.floor(end / 1000 / step) + 1 }, (_, i) => i * step);
  return [`<line x1="${left}" x2="${width - 20}" y1="${y}" y2="${y}" stroke="#1d2430"/>`, ...ticks.map((seconds) => text(x(seconds * 1000), y + 16, `${seconds} s`, { anchor: 'middle' }))];
}

function lanes(kinds, faults, x) {
  const top = 60 + chart + 34;
  return kinds.flatMap((kind, i) => [
    text(left - 12, top + i * row + 11, kind, { anchor: 'end' }),
    ...faults.filter((fault) => fault.kind === kind).map(({ began, ended }) =>
      `<rect x="${x(began).toFixed(1)}" y="${top + i * row}" width="${Math.max(3, x(ended) - x(began)).toFixed(1)}" height="${row - 5}" rx="2" fill="${colours.fault}"/>`),
  ]);
}

function legend() {
  const words = { ok: 'succeeded', refused: 'refused, as it should be', unknown: 'no answer', fault: 'fault', violation: 'violation' };
  return Object.entries(words).map(([name, word], i) => `<rect x="${left + i * 180}" y="38" width="11" height="11" fill="${colours[name]}"/>${text(left + 16 + i * 180, 48, word)}`).join('');
}

const text = (x, y, words, { anchor = 'start', size = 12, weight = 400 } = {}) =>
  `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}">${words.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
