// X5, A9: a cancel reaches the provider before the provider sends its next piece, and within a second.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { silentListener, startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

// Sends two cancels at once. The stream must end with one `cancelled`. Returns the time of the first cancel.
async function cancelTwice(client, id, following) {
  const at = performance.now();
  const answers = await Promise.all([client.cancel(id), client.cancel(id)]);
  for (const answer of answers) assert.equal(answer.status, 204);
  const seen = await within(10000, 'the stream ends', following);
  assert.equal(seen.terminal.event, 'error');
  assert.equal(seen.terminal.data.code, 'cancelled');
  assert.equal((await client.cancel(id)).status, 204, 'a later cancel is harmless');
  const again = await client.followToEnd(id);
  assert.equal(again.events.filter((event) => event.event === 'error').length, 1, 'exactly one cancelled');
  return at;
}

for (const [when, before] of [
  ['before the first token', 0],
  ['in the middle', 3],
]) {
  for (const tls of [null, 'good']) {
    test(
      `X5: cancel ${when} over ${tls ? 'HTTPS' : 'HTTP'} closes the provider's socket before its next piece`,
      { timeout: 60000 },
      async (t) => {
        const provider = await startProvider(
          t,
          async (call) => {
            for (let i = 0; i < before; i++) await call.piece(`piece ${i} `);
            await call.stall(); // until the cancel closes the socket
          },
          { tls },
        );
        const server = await startServer(t, withProvider(provider));
        const client = new Assistant(server, 'alice');
        // On a busy machine one cancel may take longer than a second, but not three in a row.
        let took = Infinity;
        let calls = 0;
        while (took >= 1000 && calls < 3) {
          const id = await client.ask('go on');
          const call = await provider.call(++calls);
          let chunks = 0;
          const following = begin(client.followToEnd(id, { onEvent: (seen) => (chunks = seen.text.length) }));
          if (before > 0) await until(5000, 'the first pieces are there', () => chunks > 0, 2);
          const at = await cancelTwice(client, id, following);
          await within(10000, 'the provider sees the close', call.closed);
          took = call.closedAt - at;
          t.diagnostic(`the provider saw its socket closed ${took.toFixed(1)} ms after the DELETE was sent`);
          assert.equal(call.pieces, before);
        }
        assert.ok(took < 1000, `within a second, not ${took} ms`);
        await sleep(1300);
        assert.equal(provider.calls.length, calls, 'and the provider was not called again');
      },
    );
  }
}

// It is the cancel that ends the connection, not the deadline for making it.
const patient = { connect_timeout: '1m' };

test('X5: cancel while the provider accepts the connection but never speaks', { timeout: 30000 }, async (t) => {
  // The address is https, and the provider never answers the TLS handshake. So the connection is not yet established.
  const { arrived, port } = await silentListener(t);
  const server = await startServer(t, withProvider({ url: `https://127.0.0.1:${port}/v1` }, patient));
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  const following = begin(client.followToEnd(id));
  await until(5000, 'the provider is connected to', () => arrived.length === 1, 2);
  await sleep(200);
  const at = await cancelTwice(client, id, following);
  await until(10000, 'the socket is closed', () => arrived[0].closedAt !== null, 2);
  t.diagnostic(
    `the provider saw its socket closed ${(arrived[0].closedAt - at).toFixed(1)} ms after the DELETE was sent`,
  );
  assert.equal(arrived.length, 1);
});

// How many sockets of this machine still wait for that port to accept a connection (state 02 is SYN_SENT).
function connecting(port) {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // Synchronous, because the promise version in Node 18 reads only the first page of this file.
  const table = readFileSync('/proc/net/tcp', 'utf8');
  const lines = table.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.filter((fields) => fields[2]?.endsWith(wanted) && fields[3] === '02').length;
}

// A port whose queue of connections is full, so that a connection attempt is never answered. A stopped process listens on it.
async function startBlackHole(t) {
  const script =
    "require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})";
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await within(10000, 'the black hole listens', once(child.stdout, 'data'));
  const port = Number(String(line));
  child.kill('SIGSTOP');
  const sockets = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await until(5000, 'the queue is full', () => connecting(port) > 0, 10);
  return port;
}

test('X5: cancel while the connection to the provider is being made', { timeout: 30000 }, async (t) => {
  const port = await startBlackHole(t);
  const others = connecting(port);
  const server = await startServer(t, withProvider({ url: `http://127.0.0.1:${port}/v1` }, patient));
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  const following = begin(client.followToEnd(id));
  await until(5000, 'the server knocks', () => connecting(port) > others, 5);
  const at = performance.now();
  await cancelTwice(client, id, following);
  await until(10000, 'it knocks no more', () => connecting(port) === others, 2);
  t.diagnostic(
    `the knocking socket was gone at most ${(performance.now() - at).toFixed(1)} ms after the DELETE was sent`,
  );
});
