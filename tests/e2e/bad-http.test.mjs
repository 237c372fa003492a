// X13: bytes that are no good HTTP, literally.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exchange, responses } from './lib/raw.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

test('X13, X9: bytes that are no good HTTP are refused, and touch nobody else', { timeout: 180000 }, async (t) => {
  const server = await startServer(t);
  const target =
    'POST /assistant/request HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev:mallory\r\nContent-Type: application/json\r\n';
  const body = '{"prompt":"echo:x","mode":"chat"}';
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

  // One error response, then a close: nothing after the bad request is read as another one.
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
  await refused('no Host', `GET /healthz HTTP/1.1\r\n\r\n`);
  await refused('two Hosts', `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`);
  await refused('an unknown version', 'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n', [400, 505]);
  await refused('no request line at all', '\0\x01\x02\x03\r\n\r\n');
  await refused('a TLS greeting', Buffer.from('1603010200010001fc0303', 'hex').toString('latin1') + '\r\n\r\n');
  await refused(
    'a request target beyond the limit',
    `GET /${'a'.repeat(200000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    [414, 431],
  );
  await refused(
    'a header beyond the limit',
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(200000)}\r\n\r\n`,
    [431],
  );
  await refused('more headers than the limit', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`, [
    431,
  ]);

  await t.test('a broken percent-encoding is 400', () =>
    beside(server, async () => {
      const { text } = await exchange(
        server.port,
        'GET /assistant/stream/%zz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev:mallory\r\nConnection: close\r\n\r\n',
      );
      assertProblem(responses(text)[0], 400, 'invalid_request');
    }),
  );

  await t.test('pipelined good requests are each answered, in order', async () => {
    const both =
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
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
});
