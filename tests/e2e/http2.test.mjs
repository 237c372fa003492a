// X13: HTTP/2, without TLS as behind a proxy: other projects' clients, exact streams, and the shutdown.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, Transcript, words } from './lib/assistant.mjs';
import { hurry, withPace } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { cleartext, followOverHttp2, h2spec, h2specSettings, Http2Client, runH2spec, runToEnd } from './lib/http2.mjs';
import { program } from './lib/programs.mjs';
import { startServer } from './lib/server.mjs';
import { SseParser } from './lib/sse.mjs';

function assertWhole(text, count) {
  const seen = new Transcript();
  const parser = new SseParser((event) => seen.accept(event));
  parser.push(Buffer.from(text));
  assert.equal(seen.terminal?.event, 'complete');
  assert.ok(seen.text === words(count), 'the text is exact');
}

test('X13: curl and nghttp stream an answer over HTTP/2, and HTTP/1.1 is spoken on the same port', async (t) => {
  const server = await startServer(t, { settings: cleartext });
  const client = new Assistant(server);
  const id = await client.ask('echo:100 words @200/s');
  const url = `${server.origin}/assistant/stream/${id}`;
  const authorization = `authorization: ${client.headers.authorization}`;
  const curl = program(['/usr/bin/curl'], 'curl');
  const [fromCurl, fromNghttp, followed] = await Promise.all([
    runToEnd(curl, ['-sSN', '--http2-prior-knowledge', '-H', authorization, '-w', '%{http_version} %{http_code}', url]),
    runToEnd(program(['/usr/bin/nghttp'], 'nghttp2-client'), ['-H', authorization, url]),
    client.followToEnd(id),
  ]);
  assert.ok(fromCurl.stdout.endsWith('\n\n2 200'), fromCurl.stdout.slice(-200) + fromCurl.stderr);
  assertWhole(fromCurl.stdout.slice(0, -'2 200'.length), 100);
  assert.equal(fromNghttp.code, 0, fromNghttp.stderr);
  assertWhole(fromNghttp.stdout, 100);
  assert.ok(followed.text === words(100));
  await until(5000, 'each stream is in the log', () => {
    const closed = server.logs().filter((line) => line.event === 'stream_closed');
    return closed.map((line) => line.protocol).sort().join() === 'h2,h2,http/1.1';
  });
});

test('X13: without the setting, and from others than trusted proxies, HTTP/2 is refused in words of HTTP/1.1', async (t) => {
  for (const settings of [{}, { ...cleartext, 'server.trusted_proxies': '192.0.2.1' }]) {
    const server = await startServer(t, { settings });
    const curl = await runToEnd(program(['/usr/bin/curl'], 'curl'), [
      ...['-sS', '--http2-prior-knowledge', `${server.origin}/healthz`],
    ]);
    assert.notEqual(curl.code, 0);
    const over1 = await runToEnd(program(['/usr/bin/curl'], 'curl'), ['-sS', `${server.origin}/healthz`]);
    assert.equal(over1.stdout, '{"status":"alive"}');
  }
});

test('X13, X1: forty answers on one connection are exact, with streams that are cut and resumed', async (t) => {
  const server = await startServer(t, { settings: cleartext });
  const clients = Array.from({ length: 40 }, (_, i) => new Assistant(server, `user-${i}`));
  const ids = await Promise.all(clients.map((client) => client.ask('echo:150 words @100/s')));
  const shared = new Http2Client(server.origin);
  t.after(() => shared.destroy());
  const headersOf = (client) => ({ headers: client.headers, stream: (...all) => shared.stream(...all) });
  const follow = (client, i) => {
    const connection = {
      stream: (at, options) =>
        headersOf(client).stream(at, { ...options, headers: { ...client.headers, ...options.headers } }),
    };
    return followOverHttp2(() => connection, ids[i], { cuts: (streams) => (i % 2 === 0 || streams > 2 ? Infinity : 20) });
  };
  const all = await Promise.all(clients.map(follow));
  all.forEach((seen, i) => {
    assert.ok(seen.text === words(150), `answer ${i} is exact`);
    assert.equal(seen.streams, i % 2 === 0 ? 1 : 4);
  });
  await until(5000, 'each stream is in the log', () => {
    const opened = server.logs().filter((line) => line.event === 'stream_opened' && line.protocol === 'h2');
    assert.ok(opened.length <= 20 + 20 * 4);
    return opened.length === 20 + 20 * 4;
  });
});

test('X13: a request with a body, its refusals and a client that gives up work as over HTTP/1.1', async (t) => {
  const server = await startServer(t, { settings: cleartext });
  const assistant = new Assistant(server);
  const client = new Http2Client(server.origin, assistant.headers);
  t.after(() => client.destroy());
  const asked = await client.call('POST', '/assistant/request', { json: { prompt: 'echo:5 words', mode: 'chat' } });
  assert.equal(asked.status, 201, asked.text);
  const seen = await followOverHttp2(() => client, asked.json.request_id);
  assert.ok(seen.text === words(5));
  const large = await client.call('POST', '/assistant/request', { json: { prompt: 'x'.repeat(3_000_000), mode: 'chat' } });
  assert.equal(large.status, 413);
  const stranger = await client.call('POST', '/assistant/request', { json: {}, headers: { authorization: '' } });
  assert.equal(stranger.status, 401);
  const id = await assistant.ask('echo:2000 words @200/s');
  const stream = client.stream(`/assistant/stream/${id}`, { cut: 5 });
  await stream.ended;
  await until(5000, 'the server notices', () =>
    server.logs().some((line) => line.event === 'stream_closed' && line.end === 'client_gone'),
  );
});

test('X10, X13: a shutdown says GOAWAY, cuts the streams with a time to come back, and loses nothing', { timeout: 120000 }, async (t) => {
  const settings = { ...cleartext, 'process.drain_time': '1s' };
  const server = await startServer(t, { ...withPace(20), restarts: true, settings });
  const assistant = new Assistant(server);
  const count = 800;
  const id = await assistant.ask(`echo:${count} words`);
  let client = null;
  const all = [];
  const connect = () => {
    if (!client || client.session.closed || client.session.destroyed) {
      client = new Http2Client(server.origin, assistant.headers);
      all.push(client);
    }
    return client;
  };
  t.after(() => all.forEach((each) => each.destroy()));
  const following = begin(followOverHttp2(connect, id));
  await until(20000, 'the stream is open', () => server.logs().some((line) => line.event === 'stream_opened'));
  assert.deepEqual(await server.sigterm(), { code: 0, signal: null });
  await until(20000, 'both GOAWAYs are read', () => all[0].goaways.length >= 2);
  assert.deepEqual(all[0].goaways.map((each) => each.code), [0, 0]);
  assert.equal(all[0].goaways[0].last, 0x7fffffff);
  hurry(server);
  await server.start();
  const seen = await following;
  assert.ok(seen.text === words(count), 'the text is exact');
  assert.equal(seen.streams, 2);
  assert.equal(seen.restarts, 0);
});

test('X13: h2load reads 1,000 streams of one answer on 10 connections, each exact', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { settings: { ...cleartext, 'server.http2.max_streams': '100' } });
  const client = new Assistant(server);
  const id = await client.ask('echo:400 words @100/s');
  const url = `${server.origin}/assistant/stream/${id}`;
  const authorization = `authorization: ${client.headers.authorization}`;
  const h2load = program(['/usr/bin/h2load'], 'nghttp2-client');
  const load = await runToEnd(h2load, ['-n', '1000', '-c', '10', '-m', '100', '-H', authorization, url], 90000);
  const one = new Http2Client(server.origin, client.headers);
  t.after(() => one.destroy());
  const stream = one.stream(`/assistant/stream/${id}`);
  assert.equal(await stream.ended, 'clean');
  assertWhole(stream.body.toString(), 400);
  assert.match(load.stdout, /requests: 1000 total, 1000 started, 1000 done, 1000 succeeded, 0 failed, 0 errored/);
  assert.match(load.stdout, /status codes: 1000 2xx, 0 3xx, 0 4xx, 0 5xx/);
  const data = Number(/\((\d+)\) data/.exec(load.stdout)[1]);
  assert.equal(data, 1000 * stream.body.length, 'each stream has the same bytes');
  await until(5000, 'each stream is complete in the log', () => {
    const ends = server.logs().filter((line) => line.event === 'stream_closed' && line.protocol === 'h2');
    return ends.length === 1001 && ends.every((line) => line.end === 'complete');
  });
});

test('X13: h2spec, all of it', { timeout: 240000 }, async (t) => {
  const file = await h2spec(t);
  if (!file) return t.skip('h2spec is not here, and Go could not install it. Its rules are unit tests too');
  const server = await startServer(t, { settings: { ...cleartext, ...h2specSettings } });
  const result = await runH2spec(file, server.port, { tls: false });
  assert.deepEqual(result.failed, [], result.output);
  assert.match(result.output, /146 tests/);
});
