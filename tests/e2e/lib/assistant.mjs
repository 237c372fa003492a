// A client of the assistant surface. It checks what Belay guarantees for every answer.
import assert from 'node:assert/strict';
import { sleep, slowness, within } from './deadline.mjs';
import { call } from './http.mjs';
import { isAfter, SseStream } from './sse.mjs';

export const requestIdForm = /^\d{8}T\d{9}Z-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

// A request id of the right form that the server has never created.
export const unknownId = '20200101T000000000Z-00000000-0000-4000-8000-000000000000';

// The answer to the prompt `echo:N words`.
export function words(count) {
  return Array.from({ length: count }, (_, i) => String(i + 1).padStart(4, '0')).join(' ');
}

const eventNames = new Set(['stage', 'status', 'response_chunk', 'action', 'complete', 'error']);

export function isTerminal(event) {
  return event.event === 'complete' || event.event === 'error';
}

// Collects the events of one answer, over any number of connections. It checks that ids increase strictly, that nothing
// follows the terminal event, and that the text equals the text in `complete`. An event without an id belongs to the next
// event that has one (both are one event of the log). So it counts only when that event arrives.
export class Transcript {
  constructor() {
    this.lastId = null;
    this.pending = [];
    this.events = [];
    this.text = '';
    this.restarts = 0;
    this.terminal = null;
  }

  accept(event) {
    assert.ok(eventNames.has(event.event), `an event of the assistant surface, not ${event.event}`);
    this.pending.push({ ...event, data: JSON.parse(event.data) });
    if (event.id === undefined) return;
    assert.ok(isAfter(event.id, this.lastId), `id ${event.id} comes after ${this.lastId}`);
    this.lastId = event.id;
    const settled = this.pending;
    this.pending = [];
    settled.forEach((each) => this.take(each));
  }

  // The connection was lost. Events that had no id yet will be sent again.
  disconnected() {
    this.pending = [];
  }

  take(event) {
    assert.equal(this.terminal, null, `nothing after the terminal event, not ${event.event}`);
    this.events.push(event);
    if (event.event === 'response_chunk') this.text += event.data.content;
    if (event.event === 'status' && event.data.status === 'restarted') {
      this.text = '';
      this.restarts++;
    }
    if (!isTerminal(event)) return;
    this.terminal = event;
    if (event.event === 'complete')
      assert.ok(event.data.content === this.text, 'complete repeats the text of the chunks');
  }
}

export class Assistant {
  // token: null for a caller who is not signed in.
  constructor(server, user = 'alice', { token = server.tokenFor(user) } = {}) {
    this.server = server;
    this.user = user;
    this.headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  call(method, path, options = {}) {
    return call(this.server.port, method, path, { ...options, headers: { ...this.headers, ...options.headers } });
  }

  // fields: track_id, context, conversation_id. headers: e.g. Idempotency-Key.
  post(prompt, { mode = 'chat', headers, ...fields } = {}) {
    return this.call('POST', '/assistant/request', { json: { prompt, mode, ...fields }, headers });
  }

  // Posts a prompt, which must be accepted. Returns the request's id.
  async ask(prompt, fields) {
    const answer = await this.post(prompt, fields);
    assert.equal(answer.status, 201, `the prompt is accepted: ${answer.text}`);
    assert.match(answer.json.request_id, requestIdForm);
    return answer.json.request_id;
  }

  cancel(id) {
    return this.call('DELETE', `/assistant/request/${id}`);
  }

  // after: the last id seen. query: {last_event_id, ticket, token}. cut: see SseStream.
  stream(id, { after = null, query = {}, headers = {}, cut = null } = {}) {
    const search = new URLSearchParams(query).toString();
    return new SseStream({
      port: this.server.port,
      path: `/assistant/stream/${id}${search && `?${search}`}`,
      headers: { ...this.headers, ...(after === null ? {} : { 'last-event-id': after }), ...headers },
      cut,
    });
  }

  // Reads the answer to its end, over as many connections as necessary. After a lost connection it connects again with the
  // last id. seen: the Transcript of an earlier reading. cuts(attempt): where to cut each connection; null: no cut. Returns
  // the Transcript with `connections` and `cutsMade` (how many cuts took place). The last connection must end cleanly, and
  // a resume after the end must be answered with 204.
  async followToEnd(id, { seen: earlier = null, cuts = () => null, onEvent = () => {}, deadline = 45000 } = {}) {
    const seen = Object.assign(earlier ?? new Transcript(), { connections: 0, cutsMade: [], id });
    const end = Date.now() + deadline * slowness;
    const state = () =>
      `${id} ends; ${seen.connections} connections, last id ${seen.lastId}, ${seen.text.length} characters`;
    while (!seen.terminal) {
      if (Date.now() > end) throw new Error(`not within ${deadline * slowness} ms: ${state()}`);
      const stream = this.stream(id, { after: seen.lastId, cut: cuts(seen.connections) });
      try {
        await within((end - Date.now()) / slowness + 1, state, this.read(stream, seen, onEvent));
      } finally {
        if (!stream.done) stream.rst();
      }
      if (stream.wasCut) seen.cutsMade.push(stream.cut);
    }
    await this.checkOver(id, seen);
    return seen;
  }

  // One connection of followToEnd.
  async read(stream, seen, onEvent) {
    if (!(await stream.opens(seen.lastId))) return sleep(30); // the server is down; it may be started again
    seen.connections++;
    for await (const event of stream) {
      seen.accept(event);
      onEvent(seen);
    }
    seen.disconnected();
    const how = await stream.ended;
    if (how === 'clean') assert.ok(seen.terminal, 'a stream without a terminal event never ends cleanly');
  }

  async checkOver(id, seen) {
    const again = this.stream(id, { after: seen.lastId });
    const head = await again.head.catch(() => null);
    again.rst();
    if (head !== null) assert.equal(head.status, 204, 'a resume after the end is answered 204');
  }
}
