// X8: which callers the server accepts, tested over HTTP.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withKeys } from './lib/config.mjs';
import { call } from './lib/http.mjs';
import { newKey, token, unsigned } from './lib/jwt.mjs';
import { assertProblem } from './lib/problem.mjs';
import { belay, startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

const issuer = 'https://issuer.example';
const audience = 'belay';
const claims = { iss: issuer, aud: audience };

async function startWithKeys(t, keys, settings = {}) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-keys-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const rows = [];
  for (const key of keys) {
    const file = path.join(home, `${key.algorithm}.key`);
    await writeFile(file, key.pem ?? key.secret);
    rows.push({ file, alg: key.algorithm });
  }
  return startServer(t, { ...withKeys(rows, { issuer, audience }), settings });
}

const tryToken = (server, text) => new Assistant(server, 'x', { token: text }).post('hello');

test('X8: tokens of HS256, RS256, PS256, ES256 and EdDSA, good and bad', { timeout: 90000 }, async (t) => {
  const keys = ['HS256', 'RS256', 'ES256', 'PS256', 'EdDSA'].map(newKey);
  const server = await startWithKeys(t, keys);
  const now = Math.floor(Date.now() / 1000);
  const good = new Assistant(server, 'good', { token: token(keys[0], { ...claims, sub: 'good' }) });

  for (const key of keys) {
    await t.test(`X8: a ${key.algorithm} token signs in, and its user owns the request`, async () => {
      const client = new Assistant(server, 'alice', { token: token(key, claims) });
      const id = await client.ask('hello');
      assert.equal((await client.followToEnd(id)).terminal.event, 'complete');
      const other = new Assistant(server, 'bob', { token: token(key, { ...claims, sub: 'bob' }) });
      assertProblem(await other.call('GET', `/assistant/stream/${id}`), 404, 'not_found');
    });

    const forged = {
      ...newKey(key.algorithm),
      ...(key.secret ? { secret: 'another secret of more than thirty-two bytes' } : {}),
    };
    const sound = token(key, claims);
    const tampered = sound.replace(
      /\.[^.]+\./,
      `.${Buffer.from(JSON.stringify({ ...claims, sub: 'root', exp: now + 300 })).toString('base64url')}.`,
    );
    const bad = {
      expired: token(key, { ...claims, iat: now - 7200, exp: now - 3600 }),
      'not valid yet': token(key, { ...claims, nbf: now + 3600 }),
      'wrongly signed': token(forged, claims),
      'changed after signing': tampered,
      "another issuer's": token(key, { ...claims, iss: 'https://elsewhere.example' }),
      "another audience's": token(key, { ...claims, aud: 'others' }),
      'without a subject': token(key, { ...claims, sub: undefined }),
      'without an end': token(key, { ...claims, exp: undefined }),
      'without a signature': `${sound.split('.').slice(0, 2).join('.')}.`,
      'of two parts': sound.split('.').slice(0, 2).join('.'),
      'no JSON inside': token(key, 'not json'),
    };
    for (const [name, text] of Object.entries(bad)) {
      await t.test(`X8: a ${key.algorithm} token that is ${name} is 401`, async () => {
        assertProblem(await tryToken(server, text), 401, 'unauthenticated');
      });
    }
  }

  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'HS256']) {
    await t.test(`X8: an unsigned token with alg ${JSON.stringify(alg)} is 401`, async () => {
      assertProblem(await tryToken(server, unsigned(claims, alg)), 401, 'unauthenticated');
    });
  }
  await t.test('X8: the key fixes the algorithm: an HS256 token signed with the public RSA key is 401', async () => {
    const confused = token({ algorithm: 'HS256', secret: keys[1].pem }, claims);
    assertProblem(await tryToken(server, confused), 401, 'unauthenticated');
  });
  await t.test('X8: a missing or misshapen Authorization is 401 and says how to sign in', async () => {
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: 'Basic YTpi' },
      { authorization: `Bearer ${'a'.repeat(9000)}` },
    ]) {
      const answer = await call(server.port, 'POST', '/assistant/request', {
        json: { prompt: 'x', mode: 'chat' },
        headers,
      });
      assertProblem(answer, 401, 'unauthenticated');
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
    }
  });
  await t.test('X8: development tokens are refused outside development mode, in header and query', async () => {
    assertProblem(await tryToken(server, 'dev:alice'), 401, 'unauthenticated');
    assertProblem(
      await call(server.port, 'POST', '/assistant/request?token=dev:alice', { json: { prompt: 'x', mode: 'chat' } }),
      401,
      'unauthenticated',
    );
  });
  await t.test('X8: no token is in the log', async () => {
    const text = token(keys[0], { ...claims, sub: 'logged' });
    const client = new Assistant(server, 'logged', { token: text });
    const id = await client.ask('hello');
    const ticket = await client.call('POST', '/auth/ticket', { json: { stream: `/assistant/stream/${id}` } });
    assert.equal(ticket.status, 201, ticket.text);
    await call(server.port, 'GET', `/assistant/stream/${id}?ticket=${ticket.json.ticket}`);
    assert.ok(!server.stderr.includes(text) && !server.stderr.includes(ticket.json.ticket));
  });
  await t.test('the good user is still served', async () => void (await good.ask('hello')));
});

test('X8: bad tokens leave the other streams untouched', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const bad = {
    missing: null,
    expired: token(newKey('HS256'), { exp: 1 }),
    'wrongly signed': token(newKey('RS256')),
    'alg none': unsigned(),
    'no development user': 'dev:',
    'a user with a line end': 'dev:a\u0085b',
  };
  for (const [name, text] of Object.entries(bad)) {
    await t.test(`X8: a token that is ${name} is 401`, () =>
      beside(server, async () => {
        const nobody = new Assistant(server, 'x', { token: null });
        const query = text === null ? '' : `?token=${encodeURIComponent(text)}`;
        assertProblem(
          await nobody.call('POST', `/assistant/request${query}`, { json: { prompt: 'x', mode: 'chat' } }),
          401,
          'unauthenticated',
        );
      }),
    );
  }
});

test('X8: cookie, ticket and CORS', { timeout: 60000 }, async (t) => {
  const allowed = 'https://app.example.com';
  const key = newKey('HS256');
  const server = await startWithKeys(t, [key], { 'server.cors.allowed_origins': allowed });
  const client = new Assistant(server, 'alice', { token: token(key, claims) });
  const nobody = new Assistant(server, '', { token: null });
  const session = await client.call('POST', '/auth/session');
  const setCookie = session.headers['set-cookie']?.[0] ?? '';
  const cookie = setCookie.split(';')[0];
  const id = await client.ask('hello');
  await client.followToEnd(id);
  const withCookie = (method, target, headers = {}, json) =>
    nobody.call(method, target, { headers: { cookie, ...headers }, json });

  await t.test('X8: the session cookie is HttpOnly, SameSite and for the whole server', () => {
    assert.match(setCookie, /^belay_session=[^;]+/);
    assert.match(setCookie, /; *HttpOnly/i);
    assert.match(setCookie, /; *SameSite=(Lax|Strict)/i);
    assert.match(setCookie, /; *Path=\//i);
  });
  await t.test('X8: the cookie signs in where no Origin or an allowed one is given', async () => {
    assert.equal((await withCookie('GET', `/assistant/stream/${id}`)).status, 200);
    assert.equal((await withCookie('GET', `/assistant/stream/${id}`, { origin: allowed })).status, 200);
    assert.equal(
      (await withCookie('POST', '/assistant/request', { origin: allowed }, { prompt: 'x', mode: 'chat' })).status,
      201,
    );
    assert.equal(
      (await withCookie('POST', '/assistant/request', { origin: server.origin }, { prompt: 'x', mode: 'chat' })).status,
      201,
    );
  });
  await t.test("X8: the cookie is refused to another site's page", async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `${allowed}.evil.example`,
      allowed.replace('https', 'http'),
    ]) {
      assertProblem(
        await withCookie('POST', '/assistant/request', { origin }, { prompt: 'x', mode: 'chat' }),
        403,
        'forbidden',
      );
      assertProblem(await withCookie('GET', `/assistant/stream/${id}`, { origin }), 403, 'forbidden');
    }
    assertProblem(await withCookie('POST', '/assistant/request', {}, { prompt: 'x', mode: 'chat' }), 403, 'forbidden');
  });
  await t.test('X8: a cookie of our own making is 401', async () => {
    for (const value of ['x', 'dev:alice', `${cookie.split('=')[1].slice(0, -2)}xx`]) {
      assertProblem(
        await nobody.call('GET', `/assistant/stream/${id}`, { headers: { cookie: `belay_session=${value}` } }),
        401,
        'unauthenticated',
      );
    }
  });
  await t.test('X8: a ticket of our own making, or a changed one, is 401', async () => {
    const { json } = await client.call('POST', '/auth/ticket', { json: { stream: `/assistant/stream/${id}` } });
    for (const ticket of ['x', 't1.e30.x', `${json.ticket.slice(0, -2)}xx`, json.ticket.replace('.', '.A')]) {
      assertProblem(
        await nobody.call('GET', `/assistant/stream/${id}?ticket=${encodeURIComponent(ticket)}`),
        401,
        'unauthenticated',
      );
    }
    assert.equal((await nobody.call('GET', `/assistant/stream/${id}?ticket=${json.ticket}`)).status, 200);
  });
  await t.test('X8: no ticket without sign-in, and none for what is no stream', async () => {
    assertProblem(
      await nobody.call('POST', '/auth/ticket', { json: { stream: `/assistant/stream/${id}` } }),
      401,
      'unauthenticated',
    );
    assertProblem(await client.call('POST', '/auth/ticket', { json: { stream: '/healthz' } }), 400, 'invalid_request');
    assertProblem(await client.call('POST', '/auth/ticket', { json: { stream: 7 } }), 400, 'invalid_request');
  });
  await t.test('X8: CORS answers pages of allowed origins, and no others', async () => {
    const ask = (origin) =>
      call(server.port, 'OPTIONS', '/assistant/request', {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type',
        },
      });
    const yes = await ask(allowed);
    assert.ok(yes.status === 204 || yes.status === 200);
    assert.equal(yes.headers['access-control-allow-origin'], allowed);
    assert.match(yes.headers['access-control-allow-methods'], /POST/);
    assert.match(yes.headers['access-control-allow-headers'].toLowerCase(), /authorization/);
    const stream = await client.call('GET', `/assistant/stream/${id}`, { headers: { origin: allowed } });
    assert.equal(stream.headers['access-control-allow-origin'], allowed);
    assert.match(stream.headers.vary ?? '', /origin/i);
    const exposed = (answer) => (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */);
    const refusal = await client.call('POST', '/assistant/request', { json: {}, headers: { origin: allowed } });
    const tooLong = await client.call('GET', `/${'a'.repeat(8192)}`, { headers: { origin: allowed } });
    const granted = await client.post('echo:x', { headers: { origin: allowed } });
    assert.deepEqual([stream.status, refusal.status, tooLong.status, granted.status], [200, 400, 414, 201]);
    for (const answer of [stream, refusal, tooLong, granted])
      for (const name of ['ratelimit', 'ratelimit-policy', 'location', 'retry-after', 'x-request-id'])
        assert.ok(exposed(answer).includes(name), `${name} of ${answer.status} can be read by a page`);
    assert.equal((await ask('https://evil.example')).headers['access-control-allow-origin'], undefined);
    assert.equal(
      (await client.call('GET', `/assistant/stream/${id}`, { headers: { origin: 'https://evil.example' } })).headers[
        'access-control-allow-origin'
      ],
      undefined,
    );
  });
});

test('X8: development mode binds loopback only', { timeout: 30000 }, async () => {
  const { code, stderr } = await belay(['serve', '--dev', '--port', '0'], { env: { BELAY_SERVER_ADDRESS: '0.0.0.0' } });
  assert.notEqual(code, 0);
  assert.match(stderr, /loopback/);
});
