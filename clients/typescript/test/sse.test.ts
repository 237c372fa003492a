import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SseParser, readSse, type SseEvent } from '../src/index.js';

type Text = string | { repeat: string; times: number; then?: string };
interface Case {
  name: string;
  pieces: (Text | { hex: string })[];
  events: { type: string; data: Text; id: string }[];
  last_id: string;
  retry: number | null;
}

const folder = new URL('../../vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

const textOf = (text: Text): string => (typeof text === 'string' ? text : text.repeat.repeat(text.times) + (text.then ?? ''));
const bytesOf = (piece: Case['pieces'][number]): Uint8Array =>
  typeof piece === 'object' && 'hex' in piece ? Buffer.from(piece.hex, 'hex') : new TextEncoder().encode(textOf(piece));

function parse(pieces: Uint8Array[]) {
  const parser = new SseParser();
  const events: SseEvent[] = [];
  for (const piece of pieces) events.push(...parser.push(piece));
  return { events, last_id: parser.lastEventId, retry: parser.retry ?? null };
}

describe.each(files)('A12: vectors/%s', (file) => {
  const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: Case[] };
  it.each(cases)('$name', ({ pieces, events, last_id, retry }) => {
    const expected = { events: events.map((event) => ({ ...event, data: textOf(event.data) })), last_id, retry };
    const parts = pieces.map(bytesOf);
    expect(parse(parts)).toEqual(expected);
    const bytes = Buffer.concat(parts);
    expect(parse([bytes])).toEqual(expected);
    const byteByByte = Array.from(bytes.length < 100_000 ? bytes : [], (_, at) => bytes.subarray(at, at + 1));
    if (byteByByte.length > 0) expect(parse(byteByByte)).toEqual(expected);
    if (bytes.length > 1000) {
      for (const size of [1 << 10, 4093, 1 << 16]) {
        const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
        expect(parse(cuts)).toEqual(expected);
      }
      return;
    }
    for (let i = 0; i <= bytes.length; i++)
      for (let j = i; j <= bytes.length; j++) {
        const cut = parse([bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)]);
        if (JSON.stringify(cut) !== JSON.stringify(expected)) expect(cut, `cut at ${i} and ${j}`).toEqual(expected);
      }
  });
});

describe('the parser', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('A11: begins with the id with which the stream was opened', () => {
    const parser = new SseParser('1-7');
    expect(parser.push(bytes('data: a\n\n'))).toEqual([{ type: 'message', data: 'a', id: '1-7' }]);
    expect(parser.lastEventId).toBe('1-7');
  });

  it.each(['data: 0123456789\n\n', 'data: 0123456789', ': 0123456789', 'data: 0123\ndata: 4567\n\n'])(
    'A11: refuses what is too long, however it is cut: %j',
    (text) => {
      for (const size of [1, 3, 100]) {
        const parser = new SseParser('', 8);
        expect(() => {
          for (let at = 0; at < text.length; at += size) parser.push(bytes(text.slice(at, at + size)));
        }).toThrow(RangeError);
      }
    },
  );

  it('A11: reads a body, counts its bytes, and frees the connection when the reader leaves', async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes(':\n\ndata: a\n\ndata: b\n\n')),
      cancel: () => void (isCancelled = true),
    });
    let count = 0;
    for await (const event of readSse(body, new SseParser(), (n) => (count += n))) {
      expect(event.data).toBe('a');
      break;
    }
    expect(count).toBe(21);
    expect(isCancelled).toBe(true);
  });

  it('A11: ends when the body ends, and drops what is unfinished', async () => {
    const body = new Blob(['data: a\n\ndata: b\n']).stream() as ReadableStream<Uint8Array>;
    const seen: string[] = [];
    for await (const event of readSse(body, new SseParser())) seen.push(event.data);
    expect(seen).toEqual(['a']);
  });
});
