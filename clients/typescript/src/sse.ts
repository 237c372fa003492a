// Parses an event stream (WHATWG HTML, "Server-sent events") from bytes that may be cut anywhere. The vectors in
// ../../vectors define what it must deliver.

export interface SseEvent {
  /** Of the last `event:` line; `message` if there is none. */
  readonly type: string;
  readonly data: string;
  /** The last id of the stream at this event. */
  readonly id: string;
}

const lineEnd = /[\n\r]/g;

/** One object per stream. Feed it with `push`; an event without its blank line is never delivered. */
export class SseParser {
  /** The id with which to reconnect. The id of an event counts when its blank line has arrived. */
  lastEventId: string;
  /** The last `retry:` in milliseconds. */
  retry: number | undefined;

  private readonly decoder = new TextDecoder();
  private line = ''; // the start of a line whose end has not arrived
  private skipsLineFeed = false; // the last character was a CR that ended a line
  private data: string | undefined;
  private type = '';
  private id: string;

  /** `maxLength`: the longest line, and the longest data of an event, in UTF-16 code units. */
  constructor(
    lastEventId = '',
    private readonly maxLength = 1 << 26,
  ) {
    this.lastEventId = this.id = lastEventId;
  }

  /** Returns the events that these bytes complete. Throws a RangeError if a line or an event is too long. */
  push(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    const text = this.decoder.decode(bytes, { stream: true });
    if (text === '') return events;
    let start = this.skipsLineFeed && text[0] === '\n' ? 1 : 0;
    this.skipsLineFeed = false;
    lineEnd.lastIndex = start;
    for (let end; (end = lineEnd.exec(text)?.index) !== undefined; lineEnd.lastIndex = start) {
      this.takeLine(this.line + text.slice(start, end), events);
      this.line = '';
      start = end + 1;
      if (text[end] === '\r') {
        if (text[start] === '\n') start++;
        else this.skipsLineFeed = start === text.length;
      }
    }
    this.line += text.slice(start);
    this.check(this.line.length);
    return events;
  }

  private takeLine(line: string, events: SseEvent[]): void {
    if (line === '') return this.dispatch(events);
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') {
      this.data = this.data === undefined ? value : this.data + '\n' + value;
      this.check(this.data.length);
    } else if (name === 'event') this.type = value;
    else if (name === 'id') {
      if (!value.includes('\0')) this.id = value;
    } else if (name === 'retry' && /^[0-9]+$/.test(value)) this.retry = Number(value);
  }

  private dispatch(events: SseEvent[]): void {
    this.lastEventId = this.id;
    if (this.data !== undefined) events.push({ type: this.type || 'message', data: this.data, id: this.id });
    this.data = undefined;
    this.type = '';
  }

  private check(length: number): void {
    if (length > this.maxLength) throw new RangeError(`an event is longer than ${this.maxLength} characters`);
  }
}

/** Reads the body of a response to its end. `onBytes` is called for all that arrives, comments and heartbeats too. */
export async function* readSse(
  body: ReadableStream<Uint8Array>,
  parser: SseParser,
  onBytes?: (count: number) => void,
): AsyncGenerator<SseEvent, void, undefined> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.(value.length);
      yield* parser.push(value);
    }
  } finally {
    // Frees the connection if the caller stops reading. A body that has failed rejects; its error was already thrown.
    reader.cancel().catch(() => {});
  }
}
