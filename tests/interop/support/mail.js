/** A mail as its reader's program takes it apart (RFC 5322, RFC 2046, RFC 2047): `{ to, subject, text, html, link }`, the link where it has one. */
export function mailOf(raw) {
  const [head, body] = split(raw);
  const headers = Object.fromEntries(head.replace(/\r\n[ \t]+/g, ' ').split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'])[1];
  const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => split(part.replace(/^\r\n/, '')));
  const of = (type) => fromQuotedPrintable(parts.find(([partHead]) => partHead.includes(type))[1]);
  const text = of('text/plain');
  const address = /https?:\/\/\S+link=\S+/.exec(text)?.[0];
  return { to: headers.to, subject: fromWords(headers.subject), text, html: of('text/html'), link: address && new URL(address) };
}

function split(text) {
  const at = text.indexOf('\r\n\r\n');
  return [text.slice(0, at), text.slice(at + 4)];
}

function fromQuotedPrintable(text) {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function fromWords(text) {
  const words = [...text.matchAll(/=\?utf-8\?B\?([^?]*)\?=/gi)];
  return words.length === 0 ? text : Buffer.concat(words.map(([, word]) => Buffer.from(word, 'base64'))).toString('utf8');
}
