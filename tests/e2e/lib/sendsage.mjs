// A client of the SendSage surface. It checks what Belay guarantees for every stream.
import assert from 'node:assert/strict';
import { sleep, slowness, until, within } from './deadline.mjs';
import { call } from './http.mjs';
import { isAfter, SseStream } from './sse.mjs';

const eventNames = new Set([
  'processing',
  'partial_response',
  'response',
  'upload_processed',
  'visualization_suggestion',
  'error',
  'reset',
]);

// The events of one tab, over any number of connections. Ids increase strictly; each event has its metadata.
export class Tab {
  constructor() {
    this.lastId = null;
    this.events = [];
    this.resets = 0;
  }

  // One that begins at the question `asked`, as its answer says.
  static before(asked) {
    const tab = new Tab();
    tab.position(new URL(asked.stream, 'http://localhost').searchParams.get('last_event_id'));
    return tab;
  }

  position(id) {
    this.lastId = id;
  }

  accept(event) {
    assert.ok(eventNames.has(event.event), `an event of the surface, not ${event.event}`);
    const data = JSON.parse(event.data);
    if (event.event === 'reset') {
      this.resets++;
      this.events = [];
      this.lastId = event.id;
      return;
    }
    assert.ok(isAfter(event.id, this.lastId), `id ${event.id} comes after ${this.lastId}`);
    this.lastId = event.id;
    assert.match(data.metadata.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.equal(data.metadata.response_length, data.text === undefined ? 0 : [...data.text].length);
    assert.ok(data.metadata.processing_time >= 0);
    this.events.push({ id: event.id, event: event.event, data });
  }

  // Those of one question.
  of(requestId) {
    return this.events.filter((event) => event.data.request_id === requestId);
  }

  names(requestId) {
    return (requestId ? this.of(requestId) : this.events).map((event) => event.event);
  }

  // The last event of a question.
  isOver(requestId) {
    return this.of(requestId).some((event) => ['response', 'error'].includes(event.event));
  }
}

export class Sendsage {
  constructor(server, user = 'jane', { token = server.tokenFor(user) } = {}) {
    this.server = server;
    this.user = user;
    this.headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  call(method, path, options = {}) {
    return call(this.server.port, method, path, { ...options, headers: { ...this.headers, ...options.headers } });
  }

  post(kind, prompt, { headers, ...fields } = {}) {
    return this.call('POST', `/chat/${kind}`, { headers, json: { prompt, ...fields } });
  }

  // The answer's JSON.
  async ask(kind, prompt, fields) {
    const answer = await this.post(kind, prompt, fields);
    assert.equal(answer.status, 202, answer.text);
    return answer.json;
  }

  stream(tab, { path = '/stream', headers = {}, cut = null } = {}) {
    return new SseStream({
      port: this.server.port,
      path,
      headers: { ...this.headers, ...(tab.lastId === null ? {} : { 'last-event-id': tab.lastId }), ...headers },
      cut,
      onPosition: (id) => tab.position(id),
    });
  }

  // Opens the stream, and adds what comes to the tab until `isEnough(tab)` holds, or the stream ends. Returns how it ended:
  // 'enough', or as SseStream says.
  async read(tab, isEnough = () => false, { deadline = 30000, ...options } = {}) {
    if (isEnough(tab)) return 'enough';
    const stream = this.stream(tab, options);
    const take = async () => {
      const head = await stream.head;
      if (head.status !== 200) {
        await stream.ended;
        assert.fail(`the stream answers ${head.status} after ${tab.lastId}: ${stream.text}`);
      }
      for await (const event of stream) {
        tab.accept(event);
        if (isEnough(tab)) return 'enough';
      }
      return stream.done;
    };
    try {
      const state = () => `the stream of ${this.user} has what is wanted; it had ${tab.names().join(' ')}`;
      return await within(deadline, state, take());
    } finally {
      if (!stream.done) stream.rst();
    }
  }

  // Opens the stream only until the tab has a position.
  async begin(tab) {
    const stream = this.stream(tab);
    await stream.head;
    await until(5000, 'the stream says its position', () => tab.lastId);
    stream.rst();
  }

  // The events of one question, from its beginning to its end.
  async answer(kind, prompt, fields) {
    const asked = await this.ask(kind, prompt, fields);
    const tab = new Tab();
    await this.read(tab, () => tab.isOver(asked.request_id), { path: asked.stream });
    return { ...asked, tab, events: tab.of(asked.request_id) };
  }

  // Reads until `isEnough` holds, over as many connections as necessary. cuts(attempt): where to cut each; null: no cut.
  async follow(tab, isEnough, { deadline = 60000, cuts = () => null } = {}) {
    const end = Date.now() + deadline * slowness;
    for (let attempt = 0; !isEnough(tab); attempt++) {
      assert.ok(Date.now() < end, `${this.user} gets all events; there were ${tab.names().join(' ')}`);
      const isDown = (error) => !(error instanceof assert.AssertionError) && error.code !== undefined;
      await this.read(tab, isEnough, { deadline, cut: cuts(attempt) }).catch((error) => {
        if (!isDown(error)) throw error;
      });
      if (!isEnough(tab)) await sleep(20);
    }
  }

  async quota() {
    const answer = await this.call('GET', '/chat/quota');
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }
}
