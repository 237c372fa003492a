// X4, X6: many readers of one answer, at different positions and speeds, need one provider call and bounded memory.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, Transcript } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { begin, sleep, slowness, within } from './lib/deadline.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const piece = (number) => `${String(number).padStart(6, '0')} ${'naïve 日本 🜁 '.repeat(10)}\n`;
const pieces = Math.ceil((5 << 20) / Buffer.byteLength(piece(0)));
const answer = Array.from({ length: pieces }, (_, i) => piece(i)).join('');

// Measures the greatest growth of the process's anonymous memory from now until stop().
async function watchMemory(server) {
  const start = await server.anonymousMemory();
  let most = start;
  let on = true;
  const watching = (async () => {
    while (on) {
      most = Math.max(most, await server.anonymousMemory());
      await sleep(10);
    }
  })();
  return async () => {
    on = false;
    await watching;
    return most - start;
  };
}

// A server whose answers are the long one. It has answered once, and its memory is watched.
async function startLong(t) {
  const provider = await startProvider(t, async (call) => {
    for (let i = 0; i < pieces; i++) await call.piece(piece(i));
    await call.done();
  });
  // The one that sleeps is not cut off, however long the others take.
  const server = await startServer(t, { ...withProvider(provider), settings: { 'server.stalled_write_limit': '10m' } });
  const client = new Assistant(server, 'alice');
  await client.followToEnd(await client.ask('warm up'));
  const stopWatching = await watchMemory(server);
  return { provider, client, stopWatching };
}

test('X4, X6: three readers of a 5 MB answer, one of them asleep for 10 s', { timeout: 180000 }, async (t) => {
  const { provider, client, stopWatching } = await startLong(t);
  const calls = provider.calls.length;

  const id = await client.ask('a long one');
  const sleeper = client.stream(id);
  const slept = new Transcript();
  const wakeAt = performance.now() + 10000;
  while (sleeper.received < 100000) slept.accept(await within(20000, 'the first 100 kB', sleeper.next()));
  sleeper.pause();
  const first = begin(client.followToEnd(id, { deadline: 60000 }));
  const late = begin(sleep(300).then(() => client.followToEnd(id, { deadline: 60000 })));
  for (const reader of [await first, await late]) assert.ok(reader.text === answer, 'exact');
  // The other two are done before the third wakes.
  const early = wakeAt - performance.now();
  assert.ok(sleeper.received < Buffer.byteLength(answer), 'the third is in the middle');
  await sleep(Math.max(0, early));
  sleeper.resume();
  const rest = async () => {
    for await (const event of sleeper) slept.accept(event);
  };
  await within(60000, 'the third reads the rest', rest());
  assert.equal(await sleeper.ended, 'clean');
  assert.ok(slept.text === answer, 'exact');
  assert.equal(provider.calls.length - calls, 1, 'one provider call');
  const growth = await stopWatching();
  const size = Buffer.byteLength(answer);
  t.diagnostic(
    `answer ${size} bytes, peak growth ${growth} bytes, ${(growth / size).toFixed(2)} of it; two done ${Math.round(early)} ms early`,
  );
  assert.ok(slowness > 1 || growth <= 2 * size, `peak growth ${growth} is at most twice the answer's ${size}`);
});

test('X4: the number of readers does not change the memory', { timeout: 180000 }, async (t) => {
  const { client, stopWatching } = await startLong(t);
  const id = await client.ask('a long one');
  const readers = await Promise.all(Array.from({ length: 12 }, () => client.followToEnd(id, { deadline: 120000 })));
  for (const reader of readers) assert.ok(reader.text === answer, 'exact');
  const growth = await stopWatching();
  const size = Buffer.byteLength(answer);
  t.diagnostic(`12 readers, peak growth ${(growth / size).toFixed(2)} of the answer`);
  assert.ok(slowness > 1 || growth <= 2 * size, `peak growth ${growth} is at most twice the answer's ${size}`);
});
