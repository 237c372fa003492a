// X17: what is decided before a request's body is read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { call } from './lib/http.mjs';
import { until, within } from './lib/deadline.mjs';
import { assertProblem } from './lib/problem.mjs';
import { exchange, responses } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';

const mebibyte = 1024 * 1024;

function connect(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    socket.on('error', () => {});
  });
}

test('X17: 400 bodies of 1 MiB that nobody signed in for cost next to nothing', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const before = await server.anonymousMemory();
  const head =
    'POST /assistant/request HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${mebibyte}\r\n\r\n`;
  const body = Buffer.alloc(mebibyte - 1, 'x'); // the last byte never comes
  const sockets = await Promise.all(Array.from({ length: 400 }, () => connect(server.port)));
  let peak = 0;
  let answered = 0;
  for (const socket of sockets) {
    socket.once('data', (bytes) => {
      assert.match(String(bytes), /^HTTP\/1\.1 401 /);
      answered++;
    });
    socket.write(head);
    socket.write(body);
  }
  await until(30000, 'all are answered', async () => {
    peak = Math.max(peak, await server.anonymousMemory());
    return answered === sockets.length;
  });
  for (const socket of sockets) socket.destroy();
  const cost = (peak - before) / mebibyte;
  assert.ok(cost < 40, `${cost.toFixed(1)} MiB`);
});

test('X17: who is not signed in is refused before "100 Continue", on every route that takes a body', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  for (const [method, path] of [
    ['POST', '/assistant/request'],
    ['POST', '/api/chat/start'],
    ['PUT', '/api/chat/messages/1/reaction'],
    ['POST', '/chat/start'],
    ['POST', '/chat/stream'],
    ['POST', '/chat/message'],
    ['POST', '/coach'],
    ['POST', '/auth/ticket'],
    ['POST', '/auth/session'],
  ]) {
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n`;
    const refused = await exchange(server.port, `${head}Authorization: Bearer nonsense\r\n\r\n`, {
      what: `${path} is refused`,
    });
    const [answer] = responses(refused.text);
    assertProblem(answer, 401, 'unauthenticated');
    assert.equal(answer.headers.get('connection'), 'close');
    const asked = await exchange(server.port, `${head}Authorization: Bearer dev:ann\r\n\r\n`, {
      enough: (text) => text.includes('\r\n\r\n'),
      what: `${path} asks for the body`,
    });
    assert.match(asked.text, /^HTTP\/1\.1 100 Continue\r\n/);
  }
});

test('X17: bodies, failed sign-ins and connections of one address have limits', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, {
    settings: {
      'server.trusted_proxies': ['127.0.0.1'],
      'server.max_body_memory_per_address': '1MiB',
      'auth.max_failed_sign_ins_per_address': 3,
    },
  });
  const from = (address, token = 'dev:ann') => ({ 'X-Forwarded-For': address, Authorization: `Bearer ${token}` });
  const ask = { prompt: 'echo:x', mode: 'chat' };

  await t.test('a second large body of an address is 429, and other addresses are not concerned', async () => {
    const held = await connect(server.port);
    t.after(() => held.destroy());
    held.write(
      'POST /assistant/request HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer dev:ann\r\n' +
        `X-Forwarded-For: 2001:db8::1\r\nContent-Type: application/json\r\nContent-Length: ${mebibyte}\r\n` +
        'Expect: 100-continue\r\n\r\n',
    );
    // The server reserves memory for the body before it asks for it. A second request that came earlier could take the place.
    const [asked] = await within(5000, 'the body is asked for', once(held, 'data'));
    assert.match(String(asked), /^HTTP\/1\.1 100 Continue\r\n/);
    held.write('{');
    const second = await call(server.port, 'POST', '/assistant/request', { headers: from('2001:db8::2'), json: ask });
    assert.equal(assertProblem(second, 429, 'too_many_active').limit, 'max_body_memory_per_address');
    const other = await call(server.port, 'POST', '/assistant/request', { headers: from('203.0.113.5'), json: ask });
    assert.equal(other.status, 201);
    held.destroy();
    await until(5000, 'it is given back', async () => {
      const answer = await call(server.port, 'POST', '/assistant/request', { headers: from('2001:db8::2'), json: ask });
      return answer.status === 201;
    });
  });

  await t.test('after too many failed sign-ins an address is 429', async () => {
    const wrong = () =>
      call(server.port, 'POST', '/assistant/request', { headers: from('203.0.113.9', 'a.b.c'), json: ask });
    for (let i = 0; i < 3; i++) assertProblem(await wrong(), 401, 'unauthenticated');
    const refused = await wrong();
    assert.equal(assertProblem(refused, 429, 'rate_limited').limit, 'auth.max_failed_sign_ins_per_address');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    const other = await call(server.port, 'POST', '/assistant/request', { headers: from('203.0.113.8', 'a.b.c'), json: ask });
    assertProblem(other, 401, 'unauthenticated');
  });
});

test('X17: a full server still answers /healthz, and nothing else', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'server.max_connections': 2, 'server.health_reserve': 1 } });
  for (let i = 0; i < 2; i++) {
    const held = await connect(server.port);
    t.after(() => held.destroy());
    const answered = new Promise((resolve) => held.once('data', resolve));
    held.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.match(String(await within(5000, 'an answer', answered)), /^HTTP\/1\.1 200 /);
  }
  for (let i = 0; i < 5; i++)
    await until(3000, 'health is answered', async () => (await call(server.port, 'GET', '/healthz')).status === 200);
  const refused = await within(5000, 'an answer', call(server.port, 'GET', '/readyz'));
  assert.equal(assertProblem(refused, 503, 'server_full').limit, 'max_connections');
});
