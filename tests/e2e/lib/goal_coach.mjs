// A client of the goal coach: REST and sockets. It checks what Belay guarantees for every socket.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { sleep, slowness, within } from './deadline.mjs';
import { call } from './http.mjs';
import { isAfter } from './sse.mjs';

const base = '/api/v1';
// Those that come on the user's channel: each has a position, and positions increase.
const channelTypes = new Set(['typing', 'response_chunk', 'response', 'error']);
const types = new Set([...channelTypes, 'connected', 'pong', 'accepted', 'resumed', 'reset', 'access', 'notice']);

// What one device has seen, over any number of connections.
export class Device {
  constructor() {
    this.position = null;
    this.events = []; // of the channel
    this.others = [];
    this.resets = 0;
  }

  accept(message) {
    assert.ok(types.has(message.type), `a type of the protocol, not ${message.type}`);
    if (message.type === 'reset') {
      this.resets++;
      this.events = [];
      this.position = message.position;
    }
    if (message.type === 'connected') this.position ??= message.position;
    // What comes from here on follows the position that was asked for.
    if (message.type === 'resumed') this.position = message.position;
    if (message.position === undefined || !channelTypes.has(message.type)) {
      this.others.push(message);
      return;
    }
    assert.ok(isAfter(message.position, this.position), `${message.position} comes after ${this.position}`);
    this.position = message.position;
    this.events.push(message);
  }

  of(id) {
    return this.events.filter((event) => event.message_id === id);
  }

  // The end of an answer.
  end(id) {
    return this.of(id).find(({ type }) => type === 'response' || type === 'error');
  }

  last(type) {
    return [...this.events, ...this.others].findLast((message) => message.type === type);
  }
}

export class Coach {
  constructor(server, user = 'ann', { token = server.tokenFor(user) } = {}) {
    this.server = server;
    this.user = user;
    this.token = token;
  }

  call(method, path, options = {}) {
    const authorization = this.token === null ? {} : { authorization: `Bearer ${this.token}` };
    return call(this.server.port, method, base + path, { ...options, headers: { ...authorization, ...options.headers } });
  }

  async json(method, path, json, status) {
    const answer = await this.call(method, path, json === undefined ? {} : { json });
    assert.equal(answer.status, status ?? (method === 'POST' ? 201 : 200), answer.text);
    return answer.json;
  }

  goal(title = 'Run 10 km', more = {}) {
    return this.json('POST', '/goals', { title, ...more });
  }

  // Begins so many minutes from `now`.
  meeting(minutes, { now = Date.now(), ...more } = {}) {
    const start = new Date(now + minutes * 60000).toISOString();
    return this.json('POST', '/meetings', { title: 'Weekly', start, duration_minutes: 30, ...more });
  }

  // Resolves when the server has said `connected`.
  connect(device = new Device(), { query = {}, headers = {} } = {}) {
    const parameters = new URLSearchParams({
      ...(this.token === null ? {} : { token: this.token }),
      ...(device.position === null ? {} : { position: device.position }),
      ...query,
    });
    return Socket.open(`ws://127.0.0.1:${this.server.port}${base}/chat/ws?${parameters}`, device, headers);
  }

  // The end of an answer to one message, on a socket of its own.
  async ask(content) {
    const socket = await this.connect();
    try {
      const key = `k-${Math.random().toString(36).slice(2)}`;
      socket.say({ type: 'message', content, key });
      const { message_id } = await socket.wait('accepted', (message) => message.key === key);
      await socket.until(() => socket.device.end(message_id), 'the answer ends');
      return { message_id, end: socket.device.end(message_id), events: socket.device.of(message_id) };
    } finally {
      socket.close();
    }
  }

  // Follows the channel over as many connections as necessary, until `isEnough(device)`. cut(): milliseconds after which a
  // connection is cut; null: not at all.
  async follow(device, isEnough, { deadline = 60000, cut = () => null } = {}) {
    const end = Date.now() + deadline * slowness;
    while (!isEnough(device)) {
      assert.ok(Date.now() < end, `${this.user} gets all messages; there were ${device.events.length}`);
      const socket = await this.connect(device).catch((error) => {
        if (error instanceof assert.AssertionError) throw error;
        return null;
      });
      if (socket) {
        const after = cut();
        const timer = after === null ? null : setTimeout(() => socket.socket.terminate(), after);
        await Promise.race([socket.ended, socket.until(() => isEnough(device), 'enough', deadline).catch(() => {})]);
        clearTimeout(timer);
        if (socket.failure) throw socket.failure;
        socket.socket.terminate();
      }
      if (!isEnough(device)) await sleep(20);
    }
  }
}

export class Socket {
  static async open(url, device, headers) {
    const socket = new Socket(url, device, headers);
    await within(15000, 'the server says `connected`', socket.connected).catch((error) => {
      socket.socket.terminate(); // or it may still take messages for the device
      throw error;
    });
    return socket;
  }

  constructor(url, device, headers) {
    this.device = device;
    this.failure = null;
    this.waiting = new Set();
    this.socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        this.closed = { code, reason: String(reason) };
        this.check();
        resolve(this.closed);
      });
    });
    this.connected = new Promise((resolve, reject) => {
      this.socket.on('unexpected-response', (_request, response) => {
        this.socket.terminate();
        reject(Object.assign(new Error(`the handshake is answered ${response.statusCode}`), { status: response.statusCode }));
      });
      this.socket.on('error', reject);
      this.socket.on('close', () => reject(new Error('the socket is closed')));
      this.socket.on('message', (data, isBinary) => {
        try {
          assert.equal(isBinary, false);
          const message = JSON.parse(String(data));
          device.accept(message);
          if (message.type === 'connected') resolve(message);
        } catch (error) {
          this.failure = error;
          this.socket.terminate();
        }
        this.check();
      });
    });
    this.connected.catch(() => {});
  }

  check() {
    for (const each of this.waiting) each();
  }

  say(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  // Until the condition holds. Fails when the socket is closed before.
  async until(condition, what, deadline = 30000) {
    let probe;
    const work = new Promise((resolve, reject) => {
      probe = () => {
        const answer = condition();
        if (answer) resolve(answer);
        else if (this.failure) reject(this.failure);
        else if (this.closed) reject(new Error(`the socket is closed (${this.closed.code}) before ${what}`));
      };
      this.waiting.add(probe);
      probe();
    });
    return within(deadline, what, work).finally(() => this.waiting.delete(probe));
  }

  // The next message of a type from now on, or one that is there and fits.
  wait(type, fits = () => true) {
    return this.until(() => [...this.device.others, ...this.device.events].find((message) => message.type === type && fits(message)), `a message ${type}`);
  }

  close() {
    this.socket.close();
  }
}
