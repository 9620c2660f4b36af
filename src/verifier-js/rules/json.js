// JSON as a security format: one object, well-formed UTF-8, no member twice, bounded depth (RFC 7515 §4, RFC 8725 §3.7, RFC 8259 §9).
const maxDepth = 16;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses one JSON object, or says what is wrong with it.
 *
 * @param {Uint8Array} bytes
 * @returns {{ value: Record<string, any>, wrong?: undefined } | { wrong: string, value?: undefined }}
 */
export function parseObject(bytes) {
  let value;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return { wrong: 'not JSON in UTF-8' };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { wrong: 'not an object' };
  const written = membersWritten(bytes);
  if (written < 0) return { wrong: 'nested too deep' };
  // The parser keeps the last of members with the same name, silently; then fewer are left than were written.
  if (written !== membersKept(value)) return { wrong: 'a member twice' };
  // Only an escape can write half of a surrogate pair in text that is well-formed UTF-8.
  if (bytes.includes(92) && !isUnicode(value)) return { wrong: 'with half a surrogate pair' };
  return { value };
}

/** How many members a well-formed text has, counted by the colons outside strings; -1 when it is nested too deep. @param {Uint8Array} text */
function membersWritten(text) {
  let members = 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === 34) inString = !inString; // "
    else if (inString) i += character === 92 ? 1 : 0; // a backslash, and what it escapes
    else if (character === 58) members++; // :
    else if (character === 123 || character === 91) depth++; // { [
    else if (character === 125 || character === 93) depth--; // } ]
    if (depth > maxDepth) return -1;
  }
  return members;
}

/** @param {any} value @returns {number} */
function membersKept(value) {
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && typeof item === 'object') members += membersKept(item);
    return members;
  }
  for (const name of Object.keys(value)) {
    members++;
    const member = value[name];
    if (member !== null && typeof member === 'object') members += membersKept(member);
  }
  return members;
}

/** Whether every text in a value is text (RFC 8259 §8.2). @param {any} value @returns {boolean} */
function isUnicode(value) {
  if (typeof value === 'string') return value.isWellFormed();
  return value === null || typeof value !== 'object' || Object.entries(value).every(([name, member]) => name.isWellFormed() && isUnicode(member));
}

/** An own member, so that nothing on Object.prototype is ever taken for a claim. @param {object} object @param {string} name */
export function own(object, name) {
  return Object.hasOwn(object, name) ? /** @type {any} */ (object)[name] : undefined;
}
