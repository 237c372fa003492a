// X5: a cancel reaches the provider in every protocol and in every state of a call: during the look-up of the name, during the
// connect and the TLS handshake, before the first byte, in the middle, during a back-off, and in the queue. The test prints times
// and does not assert them.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { preload } from './lib/preload.mjs';
import { protocols } from './lib/protocols.mjs';
import { heldProvider, silentListener, startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

// Cancels; the stream must end with `cancelled`. Returns the time of the cancel, and how long the end took to arrive.
async function cancel(client, id, following) {
  const at = performance.now();
  assert.equal((await client.cancel(id)).status, 204);
  const seen = await within(5000, 'the stream ends', following);
  assert.equal(seen.terminal.data.code, 'cancelled');
  return { at, took: performance.now() - at };
}

const variants = Object.keys(protocols).flatMap((protocol) => ['own', 'curl'].map((http_client) => ({ protocol, http_client })));
for (const { protocol, http_client } of variants) {
  test(`X5: ${protocol}, http_client = "${http_client}": before the first byte, in the middle, during the TLS handshake and a back-off`, { timeout: 60000 }, async (t) => {
    const provider = await startProvider(
      t,
      async (call) => {
        if (call.prompt.includes('refuse')) return call.refuse(503, 'overloaded_error', { 'retry-after': '4' });
        if (call.prompt.includes('middle')) await call.piece('one ');
        await call.wait(60000);
        await call.piece('too late');
      },
      { protocol, tls: 'good' },
    );
    const server = await startServer(t, withProvider(provider, { http_client }));
    const client = new Assistant(server, 'alice');
    for (const state of ['silent', 'middle']) {
      const number = provider.calls.length + 1;
      const id = await client.ask(state);
      let text = '';
      const following = begin(client.followToEnd(id, { onEvent: (seen) => (text = seen.text) }));
      const call = await provider.call(number);
      if (state === 'middle') await until(5000, 'the first piece is there', () => text !== '', 2);
      const { at } = await cancel(client, id, following);
      await within(5000, 'the provider sees the close', call.closed);
      t.diagnostic(`${state}: the provider saw its socket closed ${(call.closedAt - at).toFixed(1)} ms after the DELETE`);
      assert.ok(!call.finished);
    }

    const id = await client.ask('refuse');
    const following = begin(client.followToEnd(id));
    await provider.call(3);
    await sleep(200);
    const { took } = await cancel(client, id, following);
    t.diagnostic(`back-off: over ${took.toFixed(1)} ms after the DELETE`);
    await sleep(5000);
    assert.equal(provider.calls.length, 3, 'no further attempt was made');

    const silent = await silentListener(t);
    const other = await startServer(
      t,
      withProvider({ url: `https://127.0.0.1:${silent.port}/v1`, protocol }, { http_client }),
    );
    const asker = new Assistant(other, 'alice');
    const greeting = await asker.ask('go on');
    const reading = begin(asker.followToEnd(greeting));
    await until(5000, 'the provider is connected to', () => silent.arrived.length === 1, 2);
    await sleep(100);
    const { at } = await cancel(asker, greeting, reading);
    await until(2000, 'the socket is closed', () => silent.arrived[0].closedAt !== null, 2);
    t.diagnostic(`TLS handshake: closed ${(silent.arrived[0].closedAt - at).toFixed(1)} ms after the DELETE`);
  });
}

for (const http_client of ['own', 'curl'])
  test(`X5: while a name is looked up, which holds up nobody (http_client = "${http_client}")`, { timeout: 60000 }, (t) =>
    cancelDuringLookUp(t, http_client));

async function cancelDuringLookUp(t, http_client) {
  const library = await preload(t, 'slow_name');
  const silent = createSocket('udp4'); // a name server that does not answer
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const setup = withProvider({ url: 'https://slow.test/v1' }, { connect_timeout: '20s', proxy: '', http_client });
  const names = { SLOW_NAME_SECONDS: '8', SLOW_NAME_SERVER: `nameserver 127.0.0.1:${silent.address().port}` };
  const server = await startServer(t, { ...setup, env: { ...setup.env, ...library, ...names } });
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  const following = begin(client.followToEnd(id));
  await sleep(500);
  const { took } = await cancel(client, id, following);
  t.diagnostic(`look-up: over ${took.toFixed(1)} ms after the DELETE`);
  // The loop that requested the look-up is not blocked: it answers requests while the look-up's thread still sleeps.
  const worst = { ms: 0 };
  const end = performance.now() + 3000;
  while (performance.now() < end) {
    const at = performance.now();
    assert.equal((await client.call('GET', '/healthz')).status, 200);
    worst.ms = Math.max(worst.ms, performance.now() - at);
    await sleep(20);
  }
  t.diagnostic(`the slowest of the requests meanwhile took ${worst.ms.toFixed(1)} ms`);
  const again = await client.ask('go on');
  const reading = begin(client.followToEnd(again));
  await sleep(100);
  await cancel(client, again, reading);
}

test('X5: while it waits for a place among the calls of its provider', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider, { max_concurrent: 1 }));
  const client = new Assistant(server, 'alice');
  const first = begin(client.followToEnd(await client.ask('first')));
  await provider.call(1);
  const waits = await client.ask('second');
  const following = begin(client.followToEnd(waits));
  await sleep(200);
  await cancel(client, waits, following);
  provider.release();
  assert.equal((await first).text, 'Half, whole.');
  assert.equal(provider.calls.length, 1, 'the one that waited was never made');
});
