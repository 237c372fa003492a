// Clients of WebSockets: npm's `ws`, and frames as bytes.
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import { until, within } from './deadline.mjs';

// A socket on which each message is JSON. Has the messages so far, and how it was closed.
export class JsonSocket {
  // query: {name: value}. headers, origin: of the handshake.
  constructor(server, path, { query = {}, ...options } = {}) {
    const address = new URL(path, server.origin.replace('http', 'ws'));
    for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, value);
    this.messages = [];
    this.socket = new WebSocket(address, { perMessageDeflate: false, ...options });
    this.socket.on('message', (data, isBinary) => this.messages.push(isBinary ? data : JSON.parse(data.toString('utf8'))));
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('open', () => resolve(this));
      this.socket.on('unexpected-response', (request, response) => {
        request.destroy();
        reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode, headers: response.headers }));
      });
      this.socket.on('error', reject);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') })));
  }

  get wire() {
    return this.socket._socket;
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  // The first message from index `from` on for which `test` is true.
  async next(test, from = 0, deadline = 20000) {
    await until(deadline, () => `a message; so far ${JSON.stringify(this.messages.slice(-5))}`, () => this.messages.slice(from).some(test), 5);
    return this.messages.slice(from).find(test);
  }

  end(deadline = 20000) {
    return within(deadline, 'the socket is closed', this.closed);
  }

  // Cuts the connection without a close frame.
  cut() {
    this.socket.terminate();
    return this.end();
  }
}

// A client's frame. first: FIN and opcode, as 0x81 for a whole text message.
export function frame(first, payload, { masked = true } = {}) {
  const data = Buffer.from(payload);
  const length =
    data.length < 126
      ? Buffer.from([data.length])
      : data.length < 65536
        ? Buffer.from([126, data.length >> 8, data.length & 255])
        : Buffer.concat([Buffer.from([127, 0, 0, 0, 0]), Buffer.from([data.length >>> 24, (data.length >>> 16) & 255, (data.length >>> 8) & 255, data.length & 255])]);
  if (!masked) return Buffer.concat([Buffer.from([first]), length, data]);
  length[0] |= 0x80;
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from([first]), length, mask, data.map((byte, i) => byte ^ mask[i % 4])]);
}

// Opens a socket of the persona surface in a page of Chromium, says `content` when it is greeted, and closes it when the answer is done.
// Returns {messages, code, clean}.
export function talkInPage(page, address, content) {
  return page.evaluate(
    ([url, said]) =>
      new Promise((resolve) => {
        const messages = [];
        const socket = new WebSocket(url);
        socket.onmessage = (event) => {
          messages.push(JSON.parse(event.data));
          if (messages.at(-1).type === 'connected') socket.send(JSON.stringify({ type: 'message', content: said }));
          if (messages.at(-1).type === 'done') socket.close(1000);
        };
        socket.onclose = (event) => resolve({ messages, code: event.code, clean: event.wasClean });
      }),
    [address, content],
  );
}
