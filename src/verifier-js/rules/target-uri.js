// Where a request went, in the one spelling by which two are compared: without query and fragment (RFC 9449 §4.3), normalised by syntax and by
// scheme (RFC 3986 §6.2.2, §6.2.3). Characters that no URI may hold are refused and never mended.
const maxLength = 4 * 1024;
const unreserved = /^[A-Za-z0-9\-._~]$/;
const inPath = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
const inHost = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const address = /^\[[0-9A-Fa-f:.]+\]$/;

/** Whether two name the same target. @param {string} one @param {string} other */
export function areSameTarget(one, other) {
  const normalized = normalizeTarget(one);
  return normalized !== undefined && normalized === normalizeTarget(other);
}

/** The one spelling; undefined for what is no absolute http or https URI. @param {string} uri */
export function normalizeTarget(uri) {
  // 1. Absolute, of a scheme that requests go by, in any case (RFC 3986 §6.2.2.1); without query and fragment.
  const parts = uri.length > maxLength ? null : /^(https?):\/\/([^/?#]*)([^?#]*)/i.exec(uri);
  if (!parts) return undefined;
  const scheme = parts[1].toLowerCase();

  // 2. Host and port; no user information (RFC 9110 §4.2.4), and the scheme's port is none (§6.2.3).
  const authority = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(parts[2]);
  if (!authority || !(address.test(authority[1]) || inHost.test(authority[1]))) return undefined;
  const port = authority[2] ? Number(authority[2]) : undefined;
  if (port !== undefined && port > 65535) return undefined;
  const where = port === undefined || port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`;

  // 3. The path without dot segments (§5.2.4); an empty one is the root (§6.2.3).
  if (!inPath.test(parts[3])) return undefined;
  return `${scheme}://${decodeUnreserved(authority[1]).toLowerCase()}${where}${withoutDots(decodeUnreserved(parts[3] || '/'))}`;
}

/** Escapes of characters that need none are undone, all others are written in capitals (§6.2.2.1, §6.2.2.2). @param {string} text */
function decodeUnreserved(text) {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => {
    const character = String.fromCharCode(parseInt(escaped.slice(1), 16));
    return unreserved.test(character) ? character : escaped.toUpperCase();
  });
}

/** @param {string} path */
function withoutDots(path) {
  const segments = path.slice(1).split('/');
  /** @type {string[]} */
  const kept = [];
  segments.forEach((segment, at) => {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (at === segments.length - 1) kept.push('');
  });
  return `/${kept.join('/')}`;
}
