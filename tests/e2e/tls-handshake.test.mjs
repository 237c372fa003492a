// S14, X13, X17: what clients can agree on with the server, and handshakes that never end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { Authority } from './lib/certificates.mjs';
import { until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { exchange, responses } from './lib/raw.mjs';
import { belay, startServer } from './lib/server.mjs';
import { halfGreeting, open, resume, stall } from './lib/tls.mjs';

async function start(t, options = {}) {
  const authority = await Authority.make(t);
  const tls = await authority.certify('server');
  const server = await startServer(t, { tls, ...options });
  return { authority, server };
}

// How many handshakes ended in this way, by the server's own count.
async function handshakes(server, outcome) {
  const { text } = await call(server.port, 'GET', '/metrics');
  return Number(new RegExp(`^belay_tls_handshakes_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

// What `openssl s_client` says about the server: {code, text}.
async function look(port, ...args) {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (bytes) => (text += bytes));
  child.stderr.on('data', (bytes) => (text += bytes));
  child.stdin.end('Q\n');
  const code = await within(15000, 's_client ends', new Promise((resolve) => child.on('close', resolve)));
  return { code, text };
}

test("S14: openssl's view: no old version, no weak cipher, ALPN, the OCSP response", { timeout: 60000 }, async (t) => {
  const authority = await Authority.make(t);
  const tls = await authority.certify('server');
  const ocsp = await authority.respond('server');
  const { tlsPort } = await startServer(t, { tls, settings: { 'server.tls.ocsp_response': ocsp } });
  const trust = ['-CAfile', authority.path('ca.pem'), '-verify_return_error'];

  for (const [version, name] of [
    ['-tls1_2', 'TLSv1.2'],
    ['-tls1_3', 'TLSv1.3'],
  ]) {
    const { code, text } = await look(tlsPort, version, ...trust, '-alpn', 'h2,http/1.1', '-status');
    assert.equal(code, 0, text);
    assert.match(text, new RegExp(`New, ${name}, Cipher is (TLS_AES_128_GCM_SHA256|ECDHE-ECDSA-AES128-GCM-SHA256)`));
    assert.match(text, /ALPN protocol: (h2|http\/1\.1)/);
    assert.match(text, /OCSP Response Status: successful/);
    assert.match(text, /Cert Status: good/);
    assert.match(text, /Server Temp Key: X25519/);
    assert.match(text, /Compression: NONE/);
    assert.match(text, /Verify return code: 0/);
  }
  const weak = ['-cipher', 'ALL:@SECLEVEL=0'];
  for (const version of ['-tls1', '-tls1_1']) {
    const { code, text } = await look(tlsPort, version, ...weak);
    assert.notEqual(code, 0);
    assert.match(text, /alert protocol version/);
  }
  for (const cipher of ['AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-ECDSA-AES128-SHA', 'NULL', 'aNULL', 'PSK']) {
    const { code, text } = await look(tlsPort, '-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`);
    assert.notEqual(code, 0, cipher);
    assert.match(text, /handshake failure|no cipher match|no ciphers available/, cipher);
  }
  assert.match((await look(tlsPort, '-alpn', 'smtp')).text, /alert no application protocol/);
});

test('S14: a ticket shortens the next handshake on every loop, until its key is forgotten', { timeout: 60000 }, async (t) => {
  const { server } = await start(t, { settings: { 'process.threads': '2', 'server.tls.ticket_rotation': '3s' } });
  const port = server.tlsPort;
  const first = await resume(port);
  assert.equal(first.reused, false);
  let ticket = first.ticket;
  for (let i = 0; i < 20; ++i) {
    const again = await resume(port, ticket);
    assert.ok(again.reused, `connection ${i}: the kernel gives it to any of the two loops`);
    ticket = again.ticket;
  }
  await until(20000, 'the key of the first ticket is forgotten', async () => !(await resume(port, first.ticket)).reused, 200);
  assert.ok((await handshakes(server, 'resumed')) >= 20);
});

test('X13: HTTP without TLS on the port for TLS is told to use https', { timeout: 60000 }, async (t) => {
  const { server } = await start(t);
  const stalled = await stall(server.tlsPort, Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  let text = '';
  stalled.socket.on('data', (bytes) => (text += bytes));
  await within(15000, 'the server answers and closes', stalled.closed);
  const [answer] = responses(text);
  assert.equal(answer.status, 400);
  assert.match(answer.body, /^This port expects TLS\. Use an address that begins with https:\/\/ /);
  const { text: other } = await exchange(server.port, Buffer.concat([halfGreeting, Buffer.from('\r\n\r\n')]));
  assert.match(other, /^HTTP\/1\.1 400 /, 'and TLS on the port without it is no good HTTP');
});

test('X17: 400 handshakes that stop cost little memory and end at their deadline, and nobody notices', { timeout: 120000 }, async (t) => {
  const { server } = await start(t, { settings: { 'server.tls.handshake_deadline': '4s' } });
  const secure = server.overTls();
  const client = new Assistant(secure);
  await client.followToEnd(await client.ask('echo:50 words @500/s')); // what is allocated once
  const before = await server.anonymousMemory();
  const silent = await Promise.all(Array.from({ length: 200 }, () => stall(server.tlsPort, Buffer.alloc(0))));
  const half = await Promise.all(Array.from({ length: 200 }, () => stall(server.tlsPort, halfGreeting)));
  const seen = await client.followToEnd(await client.ask('echo:100 words @500/s'));
  assert.equal(seen.text, words(100));
  const grown = (await server.anonymousMemory()) - before;
  t.diagnostic(`memory grew by ${Math.round(grown / 1024)} KiB`);
  assert.ok(grown < 400 * 48 * 1024, `memory grew by ${grown} bytes`);
  await within(30000, 'the server closes all of them', Promise.all([...silent, ...half].map(({ closed }) => closed)));
  await until(10000, 'each is counted', async () => (await handshakes(server, 'timed_out')) === 400);
});

test('S14: an idle stream over TLS needs at most 18 KiB, with everything that belongs to it', { timeout: 240000 }, async (t) => {
  const { server } = await start(t);
  const client = new Assistant(server);
  const id = await client.ask('echo:100 words @0.02/s');
  const head = [`GET /assistant/stream/${id} HTTP/1.1`, 'Host: localhost', `Authorization: ${client.headers.authorization}`];
  const connect = async () => {
    const socket = await open(server.tlsPort);
    t.after(() => socket.destroy());
    const begun = new Promise((resolve) => socket.once('data', resolve));
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await within(15000, 'the stream begins', begun);
  };
  for (let i = 0; i < 100; ++i) await connect(); // what is allocated once, and what handshakes need meanwhile
  const before = await server.anonymousMemory();
  const count = 400;
  for (let i = 0; i < count; ++i) await connect();
  const each = ((await server.anonymousMemory()) - before) / count;
  t.diagnostic(`${(each / 1024).toFixed(1)} KiB for each of ${count} streams`);
  assert.ok(each <= 18 * 1024, `${each} bytes`);
});

test('X17: with as many handshakes as there may be, the next waits its turn', { timeout: 60000 }, async (t) => {
  const { server } = await start(t, {
    settings: { 'server.tls.max_handshakes': '20', 'server.tls.handshake_deadline': '2s', 'process.threads': '1' },
  });
  await Promise.all(Array.from({ length: 20 }, () => stall(server.tlsPort, halfGreeting)));
  const socket = await open(server.tlsPort); // after their deadline
  socket.destroy();
  assert.equal((await call(server.port, 'GET', '/healthz')).status, 200);
});

test('S14: a wrong certificate is reported by its setting, before anything is served', { timeout: 60000 }, async (t) => {
  const authority = await Authority.make(t);
  const { cert, key } = await authority.certify('server');
  const { key: otherKey } = await authority.certify('other');
  const check = async (settings) => {
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`BELAY_SERVER_TLS_${name}`, value]));
    return belay(['config', 'check', '--dev', '/dev/null'], { env });
  };
  const problem = async (settings, message) => {
    const { code, stdout, stderr } = await check(settings);
    assert.equal(code, 1, stdout + stderr);
    assert.match(stdout + stderr, message);
  };
  await problem({ CERTIFICATE: cert }, /server\.tls\.key: .*Set server\.tls\.key to its PEM file/);
  await problem({ KEY: key }, /Set server\.tls\.certificate to its PEM file/);
  await problem({ CERTIFICATE: cert, KEY: otherKey }, /It is not the key of the first certificate in /);
  await problem({ CERTIFICATE: '/nowhere/a.pem', KEY: key }, /Cannot read \/nowhere\/a\.pem: No such file or directory/);
  await problem({ CERTIFICATE: cert, KEY: key, OCSP_RESPONSE: cert }, /is no successful OCSP response as DER/);
  await problem({ CERTIFICATE: cert, KEY: key, MIN_VERSION: '1.1' }, /one of "1\.2", "1\.3"/);

  await chmod(key, 0o644);
  const fine = await check({ CERTIFICATE: cert, KEY: key });
  assert.equal(fine.code, 0, fine.stderr);
  assert.match(fine.stdout + fine.stderr, /every user of this machine may read .*server\.key/);
});
