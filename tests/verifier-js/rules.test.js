import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { decode, encode } from '../../src/verifier-js/rules/base64url.js';
import { parseObject } from '../../src/verifier-js/rules/json.js';
import { EventParser } from '../../src/verifier-js/rules/sse.js';
import { StatusBits, inflate } from '../../src/verifier-js/rules/status-bits.js';
import { deflateSync } from 'node:zlib';

const times = (count, make) => Array.from({ length: count }, make);
const bytesOf = (text) => new TextEncoder().encode(text);

describe('base64url', () => {
  test('Reads what every encoder writes, and writes the same', () => {
    for (const bytes of times(500, (_, length) => randomBytes(length))) {
      const text = bytes.toString('base64url');
      assert.deepEqual(decode(text), new Uint8Array(bytes));
      assert.equal(encode(bytes), text);
    }
  });

  test('Has one spelling for each byte string: any other text is none', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\u00e4\u0141';
    for (const text of times(5000, () => times(randomInt(9), () => alphabet[randomInt(alphabet.length)]).join(''))) {
      const bytes = decode(text);
      const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text;
      assert.equal(bytes !== undefined, isCanonical, JSON.stringify(text));
    }
  });
});

describe('strict JSON', () => {
  /** Any value, as a text that has a member twice here and there, and whether it has. */
  function any(depth) {
    const kind = randomInt(depth > 4 ? 3 : 5);
    if (kind < 3) return { text: ['1e3', '"a\\"b:{[\\\\"', '"\\u007b\ud83d\ude00:"'][kind], twice: false };
    const items = times(randomInt(4), () => any(depth + 1));
    if (kind === 3) return { text: `[${items.map(({ text }) => text)}]`, twice: items.some(({ twice }) => twice) };
    const names = items.map((_, at) => (randomInt(12) === 0 ? '0' : `${at}`));
    // The same name, written otherwise.
    const written = names.map((name) => (randomInt(2) === 0 ? `"${name}"` : `"\\u003${name}"`));
    return { text: `{ ${items.map(({ text }, at) => `${written[at]} : ${text}`)} }`, twice: new Set(names).size < names.length || items.some(({ twice }) => twice) };
  }

  test('Finds a member that stands twice, at whatever depth and however it is written', () => {
    let twice = 0;
    for (const value of times(5000, () => any(0))) {
      const parsed = parseObject(bytesOf(`{"value":${value.text}}`));
      assert.equal(parsed.wrong, value.twice ? 'a member twice' : undefined, value.text);
      if (value.twice) twice++;
    }
    assert.ok(twice > 100);
  });

  test('__proto__ is a member like any other', () => {
    assert.equal(parseObject(bytesOf('{"__proto__":{"alg":"none"}}')).wrong, undefined);
    assert.equal(parseObject(bytesOf('{"__proto__":1,"__proto__":2}')).wrong, 'a member twice');
  });

  test('Sixteen levels are enough for every token', () => {
    const nested = (levels) => bytesOf(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    assert.equal(parseObject(nested(16)).wrong, undefined);
    assert.equal(parseObject(nested(17)).wrong, 'nested too deep');
  });
});

describe('server-sent events', () => {
  const stream = '\ufeff: hello\r\nretry: 250\n\nid: 1\nevent: status\ndata: a\ndata:b\n\nevent\r\ndata:  c\r\rid: x\0y\ndata\n\nid: 2\n\nunknown: z\ndata: d: e\r\n\r\ndata: cut';
  const expected = [
    { name: 'status', data: 'a\nb', id: '1' },
    { name: 'message', data: ' c', id: '1' },
    { name: 'message', data: '', id: '1' },
    { name: 'message', data: 'd: e', id: '2' },
  ];

  test('Are the same in whatever pieces they come', () => {
    for (let round = 0; round < 300; round++) {
      const parser = new EventParser();
      const events = [];
      for (let at = 0; at < stream.length; ) {
        const size = round === 0 ? stream.length : randomInt(1, 8);
        events.push(...parser.feed(stream.slice(at, at + size)));
        at += size;
      }
      assert.deepEqual(events, expected);
      assert.equal(parser.retry, 250);
    }
  });

  test('Are bounded: a stream without end fills no memory', () => {
    for (const piece of ['x'.repeat(65536), `data: ${'x'.repeat(65536)}\n`]) {
      const parser = new EventParser();
      assert.throws(() => times(20, () => parser.feed(piece)), /beyond the bound/);
    }
  });
});

describe('status bits', () => {
  for (const bits of [1, 2, 4, 8]) {
    test(`Of ${bits}: ranges set what they say and nothing beside it`, () => {
      const statuses = new StatusBits(bits, new Uint8Array(64));
      const model = new Array(statuses.count).fill(0);
      for (let round = 0; round < 200; round++) {
        const first = randomInt(statuses.count);
        const range = [first, randomInt(statuses.count - first + 1), randomInt(2 ** bits)];
        assert.ok(statuses.allows([range]));
        statuses.set([range]);
        model.fill(range[2], first, first + range[1]);
      }
      assert.deepEqual(model.map((_, index) => statuses.get(index)), model);
      assert.equal(statuses.allows([[statuses.count - 1, 2, 0]]), false);
      assert.equal(statuses.allows([[0, 1, 2 ** bits]]), false);
      for (const index of [-1, statuses.count, NaN]) assert.equal(statuses.get(index), undefined);
    });
  }

  test('What decompresses to more than the bound is given up at the bound', async () => {
    assert.equal(await inflate(deflateSync(Buffer.alloc(1001)), 1000), 'tooLarge');
    assert.equal((await inflate(deflateSync(Buffer.alloc(1000)), 1000)).length, 1000);
    for (const broken of [Buffer.alloc(0), Buffer.from('hello'), deflateSync(Buffer.alloc(1000)).subarray(0, 8), Buffer.concat([deflateSync(randomBytes(100)).subarray(0, -4), Buffer.alloc(4)])])
      assert.equal(await inflate(broken, 1000), undefined);
  });
});
