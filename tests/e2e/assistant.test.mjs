// A1 to A4, A9: the assistant surface as its document describes it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, isTerminal, requestIdForm, unknownId, words } from './lib/assistant.mjs';
import { begin, sleep } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

test('A1-A4, A9: a prompt posted, an answer streamed', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const alice = new Assistant(server, 'alice');
  const bob = new Assistant(server, 'bob');

  await t.test('A1: POST answers 201 with the id, the status and the Location of the stream', async () => {
    const answer = await alice.post('echo:hello', { mode: 'chat' });
    assert.equal(answer.status, 201);
    assert.match(answer.headers['content-type'], /^application\/json\b/);
    assert.deepEqual(Object.keys(answer.json).sort(), ['request_id', 'status']);
    assert.equal(answer.json.status, 'queued');
    assert.equal(answer.headers.location, `/assistant/stream/${answer.json.request_id}`);
    assert.equal((await alice.followToEnd(answer.json.request_id)).text, 'hello');
  });

  for (const mode of ['generate', 'edit', 'chat']) {
    await t.test(`A1: mode ${mode} with every optional field is answered`, async () => {
      const client = new Assistant(server, `mode-${mode}`);
      const id = await client.ask('echo:one two', {
        mode,
        track_id: 't-1',
        context: { a: [1, { b: null }] },
        conversation_id: 'c-1',
      });
      assert.equal((await client.followToEnd(id)).text, 'one two');
    });
  }

  await t.test('A1: the text is carried exactly, whatever characters it has', async () => {
    const text = 'naïve — 日本語 🜁👩‍🚀 "quoted" back\\slash data: x <b>&amp;</b> e\u0301';
    assert.equal((await alice.followToEnd(await alice.ask(`echo:${text}`))).text, text);
  });

  await t.test('A2: ids are a readable time and a UUID v4, sort by time and differ', async () => {
    const ids = [];
    for (let i = 0; i < 4; i++) {
      ids.push(await new Assistant(server, `ids-${i}`).ask('echo:x'));
      await sleep(5);
    }
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
    const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(ids[0]);
    const made = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`);
    assert.ok(Math.abs(Date.now() - made) < 60000, 'the time in the id is now, in UTC');
  });

  await t.test('A3, X13: the stream has the headers that keep proxies from holding it, and a retry', async () => {
    const id = await alice.ask('echo:hello');
    const stream = alice.stream(id);
    const head = await stream.head;
    assert.equal(head.status, 200);
    assert.match(head.headers.get('content-type'), /^text\/event-stream\b/);
    assert.equal(head.headers.get('cache-control'), 'no-cache, no-transform');
    assert.equal(head.headers.get('x-accel-buffering'), 'no');
    await stream.collect();
    assert.equal(await stream.ended, 'clean');
    assert.ok(stream.retry >= 100 && stream.retry <= 60000, `retry: ${stream.retry}`);
  });

  await t.test('A3: stages, states, chunks and one complete event with everything in it', async () => {
    const id = await alice.ask('echo:20 words');
    const { events, terminal } = await alice.followToEnd(id);
    const named = (name) => events.filter((event) => event.event === name);
    for (const event of named('stage')) assert.equal(typeof event.data.stage, 'string');
    assert.ok(named('stage').length > 0);
    assert.ok(named('status').some((event) => event.data.status === 'running'));
    assert.ok(named('response_chunk').length > 1, 'in pieces');
    assert.equal(events.filter(isTerminal).length, 1);
    const { request_id: named_id, content, usage, actions, appendix } = terminal.data;
    assert.equal(named_id, id);
    assert.equal(content, words(20));
    assert.equal(typeof usage, 'object');
    assert.deepEqual(actions, []);
    assert.ok(Array.isArray(appendix));
  });

  await t.test('A3: code blocks of the answer stand in the appendix', async () => {
    const text = 'See:\n```python\nprint(1)\n```\nDone.';
    const { text: streamed, terminal } = await alice.followToEnd(await alice.ask(`echo:${text}`));
    assert.equal(streamed, text);
    assert.equal(terminal.data.appendix.length, 1);
    assert.match(JSON.stringify(terminal.data.appendix[0]), /print\(1\)/);
  });

  await t.test('A4: another user is told of neither stream nor request', async () => {
    await beside(server, async () => {
      const id = await alice.ask('echo:500 words @100/s');
      const foreign = bob.stream(id);
      assert.equal((await foreign.head).status, 404);
      await foreign.ended;
      const unknown = await bob.call('GET', `/assistant/stream/${unknownId}`);
      assertProblem({ ...unknown }, 404, 'not_found');
      assert.equal(JSON.parse(foreign.text).detail, unknown.json.detail, 'foreign and unknown look alike');
      assertProblem(await bob.cancel(id), 404, 'not_found');
      assertProblem(await bob.cancel(unknownId), 404, 'not_found');
      const mine = alice.stream(id);
      assert.equal((await mine.head).status, 200, 'it still runs');
      mine.rst();
      await alice.cancel(id);
    });
  });

  await t.test('A4: both steps need the sign-in', async () => {
    const id = await alice.ask('echo:hello');
    const nobody = new Assistant(server, '', { token: null });
    await beside(server, async () => {
      assertProblem(await nobody.post('echo:hello'), 401, 'unauthenticated');
      assertProblem(await nobody.call('GET', `/assistant/stream/${id}`), 401, 'unauthenticated');
      assertProblem(await nobody.cancel(id), 401, 'unauthenticated');
    });
  });

  await t.test('A9: a cancel ends the stream with one error event "cancelled", and is 204 however often', async () => {
    const id = await alice.ask('echo:20000 words @100/s');
    const following = begin(alice.followToEnd(id));
    await sleep(200);
    for (let i = 0; i < 3; i++) assert.equal((await alice.cancel(id)).status, 204);
    const { terminal, text } = await following;
    assert.equal(terminal.event, 'error');
    assert.equal(terminal.data.code, 'cancelled');
    assert.equal(terminal.data.retryable, false);
    assert.equal(typeof terminal.data.message, 'string');
    assert.ok(words(20000).startsWith(text));
    assert.equal((await alice.cancel(id)).status, 204);
  });

  await t.test('A9: a cancel of what is complete changes nothing', async () => {
    const id = await alice.ask('echo:hello');
    await alice.followToEnd(id);
    assert.equal((await alice.cancel(id)).status, 204);
    assert.equal((await alice.followToEnd(id)).terminal.event, 'complete');
  });

  await t.test('X1: the query resumes as the header does, and the header wins', async () => {
    const id = await alice.ask('echo:30 words');
    const whole = await alice.followToEnd(id);
    const ids = whole.events.map((event) => event.id).filter(Boolean);
    const third = alice.stream(id, { query: { last_event_id: ids[2] } });
    assert.equal((await third.collect({ last: (event) => event.id }))[0].id, ids[3]);
    third.rst();
    const fifth = alice.stream(id, { query: { last_event_id: ids[2] }, after: ids[4] });
    assert.equal((await fifth.collect({ last: (event) => event.id }))[0].id, ids[5]);
    fifth.rst();
  });

  await t.test('X4: any number of readers see one answer, whenever they join', async () => {
    const id = await alice.ask('echo:300 words @300/s');
    const readers = Array.from({ length: 8 }, async (_, i) => {
      await sleep(i * 200);
      return alice.followToEnd(id);
    });
    for (const reader of await Promise.all(readers)) assert.equal(reader.text, words(300));
  });

  await t.test('X13: the same Idempotency-Key gives the same run, and another body under it is refused', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const first = await alice.post('echo:hello', { headers });
    const second = await alice.post('echo:hello', { headers });
    assert.equal(first.status, 201);
    assert.equal(second.json.request_id, first.json.request_id);
    assertProblem(await alice.post('echo:other', { headers }), 422, 'idempotency_mismatch');
    const other = await bob.post('echo:hello', { headers });
    assert.notEqual(other.json.request_id, first.json.request_id, 'a key belongs to its user');
  });
});

test('dev tokens in the query sign in too', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const nobody = new Assistant(server, '', { token: null });
  const answer = await call(server.port, 'POST', '/assistant/request?token=dev:carol:pro', {
    json: { prompt: 'echo:hi', mode: 'chat' },
  });
  assert.equal(answer.status, 201);
  assert.match(answer.json.request_id, requestIdForm);
  const stream = nobody.stream(answer.json.request_id, { query: { token: 'dev:carol' } });
  const events = await stream.collect();
  assert.equal(JSON.parse(events.at(-1).data).content, 'hi');
});
