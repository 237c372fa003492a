// A5, A6, X6, X13: limits of number, rate and time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, Transcript, words } from './lib/assistant.mjs';
import { sleep, until, within } from './lib/deadline.mjs';
import { assertProblem } from './lib/problem.mjs';
import { exchange, responses } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

let number = 0;
const fresh = (server) => new Assistant(server, `limits-${++number}`);

// Each limit has a server of its own: a short time would concern the requests of the other tests too. It is long enough for a request
// on a busy machine.
test('A5, X6, X13: limits of time and number', { timeout: 180000 }, async (t) => {
  await t.test('A5: a sixth active request of a user is 429, and another user is not concerned', async (t) => {
    const server = await startServer(t);
    const client = fresh(server);
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await client.ask('echo:20000 words @100/s'));
    const streams = ids.map((each) => client.stream(each));
    await Promise.all(streams.map((stream) => stream.head));
    const body = assertProblem(await client.post('echo:x'), 429, 'too_many_active');
    assert.ok(body.limit, 'it says which limit');
    await fresh(server).ask('echo:x');
    await client.cancel(ids[0]);
    await until(
      5000,
      'the place of the cancelled one is free',
      async () => (await client.post('echo:x')).status === 201,
    );
    for (const each of ids) await client.cancel(each);
    streams.forEach((stream) => stream.rst());
  });

  const expiry = { 'engine.unopened_expiry': '4s' };

  await t.test('A5: a request that nobody opens expires and is 410 afterwards', async (t) => {
    const server = await startServer(t, { settings: expiry });
    const client = fresh(server);
    const id = await client.ask('echo:20000 words @100/s');
    await beside(server, async () => {
      // A look at it would open it.
      await until(20000, 'the request expires', () => server.logs().some(({ event, run }) => event === 'run_ended' && run === id));
      assertProblem(await client.call('GET', `/assistant/stream/${id}`), 410, 'expired');
    });
  });

  await t.test('A5: one that was opened stays readable', async (t) => {
    const server = await startServer(t, { settings: expiry });
    const client = fresh(server);
    const id = await client.ask('echo:20 words');
    await client.followToEnd(id);
    await sleep(5000);
    assert.equal((await client.followToEnd(id)).text, words(20));
  });

  await t.test('A5, X6: a reader that never reads is cut, and can resume to the whole answer', async (t) => {
    const server = await startServer(t, { settings: { 'server.stalled_write_limit': '2s' } });
    const client = fresh(server);
    const id = await client.ask('echo:300000 words');
    const stream = client.stream(id);
    const seen = new Transcript();
    seen.accept((await stream.collect({ last: () => true }))[0]);
    stream.pause();
    const isCut = ({ event, end }) => event === 'stream_closed' && end === 'stalled';
    await beside(server, () => until(20000, 'the reader is cut', () => server.logs().some(isCut)));
    stream.resume();
    const how = await within(20000, 'the connection ends', stream.ended);
    assert.ok(how === 'reset' || how === 'truncated', `the connection is cut, not ended (${how})`);
    for await (const event of stream) seen.accept(event);
    assert.equal(seen.terminal, null);
    seen.disconnected();
    const whole = await client.followToEnd(id, { seen });
    assert.ok(whole.text === words(300000));
  });

  const cutOff = (name, bytes) =>
    t.test(name, async (t) => {
      const server = await startServer(t, { settings: { 'server.header_deadline': '3s', 'server.body_deadline': '3s' } });
      await beside(server, async () => {
        const { end, text } = await exchange(server.port, bytes, { deadline: 20000, what: 'the server gives up' });
        assert.notEqual(end, 'open');
        if (text !== '') assertProblem(responses(text)[0], 408, 'request_timeout');
      });
    });
  await cutOff('X13: a header that never ends is cut off', [
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ',
    ...Array(40).fill(['a', 250]).flat(),
  ]);
  await cutOff('X13: a body that never ends is cut off', [
    'POST /assistant/request HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer dev:slow\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
    ...Array(40).fill(['a', 250]).flat(),
  ]);

  await t.test('A5: beyond the number of requests of the server it is 503', async (t) => {
    const server = await startServer(t, { settings: { 'assistant.max_active': 12 } });
    const clients = Array.from({ length: 20 }, () => fresh(server));
    const answers = [];
    for (const client of clients) answers.push([client, await client.post('echo:20000 words @100/s')]);
    const full = answers.filter(([, answer]) => answer.status === 503);
    assert.ok(full.length >= 8, `${full.length} of 20 refused`);
    full.forEach(([, answer]) => assertProblem(answer, 503, 'server_full'));
    for (const [client, answer] of answers) if (answer.status === 201) await client.cancel(answer.json.request_id);
    await until(5000, 'there is room again', async () => (await fresh(server).post('echo:x')).status === 201);
  });
});

test('A6: each mode has its own rate', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const rates = { generate: 20, edit: 30, chat: 60 };
  for (const [mode, most] of Object.entries(rates)) {
    await t.test(
      `A6: ${most} requests of mode ${mode} a minute, then 429 that says which limit and when to come back`,
      async () => {
        const client = new Assistant(server, 'busy');
        for (let i = 0; i < most; i++) await client.followToEnd(await client.ask('echo:x', { mode }));
        const answer = await client.post('echo:x', { mode });
        const body = assertProblem(answer, 429, 'rate_limited');
        assert.match(body.limit, new RegExp(mode));
        assert.ok(Number(answer.headers['retry-after']) <= 60);
        await new Assistant(server, `other-${mode}`).ask('echo:x', { mode });
      },
    );
  }
});
