// K11, K23, K31, K51, K56, K60: a replay has the bytes of the first delivery: while the answer is made, after a crash in its middle, once
// it has ended, and from the store, when nothing of it is left in memory. A part of it, from any start, is the rest of the same bytes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { withScriptedModel } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';

const scripted = withScriptedModel({ can_continue: true });
// The crash comes at the 50th word: seconds before the end, so that also a slow machine is in the middle.
const count = 800;
const prompt = `echo:${count} words @200/s`;
const headers = { authorization: 'Bearer dev:alice' };
const messages = [{ role: 'user', content: prompt }];

// The events of a stream: its blocks, without what depends on the connection alone (retry, comments, pings).
function blocks(text) {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith(':') && !line.startsWith('retry:')).join('\n'))
    .filter((block) => block !== '' && !block.startsWith('event: ping'));
}
const dataOf = (block) => /^data: (.*)$/m.exec(block)?.[1];

// post: the request that begins the answer and streams it. replay(id, n): the path of the stream behind its first n events.
// text(event): what an event adds to the answer.
const formats = {
  'Chat Completions': {
    post: ['/v1/chat/completions', { model: 'default', messages, stream: true }],
    id: /"id":"(chatcmpl-[^"]+)"/,
    replay: (id, n) => `/v1/chat/completions/${id}?stream=true${n ? `&starting_after=${n}` : ''}`,
    text: (data) => (data === '[DONE]' ? '' : (JSON.parse(data).choices[0].delta.content ?? '')),
  },
  Responses: {
    post: ['/v1/responses', { model: 'default', input: prompt, stream: true }],
    id: /"id":"(resp_[^"]+)"/,
    replay: (id, n) => `/v1/responses/${id}?stream=true${n ? `&starting_after=${n - 1}` : ''}`,
    text: (data) => (JSON.parse(data).type === 'response.output_text.delta' ? JSON.parse(data).delta : ''),
  },
  Messages: {
    post: ['/v1/messages', { model: 'default', max_tokens: 10000, messages, stream: true }],
    id: /"id":"(msg_[^"]+)"/,
    replay: (id) => `/v1/messages/${id}?stream=true`,
    text: (data) => JSON.parse(data).delta?.text ?? '',
  },
  'the parts of useChat': {
    post: ['/api/chat', { id: 'a', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: prompt }] }] }],
    id: /"runId":"([^"]+)"/,
    replay: (id, n) => `/api/chat/${id}/stream?startIndex=${n}`,
    text: (data) => (data === '[DONE]' ? '' : (JSON.parse(data).delta ?? '')),
  },
};

for (const [name, format] of Object.entries(formats))
  test(`K11, K23, K31, K51, K56: ${name}: every replay has the bytes of the first delivery`, { timeout: 120000 }, async (t) => {
    const server = await startServer(t, { ...scripted, restarts: true });
    const [path, json] = format.post;
    let first = '';
    const answer = await fetch(`${server.origin}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: JSON.stringify(json),
    });
    const read = begin(
      (async () => {
        for await (const bytes of answer.body) first += Buffer.from(bytes).toString();
      })(),
    );
    await until(20000, 'the answer is flowing', () => first.includes('0050'));
    const [, id] = format.id.exec(first);
    const replay = async (n = 0) => {
      const { status, text } = await call(server.port, 'GET', format.replay(id, n), { headers });
      assert.equal(status, 200, text);
      return blocks(text);
    };

    await server.kill9();
    await read.catch(() => {});
    await server.start();
    const whole = await replay(); // while the rest of it is made
    const delivered = blocks(first.slice(0, first.lastIndexOf('\n\n') + 2));
    assert.deepEqual(whole.slice(0, delivered.length), delivered, 'what came before the crash');
    assert.ok(delivered.length < whole.length);
    assert.equal(whole.map((block) => format.text(dataOf(block))).join(''), words(count));
    assert.deepEqual(await replay(), whole, 'it has ended');
    await server.sigterm();
    await server.start();
    assert.deepEqual(await replay(), whole, 'from the store');
    if (format.replay.length === 1) return;
    for (const n of [1, 2, 17, delivered.length, whole.length - 2, whole.length - 1])
      assert.deepEqual(await replay(n), whole.slice(n), `behind the first ${n}`);
  });

test('K60, K61: durable-streams: every replay has the bytes of the first delivery', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...scripted, restarts: true });
  const made = await call(server.port, 'POST', '/assistant/request', { headers, json: { mode: 'chat', prompt } });
  const path = `/v1/stream/${made.json.request_id}`;
  const get = async (rest) => {
    const { status, text } = await call(server.port, 'GET', `${path}${rest}`, { headers });
    assert.equal(status, 200, text);
    return text;
  };
  // Control events carry a cursor of the connection.
  const events = (text) => blocks(text).filter((block) => !block.startsWith('event: control'));
  const live = begin(get('?offset=-1&live=sse'));
  const text = begin(get('/text?offset=-1&live=sse'));
  const streamed = events(await live);
  const all = await get('');
  assert.equal(JSON.parse(all).map(({ type, text }) => (type === 'text' ? text : '')).join(''), words(count));
  assert.deepEqual(streamed.flatMap((block) => JSON.parse(block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n'))), JSON.parse(all));
  assert.equal(await get('/text'), words(count));
  await text;
  await server.kill9();
  await server.start();
  assert.equal(await get(''), all, 'after a crash');
  await server.sigterm();
  await server.start();
  assert.equal(await get(''), all, 'from the store');
  assert.equal(await get('/text'), words(count));
  const list = JSON.parse(all);
  for (const at of [0, 1, 17, list.length - 2]) assert.deepEqual(JSON.parse(await get(`?offset=${list[at].offset}`)), list.slice(at + 1));
});
