// X19, X20, X22: the operators' API; revocations; streams that end with their client's sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, unknownId, words } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { table, withProvider } from './lib/config.mjs';
import { until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { operationsPort, Operator, operatorOf, tokenOf, withOperators } from './lib/operators.mjs';
import { PostStream } from './lib/persona.mjs';
import { assertProblem } from './lib/problem.mjs';
import { halfHeld } from './lib/provider.mjs';
import { belay, startServer } from './lib/server.mjs';
import { SseStream } from './lib/sse.mjs';

// Every route, and what an operator gets from it.
const routes = [
  ['GET', '/users', 200],
  ['GET', '/users/ann', 404],
  ['PATCH', '/users/ann', 200, { tier: 'pro' }],
  ['POST', '/users/nobody/erase', 200],
  ['POST', '/users/ann/climbs', 200, { climbs: [] }],
  ['GET', '/users/ann/usage', 200],
  ['GET', '/usage', 200],
  ['GET', '/runs', 200],
  ['DELETE', `/runs/${unknownId}`, 404],
  ['GET', '/revocations', 200],
  ['POST', '/revocations', 201, { token_id: 'nobodys' }],
  ['DELETE', '/revocations?token_id=nobodys', 204],
  ['GET', '/uploads/rotation', 200],
  ['POST', '/uploads/rotation', 503], // this server has no key
  ['POST', '/notices', 200, { message: 'Hello.' }],
  ['GET', '/audit', 200],
];

const bearer = (token) => ({ authorization: `Bearer ${token}` });
const post = (who, prompt) => who.ask(prompt, { mode: 'chat' });

test('X19, X22: every route is for operators only', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withOperators());
  const operations = await operationsPort(server);
  const olga = new Operator(operations, 'olga');
  const description = await call(server.port, 'GET', '/openapi.json');
  const described = Object.entries(description.json.paths).filter(([path]) => path.startsWith('/api/admin'));
  assert.equal(described.flatMap(([, operations]) => Object.keys(operations)).length, routes.length, 'each is described');
  for (const [method, path, status, json] of routes) {
    const ask = (port, headers) => call(port, method, `/api/admin${path}`, { headers, json });
    for (const port of [operations, server.port]) {
      assertProblem(await ask(port, {}), 401, 'unauthenticated');
      assertProblem(await ask(port, bearer(tokenOf('ann'))), 403, 'forbidden');
      assertProblem(await ask(port, bearer(tokenOf('ann', { roles: ['operators', 'admin'] }))), 403, 'forbidden');
      assertProblem(await ask(port, bearer(tokenOf('ann', { tier: 'operator' }))), 403, 'forbidden');
    }
    for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
      const refused = assertProblem(await ask(server.port, { ...olga.headers, [header]: '192.0.2.7' }), 403, 'forbidden');
      assert.match(refused.detail, /operations listener/);
    }
    assertProblem(await ask(server.port, { ...olga.headers, host: 'chat.example.com' }), 403, 'forbidden');
    assert.equal((await ask(operations, olga.headers)).status, status, `${method} ${path}`);
    if (status !== 204) assert.equal((await ask(server.port, olga.headers)).status, status, `${method} ${path}, main`);
  }
  const dev = await startServer(t);
  assertProblem(await call(dev.port, 'GET', '/api/admin/users', { headers: bearer('dev:ann') }), 403, 'forbidden');
  assertProblem(await call(dev.port, 'GET', '/api/admin/users'), 401, 'unauthenticated');
});

test('X19: users, usage and running answers; every change is in the audit log', { timeout: 90000 }, async (t) => {
  const server = await startServer(t, { ...withOperators(), restarts: true });
  const olga = await operatorOf(server);
  const ann = new Assistant(server, 'ann');
  const today = () => new Date().toISOString().slice(0, 10);
  const days = [today()];
  await ann.followToEnd(await post(ann, 'echo:3 words'));
  days.push(today()); // it may be another one
  const change = (name, json) => olga.call('PATCH', `/users/${encodeURIComponent(name)}`, { json });
  const models = async () =>
    (await call(server.port, 'GET', '/api/chat/models', { headers: bearer(tokenOf('ann')) })).json.models.map((m) => m.id);

  await t.test('a user is there from the first answer on', async () => {
    const user = await until(5000, 'ann is known', async () => (await olga.get('/users')).users[0]);
    assert.deepEqual({ ...user, first_seen: 0, last_seen: 0 }, { name: 'ann', tier: null, phase: null, first_seen: 0, last_seen: 0 });
    assert.ok(Math.abs(Date.parse(user.last_seen) - Date.now()) < 60000);
  });
  await t.test('a tier that an operator sets counts at once', async () => {
    assert.deepEqual(await models(), ['default']);
    const changed = await change('ann', { tier: 'Premium' });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.tier, 'pro', 'an alias, as it is configured');
    assert.deepEqual(await models(), ['default', 'large']);
    assert.equal((await change('ann', { phase: 'tracking' })).json.tier, 'pro');
    assert.equal((await change('zoë & co', { tier: 'enterprise', phase: 'x' })).status, 200);
    assert.equal((await change('ann', { tier: null })).json.tier, null);
    assert.deepEqual(await models(), ['default']);
  });
  await t.test('a change that is refused changes nothing', async () => {
    const before = await olga.audit();
    for (const [json, field] of [
      [{ tier: 'gold' }, 'tier'],
      [{ phase: 'x'.repeat(33) }, 'phase'],
      [{ phase: 7 }, 'phase'],
      [{ tire: 'pro' }, 'tire'],
      [{}, 'tier'],
    ])
      assertProblem(await change('ann', json), 400, 'invalid_request', field);
    assertProblem(await olga.call('POST', '/revocations', { json: { user: 'a', token_id: 'b' } }), 400, 'invalid_request', 'user');
    assertProblem(await olga.call('DELETE', '/revocations?user=nobody'), 404, 'not_found', 'user');
    assertProblem(await olga.call('GET', '/usage?by=hour'), 400, 'invalid_request', 'by');
    assertProblem(await olga.call('GET', '/usage?from=2026-13-01'), 400, 'invalid_request', 'from');
    assert.deepEqual(await olga.audit(), before);
  });
  await t.test('users are listed in pages and by the beginning of their names', async () => {
    const names = (page) => page.users.map((user) => user.name);
    assert.deepEqual(names(await olga.get('/users?q=zo')), ['zoë & co']);
    const first = await olga.get('/users?limit=1');
    assert.deepEqual(names(first), ['ann']);
    const second = await olga.get(`/users?limit=1&cursor=${encodeURIComponent(first.next_cursor)}`);
    assert.deepEqual(names(second), ['zoë & co']);
    assert.equal(second.next_cursor, null);
  });
  await t.test('usage is summed up', async () => {
    for (const [by, ...keys] of [['user', 'ann'], ['model', 'default'], ['surface', 'assistant'], ['day', ...days]]) {
      const { usage } = await olga.get(`/usage?by=${by}`);
      assert.equal(usage.length, 1, by);
      assert.ok(keys.includes(usage[0][by]), usage[0][by]);
      assert.equal(usage[0].answers, 1);
      assert.ok(usage[0].output_tokens > 0);
    }
    assert.equal((await olga.get('/users/ann/usage')).usage[0].answers, 1);
    assert.deepEqual((await olga.get('/users/bob/usage')).usage, []);
    assert.deepEqual((await olga.get('/usage?from=2020-01-01&to=2020-02-01')).usage, []);
  });
  await t.test('a running answer is listed and cancelled', async () => {
    const id = await post(ann, 'echo:2000 words @20/s');
    const stream = ann.stream(id);
    await stream.collect({ last: (event) => event.event === 'response_chunk' });
    const run = await until(5000, 'it is listed', async () => (await olga.get('/runs')).runs.find((each) => each.readers === 1));
    assert.deepEqual(
      { ...run, created: 0, bytes: run.bytes > 0 },
      { run_id: id, user: 'ann', surface: 'assistant', mode: 'chat', model: 'default', conversation: null, created: 0, state: 'running', bytes: true, readers: 1 },
    );
    assert.deepEqual((await olga.get('/runs?user=bob')).runs, []);
    assert.equal((await olga.call('DELETE', `/runs/${id}`)).status, 204);
    const last = (await stream.collect()).at(-1);
    assert.equal(last.event, 'error');
    assert.deepEqual(JSON.parse(last.data), { code: 'cancelled', message: 'An operator cancelled this answer.', retryable: false });
    await until(5000, 'it is gone', async () => (await olga.get('/runs')).runs.length === 0);
    assert.equal((await olga.call('DELETE', `/runs/${id}`)).status, 204, 'once more');
    assert.deepEqual(await olga.audit(`?target=${id}`), [`run.cancel ${id}`], 'it had ended: nothing was changed');
  });
  await t.test('each change is in the audit log, with who, what and when', async () => {
    await olga.call('POST', '/revocations', { json: { user: 'eve', reason: 'a "lost" laptop' } });
    await olga.call('DELETE', '/revocations?user=eve');
    const { entries } = await olga.get('/audit');
    assert.deepEqual(
      entries.map(({ when, ...rest }) => (assert.ok(Math.abs(Date.parse(when) - Date.now()) < 90000), rest)).map((entry) => [entry.who, entry.action, entry.target, entry.details]),
      [
        ['olga', 'revocation.lift', 'eve', { user: 'eve' }],
        ['olga', 'revocation.add', 'eve', { user: 'eve', reason: 'a "lost" laptop', expires: entries[1].details.expires }],
        ['olga', 'run.cancel', entries[2].target, { user: 'ann' }],
        ['olga', 'user.change', 'ann', { tier: { from: 'pro', to: '' } }],
        ['olga', 'user.change', 'zoë & co', { tier: { from: '', to: 'enterprise' }, phase: { from: '', to: 'x' } }],
        ['olga', 'user.change', 'ann', { phase: { from: '', to: 'tracking' } }],
        ['olga', 'user.change', 'ann', { tier: { from: '', to: 'pro' } }],
      ],
    );
    const page = await olga.get('/audit?action=user.change&limit=3');
    const rest = await olga.get(`/audit?action=user.change&limit=3&cursor=${page.next_cursor}`);
    assert.equal(page.entries.length + rest.entries.length, 4);
  });
  await t.test('all of it is there after kill -9', async () => {
    const before = await olga.audit();
    await server.restart();
    const again = await operatorOf(server);
    assert.deepEqual(await again.audit(), before);
    assert.equal((await again.get('/users/ann')).phase, 'tracking');
  });
});

test('X19: a revocation ends 1,000 open streams', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...withOperators(), restarts: true });
  const olga = await operatorOf(server);
  const ann = new Assistant(server, 'ann');
  const bob = new Assistant(server, 'bob');
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await post(ann, 'echo:3000 words @20/s'));
  const bobs = bob.stream(await post(bob, 'echo:3000 words @20/s'));
  const streams = Array.from({ length: 1000 }, (_, i) => ann.stream(ids[i % ids.length]));
  const hasText = (event) => event.event === 'response_chunk';
  await Promise.all([...streams, bobs].map((stream) => stream.collect({ last: hasText, deadline: 60000 })));

  const rest = streams.map((stream) => stream.collect({ deadline: 60000 }));
  const ended = streams.map((stream) => stream.ended.then(() => performance.now()));
  const begun = performance.now();
  const answer = await olga.call('POST', '/revocations', { json: { user: 'ann', reason: 'test' }, deadline: 60000 });
  const answered = performance.now() - begun;
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.ended_streams, 1000);
  const last = Math.max(...(await Promise.all(ended))) - begun;
  t.diagnostic(`the answer after ${answered.toFixed(0)} ms, the last of 1,000 streams ended after ${last.toFixed(0)} ms`);

  const events = await Promise.all(rest);
  for (const each of events) {
    const end = each.at(-1);
    assert.equal(end.event, 'error');
    assert.equal(end.id, undefined, 'it is no event of the log');
    assert.equal(JSON.parse(end.data).code, 'revoked');
    assert.equal(JSON.parse(end.data).retryable, false);
    assert.equal(each.filter((event) => event.event === 'error' || event.event === 'complete').length, 1);
  }
  assert.deepEqual([...new Set(await Promise.all(streams.map((stream) => stream.ended)))], ['clean']);

  const again = ann.stream(ids[0]);
  assert.equal((await again.head).status, 401);
  await again.ended;
  assert.equal(JSON.parse(again.text).code, 'revoked');
  assertProblem(await ann.post('echo:hi'), 401, 'revoked');
  assert.ok(await bobs.next(), 'another user reads on');
  assert.equal((await bob.post('echo:hi')).status, 201);
  assert.equal((await olga.get('/runs?user=ann')).runs.length, 5, 'the answers go on');

  await t.test('it holds after kill -9, until it is lifted', async () => {
    await server.restart();
    const other = await operatorOf(server);
    assertProblem(await ann.post('echo:hi'), 401, 'revoked');
    const { revocations } = await other.get('/revocations');
    assert.deepEqual(revocations.map(({ user, reason, revoked_by }) => [user, reason, revoked_by]), [['ann', 'test', 'olga']]);
    assert.equal((await other.call('DELETE', '/revocations?user=ann')).status, 204);
    const stream = ann.stream(ids[0]);
    assert.equal((await stream.head).status, 200, 'the answer was not lost');
    stream.rst();
  });
});

test('X19: what a revocation concerns, and how each surface says it', { timeout: 90000 }, async (t) => {
  const server = await startServer(t, withOperators());
  const olga = await operatorOf(server);
  const revoke = async (json) => {
    const answer = await olga.call('POST', '/revocations', { json });
    assert.equal(answer.status, 201, answer.text);
    return answer.json;
  };
  const signsIn = async (token) => (await call(server.port, 'GET', '/api/chat/models', { headers: bearer(token) })).status;

  await t.test('a token that is issued later signs the user in', async () => {
    const old = tokenOf('ann');
    const ageless = tokenOf('ann', { iat: undefined });
    await revoke({ user: 'ann' });
    assert.equal(await signsIn(old), 401);
    assert.equal(await signsIn(ageless), 401);
    assert.equal(await signsIn(tokenOf('ann', { iat: Math.floor(Date.now() / 1000) + 1 })), 200);
    assert.equal(await signsIn(tokenOf('anna')), 200, 'another user');
  });
  await t.test('one token, with its ticket and its cookie', async () => {
    const lost = new Assistant(server, 'bob', { token: tokenOf('bob', { jti: 'lost' }) });
    const kept = new Assistant(server, 'bob', { token: tokenOf('bob', { jti: 'kept' }) });
    const id = await post(lost, 'echo:2000 words @20/s');
    const { ticket } = (await lost.call('POST', '/auth/ticket', { json: { request_id: id } })).json;
    const cookie = { cookie: (await lost.call('POST', '/auth/session')).headers['set-cookie'][0].split(';')[0] };
    const open = (headers, query = '') => new SseStream({ port: server.port, path: `/assistant/stream/${id}${query}`, headers });
    const byTicket = open({}, `?ticket=${ticket}`);
    const byCookie = open({ ...cookie, origin: server.origin });
    const byToken = lost.stream(id);
    const others = kept.stream(id);
    const hasText = (event) => event.event === 'response_chunk';
    await Promise.all([byTicket, byCookie, byToken, others].map((stream) => stream.collect({ last: hasText })));
    assert.equal((await revoke({ token_id: 'lost' })).ended_streams, 3);
    for (const stream of [byTicket, byCookie, byToken])
      assert.equal(JSON.parse((await stream.collect()).at(-1).data).code, 'revoked');
    assert.equal((await open({}, `?ticket=${ticket}`).head).status, 401);
    assert.equal((await open({ ...cookie, origin: server.origin }).head).status, 401);
    assert.equal((await lost.post('echo:hi')).status, 401);
    assert.ok(await others.next(), 'another token of the user reads on');
    others.rst();
  });
  await t.test('it ends by itself', async () => {
    assert.ok(Date.parse((await revoke({ token_id: 'short', expires_in: 4 })).expires) - Date.now() < 5000);
    assert.equal(await signsIn(tokenOf('eve', { jti: 'short' })), 401);
    await until(5000, 'it has expired', async () => (await signsIn(tokenOf('eve', { jti: 'short' }))) === 200);
  });
  await t.test('the chat and the persona surface', async () => {
    const cleo = new Chat(server, 'cleo');
    const session = await cleo.call('POST', '/api/chat/start', { json: { modelId: 'default', prompt: 'echo:2000 words @20/s' } });
    const chat = new SseStream({ port: server.port, path: `/api/chat/stream?sessionId=${session.json.sessionId}`, headers: bearer(tokenOf('cleo')) });
    await chat.collect({ last: (event) => JSON.parse(event.data).type === 'token' });
    const started = await cleo.call('POST', '/chat/start', { json: {} });
    const persona = new PostStream(
      server.port,
      '/chat/stream',
      { session_id: started.json.session_id, message: 'echo:2000 words @20/s' },
      { ...bearer(tokenOf('cleo')), accept: 'text/event-stream' },
    );
    await until(10000, 'the persona speaks', () => persona.events.length > 0);
    assert.equal((await revoke({ user: 'cleo' })).ended_streams, 2);
    const message = 'Your access was revoked. Sign in again with a new token; if that does not help, ask the operator of this server.';
    const end = (await chat.collect()).at(-1);
    assert.deepEqual(JSON.parse(end.data), { type: 'error', message, code: 'revoked', retryable: false });
    assert.equal(await within(5000, 'it ends', persona.ended), 'clean');
    assert.deepEqual(persona.events.at(-1).data, { error: { code: 'revoked', message } });
  });
  await t.test('development tokens', async (t) => {
    // Development mode takes configured keys too: the operator has one.
    const dev = await startServer(t, { ...withOperators(), dev: true });
    const operator = await operatorOf(dev);
    const headers = bearer('dev:ann');
    const models = () => call(dev.port, 'GET', '/api/chat/models', { headers });
    assert.equal((await models()).status, 200);
    assert.equal((await operator.call('POST', '/revocations', { json: { user: 'ann' } })).status, 201);
    assertProblem(await models(), 401, 'revoked');
  });
  await t.test('no more revocations than are configured', async (t) => {
    const small = await startServer(t, withOperators({ max_revocations: 1 }));
    const operator = await operatorOf(small);
    const add = (user) => operator.call('POST', '/revocations', { json: { user } });
    assert.equal((await add('ann')).status, 201);
    assert.equal((await add('ann')).status, 201, 'the same once more');
    assertProblem(await add('bob'), 409, 'conflict');
    await operator.call('DELETE', '/revocations?user=ann');
    assert.equal((await add('bob')).status, 201);
  });
});

// A server with the settings `auth` of [auth], whose provider answers `text`.
async function startHeld(t, text, auth) {
  const provider = await halfHeld(t, text);
  const server = await startServer(t, { ...withProvider(provider, {}, table('[auth]', auth)), tokenFor: tokenOf });
  return { server, release: provider.release };
}

// Time enough for some requests on a busy machine.
const inFiveSeconds = () => ({ exp: Math.floor(Date.now() / 1000) + 5 });

for (const grace of ['0s', '1s'])
  test(`X20: a stream ends ${grace} after its token, and goes on with a new one`, { timeout: 60000 }, async (t) => {
    const text = words(120);
    const { server, release } = await startHeld(t, text, { stream_grace: grace, leeway: '0s' });
    const short = new Assistant(server, 'ann', { token: tokenOf('ann', inFiveSeconds()) });
    const id = await post(short, 'Tell me.');
    const { ticket } = (await short.call('POST', '/auth/ticket', { json: { request_id: id } })).json;
    const byTicket = new SseStream({ port: server.port, path: `/assistant/stream/${id}?ticket=${ticket}` });
    const stream = short.stream(id);
    const events = await stream.collect();
    assert.equal(await stream.ended, 'truncated', 'never a clean end');
    assert.ok(stream.retry > 0, 'a hint when to reconnect');
    assert.ok(events.every((event) => event.event !== 'error' && event.event !== 'complete'), 'no terminal event');
    const chunks = (list) => list.filter((event) => event.event === 'response_chunk').map((event) => JSON.parse(event.data).content).join('');
    assert.ok(text.startsWith(chunks(events)) && chunks(events).length < text.length);

    const lastId = events.findLast((event) => event.id !== undefined).id;
    const refused = short.stream(id, { after: lastId });
    assert.equal((await refused.head).status, 401);
    await refused.ended;
    assert.equal(JSON.parse(refused.text).code, 'unauthenticated');
    const renewed = new Assistant(server, 'ann');
    release();
    const more = await renewed.stream(id, { after: lastId }).collect();
    assert.equal(chunks(events) + chunks(more), text, 'nothing is lost and nothing comes twice');
    assert.equal(more.at(-1).event, 'complete');

    // A ticket ends with the token that it was made with.
    await byTicket.collect();
    assert.equal(await byTicket.ended, 'truncated');
    assert.equal((await new SseStream({ port: server.port, path: `/assistant/stream/${id}?ticket=${ticket}` }).head).status, 401);
  });

test('X20: a stream outlives its token by its grace', { timeout: 60000 }, async (t) => {
  const { server, release } = await startHeld(t, words(120), { leeway: '0s' });
  const short = new Assistant(server, 'ann', { token: tokenOf('ann', inFiveSeconds()) });
  const stream = short.stream(await post(short, 'Tell me.'));
  await stream.head;
  await until(20000, 'the token has expired', async () => (await short.call('GET', '/api/chat/models')).status === 401, 200);
  release();
  const events = await stream.collect();
  assert.equal(events.at(-1).event, 'complete');
  assertProblem(await short.post('echo:hi'), 401, 'unauthenticated');
});

test('X19, X11: the commands of operators', { timeout: 90000 }, async (t) => {
  const server = await startServer(t, withOperators());
  const operations = await operationsPort(server);
  const url = `http://127.0.0.1:${operations}`;
  const run = (args, env = {}) => belay([...args, '--server', url, '--config', server.configFile], { env: { ...withOperators().env, ...env } });
  const done = async (...args) => {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, `belay ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const ann = new Assistant(server, 'ann');
  await ann.followToEnd(await post(ann, 'echo:3 words'));

  assert.match(await done('user', 'tier', 'ann', 'pro'), /^tier +pro$/m);
  assert.match(await done('user', 'phase', 'ann', 'tracking'), /^phase +tracking$/m);
  assert.match(await done('user', 'show', 'ann'), /^name +ann\ntier +pro\nphase +tracking\nfirst_seen +2\S+Z\n/);
  assert.match(await done('user', 'list'), /^USER +TIER +PHASE +FIRST SEEN +LAST SEEN\nann +pro +tracking +2\S+Z +2\S+Z\n$/);
  assert.match(await done('user', 'tier', 'ann', '--remove'), /^tier +-$/m);
  assert.deepEqual(JSON.parse(await done('user', 'list', 'an', '--json')).users.map((user) => user.name), ['ann']);
  for (let i = 0; i < 45; i++) await new Operator(operations, 'olga').call('PATCH', `/users/many${i}`, { json: { tier: 'pro' } });
  assert.equal(JSON.parse(await done('user', 'list', 'many', '--json')).users.length, 45, 'over several pages');

  const id = await post(ann, 'echo:2000 words @20/s');
  assert.match(await done('runs', 'list'), new RegExp(`^ID +USER .*\n${id} +ann +assistant +chat +default `));
  assert.equal(await done('runs', 'cancel', id), '');
  await until(5000, 'it is gone', async () => JSON.parse(await done('runs', 'list', '--json')).runs.length === 0);

  assert.match(await done('user', 'revoke', 'ann', '--reason', 'lost', '--for', '2h'), /^user +ann\n(.*\n)*ended_streams +0\n$/);
  assertProblem(await ann.post('echo:hi'), 401, 'revoked');
  assert.match(await done('user', 'revocations'), /^ann +- +2\S+Z +2\S+Z +\S+ +lost$/m);
  assert.equal(await done('user', 'unrevoke', 'ann'), '');
  assert.equal((await ann.post('echo:hi')).status, 201);

  assert.match(await done('usage', '--by', 'model'), /^model +ANSWERS .*\ndefault +\d/);
  const audit = JSON.parse(await done('audit', '--target', 'ann', '--json')).entries;
  assert.deepEqual(audit.map((entry) => entry.action), ['revocation.lift', 'revocation.add', 'user.change', 'user.change', 'user.change']);
  const { stdout: token } = await belay(['token', '--config', server.configFile, '--user', 'olga', '--role', 'operator'], { env: withOperators().env });
  assert.equal((await run(['user', 'list'], { BELAY_TOKEN: token.trim(), E2E_KEY: undefined })).code, 0);

  await t.test('what goes wrong has an exit code and a text', async () => {
    const refused = await run(['user', 'list'], { BELAY_TOKEN: tokenOf('ann') });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /role `operator`/);
    assert.equal((await run(['user', 'show', 'nobody'])).code, 1);
    assert.equal((await run(['user', 'tier', 'ann'])).code, 2);
    assert.equal((await run(['user', 'revoke'])).code, 2);
    const unreachable = await belay(['runs', 'list', '--server', 'http://127.0.0.1:1'], { env: { BELAY_TOKEN: 'x' } });
    assert.equal(unreachable.code, 3);
    assert.match(unreachable.stderr, /does not answer/);
    const keyless = await belay(['audit']);
    assert.equal(keyless.code, 2);
    assert.match(keyless.stderr, /BELAY_TOKEN/);
  });
});
