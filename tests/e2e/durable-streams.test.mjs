// K60–K63: the durable-streams client, as npm has it, unmodified, on answers of other surfaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FetchError, stream } from '@durable-streams/client';
import { words } from './lib/assistant.mjs';
import { withScriptedModel } from './lib/config.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { rejection } from './lib/sdk.mjs';
import { startServer } from './lib/server.mjs';

const scripted = withScriptedModel({ can_continue: true });
const authorization = 'Bearer dev:alice';

// An answer that is being made. Returns the id of its run.
async function ask(server, prompt) {
  const { json, status, text } = await call(server.port, 'POST', '/assistant/request', { headers: { authorization }, json: { mode: 'chat', prompt } });
  assert.equal(status, 201, text);
  return json.request_id;
}

const open = (server, run, more = {}, rest = '') =>
  stream({ url: `${server.origin}/v1/stream/${run}${rest}`, headers: { authorization }, ...more });
const textOf = (events) =>
  events
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('');

test('K60, K61: catch up, whole and from any offset', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, scripted);
  const run = await ask(server, 'echo:300 words');
  const all = [];
  (await open(server, run, { live: 'long-poll' })).subscribeJson(({ items }) => void all.push(...items));
  await until(20000, 'it ends', () => all.at(-1)?.type === 'completed');
  assert.equal(textOf(all), words(300));
  assert.equal(all[0].type, 'started');
  assert.equal(all.at(-1).type, 'completed');
  assert.deepEqual(
    all.map(({ offset }) => offset),
    all.map(({ offset }) => offset).sort(),
    'offsets sort as texts',
  );
  const again = await open(server, run, { live: false });
  assert.deepEqual(await again.json(), all, 'a replay is what was delivered');
  assert.equal(again.upToDate, true);
  for (const at of [0, 1, Math.floor(all.length / 2), all.length - 1]) {
    const rest = await open(server, run, { live: false, offset: all[at].offset });
    assert.deepEqual(await rest.json(), all.slice(at + 1));
  }
  assert.equal(await (await open(server, run, { live: false }, '/text')).text(), words(300));
});

for (const live of ['long-poll', 'sse'])
  test(`K61, K62: ${live}, events and text as they are made`, { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { ...scripted, settings: { 'durable_streams.long_poll': '300ms' } });
    const run = await ask(server, 'echo:500 words @100/s');
    const events = [];
    let bare = '';
    (await open(server, run, { live })).subscribeJson(({ items }) => void events.push(...items));
    (await open(server, run, { live }, '/text')).subscribeText(({ text }) => void (bare += text));
    await until(10000, 'the answer is flowing', () => textOf(events).length > 50);
    assert.ok(!events.some(({ type }) => type === 'completed'), 'it is not over yet');
    await until(20000, 'both end', () => events.at(-1).type === 'completed' && bare.length >= words(500).length);
    assert.equal(textOf(events), words(500));
    assert.equal(bare, words(500));
  });

test('K62: clean ends of SSE connections are picked up', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'durable_streams.max_age': '1s' } });
  const run = await ask(server, 'echo:800 words @100/s');
  const events = [];
  let connections = 0;
  const counting = (url, options) => {
    if (String(url).includes('live=sse')) connections++;
    return fetch(url, options);
  };
  (await open(server, run, { live: 'sse', fetch: counting })).subscribeJson(({ items }) => void events.push(...items));
  await until(30000, 'it ends', () => events.at(-1)?.type === 'completed');
  assert.equal(textOf(events), words(800));
  assert.ok(connections > 2, `${connections} connections`);
});

test('K61: long polls go on over a crash', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, restarts: true });
  const run = await ask(server, 'echo:600 words @200/s');
  const events = [];
  const read = await open(server, run, { live: 'long-poll' });
  read.subscribeJson(({ items }) => void events.push(...items));
  await until(10000, 'the answer is flowing', () => textOf(events).length > 100);
  await server.kill9();
  await sleep(300);
  await server.start();
  await until(30000, 'it ends', () => events.at(-1).type === 'completed');
  assert.equal(textOf(events), words(600));
  assert.deepEqual(await (await open(server, run, { live: false })).json(), events, 'a replay is what was delivered');
});

test('K63: what is not there, or not allowed, is an error at once', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, scripted);
  const run = await ask(server, 'echo:Hello.');
  const refused = async (promise, status) => {
    const error = await rejection(promise);
    assert.ok(error instanceof FetchError, String(error));
    assert.equal(error.status, status);
  };
  await refused(open(server, `${run.slice(0, -1)}${run.endsWith('0') ? '1' : '0'}`), 404);
  await refused(open(server, run, { headers: { authorization: 'Bearer dev:bob' } }), 404);
  await refused(open(server, run, { headers: {} }), 401);
  await refused(open(server, run, { offset: 'x' }), 400);
  const first = await call(server.port, 'GET', `/v1/stream/${run}`, { headers: { authorization } });
  assert.equal(first.status, 200);
  await until(10000, 'it is over', async () => (await call(server.port, 'GET', `/v1/stream/${run}/text`, { headers: { authorization } })).headers['stream-closed'] === 'true');
  const whole = await call(server.port, 'GET', `/v1/stream/${run}`, { headers: { authorization } });
  const known = await call(server.port, 'GET', `/v1/stream/${run}`, { headers: { authorization, 'if-none-match': whole.headers.etag } });
  assert.equal(known.status, 304);
});
