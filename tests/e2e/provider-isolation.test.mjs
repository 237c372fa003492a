// X7: a provider that is down or stalls affects only its own answers. 200 streams stall on one provider while streams of another
// provider continue. Those must finish with the exact text. The test prints their latency, and for comparison the latency on a
// server without stalled streams.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProviders } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const stalled = 200;
const readers = 20;
const pieces = 100;

// Each piece contains the time at which it was sent. The reader computes the difference.
async function timed(call) {
  for (let i = 0; i < pieces; i++) {
    await call.piece(`${i}@${performance.now().toFixed(3)};`);
    await call.wait(10);
  }
  await call.done();
}

function distribution(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2);
  return `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${sorted.length} pieces)`;
}

async function readAll(server) {
  const latencies = [];
  const read = async (number) => {
    const client = new Assistant(server, `reader-${number}`);
    let known = 0;
    const onEvent = (seen) => {
      const now = performance.now();
      for (const piece of seen.text.slice(known).split(';')) {
        const sent = /@([\d.]+)$/.exec(piece);
        if (sent) latencies.push(now - Number(sent[1]));
      }
      known = seen.text.length;
    };
    const seen = await client.followToEnd(await client.ask('tell'), { onEvent });
    assert.equal(seen.terminal.event, 'complete');
    const numbers = seen.text.split(';').slice(0, -1).map((piece) => Number(piece.split('@')[0]));
    assert.deepEqual(numbers, Array.from({ length: pieces }, (_, i) => i), 'every piece, once, in order');
  };
  await Promise.all(Array.from({ length: readers }, (_, number) => read(number)));
  return latencies;
}

// The stalled streams use all concurrent calls of the bad provider. Further streams fall back to the good provider.
function setupWith(bad, good) {
  const row = { max_concurrent: stalled, max_waiting: 0, max_retries: 10, first_backoff: '60s', max_backoff: '60s' };
  return withProviders({
    bad: { provider: bad, row: { ...row, breaker_failures: 0 }, model: { fallbacks: ['good'] } },
    good: { provider: good },
  });
}

const bads = {
  'stalls before its first byte': (t) => startProvider(t, (call) => call.stall()),
  'stalls in the middle': (t) =>
    startProvider(
      t,
      async (call) => {
        await call.piece('Half');
        await call.stall();
      },
      { protocol: 'messages' },
    ),
  'is not there': async () => ({ url: 'http://127.0.0.1:1/v1' }),
};

test('X7: latency on a server where nothing stalls, to compare', { timeout: 120000 }, async (t) => {
  const good = await startProvider(t, timed, { protocol: 'responses' });
  const server = await startServer(t, withProviders({ good: { provider: good } }));
  t.diagnostic(`nothing stalls: ${distribution(await readAll(server))}`);
});

for (const [how, start] of Object.entries(bads)) {
  test(`X7: ${stalled} streams on a provider that ${how}, and those on another finish exactly`, { timeout: 120000 }, async (t) => {
    const bad = await start(t);
    const good = await startProvider(t, timed, { protocol: 'responses' });
    const server = await startServer(t, setupWith(bad, good));
    const hanging = [];
    for (let i = 0; i < stalled; i++) {
      const client = new Assistant(server, `hanging-${i}`);
      const id = await client.ask('hang');
      const stream = client.stream(id);
      hanging.push({ client, id, stream });
      begin(stream.ended);
    }
    await until(20000, 'all of them hang', async () => {
      const page = await new Assistant(server, 'x', { token: null }).call('GET', '/metrics');
      return /belay_provider_calls_total\{provider="bad"\} 200\n/.test(page.text);
    });
    t.diagnostic(`a provider ${how}: ${distribution(await readAll(server))}`);
    assert.equal(good.calls.length, readers);
    // The stalled streams can still be cancelled, all at once.
    const at = performance.now();
    const answers = await Promise.all(hanging.map(({ client, id }) => client.cancel(id)));
    for (const answer of answers) assert.equal(answer.status, 204);
    t.diagnostic(`${stalled} cancels answered within ${(performance.now() - at).toFixed(1)} ms`);
    hanging.forEach(({ stream }) => stream.rst());
  });
}
