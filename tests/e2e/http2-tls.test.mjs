// X13, S14: HTTP/2 over TLS, as browsers speak it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, Transcript, words } from './lib/assistant.mjs';
import { Authority } from './lib/certificates.mjs';
import { signIn, startChromium } from './lib/chromium.mjs';
import { hurry, withPace, withProvider } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { followOverHttp2, h2spec, h2specSettings, Http2Client, runH2spec, runToEnd } from './lib/http2.mjs';
import { program } from './lib/programs.mjs';
import { halfHeld } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

async function start(t, options = {}) {
  const authority = await Authority.make(t);
  const tls = await authority.certify('server');
  const server = await startServer(t, { tls, ...options });
  return { authority, server, origin: `https://127.0.0.1:${server.tlsPort}` };
}

const tabs = 12;
const names = ['stage', 'status', 'response_chunk', 'action', 'complete'];

test(`X13: ${tabs} tabs of one browser stream at once, and each is exact`, { timeout: 120000 }, async (t) => {
  // The answer does not end before all tabs read it.
  const text = words(500);
  const provider = await halfHeld(t, text);
  const { server, origin } = await start(t, withProvider(provider));
  const client = new Assistant(server);
  const browser = await startChromium(t, { trustsAll: true });
  const pages = await Promise.all(Array.from({ length: tabs }, () => browser.newPage()));
  await Promise.all(pages.map((page) => page.goto(`${origin}/healthz`)));
  await signIn(pages[0], client.headers.authorization);
  // All of them read one answer: how many a user may have at once is limited.
  const id = await client.ask('Tell me.');
  const listen = ([url, eventNames]) => {
    const log = (window.log = { events: [], opens: 0, isOver: false });
    const source = new EventSource(url);
    source.onopen = () => log.opens++;
    source.onerror = () => (log.isOver = source.readyState === 2);
    for (const name of eventNames) {
      source.addEventListener(name, (event) => log.events.push({ id: event.lastEventId, event: name, data: event.data }));
    }
  };
  for (const page of pages) await page.evaluate(listen, [`/assistant/stream/${id}`, names]);
  const countOf = (page) => page.evaluate(() => window.log.events.length);
  await until(60000, 'all tabs stream at once', async () => {
    const counts = await Promise.all(pages.map(countOf));
    return counts.every((count) => count > 10);
  });
  const ended = server.logs().filter((line) => line.event === 'stream_closed');
  assert.equal(ended.length, 0, 'none of them had to end first');
  provider.release();
  await until(60000, 'all tabs stop at the end', async () =>
    (await Promise.all(pages.map((page) => page.evaluate(() => window.log.isOver)))).every(Boolean),
  );
  for (const page of pages) {
    const log = await page.evaluate(() => window.log);
    const seen = new Transcript();
    const own = (event, i) => (event.id === '' || event.id === log.events[i - 1]?.id ? undefined : event.id);
    log.events.forEach((event, i) => seen.accept({ ...event, id: own(event, i) }));
    assert.ok(seen.text === text, 'the text is exact');
    assert.equal(seen.terminal?.event, 'complete');
  }
  const opened = server.logs().filter((line) => line.event === 'stream_opened');
  assert.equal(opened.length, tabs);
  assert.ok(opened.every((line) => line.protocol === 'h2'));
});

test('X13, X10: a stream is exact over cuts of the client and a restart of the server', { timeout: 90000 }, async (t) => {
  // So slow that the restart is always in the middle of the answer.
  const { authority, server } = await start(t, { ...withPace(50), restarts: true, settings: { 'process.drain_time': '500ms' } });
  const assistant = new Assistant(server);
  const id = await assistant.ask('echo:2000 words');
  let client = null;
  const connect = () => {
    if (!client || client.session.closed || client.session.destroyed)
      client = new Http2Client(`https://127.0.0.1:${server.tlsPort}`, assistant.headers, { ca: authority.pem });
    return client;
  };
  t.after(() => client.destroy());
  const following = begin(followOverHttp2(connect, id, { cuts: (streams) => (streams < 2 ? 20 : Infinity) }));
  const isOpened = (line) => line.event === 'stream_opened';
  await until(20000, 'it is the third stream', () => server.logs().filter(isOpened).length === 3);
  await server.sigterm();
  hurry(server);
  await server.start();
  const seen = await following;
  assert.equal(client.session.alpnProtocol, 'h2');
  assert.ok(seen.text === words(2000), 'the text is exact');
  assert.equal(seen.restarts, 0);
  assert.equal(seen.streams, 4, 'two cuts by the client, one by the server');
});

test('X13: ALPN chooses the protocol, and HTTP/2 can be switched off', async (t) => {
  const curl = program(['/usr/bin/curl'], 'curl');
  const versionOf = async (settings, ...args) => {
    const { authority, origin } = await start(t, { settings });
    const all = ['-sS', ...args, '--cacert', authority.path('ca.pem'), '-w', ' %{http_version}', `${origin}/healthz`];
    return (await runToEnd(curl, all)).stdout;
  };
  assert.equal(await versionOf({}), '{"status":"alive"} 2');
  assert.equal(await versionOf({}, '--http1.1'), '{"status":"alive"} 1.1');
  assert.equal(await versionOf({ 'server.http2.enabled': 'false' }), '{"status":"alive"} 1.1');
});

test('X13: h2spec over TLS, all of it', { timeout: 240000 }, async (t) => {
  const file = await h2spec(t);
  if (!file) return t.skip('h2spec is not here, and Go could not install it. Its rules are unit tests too');
  const { server } = await start(t, { settings: h2specSettings });
  const { failed, output } = await runH2spec(file, server.tlsPort, { tls: true });
  assert.deepEqual(failed, [], output);
  assert.match(output, /146 tests/);
});
