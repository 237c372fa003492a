// X10: SIGTERM drains the server. Short answers finish while their readers are connected. Long answers are cut, and the next
// process finishes them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { begin, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startServer } from './lib/server.mjs';

const streams = 50;

test(`X10: SIGTERM under ${streams} streams loses no token`, { timeout: 180000 }, async (t) => {
  const server = await startServer(t, { restarts: true, settings: { 'process.drain_time': '6s' } });
  const isLong = (number) => number % 5 === 0;
  const connections = new Map();
  const countOf = (number) => (isLong(number) ? 2800 : 400); // at 200 words per second: fourteen seconds, or two
  const clients = Array.from({ length: streams }, (_, number) => new Assistant(server, `user-${number}`));
  const ids = await Promise.all(clients.map((client, number) => client.ask(`echo:${countOf(number)} words @200/s`)));
  const begun = new Set();
  const follow = async (client, number) => {
    const count = countOf(number);
    const followed = await client.followToEnd(ids[number], { onEvent: (seen) => seen.text && begun.add(number) });
    assert.equal(followed.terminal.event, 'complete');
    assert.ok(followed.text === words(count), `stream ${number} is exact`);
    assert.equal(followed.restarts, 0);
    connections.set(number, followed.connections);
  };
  const following = begin(Promise.all(clients.map(follow)));
  await until(20000, 'all read', () => begun.size === streams);
  const exit = await server.sigterm();
  assert.deepEqual(exit, { code: 0, signal: null });
  await server.start();
  await following;
  for (const [number, count] of connections) {
    if (isLong(number)) assert.equal(count, 2, `long stream ${number} was cut and resumed`);
    else assert.equal(count, 1, `short stream ${number} ended on its connection`);
  }
});

test(
  'X10: while draining there are no new runs, /readyz says so, and a reader is cut, not ended',
  { timeout: 60000 },
  async (t) => {
    const server = await startServer(t, { settings: { 'process.drain_time': '6s' } });
    const client = new Assistant(server, 'alice');
    const id = await client.ask('echo:5000 words @200/s');
    const stream = client.stream(id);
    await stream.collect({ last: (event) => event.event === 'response_chunk' });
    const ending = begin(server.sigterm());
    // Each try by a user of its own: none reaches a limit.
    let tries = 0;
    const refused = await until(5000, 'new runs are refused', async () => {
      const answer = await new Assistant(server, `user-${++tries}`).post('echo:x');
      return answer.status === 201 ? null : answer;
    });
    assertProblem(refused, 503, 'draining');
    assert.equal((await call(server.port, 'GET', '/readyz')).status, 503);
    assert.equal((await call(server.port, 'GET', '/healthz')).status, 200);
    const events = await stream.collect();
    assert.ok(events.length > 100, 'it went on for the drain time');
    assert.notEqual(await stream.ended, 'clean');
    assert.ok(stream.retry > 0, 'the reader was told when to come back');
    assert.deepEqual(await ending, { code: 0, signal: null });
  },
);

test('X10: SIGTERM on an idle server ends it at once with code 0', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  assert.deepEqual(await server.sigterm(5000), { code: 0, signal: null });
});
