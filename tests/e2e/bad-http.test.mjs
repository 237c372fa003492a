// X13: bytes that are not valid HTTP, sent exactly as written here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { Authority } from './lib/certificates.mjs';
import { until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { exchange, responses } from './lib/raw.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

for (const over of ['a socket', 'TLS'])
  test(`X13, X9: bytes over ${over} that are no good HTTP are refused, and touch nobody else`, { timeout: 180000 }, (t) =>
    refusesBadBytes(t, over === 'TLS'),
  );

async function refusesBadBytes(t, overTls) {
  const tls = overTls ? await (await Authority.make(t)).certify('server') : undefined;
  const started = await startServer(t, { tls });
  const server = overTls ? started.overTls() : started;
  const target =
    'POST /assistant/request HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer dev:mallory\r\nContent-Type: application/json\r\n';
  const body = '{"prompt":"echo:x","mode":"chat"}';
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

  // Expects one error response and then a close. No bytes after the bad request may be read as another request.
  const refused = (name, bytes, statuses = [400]) =>
    t.test(name, () =>
      beside(server, async () => {
        const { end, text } = await exchange(server.port, bytes, { what: 'the server refuses and closes' });
        assert.notEqual(end, 'open');
        const answers = text === '' ? [] : responses(text);
        assert.ok(answers.length <= 1, `one answer at most: ${text}`);
        for (const answer of answers) {
          assert.ok(statuses.includes(answer.status), text);
          assertProblem(answer, answer.status, null);
        }
        assert.doesNotMatch(text, /set-cookie/i);
      }),
    );

  await refused(
    'two different Content-Lengths',
    `${target}Content-Length: ${body.length}\r\nContent-Length: 0\r\n\r\n${body}${smuggled}`,
  );
  await refused(
    'two Content-Lengths in one header',
    `${target}Content-Length: ${body.length}, 0\r\n\r\n${body}${smuggled}`,
  );
  await refused(
    'Content-Length with Transfer-Encoding',
    `${target}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n${body}\r\n0\r\n\r\n${smuggled}`,
  );
  await refused(
    'a Transfer-Encoding that is unknown',
    `${target}Transfer-Encoding: xchunked\r\n\r\n21\r\n${body}\r\n0\r\n\r\n`,
    [400, 501],
  );
  await refused(
    'two codings',
    `${target}Transfer-Encoding: gzip, chunked\r\n\r\n21\r\n${body}\r\n0\r\n\r\n`,
    [400, 501],
  );
  await refused('a negative Content-Length', `${target}Content-Length: -1\r\n\r\n${body}`);
  await refused('a Content-Length with a sign', `${target}Content-Length: +33\r\n\r\n${body}`);
  await refused(
    'a Content-Length beyond 2^64',
    `${target}Content-Length: 18446744073709551617\r\n\r\n${body}`,
    [400, 413],
  );
  await refused(
    'a chunk size that is no number',
    `${target}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
  );
  await refused(
    'a chunk size beyond 2^64',
    `${target}Transfer-Encoding: chunked\r\n\r\n10000000000000021\r\n${body}\r\n0\r\n\r\n`,
    [400, 413],
  );
  await refused(
    'a chunk that does not end where it should',
    `${target}Transfer-Encoding: chunked\r\n\r\n3\r\n${body}\r\n0\r\n\r\n`,
  );
  await refused('a space before the colon of a header', `${target}Content-Length : ${body.length}\r\n\r\n${body}`);
  await refused('a folded header', `${target}X-A: b\r\n c\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await refused(
    'a CR inside a header value',
    `${target}Idempotency-Key: a\rSet-Cookie: b=c\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await refused(
    'a NUL inside a header value',
    `${target}Idempotency-Key: a\0b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  for (const name of ['Authorization: Bearer dev:ann', 'Content-Type: text/plain', 'Origin: http://a', 'Last-Event-ID: 1-1'])
    await refused(`a second ${name.split(':')[0]}`, `${target}Origin: http://x\r\nLast-Event-ID: 1-2\r\n${name}\r\n\r\n`);
  await refused(
    'a second Idempotency-Key',
    `${target}Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await refused('no Host', `GET /healthz HTTP/1.1\r\n\r\n`);
  await refused('two Hosts', `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`);
  await refused('an unknown version', 'GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n', [400, 505]);
  await refused('no request line at all', '\0\x01\x02\x03\r\n\r\n');
  await refused('a TLS greeting', Buffer.from('1603010200010001fc0303', 'hex').toString('latin1') + '\r\n\r\n');
  await refused(
    'a request target beyond the limit',
    `GET /${'a'.repeat(200000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    [414, 431],
  );
  await refused(
    'a header beyond the limit',
    `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Big: ${'a'.repeat(200000)}\r\n\r\n`,
    [431],
  );
  await refused('more headers than the limit', `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`, [
    431,
  ]);

  await t.test('a broken percent-encoding is 400', () =>
    beside(server, async () => {
      const { text } = await exchange(
        server.port,
        'GET /assistant/stream/%zz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer dev:mallory\r\nConnection: close\r\n\r\n',
      );
      assertProblem(responses(text)[0], 400, 'invalid_request');
    }),
  );

  await t.test('pipelined good requests are each answered, in order', async () => {
    const both =
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const answers = responses((await exchange(server.port, both)).text);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200],
    );
  });

  await t.test('a request that comes byte by byte is answered', async () => {
    const bytes = `${target}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
    const answers = responses(
      (
        await exchange(
          server.port,
          [...bytes].flatMap((byte, i) => (i % 16 ? [byte] : [byte, 1])),
        )
      ).text,
    );
    assert.equal(answers[0].status, 201);
  });
}

test('X13: a body that means nothing is read and ignored, and the connection goes on', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'mallory');
  const started = async () =>
    (await client.call('POST', '/api/chat/start', { json: { modelId: 'grok-2', prompt: 'echo:50 words @5/s' } })).json.sessionId;
  const persona = (await client.call('POST', '/chat/start', { json: {} })).json.session_id;
  const routes = [
    ['DELETE', async () => `/assistant/request/${await client.ask('echo:50 words @5/s')}`, 204],
    ['DELETE', async () => `/api/chat/stream?sessionId=${await started()}`, 204],
    ['DELETE', async () => `/chat/stream?session_id=${persona}`, 204],
    ['DELETE', async () => '/auth/session', 204],
    ['GET', async () => '/api/chats', 200],
    ['GET', async () => '/chat/personas', 200],
    ['GET', async () => '/healthz', 200],
    ['HEAD', async () => '/healthz', 200],
  ];
  const bodies = {
    'two bytes': 'Content-Length: 2\r\n\r\n{}',
    chunked: 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    'what is no JSON, compressed': 'Content-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc',
    'a whole 64 KiB': `Content-Length: 65536\r\n\r\n${' '.repeat(65536)}`,
  };
  const head = (method, path) =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.tokenFor('mallory')}\r\n`;
  const next = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  for (const [method, path, status] of routes) {
    for (const [name, rest] of Object.entries(bodies)) {
      if (method === 'HEAD') continue; // the parser of these tests does not know that the answer to HEAD has no body
      await t.test(`${method} ${(await path()).replace(/[=/][^=/]{20,}$/, '')} with ${name}`, async () => {
        const { text } = await exchange(server.port, [head(method, await path()) + rest, next]);
        assert.deepEqual(
          responses(text).map((answer) => answer.status),
          [status, 200],
        );
      });
    }
  }
  await t.test('one that is waited with is asked for', async () => {
    const path = `/assistant/request/${await client.ask('echo:50 words @5/s')}`;
    const first = await exchange(server.port, [`${head('DELETE', path)}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`], {
      enough: (text) => text.includes('100 Continue'),
    });
    assert.match(first.text, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    const both = await exchange(server.port, [
      `${head('DELETE', path)}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
      (text) => text.includes('100 Continue'),
      `{}${next}`,
    ]);
    assert.match(both.text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 204 [^]*HTTP\/1\.1 200 /);
  });
  await t.test('a huge one is 413, and the connection closes', async () => {
    for (const rest of [
      'Content-Length: 65537\r\n\r\n{',
      'Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\n10001\r\n{',
    ]) {
      const { text, end } = await exchange(server.port, [head('DELETE', '/assistant/request/x') + rest]);
      assert.notEqual(end, 'open');
      assert.equal(responses(text).length, 1);
      assertProblem(responses(text)[0], 413, 'payload_too_large');
    }
  });
});

test('A13: methods and paths that clients invent are one label, in metrics and logs', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const known = await page();
  for (let i = 0; i < 30; i++) {
    await exchange(server.port, `M${i}X /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await exchange(server.port, `GET /nowhere/${i} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  }
  await exchange(server.port, 'PROPFIND /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await exchange(server.port, '\0\r\n\r\n');
  const wanted = {
    'belay_http_requests_total{route="other",method="other",status="501"}': 30,
    'belay_http_requests_total{route="other",method="GET",status="404"}': 30,
  };
  // A request is counted when its answer has been sent.
  let now;
  const counted = () => Object.keys(wanted).every((series) => now[series] >= wanted[series]);
  await until(10000, () => `all are counted: ${JSON.stringify(now)}`, async () => ((now = await page()), counted()));
  const fresh = Object.keys(now).filter((series) => !(series in known));
  assert.ok(fresh.length <= 8, fresh.join('\n'));
  for (const series of Object.keys(now)) {
    assert.match(series, /method="(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|other)"/);
    assert.match(series, /route="[a-z_.]+"/);
  }
  for (const [series, count] of Object.entries(wanted)) assert.equal(now[series], count, series);
  for (const line of server.logs().filter((each) => each.event === 'request' || each.method !== undefined))
    assert.match(line.method, /^(GET|other)$/);

  // The counters of requests in the metrics: {series: count}.
  async function page() {
    const { text } = await call(server.port, 'GET', '/metrics');
    const lines = text.split('\n').filter((line) => line.startsWith('belay_http_requests_total{'));
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  }
});
