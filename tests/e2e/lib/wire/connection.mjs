// One connection of a recording: literal bytes out, and every byte that comes back.
import net from 'node:net';
import { until, within } from '../deadline.mjs';
import { parseHead, ProtocolError, ResponseParser } from '../http1.mjs';

// What the server sent for one request: `head` as it was on the wire, `body` without the marks of its chunks.
class Response {
  constructor(head) {
    Object.assign(this, head);
    this.pieces = [];
    this.isWhole = false;
    this.isChunked = head.headers.get('transfer-encoding') === 'chunked';
  }

  get body() {
    return Buffer.concat(this.pieces);
  }

  get text() {
    return this.body.toString('utf8');
  }

  get json() {
    return JSON.parse(this.text);
  }

  header(name) {
    return this.headers.get(name);
  }
}

export class Connection {
  // method: of the requests; a HEAD is answered without a body. wanted: how many responses.
  constructor(port, { method = 'GET', wanted = 1 } = {}) {
    this.wanted = wanted;
    this.responses = [];
    this.interim = []; // heads of 1xx responses
    this.end = null; // how it ended: 'whole', 'cut', 'reset' or 'left' (by us)
    this.surplus = 0;
    this.isHead = method === 'HEAD';
    this.unread = Buffer.alloc(0); // of the head of the response to a HEAD
    this.parser = new ResponseParser({
      interim: (head) => this.interim.push(head.raw),
      head: (head) => this.responses.push(new Response(head)),
      body: (bytes) => this.responses.at(-1).pieces.push(bytes),
      end: () => this.whole(),
    });
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.ended = new Promise((resolve) => (this.resolve = resolve));
    this.socket.on('data', (bytes) => this.take(bytes));
    this.socket.on('end', () => this.finish('cut'));
    this.socket.on('error', () => this.finish('reset'));
    this.socket.on('close', () => this.finish('cut'));
  }

  get response() {
    return this.responses.at(-1);
  }

  get isComplete() {
    return this.responses.length === this.wanted && this.response.isWhole;
  }

  write(bytes) {
    if (this.socket.writable) this.socket.write(bytes);
  }

  take(bytes) {
    if (this.end) return;
    if (this.isComplete) this.surplus += bytes.length;
    else if (this.isHead) this.takeHead(bytes);
    else {
      try {
        this.parser.push(bytes);
      } catch (error) {
        this.problem = error;
        this.finish('broken');
      }
    }
  }

  takeHead(bytes) {
    this.unread = Buffer.concat([this.unread, bytes]);
    const at = this.unread.indexOf('\r\n\r\n');
    if (at < 0) return;
    const head = parseHead(this.unread.toString('latin1', 0, at));
    head.raw = this.unread.toString('latin1', 0, at + 4);
    this.responses.push(new Response(head));
    this.surplus = this.unread.length - at - 4;
    this.whole();
  }

  // A whole response. After the last one our side is closed, and what the server still sends would be too much.
  whole() {
    this.response.isWhole = true;
    if (this.isComplete) this.socket.end();
  }

  finish(how) {
    if (this.end) return;
    if (how === 'cut' && !this.isHead && this.parser.state === 'untilClose') this.whole();
    this.end = how !== 'left' && how !== 'broken' && this.isComplete ? 'whole' : how;
    if (this.surplus > 0) this.problem ??= new ProtocolError(`${this.surplus} bytes behind the response`);
    this.resolve();
    this.socket.destroy();
  }

  // Until everything has come.
  async over(what, deadline = 20000) {
    await within(deadline, () => `${what}: it ends; so far ${JSON.stringify(this.response?.text)}`, this.ended);
    if (this.problem) throw this.problem;
    return this.response;
  }

  // Until the body so far holds `text`.
  has(text, deadline = 20000) {
    const found = () => {
      if (this.response?.text.includes(text)) return true;
      if (this.end)
        throw new Error(`the stream ended (${this.end}) without ${JSON.stringify(text)}: ${this.response?.text}`);
      return false;
    };
    return until(deadline, () => `the stream holds ${JSON.stringify(text)}: ${this.response?.text}`, found, 5);
  }

  // We go away. What comes after the first `last` in the body is not part of the recording.
  leave(last) {
    if (last !== undefined) {
      const body = this.response.body;
      this.response.pieces = [body.subarray(0, body.indexOf(last) + Buffer.byteLength(last))];
    }
    this.finish('left');
  }
}
