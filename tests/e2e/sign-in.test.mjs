// X8, X20: issuers that start late, change their keys or are down; keys that change while the server runs.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withKeys } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { Issuer, startIssuer } from './lib/issuer.mjs';
import { newKey, token } from './lib/jwt.mjs';
import { freePort } from './lib/ports.mjs';
import { assertProblem } from './lib/problem.mjs';
import { exchange, responses } from './lib/raw.mjs';
import { belay, startServer } from './lib/server.mjs';

const signIn = (server, text, deadline) =>
  call(server.port, 'GET', '/api/chat/models', { headers: { authorization: `Bearer ${text}` }, deadline });

// Retries after the time in Retry-After until the server accepts the token. The server must never say that the token is bad.
async function signInPatiently(server, text) {
  return until(30000, 'the token signs in', async () => {
    const answer = await signIn(server, text);
    if (answer.status === 200) return true;
    assertProblem(answer, 503, 'unavailable');
    await sleep(Number(answer.headers['retry-after']) * 1000);
    return false;
  });
}

const degraded = async (server) => (await call(server.port, 'GET', '/readyz')).json.degraded ?? [];

async function home(t) {
  const directory = await mkdtemp(path.join(tmpdir(), 'belay-e2e-keys-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

// Sends SIGHUP and waits for the lines in the log that report the result.
async function reload(server) {
  const before = server.logs().length;
  server.child.kill('SIGHUP');
  const news = () =>
    server
      .logs()
      .slice(before)
      .filter((line) => ['reloaded', 'reload_refused'].includes(line.event));
  await until(10000, 'the server says what became of it', () => news().length > 0);
  return news();
}

test('X8: a server that starts before its issuer', { timeout: 90000 }, async (t) => {
  const issuer = new Issuer(await freePort(), { one: newKey('ES256') });
  t.after(() => issuer.stop());
  const secret = newKey('HS256');
  const server = await startServer(t, {
    ...withKeys([{ jwks_url: issuer.url }, { env: 'E2E_KEY', alg: 'HS256' }]),
    env: { E2E_KEY: secret.secret },
  });
  const answer = await signIn(server, issuer.token('one'));
  assertProblem(answer, 503, 'unavailable');
  assert.ok(Number(answer.headers['retry-after']) <= 30, 'the next try is near');
  assert.equal((await signIn(server, token(secret))).status, 200, 'other keys do not care');
  await until(10000, 'the state is told', async () => (await degraded(server)).includes('sign_in_keys'));

  await issuer.start();
  await until(35000, 'the keys are fetched without a request', () => issuer.fetches > 0);
  await signInPatiently(server, issuer.token('one'));
  await until(10000, 'the state is told', async () => !(await degraded(server)).includes('sign_in_keys'));
  const notices = server.logs().filter((line) => line.event === 'sign_in_notice');
  assert.ok(
    notices.some((line) => /any issuer and audience/.test(line.text)),
    'an address of this machine without issuer and audience is warned about',
  );
});

test('X8: an issuer that changes its keys, is silent, and goes away', { timeout: 120000 }, async (t) => {
  const issuer = await startIssuer(t, { old: newKey('RS256') });
  const server = await startServer(t, {
    ...withKeys([{ jwks_url: issuer.url }]),
    settings: { 'auth.jwks_cooldown': '1s', 'auth.cache_time': '1s', 'auth.jwks_timeout': '30s' },
  });
  const known = issuer.token('old');
  await signInPatiently(server, known);

  await t.test('X8: a token of a new key signs in, whatever its algorithm; nobody else notices', async () => {
    for (const [kid, algorithm] of Object.entries({ a: 'ES256', b: 'EdDSA', c: 'PS256' })) {
      issuer.keys[kid] = newKey(algorithm);
      await signInPatiently(server, issuer.token(kid));
      assert.equal((await signIn(server, known)).status, 200);
    }
  });
  await t.test('X8: while the new key is on its way, its token waits and known ones do not', async () => {
    await sleep(1100); // until the cool-down between fetches is over
    issuer.keys.late = newKey('ES256');
    issuer.mode = 'silent';
    let answered = false;
    const waiting = begin(signIn(server, issuer.token('late'), 40000).finally(() => (answered = true)));
    await until(10000, 'the keys are fetched', () => issuer.held.length > 0);
    for (let i = 0; i < 5; i++) assert.equal((await signIn(server, issuer.token('old', { jti: `${i}` }))).status, 200);
    assert.equal(answered, false);
    issuer.release();
    assert.equal((await within(20000, 'the token is answered', waiting)).status, 200);
  });
  await t.test('X8: forged kids cause no more fetches than the cool-down allows', async () => {
    const stranger = newKey('ES256');
    const before = issuer.fetches;
    const begun = Date.now();
    for (let i = 0; i < 100; i++) {
      const answer = await signIn(server, issuer.token(`forged-${i}`, {}, stranger));
      assert.ok(answer.status === 401 || answer.status === 503, `${answer.status}`);
    }
    const allowed = 1 + Math.ceil((Date.now() - begun) / 1000);
    assert.ok(issuer.fetches - before <= allowed, `${issuer.fetches - before} fetches`);
    const last = issuer.token('one more', {}, stranger);
    const first = await signIn(server, last);
    if (first.status === 503) await sleep(Number(first.headers['retry-after']) * 1000);
    assertProblem(first.status === 503 ? await signIn(server, last) : first, 401, 'unauthenticated');
  });
  await t.test('X8: sets that are empty or broken replace nothing', async () => {
    for (const answer of [
      { status: 200, body: '{"keys":[]}' },
      { status: 200, body: '<html>' },
      { status: 500, body: issuer.jwks },
    ]) {
      issuer.mode = answer;
      const before = issuer.fetches;
      await reload(server);
      await until(10000, 'the keys are fetched', () => issuer.fetches > before);
      assert.equal((await signIn(server, issuer.token('late', { jti: answer.body }))).status, 200);
    }
    issuer.mode = 'answers';
  });
  await t.test('X8: a key that the issuer has taken out signs nobody in after the next fetch', async () => {
    const removed = issuer.token('late');
    assert.equal((await signIn(server, removed)).status, 200);
    delete issuer.keys.late;
    const isRefused = async () => {
      await reload(server); // fetches the keys, unless a fetch is under way that began before
      return (await signIn(server, removed)).status === 401;
    };
    await until(10000, 'it is refused', isRefused, 200);
  });
  await t.test('X8: while the issuer is away, known keys sign in and unknown ones are 503', async () => {
    await issuer.stop();
    issuer.keys.unseen = newKey('ES256');
    await sleep(1100);
    assertProblem(await signIn(server, issuer.token('unseen')), 503, 'unavailable');
    assert.equal((await signIn(server, issuer.token('old', { jti: 'away' }))).status, 200);
    await issuer.start();
    await signInPatiently(server, issuer.token('unseen'));
  });
});

test('X8: several issuers, each for itself', { timeout: 60000 }, async (t) => {
  const one = await startIssuer(t, { a: newKey('ES256') });
  const two = await startIssuer(t, { b: newKey('ES256') });
  two.mode = 'silent';
  const rows = [
    { jwks_url: one.url, issuer: 'one', audience: 'x' },
    { jwks_url: two.url, issuer: 'two', any_audience: true },
  ];
  const server = await startServer(t, withKeys(rows));
  assert.equal((await signIn(server, one.token('a', { iss: 'one', aud: 'x' }))).status, 200, 'waits for no other issuer');
  assertProblem(await signIn(server, one.token('a', { iss: 'one', aud: 'y' })), 401, 'unauthenticated');
  const waiting = begin(signIn(server, two.token('b', { iss: 'two' })));
  await until(10000, 'the second is asked', () => two.held.length > 0);
  two.release();
  await signInPatiently(server, two.token('b', { iss: 'two' }));
  assert.ok([200, 503].includes((await waiting).status));
  assertProblem(
    await signIn(server, two.token('b', { iss: 'one', aud: 'x' })),
    401,
    'unauthenticated',
  );
});

test('X8: a JWKS without issuer or audience is refused unless that is meant', { timeout: 60000 }, async (t) => {
  const directory = await home(t);
  const file = path.join(directory, 'belay.toml');
  const serve = async (row) => {
    await writeFile(file, withKeys([row]).config);
    return belay(['serve', '--config', file, '--data', path.join(directory, 'data'), '--port', '0']);
  };
  const check = async (row) => {
    await writeFile(file, withKeys([row]).config);
    return belay(['config', 'check', file]);
  };
  const jwks_url = 'https://login.example.com/keys';
  for (const run of [serve, check]) {
    const { code, stdout, stderr } = await run({ jwks_url });
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /belay\.toml:\d+[^\n]*issuer = [^\n]*any_issuer = true/);
    assert.match(stdout + stderr, /belay\.toml:\d+[^\n]*audience = [^\n]*any_audience = true/);
  }
  const half = await check({ jwks_url, issuer: 'https://login.example.com' });
  assert.doesNotMatch(half.stderr, /any_issuer/);
  assert.match(half.stderr, /any_audience/);
  for (const row of [
    { jwks_url, issuer: 'https://login.example.com', audience: 'belay' },
    { jwks_url, any_issuer: true, any_audience: true },
  ]) {
    const { code, stderr } = await check(row);
    assert.equal(code, 0, stderr);
  }
});

test('X20: key files are read again on SIGHUP; one that is broken changes nothing', { timeout: 60000 }, async (t) => {
  const file = path.join(await home(t), 'key.pem');
  const [first, second] = [newKey('EdDSA'), newKey('RS256')];
  await writeFile(file, first.pem);
  const server = await startServer(t, withKeys([{ file }]));
  const [early, late] = [token(first), token(second)];
  assert.equal((await signIn(server, early)).status, 200);
  assert.equal((await signIn(server, late)).status, 401);

  for (const broken of ['', 'no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n']) {
    await writeFile(file, broken);
    const [refused] = await reload(server);
    assert.equal(refused.event, 'reload_refused');
    assert.match(refused.text, /auth\.keys\[0\]\.file: .*key\.pem/);
    assert.equal((await signIn(server, early)).status, 200, 'the old key stays');
  }
  await rm(file);
  assert.equal((await reload(server))[0].event, 'reload_refused');
  assert.equal((await signIn(server, early)).status, 200);

  await writeFile(file, second.pem);
  const [done] = await reload(server);
  assert.equal(done.event, 'reloaded', JSON.stringify(done));
  assert.equal((await signIn(server, early)).status, 401, 'at once, although it was remembered');
  assert.equal((await signIn(server, late)).status, 200);
  assert.ok(!server.stderr.includes('BEGIN PUBLIC KEY'), 'no key is logged');

  // The configuration may name completely different keys.
  const third = newKey('ES256');
  const other = path.join(path.dirname(file), 'other.pem');
  await writeFile(other, third.pem);
  await writeFile(server.configFile, withKeys([{ file: other }]).config);
  assert.equal((await reload(server))[0].event, 'reloaded');
  assert.equal((await signIn(server, late)).status, 401);
  assert.equal((await signIn(server, token(third))).status, 200);
  await writeFile(server.configFile, withKeys([]).config);
  assert.equal((await reload(server))[0].event, 'reload_refused', 'a server that nobody could sign in to');
  assert.equal((await signIn(server, token(third))).status, 200);
});

test('X8: belay token signs with an Ed25519 key', { timeout: 30000 }, async (t) => {
  const directory = await home(t);
  const key = newKey('EdDSA');
  const [secret, open] = [path.join(directory, 'secret.pem'), path.join(directory, 'public.pem')];
  await writeFile(secret, key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(open, key.pem);
  const server = await startServer(t, withKeys([{ file: open }]));
  const { code, stdout, stderr } = await belay(['token', '--key-file', secret, '--user', 'ann', '--role', 'editor']);
  assert.equal(code, 0, stderr);
  assert.equal((await signIn(server, stdout.trim())).status, 200);
});

test('X8: roles and tiers are read as issuers write them, and refuse nobody', { timeout: 60000 }, async (t) => {
  const key = newKey('HS256');
  const server = await startServer(t, {
    ...withKeys([{ env: 'E2E_KEY', alg: 'HS256' }], { roles_claim: 'realm_access.roles', tier_claim: 'https://example.com/plan' }),
    env: { E2E_KEY: key.secret },
  });
  for (const claims of [
    { realm_access: { roles: 'admin' } },
    { realm_access: { roles: ['admin', 7, null, { a: 1 }, ''] } },
    { realm_access: 'admin' },
    { realm_access: { roles: Array.from({ length: 200 }, (_, i) => `group-${i}`) } },
    { 'realm_access.roles': 'admin' },
    { roles: 7 },
    { 'https://example.com/plan': 7 },
  ]) {
    const { status, text } = await signIn(server, token(key, claims));
    assert.equal(status, 200, `${JSON.stringify(claims)}: ${text}`);
  }
  const tier = async (claims) => (await signIn(server, token(key, claims))).json.tier;
  assert.equal(await tier({ 'https://example.com/plan': 'pro' }), 'pro');
  assert.equal(await tier({ 'https://example.com/plan': ['enterprise'] }), 'enterprise');
});

test('X8: in development mode only names of this machine are answered', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const ask = async (method, target, host, version = '1.1') => {
    const lines = [`${method} ${target} HTTP/${version}`, ...(host === null ? [] : [`Host: ${host}`])];
    const more = ['Authorization: Bearer dev:alice', 'Connection: close', '', ''];
    return responses((await exchange(server.port, [...lines, ...more].join('\r\n'))).text)[0];
  };
  const targets = ['/docs', '/metrics', '/healthz', '/readyz', '/openapi.json', '/api/chat/models', '/chat/personas', '/nowhere'];
  for (const host of ['evil.example', `evil.example:${server.port}`, 'localhost.evil.example', '10.0.0.1', '[::2]']) {
    for (const target of targets) assertProblem(await ask('GET', target, host), 403, 'forbidden', { field: 'host' });
    for (const target of ['/assistant/request', '/auth/session', '/auth/ticket', '/api/chat/start', '/chat/start'])
      assertProblem(await ask('POST', target, host), 403, 'forbidden', { field: 'host' });
    assertProblem(await ask('OPTIONS', '/assistant/request', host), 403, 'forbidden');
    assertProblem(await ask('DELETE', '/auth/session', host), 403, 'forbidden');
  }
  assertProblem(await ask('GET', '/healthz', null, '1.0'), 403, 'forbidden');
  assertProblem(await ask('GET', 'http://evil.example/healthz', 'evil.example'), 403, 'forbidden');
  for (const host of ['localhost', `LocalHost:${server.port}`, 'belay.localhost:1', '127.0.0.1', '127.9.9.9:80', '[::1]:8080'])
    assert.equal((await ask('GET', '/api/chat/models', host)).status, 200, host);
  assert.equal((await ask('GET', '/healthz', 'localhost', '1.0')).status, 200);
  const key = newKey('HS256');
  const outside = await startServer(t, { ...withKeys([{ env: 'E2E_KEY', alg: 'HS256' }]), env: { E2E_KEY: key.secret } });
  const elsewhere = await exchange(outside.port, 'GET /healthz HTTP/1.1\r\nHost: chat.example.com\r\nConnection: close\r\n\r\n');
  assert.equal(responses(elsewhere.text)[0].status, 200, 'outside of development mode names are the operators\' business');
});

test('X8: the cookie is Secure when any proxy says that the page came by TLS', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'alice');
  const cookie = async (method, headers = {}) =>
    (await client.call(method, '/auth/session', { headers })).headers['set-cookie'][0];
  for (const method of ['POST', 'DELETE']) {
    assert.doesNotMatch(await cookie(method), /; Secure/);
    assert.doesNotMatch(await cookie(method, { 'x-forwarded-proto': 'http' }), /; Secure/);
    assert.match(await cookie(method, { 'x-forwarded-proto': 'https' }), /; Secure/);
    assert.match(await cookie(method, { forwarded: 'for=192.0.2.1;proto=https' }), /; Secure/);
  }
});

test('X8: a ticket is used when its stream is found, on every surface', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'alice');
  const recorded = async () => {
    const directory = path.join(server.dataDir, 'tickets');
    let bytes = 0;
    for (const name of await readdir(directory)) bytes += (await stat(path.join(directory, name))).size;
    return bytes / 32;
  };
  const ticketFor = async (stream) => {
    const answer = await client.call('POST', '/auth/ticket', { json: { stream } });
    assert.equal(answer.status, 201, answer.text);
    return `${stream}${stream.includes('?') ? '&' : '?'}ticket=${answer.json.ticket}`;
  };
  const open = (target, headers) => call(server.port, 'GET', target, { headers });
  const id = await client.ask('hello');
  const chat = (await client.call('POST', '/api/chat/start', { json: { modelId: 'grok-2', prompt: 'echo:hello' } })).json;
  const persona = (await client.call('POST', '/chat/start', { json: {} })).json.session_id;
  await client.call('POST', '/chat/message', { json: { session_id: persona, message: 'echo:hello' } });

  const unknown = {
    assistant: '/assistant/stream/20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427',
    chat: `/api/chat/stream?sessionId=${chat.sessionId.slice(0, -4)}0000`,
    persona: `/chat/stream?session_id=${persona.slice(0, -4)}AAAA`,
  };
  for (const [surface, stream] of Object.entries(unknown)) {
    const target = await ticketFor(stream);
    for (let i = 0; i < 3; i++) {
      const { status, text } = await open(target);
      assert.ok(status === 404 || status === 400, `${surface}: ${status} ${text}`);
    }
  }
  assert.equal(await recorded(), 0, 'streams that are not there leave nothing to remember');

  const streams = [
    `/assistant/stream/${id}`,
    `/api/chat/stream?sessionId=${chat.sessionId}`,
    `/chat/stream?session_id=${persona}`,
  ];
  for (const [i, stream] of streams.entries()) {
    const target = await ticketFor(stream);
    const refused = await open(target, { 'last-event-id': 'nonsense' });
    assert.ok(refused.status === 400, `${refused.status}`);
    assert.equal(await recorded(), i, 'a bad request uses nothing up');
    assert.equal((await open(target)).status, 200);
    assert.equal((await open(target)).status, 200);
    assert.equal(await recorded(), i + 1, 'one use a ticket');
  }
});

test('X8: the tickets of one user push out nobody else\'s', { timeout: 60000 }, async (t) => {
  const settings = { 'auth.ticket_max_uses': 1000, 'auth.ticket_max_uses_per_user': 20, 'auth.ticket_first_use': '4s' };
  const server = await startServer(t, { settings, restarts: true });
  const ticketOf = async (client, id) => {
    const { json } = await client.call('POST', '/auth/ticket', { json: { request_id: id } });
    return `/assistant/stream/${id}?ticket=${json.ticket}`;
  };
  const open = async (target) => (await call(server.port, 'GET', target)).status;
  const [ann, bob] = [new Assistant(server, 'ann'), new Assistant(server, 'bob')];
  const [hers, his] = [await ann.ask('hello'), await bob.ask('hello')];
  await ann.followToEnd(hers);
  await bob.followToEnd(his);
  const bobs = await ticketOf(bob, his);
  assert.equal(await open(bobs), 200);
  let anns;
  for (let i = 0; i < 1200; i++) {
    anns = await ticketOf(ann, hers);
    assert.equal(await open(anns), 200);
  }
  await sleep(4100); // from now on a ticket is rejected unless the server remembers its first use
  assert.equal(await open(bobs), 200);
  assert.equal(await open(anns), 200);
  await server.restart();
  assert.equal(await open(bobs), 200);
});
