// S14, X13: streams over TLS, as curl, Node and Chromium read them; certificates that change while they run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import test from 'node:test';
import { promisify } from 'node:util';
import { Assistant, words } from './lib/assistant.mjs';
import { Authority } from './lib/certificates.mjs';
import { signIn, startChromium } from './lib/chromium.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';
import { peer } from './lib/tls.mjs';

const run = promisify(execFile);

async function start(t, options = {}) {
  const authority = await Authority.make(t);
  const tls = await authority.certify('server');
  const server = await startServer(t, { tls, ...options });
  return { authority, tls, server, secure: server.overTls() };
}

// What `program` prints, within a deadline.
async function output(program, args, env = {}) {
  const { stdout } = await within(20000, `${program} ends`, run(program, args, { env: { ...process.env, ...env } }));
  return stdout;
}

test("S14: curl, Node's fetch and a strict client stream the same answer over TLS", { timeout: 60000 }, async (t) => {
  const { authority, server, secure } = await start(t);
  const client = new Assistant(secure);
  const seen = await client.followToEnd(await client.ask('echo:200 words @400/s'));
  assert.equal(seen.text, words(200));
  assert.equal(seen.connections, 1);

  const id = await client.ask('echo:50 words @200/s');
  const url = `https://127.0.0.1:${server.tlsPort}/assistant/stream/${id}`;
  const header = `Authorization: ${client.headers.authorization}`;
  const byCurl = await output('curl', ['-sS', '-N', '--http1.1', '--cacert', authority.path('ca.pem'), '-H', header, url]);
  const script = `fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify(client.headers)} })
    .then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  const byFetch = await output('node', ['-e', script], { NODE_EXTRA_CA_CERTS: authority.path('ca.pem') });
  const data = (text) => text.split('\n').filter((line) => line.startsWith('data:'));
  assert.match(byCurl, /event: complete\n/);
  assert.deepEqual(data(byFetch), data(byCurl));
});

test('X8, S14: a cookie that is set over TLS is sent over TLS only', { timeout: 60000 }, async (t) => {
  const { server, secure } = await start(t);
  const cookieOf = async (port) => {
    const answer = await call(port, 'POST', '/auth/session', { headers: { authorization: 'Bearer dev:ann' } });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers['set-cookie'][0];
  };
  assert.match(await cookieOf(secure.port), /; Secure$/);
  assert.doesNotMatch(await cookieOf(server.port), /Secure/);
});

test('S14, X2: an answer over TLS is exact over a kill -9', { timeout: 90000 }, async (t) => {
  const { server, secure } = await start(t, { restarts: true });
  const client = new Assistant(secure);
  const id = await client.ask('echo:800 words @200/s');
  let begun = false;
  const reading = begin(client.followToEnd(id, { onEvent: (seen) => (begun ||= seen.text !== '') }));
  await until(10000, 'the answer is flowing', () => begun);
  await server.restart();
  const seen = await reading;
  assert.equal(seen.text, words(800));
  assert.ok(seen.connections >= 2, `${seen.connections} connections`);
});

test("S14, X12: Chromium's EventSource streams over TLS, and over a crash", { timeout: 90000 }, async (t) => {
  const { server, secure } = await start(t, { restarts: true, settings: { 'assistant.retry_base': '300ms' } });
  const client = new Assistant(secure);
  const browser = await startChromium(t, { trustsAll: true });
  const page = await browser.newPage();
  const origin = `https://127.0.0.1:${server.tlsPort}`;
  await page.goto(`${origin}/healthz`);
  await signIn(page, client.headers.authorization);
  const id = await client.ask('echo:800 words @200/s');
  await page.evaluate((path) => {
    const log = (window.log = { text: '', opens: 0, isOver: false });
    const source = new EventSource(path);
    source.onopen = () => log.opens++;
    source.addEventListener('response_chunk', (event) => (log.text += JSON.parse(event.data).content));
    source.addEventListener('complete', () => {
      log.isOver = true;
      source.close();
    });
  }, `/assistant/stream/${id}`);
  await until(10000, 'the page has seen something', () => page.evaluate(() => window.log.text.length > 100));
  await server.restart();
  await until(30000, 'the page has seen all', () => page.evaluate(() => window.log.isOver));
  const log = await page.evaluate(() => window.log);
  assert.equal(log.text, words(800));
  assert.ok(log.opens >= 2);
});

test('S14: a certificate renewed under 500 streams cuts none of them', { timeout: 180000 }, async (t) => {
  const { authority, server, secure } = await start(t);
  const before = server.logs().length;
  const clients = Array.from({ length: 10 }, (_, i) => new Assistant(secure, `reader-${i}`));
  const readings = [];
  const asked = [];
  for (const client of clients) {
    const id = await client.ask('echo:10000 words @5/s'); // longer than the test
    asked.push({ client, id });
    const streams = Array.from({ length: 50 }, () => client.stream(id));
    await Promise.all(streams.map((stream) => within(30000, 'a stream begins', stream.head)));
    readings.push(...streams);
  }
  const collected = begin(Promise.all(readings.map((stream) => stream.collect({ deadline: 120000 }))));
  assert.equal((await peer(secure.port)).serialNumber, '01');

  await authority.certify('server');
  server.child.kill('SIGHUP');
  await until(10000, 'the server has read the certificate', () =>
    server.logs().slice(before).some((line) => line.event === 'certificate' && line.text.startsWith('server, expires ')),
  );
  await until(10000, 'new connections get it', async () => (await peer(secure.port)).serialNumber === '02');

  // A broken file changes nothing, and is named.
  await writeFile(authority.path('server.pem'), 'no certificate');
  server.child.kill('SIGHUP');
  const refused = await until(10000, 'the server says what is wrong', () =>
    server.logs().find((line) => line.event === 'reload_refused'),
  );
  assert.match(refused.text, /server\.tls\.certificate: .*server\.pem has no certificate in PEM form/);
  assert.equal((await peer(secure.port)).serialNumber, '02');

  const sizes = readings.map((stream) => stream.received);
  await until(30000, 'all streams go on', () => readings.every((stream, i) => stream.received > sizes[i]));
  for (const { client, id } of asked) assert.equal((await client.cancel(id)).status, 204);
  const expected = words(10000);
  for (const [i, events] of (await collected).entries()) {
    const chunks = events.filter(({ event }) => event === 'response_chunk').map(({ data }) => JSON.parse(data).content);
    assert.ok(chunks.length > 0 && expected.startsWith(chunks.join('')), `stream ${i} is exact`);
    assert.equal(JSON.parse(events.at(-1).data).code, 'cancelled');
    assert.equal(await readings[i].ended, 'clean');
  }
});

test('S14: the private key of another certificate is refused at a reload and at a start', { timeout: 60000 }, async (t) => {
  const { authority, tls, server, secure } = await start(t);
  const other = await authority.certify('other');
  await authority.openssl('pkey', '-in', 'other.key', '-out', 'server.key');
  server.child.kill('SIGHUP');
  const refused = await until(10000, 'the server says what is wrong', () =>
    server.logs().find((line) => line.event === 'reload_refused'),
  );
  assert.match(refused.text, /server\.tls\.key: It is not the key of the first certificate in /);
  assert.equal((await peer(secure.port)).serialNumber, '01');
  await assert.rejects(startServer(t, { tls: { ...tls, key: other.key } }), /option --tls-key: .*It is not the key/s);
});

test('S14: the port without TLS can be turned off', { timeout: 60000 }, async (t) => {
  const { server, secure } = await start(t, { settings: { 'server.plain': 'false' } });
  assert.doesNotMatch(server.stdout, /http:\/\//);
  assert.equal((await call(secure.port, 'GET', '/healthz')).status, 200);
});

test("S14, X22: the operators' listener can use the same certificate", { timeout: 60000 }, async (t) => {
  const { authority, server } = await start(t, { settings: { 'operations.tls': 'true' } });
  const { url } = await until(5000, 'the listener is there', () => server.logs().find((line) => line.event === 'operations_listening'));
  assert.match(url, /^https:/);
  const page = await output('curl', ['-sS', '--cacert', authority.path('ca.pem'), `${url}/metrics`]);
  assert.match(page, /^belay_tls_handshakes_total\{outcome="complete"\} \d+$/m);
});

test('S14, X10: streams over TLS are handed to the next process at a shutdown', { timeout: 90000 }, async (t) => {
  const { server, secure } = await start(t, { restarts: true, settings: { 'process.drain_time': '200ms' } });
  const client = new Assistant(secure);
  const id = await client.ask('echo:400 words @200/s');
  const reading = begin(client.followToEnd(id));
  await sleep(500);
  const { code } = await server.sigterm();
  assert.equal(code, 0);
  await server.start();
  assert.equal((await reading).text, words(400));
});
