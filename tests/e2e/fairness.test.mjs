// X21: heavy work does not delay other users, and the server releases what a client leaves behind. Covers exports, whole answers,
// sessions, and limits of callers who are not signed in.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { Chat } from './lib/chat.mjs';
import { table, withProvider } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { newKey, token } from './lib/jwt.mjs';
import { Persona } from './lib/persona.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';
import { SseStream } from './lib/sse.mjs';

const model = 'default';

// A provider that answers with `lines` lines of prose.
function talkative(t, lines) {
  const line = 'The quick brown fox jumps over the lazy dog and tells the tale to everybody who has ears.\n';
  return startProvider(t, async (each) => {
    for (let left = lines; left > 0; left -= 500) await each.piece(line.repeat(Math.min(left, 500)));
    await each.done();
  });
}

// Makes a chat whose PDF takes long to make. Returns its id.
async function bigChat(chat) {
  const { chatId, terminal } = await chat.ask('Tell me everything.');
  assert.equal(terminal.type, 'done');
  return chatId;
}

// An export that is read only when the test asks for it.
class Export {
  constructor(chat, chatId, format = 'pdf') {
    this.bytes = 0;
    this.ended = false;
    const path = `/api/chat/${chatId}/export?format=${format}`;
    this.request = http.request({ host: '127.0.0.1', port: chat.server.port, path, headers: chat.headers, agent: false });
    this.head = once(this.request, 'response').then(([response]) => {
      this.response = response;
      this.status = response.statusCode;
      this.over = new Promise((resolve) => {
        response.on('close', () => {
          this.ended = true;
          resolve(response.complete);
        });
      });
      response.pause();
      return this;
    });
    this.request.on('error', () => {});
    this.request.end();
  }

  // Reads the rest. Returns whether the response is complete.
  whole() {
    this.response.on('data', (bytes) => (this.bytes += bytes.length));
    this.response.resume();
    return this.over;
  }

  leave() {
    this.request.destroy();
  }
}

test("X21: another user's sign-in does not wait for big exports", { timeout: 300000 }, async (t) => {
  // RSA, because a thread pool verifies such signatures. Exports used to run on the same pool.
  const key = newKey('RS256');
  const home = await mkdtemp(path.join(tmpdir(), 'belay-key-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const file = path.join(home, 'key.pem');
  await writeFile(file, key.pem);
  const provider = await talkative(t, 20_000);
  const config = [
    table('[[providers]]', { name: 'fake', kind: 'openai', base_url: provider.url }),
    table('[[models]]', { alias: model, provider: 'fake', window: 4_000_000, max_output: 2_000_000 }),
    table('[[auth.keys]]', { file, alg: 'RS256' }),
  ].join('\n');
  const tokenFor = (user) => token(key, { sub: user, jti: String(Math.random()) });
  const server = await startServer(t, { dev: false, config, tokenFor, settings: { 'exports.max_active_per_user': 10 } });
  const chats = [];
  for (const user of ['ann', 'ben', 'cat']) {
    const chat = new Chat(server, user, { model });
    chats.push([chat, await bigChat(chat)]);
  }
  let running = 0;
  // A machine that is busy with other things may need so long for twenty requests that an export is done: then once more.
  for (let round = 0; running < 6 && round < 3; round++) {
    const exports = chats.flatMap(([chat, chatId]) => [new Export(chat, chatId), new Export(chat, chatId)]);
    await Promise.all(exports.map((each) => each.head));
    assert.deepEqual(exports.map((each) => each.status), Array(6).fill(200));
    const ends = exports.map((each) => begin(each.whole()));
    const waits = [];
    for (let i = 0; i < 20; i++) {
      const before = performance.now();
      const answer = await new Chat(server, `user-${i}`).call('GET', '/api/chat/models', { deadline: 60000 });
      waits.push(performance.now() - before);
      assert.equal(answer.status, 200, answer.text);
      await sleep(20);
    }
    running = exports.filter((each) => !each.ended).length;
    waits.sort((a, b) => a - b);
    t.diagnostic(
      `sign-ins beside six exports: median ${waits[10].toFixed(1)} ms, slowest ${waits[19].toFixed(1)} ms; ${running} exports still ran`,
    );
    for (const [i, end] of ends.entries()) {
      assert.equal(await within(240000, `export ${i} ends`, end), true);
      assert.ok(exports[i].bytes > 100_000);
    }
  }
  assert.equal(running, 6, 'twenty users were signed in before the first export was done');
});

test('X21: so many exports a user and a server; a place comes free with the last byte, or with the client', { timeout: 120000 }, async (t) => {
  const settings = { 'exports.max_active_per_user': 1, 'exports.max_active': 2, 'server.send_buffer': '16KiB' };
  const server = await startServer(t, { ...withProvider(await talkative(t, 40_000)), settings });
  const chats = ['ann', 'ben', 'cat'].map((user) => new Chat(server, user, { model }));
  const ids = [];
  for (const chat of chats) ids.push(await bigChat(chat));
  const address = (i) => `/api/chat/${ids[i]}/export?format=md`;
  const started = (i) => new Export(chats[i], ids[i], 'md').head; // the 3 MB are not read, so it does not end
  const first = await started(0);
  const refused = await chats[0].call('GET', address(0));
  const problem = assertProblem(refused, 429, 'too_many_active');
  assert.equal(problem.limit, 'exports.active.user');
  assert.match(problem.detail, /At most 1 exports of one user at once/);
  assert.equal((await chats[0].call('HEAD', address(0))).status, 200, 'a HEAD makes no document');
  const second = await started(1);
  assert.equal(second.status, 200);
  assert.equal(assertProblem(await chats[2].call('GET', address(2)), 503, 'server_full').limit, 'exports.active.server');

  first.leave();
  await until(10000, 'the place of a client that has gone is free', async () => {
    const again = await chats[0].call('GET', address(0));
    return again.status === 200;
  });
  assert.equal(await second.whole(), true);
  await until(10000, 'and that of one that is done', async () => (await chats[1].call('GET', address(1))).status === 200);
  const metrics = (await call(server.port, 'GET', '/metrics')).text;
  assert.match(metrics, /belay_limit_refusals_total\{limit="exports.active.user"\} \d/);
});

test('X21: an export is cut at its longest time, and does not hold up a stop', { timeout: 120000 }, async (t) => {
  const settings = { 'exports.max_time': '2s' };
  const server = await startServer(t, { ...withProvider(await talkative(t, 60_000)), settings, args: ['--drain', '1s'] });
  const chat = new Chat(server, 'ann', { model });
  const chatId = await bigChat(chat);
  const late = await new Export(chat, chatId).head;
  assert.equal(await late.whole(), false, 'cut, so that it is seen to be broken');
  const running = await new Export(chat, chatId).head;
  const end = begin(running.whole());
  await server.sigterm(20000);
  assert.equal(await end, false);
});

// Sends a POST. Returns its socket, so that the test can close it in a chosen way.
function post(server, path, json, headers = {}) {
  const body = JSON.stringify(json);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = net.connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
  socket.text = '';
  socket.on('data', (bytes) => (socket.text += bytes));
  socket.on('error', () => {});
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

// A server whose provider sends half of the answer to a prompt with "stall" and then waits for release().
async function stalling(t, persona = {}, stalls = (each) => /stall/.test(each.prompt)) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const provider = await startProvider(t, async (each) => {
    await each.piece('half');
    if (stalls(each)) await Promise.race([released, each.closed]);
    if (each.closedAt === null) {
      await each.piece(' and half');
      await each.done();
    }
  });
  const more = table('[persona]', { anonymous: true, max_active_per_user: 1, max_active_per_address: 1, ...persona });
  const server = await startServer(t, withProvider(provider, {}, more));
  return { provider, server, client: new Persona(server, 'ann', { token: server.tokenFor('ann') }), release };
}

const ways = {
  'closes': (socket) => socket.destroy(),
  'resets': (socket) => socket.resetAndDestroy(),
};

for (const [way, leave] of Object.entries(ways))
  test(`X5, X21: a POST /chat/message whose client ${way} gives its place back`, { timeout: 60000 }, async (t) => {
    const { provider, server, client } = await stalling(t);
    const session = await client.start();
    const socket = post(server, '/chat/message', { session_id: session, message: 'stall' }, client.headers);
    const asked = await provider.call(1);
    await until(5000, 'the answer has begun', () => asked.pieces > 0);
    assertProblem(await client.post('/chat/message', { session_id: session, message: 'x' }), 429, 'too_many_active');
    leave(socket);
    await until(5000, 'the provider is let go', () => asked.closedAt !== null);
    await until(5000, 'the place is free', async () => {
      const next = await client.post('/chat/message', { session_id: session, message: 'x' });
      return next.status === 200 && next.json.message === 'half and half';
    });
  });

test('X21: a client that has only finished sending gets its answer', { timeout: 60000 }, async (t) => {
  const { provider, server, client, release } = await stalling(t);
  const session = await client.start();
  const socket = post(server, '/chat/message', { session_id: session, message: 'stall' }, client.headers);
  const asked = await provider.call(1);
  socket.end();
  await until(5000, 'it is asked whether it is there', () => socket.text.startsWith('HTTP/1.1 102 Processing\r\n\r\n'));
  await sleep(300);
  assert.equal(asked.closedAt, null, 'it is, so the provider goes on');
  release();
  await until(5000, 'the answer comes', () => socket.text.includes('"message":"half and half"'));
  assert.match(socket.text, /\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test('X5: an answer that somebody else reads goes on when the client that waited for it has gone', { timeout: 60000 }, async (t) => {
  const { provider, server, client, release } = await stalling(t);
  const session = await client.start();
  const socket = post(server, '/chat/message', { session_id: session, message: 'stall' }, client.headers);
  const asked = await provider.call(1);
  await until(5000, 'the answer has begun', () => asked.pieces > 0);
  const joined = new SseStream({ port: server.port, path: `/chat/stream?session_id=${session}`, headers: client.headers });
  await joined.collect({ last: ({ data }) => data.includes('half') });
  socket.destroy();
  await sleep(500);
  assert.equal(asked.closedAt, null);
  release();
  assert.match((await joined.collect()).at(-1).data, /"done":true/);
});

test('X5, X13: one under an Idempotency-Key is kept for the client that asks again', { timeout: 60000 }, async (t) => {
  const { provider, server, client, release } = await stalling(t);
  const session = await client.start();
  const key = { 'idempotency-key': 'again' };
  const json = { session_id: session, message: 'stall' };
  const socket = post(server, '/chat/message', json, { ...client.headers, ...key });
  const asked = await provider.call(1);
  await until(5000, 'the answer has begun', () => asked.pieces > 0);
  socket.destroy();
  await sleep(500);
  assert.equal(asked.closedAt, null);
  release();
  const again = await client.post('/chat/message', json, key);
  assert.equal(again.json?.message, 'half and half', again.text);
  assert.equal(provider.calls.length, 1);
});

test('X21: a POST /coach whose client has gone lets its provider go', { timeout: 60000 }, async (t) => {
  const { provider, server, client } = await stalling(t, { coach: 'provider', coach_wait: '1m' }, () => true);
  const socket = post(server, '/coach', { intensity: 0.5, phase: 'main' }, client.headers);
  const asked = await provider.call(1);
  await until(5000, 'the answer has begun', () => asked.pieces > 0);
  socket.destroy();
  await until(5000, 'the provider is let go', () => asked.closedAt !== null);
});

test('X17, X21: who is not signed in is limited by address, whatever name they give, and never uses up a user', { timeout: 60000 }, async (t) => {
  const settings = {
    'persona.rate': 2,
    'persona.max_messages_per_address': 3,
    'persona.max_new_sessions_per_address': 4,
    'persona.rate_coach': 1,
    'persona.max_coach_calls_per_address': 2,
    'server.trusted_proxies': '127.0.0.1',
  };
  const server = await startServer(t, { settings });
  const from = (address) => ({ 'x-forwarded-for': address });
  const anyone = (user, address) => {
    const client = new Persona(server, user);
    client.headers = from(address);
    return client;
  };
  const say = (client, session_id) => client.post('/chat/message', { session_id, message: 'echo:x' });

  // One address that uses three names may send three messages in total. None of them counts for the signed-in user bob.
  const sessions = [];
  for (const user of ['bob', 'eve', 'mallory']) sessions.push([anyone(user, '203.0.113.7'), null]);
  for (const each of sessions) each[1] = await each[0].start();
  for (const [client, session] of sessions) assert.equal((await say(client, session)).status, 200);
  const refused = await say(anyone('another', '203.0.113.7'), sessions[0][1]);
  const problem = assertProblem(refused, 429, 'rate_limited');
  assert.equal(problem.limit, 'persona.rate_address');
  assert.match(problem.detail, /At most 3 messages without sign-in from one address/);
  assert.equal((await say(anyone('bob', '203.0.113.8'), sessions[0][1])).status, 200, 'another address has its own');

  const bob = new Persona(server, 'bob', { token: 'dev:bob' });
  const own = await bob.start();
  for (let i = 0; i < 2; i++) assert.equal((await say(bob, own)).status, 200, "bob's own are all there");
  assert.equal(assertProblem(await say(bob, own), 429, 'rate_limited').limit, 'persona.rate');

  // A signed-in user whose name is an address, or the key of an address, does not share the limit of that address.
  for (const name of ['203.0.113.9', 'address/203.0.113.9']) {
    const user = new Persona(server, name, { token: `dev:${name}` });
    const session = await user.start();
    for (let i = 0; i < 2; i++) assert.equal((await say(user, session)).status, 200);
    assertProblem(await say(user, session), 429, 'rate_limited');
  }
  assert.equal((await say(anyone('x', '203.0.113.9'), sessions[0][1])).status, 200);

  // New sessions and the coach. IPv6 addresses of one /64 count as one address.
  const start = (address) => anyone(`u${Math.random()}`, address).post('/chat/start', { user_id: `u${Math.random()}` });
  for (let i = 0; i < 4; i++) assert.equal((await start(`2001:db8:1:2::${i}`)).status, 200);
  assert.equal(assertProblem(await start('2001:db8:1:2:ffff::9'), 429, 'rate_limited').limit, 'persona.new_sessions_address');
  assert.equal((await start('2001:db8:1:3::1')).status, 200);
  const coach = (user_id) =>
    call(server.port, 'POST', '/coach', { json: { intensity: 0.5, phase: 'main', user_id }, headers: from('203.0.113.50') });
  for (const name of ['a', 'b']) assert.equal((await coach(name)).status, 200);
  assert.equal(assertProblem(await coach('c'), 429, 'rate_limited').limit, 'persona.rate_coach_address');
});

test('X21: answers at once without sign-in count by address', { timeout: 60000 }, async (t) => {
  const { provider, server, client, release } = await stalling(t);
  const anyone = new Persona(server, 'ann');
  const session = await anyone.start();
  const stream = anyone.stream(session, 'stall');
  await provider.call(1);
  const other = new Persona(server, 'somebody-else');
  const refused = await other.post('/chat/message', { session_id: await other.start(), message: 'x' });
  assert.equal(assertProblem(refused, 429, 'too_many_active').limit, 'persona.active.address');
  assert.equal(await client.say(await client.start(), 'x'), 'half and half', 'ann who is signed in is not touched');
  release();
  await stream.whole();
});

test('X21: new sessions have a rate, and are refused while the server is full or draining', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, {
    settings: { 'persona.max_new_sessions_per_user': 2, 'chat.max_new_sessions_per_user': 2, 'persona.max_active': 1 },
  });
  const client = new Persona(server, 'ann', { token: 'dev:ann' });
  const other = new Persona(server, 'bob', { token: 'dev:bob' });
  const first = await client.start();
  await client.start();
  const refused = await client.post('/chat/start', {});
  assert.equal(assertProblem(refused, 429, 'rate_limited').limit, 'persona.new_sessions');
  assert.match(refused.headers['ratelimit-policy'], /"persona\.new_sessions";q=2;w=60/);

  const chat = new Chat(server, 'ann', { model: 'grok-2' });
  const { sessionId } = await chat.ask('echo:1');
  await chat.ask('echo:2');
  assert.equal(assertProblem(await chat.post('echo:3'), 429, 'rate_limited').limit, 'chat.new_sessions');
  assert.equal((await chat.post('echo:3', { sessionId })).status, 201, 'a session that is there goes on');

  const running = client.stream(first, 'echo:1000 words @20/s');
  await running.got(1);
  assert.equal(assertProblem(await other.post('/chat/start', {}), 503, 'server_full').limit, 'persona.active.server');
  const stopped = begin(server.sigterm());
  await until(5000, 'it drains', () => server.logs().some((line) => line.event === 'draining'));
  assertProblem(await other.post('/chat/start', {}), 503, 'draining');
  await client.call('DELETE', `/chat/stream?session_id=${first}`);
  await stopped;
});

test('X9: a session that is used up says that a new one helps, and names no time', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'chat.session_requests': 2, 'persona.session_requests': 2 } });
  const chat = new Chat(server, 'ann', { model: 'grok-2' });
  const { sessionId } = await chat.ask('echo:1');
  const second = await chat.post('echo:2', { sessionId });
  assert.match(second.headers.ratelimit, /"chat\.rate";r=58.*, "chat\.session_requests";r=0/);
  await chat.followToEnd(sessionId);
  for (let i = 0; i < 2; i++) {
    const refused = await chat.post('echo:3', { sessionId });
    const problem = assertProblem(refused, 429, 'session_used_up');
    assert.equal(problem.limit, 'chat.session_requests');
    assert.match(problem.detail, /leave sessionId out/);
    assert.equal(refused.headers['retry-after'], undefined);
    assert.equal(refused.headers['ratelimit-policy'], '"chat.session_requests";q=2');
    assert.equal(refused.headers.ratelimit, '"chat.session_requests";r=0');
  }
  const next = await chat.post('echo:4');
  assert.match(next.headers.ratelimit, /"chat\.rate";r=57/, 'what was refused has cost nothing');

  const client = new Persona(server, 'ann', { token: 'dev:ann' });
  const session = await client.start();
  for (let i = 0; i < 2; i++) await client.say(session, 'echo:x');
  for (const route of ['/chat/message', '/chat/stream']) {
    const refused = await client.post(route, { session_id: session, message: 'x' });
    const problem = assertProblem(refused, 429, 'session_used_up');
    assert.match(problem.detail, /POST \/chat\/start/);
    assert.equal(refused.headers['retry-after'], undefined);
    assert.equal(refused.headers.ratelimit, '"persona.session_requests";r=0');
  }
});
