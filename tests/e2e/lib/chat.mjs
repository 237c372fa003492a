// A client of the chat surface. It checks what Belay guarantees for every answer.
import assert from 'node:assert/strict';
import { sleep, slowness, within } from './deadline.mjs';
import { call } from './http.mjs';
import { isAfter, SseStream } from './sse.mjs';

const types = new Set(['typing', 'token', 'reasoning', 'done', 'error', 'restarted']);

export function isTerminal(event) {
  return event.data.type === 'done' || event.data.type === 'error';
}

// Collects the events of a session's stream, over any number of connections. It checks that ids increase strictly, that
// typing comes before the first token, and that nothing comes after the end.
export class ChatTranscript {
  constructor() {
    this.lastId = null;
    this.events = [];
    this.text = '';
    this.restarts = 0;
    this.terminal = null;
  }

  accept(event) {
    assert.equal(event.event, 'message', 'messages have no name');
    const data = JSON.parse(event.data);
    assert.ok(types.has(data.type), `a type of the document, not ${data.type}`);
    assert.ok(isAfter(event.id, this.lastId), `id ${event.id} comes after ${this.lastId}`);
    assert.equal(this.terminal, null, `nothing after the end, not ${event.data}`);
    this.lastId = event.id;
    this.events.push({ ...event, data });
    if (data.type === 'token') {
      assert.ok(
        this.events.some((each) => each.data.type === 'typing'),
        'typing before the first token',
      );
      this.text += data.content;
    }
    if (data.type === 'restarted') {
      this.text = '';
      this.restarts++;
    }
    if (isTerminal({ data })) this.terminal = data;
  }
}

export class Chat {
  // token: null for a caller who is not signed in.
  constructor(server, user = 'alice', { token = server.tokenFor(user), model = null } = {}) {
    this.server = server;
    this.user = user;
    this.model = model;
    this.headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  call(method, path, options = {}) {
    return call(this.server.port, method, path, { ...options, headers: { ...this.headers, ...options.headers } });
  }

  // fields: modelId, chatId, sessionId, projectId, taskId.
  post(prompt, { headers, ...fields } = {}) {
    const model = this.model === null ? {} : { modelId: this.model };
    return this.call('POST', '/api/chat/start', { json: { prompt, ...model, ...fields }, headers });
  }

  // Posts a prompt, which must be accepted. Returns {sessionId, chatId}.
  async start(prompt, fields) {
    const answer = await this.post(prompt, fields);
    assert.equal(answer.status, 201, `the prompt is accepted: ${answer.text}`);
    return answer.json;
  }

  // sessionId: or {chatId}, for the newest answer of a chat.
  stream(sessionId, { after = null, query = {}, headers = {}, cut = null } = {}) {
    const which = typeof sessionId === 'string' ? { sessionId } : sessionId;
    const search = new URLSearchParams({ ...which, ...query }).toString();
    return new SseStream({
      port: this.server.port,
      path: `/api/chat/stream?${search}`,
      headers: { ...this.headers, ...(after === null ? {} : { 'last-event-id': after }), ...headers },
      cut,
    });
  }

  cancel(sessionId) {
    return this.call('DELETE', `/api/chat/stream?sessionId=${sessionId}`);
  }

  // A page of messages. query: chatId, projectId, taskId, limit, cursor.
  async history(query) {
    const answer = await this.call('GET', `/api/chat/history?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  // Reads an answer to its end, over as many connections as necessary.
  async followToEnd(sessionId, { seen = new ChatTranscript(), onEvent = () => {}, deadline = 45000 } = {}) {
    const end = Date.now() + deadline * slowness;
    const state = () => `${sessionId} ends; last id ${seen.lastId}, ${seen.text.length} characters`;
    while (!seen.terminal) {
      if (Date.now() > end) throw new Error(`not within ${deadline * slowness} ms: ${state()}`);
      const stream = this.stream(sessionId, { after: seen.lastId });
      try {
        await within((end - Date.now()) / slowness + 1, state, this.read(stream, seen, onEvent));
      } finally {
        if (!stream.done) stream.rst();
      }
    }
    return seen;
  }

  async read(stream, seen, onEvent) {
    if (!(await stream.opens(seen.lastId))) return sleep(30); // the server is down; it may be started again
    for await (const event of stream) {
      seen.accept(event);
      onEvent(seen);
    }
    if ((await stream.ended) === 'clean') assert.ok(seen.terminal, 'a stream without its end never ends cleanly');
  }

  // Posts a prompt and reads its answer to the end. Returns {sessionId, chatId, messageId, text, terminal, events}.
  async ask(prompt, fields) {
    const { sessionId, chatId, messageId } = await this.start(prompt, fields);
    const seen = await this.followToEnd(sessionId);
    return { sessionId, chatId, messageId, ...seen };
  }
}
