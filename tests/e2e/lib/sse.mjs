// A strict Server-Sent Events client on a bare socket.
//
// It parses the HTTP/1.1 head, the chunks and the events itself and rejects every deviation. So a test sees what was really on
// the wire: whether the response ended with its last chunk ('clean') or was cut, and how. The client can also cut the connection
// at a chosen byte of the body, by FIN or by RST, and can stop reading.
import assert from 'node:assert/strict';
import { connect } from './connect.mjs';
import { within } from './deadline.mjs';
import { ProtocolError, ResponseParser } from './http1.mjs';

const fields = new Set(['id', 'event', 'data', 'retry']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

export class SseParser {
  // onPosition: gets the id of a block without data, with which a client continues. Without it, such a block is an error.
  constructor(onEvent, onPosition = null) {
    this.onEvent = onEvent;
    this.onPosition = onPosition;
    this.rest = Buffer.alloc(0);
    this.scanned = 0;
    this.block = {};
    this.comments = 0;
    this.retry = null;
  }

  push(bytes) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, bytes]) : bytes;
    for (let at; (at = this.rest.indexOf(0x0a, this.scanned)) >= 0; ) {
      const line = this.rest.subarray(0, at > 0 && this.rest[at - 1] === 0x0d ? at - 1 : at);
      this.rest = this.rest.subarray(at + 1);
      this.scanned = 0;
      this.line(utf8.decode(line)); // throws if the server sent invalid UTF-8
    }
    this.scanned = this.rest.length;
  }

  line(text) {
    if (text === '') return this.dispatch();
    if (text.startsWith(':')) return void this.comments++;
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? '' : text.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (!fields.has(name) || /[\r\0]/.test(text)) throw new ProtocolError(`not a field: ${JSON.stringify(text)}`);
    if (name === 'retry') {
      if (!/^\d+$/.test(value)) throw new ProtocolError(`retry: ${value}`);
      this.retry = Number(value);
    } else if (name === 'data') {
      this.block.data = this.block.data === undefined ? value : `${this.block.data}\n${value}`;
    } else {
      if (this.block[name] !== undefined) throw new ProtocolError(`two ${name} fields in one event`);
      this.block[name] = value;
    }
  }

  dispatch() {
    const { id, event = 'message', data } = this.block;
    const isPosition = this.onPosition && id !== undefined && Object.keys(this.block).length === 1;
    const started = Object.keys(this.block).length > 0;
    this.block = {};
    if (data !== undefined) this.onEvent({ id, event, data });
    else if (isPosition) this.onPosition(id);
    else if (started) throw new ProtocolError(`an event without data: id ${id}, event ${event}`);
  }
}

// Where to cut: at byte `after` of the body, or at the first position from there on that is inside an event or inside a
// character of several bytes. `how`: 'fin' or 'rst'.
function cutPosition(cut, seen, bytes) {
  for (let at = Math.max(cut.after - seen, 1); at < bytes.length; at++) {
    if (cut.where === 'character' ? (bytes[at] & 0xc0) === 0x80 : cut.where !== 'event' || bytes[at - 1] !== 0x0a)
      return at;
  }
  return null;
}

export class SseStream {
  // path: includes the query. headers: without Host and Accept. cut: {after, where: 'byte'|'event'|'character', how}.
  constructor({ port, path, headers = {}, method = 'GET', cut = null, onPosition = null }) {
    this.path = path;
    this.cut = cut;
    this.wasCut = false;
    this.received = 0; // bytes of the body so far
    this.queue = [];
    this.text = ''; // the body, if the response is not an event stream
    this.wake = null;
    this.problem = null;
    this.head = new Promise((resolve, reject) => Object.assign(this, { gotHead: resolve, noHead: reject }));
    this.head.catch(() => {});
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.parser = new SseParser((event) => this.queue.push(event), onPosition);
    this.response = new ResponseParser({
      head: (head) => this.onHead(head),
      body: (bytes) => this.onBody(bytes),
      end: () => this.finish('clean'),
    });
    const { socket, ready, reset } = connect(port);
    this.socket = socket;
    this.reset = reset;
    this.socket.on(ready, () => {
      const lines = Object.entries({ host: `127.0.0.1:${port}`, accept: 'text/event-stream', ...headers });
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
    });
    this.socket.on('data', (bytes) => this.onBytes(bytes));
    this.socket.on('end', () => this.finish(!this.isStream && this.response.isWholeAtEnd() ? 'clean' : 'truncated'));
    this.socket.on('error', (error) => this.finish('reset', error));
    this.socket.on('close', () => this.finish('truncated'));
  }

  get comments() {
    return this.parser.comments;
  }

  get retry() {
    return this.parser.retry;
  }

  onHead(head) {
    this.status = head.status;
    this.isStream = head.status === 200 && /^text\/event-stream\b/.test(head.headers.get('content-type') ?? '');
    this.gotHead(head);
  }

  onBytes(bytes) {
    if (this.done) return;
    try {
      this.response.push(bytes);
    } catch (error) {
      this.finish('violation', error);
      this.socket.destroy();
    }
    this.stir();
  }

  onBody(bytes) {
    if (this.done) return;
    const at = this.cut ? cutPosition(this.cut, this.received, bytes) : null;
    const kept = at === null ? bytes : bytes.subarray(0, at);
    this.received += kept.length;
    if (this.isStream) this.parser.push(kept);
    else this.text += kept.toString('utf8');
    if (at === null) return;
    this.wasCut = true;
    this.finish('ours');
    if (this.cut.how === 'rst') this.rst();
    else this.fin();
  }

  finish(how, error = null) {
    if (this.done) return;
    this.done = how;
    this.problem = how === 'violation' ? error : null;
    // With a code, like the errors of sockets: the server is down.
    const none = new Error(`the connection for ${this.path} ended (${how}) before a response`);
    this.noHead(error ?? Object.assign(none, { code: 'NO_RESPONSE' }));
    this.end(how);
    this.stir();
    if (how === 'clean') this.socket.destroy();
  }

  stir() {
    this.wake?.();
    this.wake = null;
  }

  // Whether there is a response, which must be a 200. after: the last id that was seen, for the message of a refusal.
  async opens(after) {
    const head = await this.head.catch(() => null);
    if (head === null) return false;
    if (head.status === 200) return true;
    await this.ended;
    return assert.fail(`the stream answers ${head.status} after ${after}: ${this.text}`);
  }

  // The next event, or null at the end. Then `ended` says how the response ended.
  async next() {
    while (this.queue.length === 0) {
      if (this.problem) throw this.problem;
      if (this.done) return null;
      await new Promise((resolve) => (this.wake = resolve));
    }
    return this.queue.shift();
  }

  async *[Symbol.asyncIterator]() {
    for (let event; (event = await this.next()); ) yield event;
  }

  // All events up to the end, or up to and including the first for which `last(event)` is true.
  async collect({ last = () => false, deadline = 20000 } = {}) {
    const events = [];
    const read = async () => {
      for await (const event of this) {
        events.push(event);
        if (last(event)) break;
      }
      return events;
    };
    return within(
      deadline,
      () => `${this.path} ends; ${events.length} events so far, the last ${events.at(-1)?.event}`,
      read(),
    );
  }

  pause() {
    this.socket.pause();
  }

  resume() {
    this.socket.resume();
  }

  // Closes in an orderly way: sends FIN, then reads and drops what the server still sends. Unread bytes would turn the close into
  // a reset.
  fin() {
    this.finish('ours');
    this.socket.end();
    setTimeout(() => this.socket.destroy(), 5000).unref();
  }

  rst() {
    this.finish('ours');
    this.reset();
  }
}

// Whether an id has the right form and comes after the previous one (null: there is none).
export function isAfter(id, previous) {
  const form = /^(\d+)-(\d+)$/;
  assert.match(id, form, `an id of the form EPOCH-OFFSET, not ${id}`);
  if (previous === null) return true;
  const [epoch, offset] = form.exec(id).slice(1).map(BigInt);
  const [beforeEpoch, beforeOffset] = form.exec(previous).slice(1).map(BigInt);
  return epoch > beforeEpoch || (epoch === beforeEpoch && offset > beforeOffset);
}
