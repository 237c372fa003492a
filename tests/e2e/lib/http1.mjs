// A strict incremental parser of HTTP/1.1 responses. It throws an error for everything that RFC 9112 does not allow a server
// to send, so that the tests fail instead of guessing.

export class ProtocolError extends Error {}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function parseHead(text) {
  const lines = text.split('\r\n');
  const status = /^HTTP\/1\.([01]) ([1-5]\d\d) ([\x20-\x7e]*)$/.exec(lines[0]);
  if (!status) throw new ProtocolError(`not a status line: ${JSON.stringify(lines[0])}`);
  const headers = new Map();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !token.test(name) || /[\r\n\0]/.test(line)) {
      throw new ProtocolError(`not a header line: ${JSON.stringify(line)}`);
    }
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  if (headers.has('content-length') && headers.has('transfer-encoding')) {
    throw new ProtocolError('both Content-Length and Transfer-Encoding in a response');
  }
  return { status: Number(status[2]), reason: status[3], minor: Number(status[1]), headers };
}

// Calls head(), body(bytes) and end() of `on`, and interim() for a 1xx response. After end() the next bytes belong to
// another response.
export class ResponseParser {
  constructor(on) {
    this.on = on;
    this.rest = Buffer.alloc(0);
    this.state = 'head';
    this.left = 0; // bytes of the body or of the chunk that have not arrived
  }

  push(bytes) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, bytes]) : bytes;
    while (this.rest.length && this[this.state]());
  }

  // Whether the response is complete. Called when the peer has sent its last byte.
  isWholeAtEnd() {
    return this.state === 'untilClose' || (this.state === 'head' && this.rest.length === 0);
  }

  line() {
    const at = this.rest.indexOf('\r\n');
    if (at < 0) return null;
    const text = this.rest.toString('latin1', 0, at);
    this.rest = this.rest.subarray(at + 2);
    return text;
  }

  head() {
    const at = this.rest.indexOf('\r\n\r\n');
    if (at < 0) return false;
    const head = parseHead(this.rest.toString('latin1', 0, at));
    head.raw = this.rest.toString('latin1', 0, at + 4);
    this.rest = this.rest.subarray(at + 4);
    if (head.status < 200) {
      this.on.interim?.(head);
      return true;
    }
    const length = head.headers.get('content-length');
    if (length !== undefined && !/^\d+$/.test(length)) throw new ProtocolError(`Content-Length: ${length}`);
    this.on.head(head);
    if (head.status === 204 || head.status === 304) {
      if (head.headers.has('transfer-encoding')) throw new ProtocolError(`${head.status} with a body`);
      this.finish();
    } else if (head.headers.get('transfer-encoding') === 'chunked') {
      this.state = 'chunkSize';
    } else if (length !== undefined) {
      this.left = Number(length);
      this.state = 'counted';
      if (this.left === 0) this.finish();
    } else {
      this.state = 'untilClose';
    }
    return true;
  }

  take() {
    const bytes = this.rest.subarray(0, this.left);
    this.rest = this.rest.subarray(bytes.length);
    this.left -= bytes.length;
    this.on.body(bytes);
  }

  counted() {
    this.take();
    if (this.left === 0) this.finish();
    return true;
  }

  untilClose() {
    this.left = this.rest.length;
    this.take();
    return true;
  }

  chunkSize() {
    const text = this.line();
    if (text === null) return false;
    if (!/^[0-9a-fA-F]{1,8}$/.test(text)) throw new ProtocolError(`chunk size ${JSON.stringify(text)}`);
    this.left = Number.parseInt(text, 16);
    this.state = this.left === 0 ? 'trailers' : 'chunk';
    return true;
  }

  chunk() {
    this.take();
    if (this.left === 0) this.state = 'chunkEnd';
    return true;
  }

  chunkEnd() {
    if (this.rest.length < 2) return false;
    if (this.line() !== '') throw new ProtocolError('a chunk does not end in CRLF');
    this.state = 'chunkSize';
    return true;
  }

  trailers() {
    const text = this.line();
    if (text === null) return false;
    if (text === '') this.finish();
    return true;
  }

  finish() {
    this.state = 'head';
    this.on.end();
  }
}
