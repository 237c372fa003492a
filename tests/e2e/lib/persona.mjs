// A client of the persona surface.
import assert from 'node:assert/strict';
import http from 'node:http';
import { until, within } from './deadline.mjs';
import { call } from './http.mjs';
import { SseParser } from './sse.mjs';

// A POST whose answer is read while it arrives: has the `text` and `events` so far, and how the answer ended.
export class PostStream {
  constructor(port, path, json, headers = {}) {
    this.text = '';
    this.events = [];
    this.parser = new SseParser((event) => this.events.push({ ...event, data: JSON.parse(event.data) }));
    const payload = JSON.stringify(json);
    const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload), ...headers };
    this.request = http.request({ host: '127.0.0.1', port, method: 'POST', path, headers: all, agent: false });
    this.head = new Promise((resolve, reject) => {
      this.request.on('response', (response) => {
        this.status = response.statusCode;
        this.headers = response.headers;
        this.isStream = /^text\/event-stream\b/.test(response.headers['content-type'] ?? '');
        resolve(this);
        response.on('data', (bytes) => {
          this.text += bytes.toString('utf8');
          if (this.isStream) this.parser.push(bytes);
        });
        response.on('end', () => this.finish(response.complete ? 'clean' : 'cut'));
        response.on('error', () => this.finish('cut'));
      });
      this.request.on('error', (error) => {
        this.finish('cut');
        reject(error);
      });
    });
    this.head.catch(() => {});
    this.ended = new Promise((resolve) => (this.finish = resolve));
    this.request.end(payload);
  }

  get tokens() {
    return this.events.map((event) => event.data.token ?? '').join('');
  }

  get lastId() {
    return this.events.findLast((event) => event.id !== undefined)?.id;
  }

  cut() {
    this.request.destroy();
    this.finish('ours');
  }

  async whole(deadline = 20000) {
    const how = await within(deadline, () => `the stream ends; so far ${this.text}`, this.ended);
    assert.equal(how, 'clean', this.text);
    return this;
  }

  // Waits until `count` events have arrived.
  async got(count) {
    await until(10000, `${count} events`, () => this.events.length >= count, 5);
    return this;
  }
}

export class Persona {
  // token: null for a caller without credentials. prefix: the prefix of the surface's paths.
  constructor(server, user = 'user123', { token = null, prefix = '' } = {}) {
    this.server = server;
    this.user = user;
    this.prefix = prefix;
    this.headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  call(method, path, { headers = {}, ...rest } = {}) {
    return call(this.server.port, method, this.prefix + path, { headers: { ...this.headers, ...headers }, ...rest });
  }

  post(path, json, headers = {}) {
    return this.call('POST', path, { json, headers });
  }

  async start(persona) {
    const answer = await this.post('/chat/start', { user_id: this.user, persona });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.session_id;
  }

  stream(session, message, headers = {}, query = '') {
    const path = `${this.prefix}/chat/stream${query}`;
    return new PostStream(
      this.server.port,
      path,
      { session_id: session, message },
      { ...this.headers, ...headers },
    );
  }

  async say(session, message) {
    const answer = await this.post('/chat/message', { session_id: session, message });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.message;
  }
}
