// P7, X13, X17, X19, X20: the persona's session over a WebSocket, by npm's `ws` and by Chromium; what a client does wrong; what
// survives a crash. docs/WEBSOCKET.md is the table of close codes.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { startChromium } from './lib/chromium.mjs';
import { table, withScripted } from './lib/config.mjs';
import { until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { operatorOf, tokenOf, withOperators } from './lib/operators.mjs';
import { Persona } from './lib/persona.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { frame, JsonSocket, talkInPage } from './lib/websocket.mjs';

const isEnd = (message) => message.type === 'done' || (message.type === 'error' && message.id !== undefined);
const textOf = (messages) => messages.map((message) => (message.type === 'token' ? message.token : '')).join('');
const idsOf = (messages) => messages.map((message) => message.id).filter((id) => id !== undefined);
const ask = (content, more = {}) => ({ type: 'message', content, ...more });

function open(server, session, { query = {}, ...options } = {}) {
  return new JsonSocket(server, '/chat/ws', { query: { session_id: session, ...query }, ...options });
}

// A socket that is open and has been greeted.
async function connected(server, session, options) {
  const socket = open(server, session, options);
  await socket.opened;
  await socket.next((message) => message.type === 'connected');
  return socket;
}

async function startedServer(t, settings = {}, options = {}) {
  const server = await startServer(t, { settings, ...options });
  const client = new Persona(server);
  return { server, client, session: await client.start() };
}

test('P7: a session over a socket, with the ids of the SSE stream', { timeout: 60000 }, async (t) => {
  const { server, client, session } = await startedServer(t);
  const socket = await connected(server, session);
  assert.deepEqual(socket.messages, [{ type: 'connected', session_id: session, persona: 'default' }]);
  socket.send(ask('echo:Going great! Ready to train?'));
  await socket.next(isEnd);
  assert.equal(textOf(socket.messages), 'Going great! Ready to train?');
  const last = socket.messages.at(-1);
  assert.deepEqual(last, { type: 'done', id: last.id, finish: 'stop' });
  const first = socket.messages.length;
  socket.send(ask('echo:Again.'));
  await socket.next(isEnd, first);
  assert.equal(textOf(socket.messages.slice(first)), 'Again.');
  assert.equal(new Set(idsOf(socket.messages)).size, idsOf(socket.messages).length);

  // The same answer over SSE, after an event that the socket saw.
  const after = socket.messages[2].id;
  const sse = await client.call('GET', `/chat/stream?session_id=${session}`, {
    headers: { accept: 'text/event-stream', 'last-event-id': after },
  });
  const ids = [...sse.text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]);
  assert.deepEqual(ids, idsOf(socket.messages.slice(3, first)));
  socket.send({ type: 'ping' });
  await socket.next((message) => message.type === 'pong');
  socket.socket.close(1000, 'bye');
  assert.equal((await socket.end()).code, 1000);
});

test('P7: what a message may not be is an error, and the socket stays open', { timeout: 60000 }, async (t) => {
  const { server, session } = await startedServer(t, { 'persona.max_message': '100B' });
  const socket = await connected(server, session);
  const rows = [
    ['no JSON', 'invalid_request'],
    ['[]', 'invalid_request'],
    [{ content: 'hi' }, 'invalid_request', 'type'],
    [{ type: 'nonsense' }, 'invalid_request', 'type'],
    [{ type: 'message' }, 'invalid_request', 'content'],
    [{ type: 'message', content: 7 }, 'invalid_request', 'content'],
    [{ type: 'message', content: ' ' }, 'invalid_request', 'content'],
    [ask('x'.repeat(101)), 'payload_too_large', 'content'],
    [ask('hi', { breathing: 'loud' }), 'invalid_request', 'breathing'],
    [ask('hi', { idempotency_key: 'a b' }), 'invalid_request', 'idempotency_key'],
    [{ type: 'resume' }, 'invalid_request', 'last_event_id'],
    [{ type: 'resume', last_event_id: 'x' }, 'invalid_request', 'last_event_id'],
    [{ type: 'resume', last_event_id: `1-${7 * 2 ** 40 + 1}` }, 'position_ahead', 'last_event_id'],
    [{ type: 'cancel' }, 'not_found', 'type'],
  ];
  for (const [message, code, field] of rows) {
    const from = socket.messages.length;
    socket.send(message);
    const { error, id } = await socket.next((each) => each.type === 'error', from);
    assert.equal(error.code, code, JSON.stringify(message));
    assert.equal(error.field, field, JSON.stringify(message));
    assert.equal(id, undefined);
  }
  socket.send({ type: 'typing' });
  socket.send(ask('echo:still here'));
  await socket.next((message) => message.type === 'done');
  assert.equal(textOf(socket.messages), 'still here');
});

test('P7: one answer at a time, a cancel, and a key that asks once', { timeout: 60000 }, async (t) => {
  const { server, session } = await startedServer(t);
  const socket = await connected(server, session);
  socket.send(ask('echo:1000 words @20/s'));
  await socket.next((message) => message.type === 'token');
  const joins = await connected(server, session);
  await joins.next((message) => message.type === 'token');
  assert.ok(words(1000).startsWith(textOf(joins.messages)), 'who does not say where it left off sees it from its beginning');
  await joins.cut();
  socket.send(ask('echo:too early'));
  const refused = await socket.next((message) => message.type === 'error');
  assert.equal(refused.error.code, 'conflict');
  socket.send({ type: 'cancel' });
  const end = await socket.next(isEnd);
  assert.equal(end.error.code, 'cancelled');
  const from = socket.messages.length;
  socket.send(ask('echo:once', { idempotency_key: 'k1' }));
  const first = await socket.next(isEnd, from);
  const again = socket.messages.length;
  socket.send(ask('echo:once', { idempotency_key: 'k1' }));
  const second = await socket.next(isEnd, again);
  assert.deepEqual(second, first, 'the same events');
  assert.equal(textOf(socket.messages.slice(again)), 'once');
  const other = socket.messages.length;
  socket.send(ask('echo:twice', { idempotency_key: 'k1' }));
  assert.equal((await socket.next((message) => message.type === 'error', other)).error.code, 'idempotency_mismatch');
});

// Reads one answer behind its `first` message, over as many sockets as it takes. `cut` breaks the connection; it gets the number of the
// round. A socket without a position would see nothing if the answer is over meanwhile.
async function followed(server, session, first, cut) {
  const all = [first];
  for (let round = 0; ; round++) {
    const last = idsOf(all).at(-1);
    const socket = open(server, session, { query: { last_event_id: last } });
    try {
      await socket.opened;
    } catch (error) {
      if (error.status) throw error;
      continue; // the server is down
    }
    await cut(socket, round);
    await Promise.race([socket.closed, socket.next(isEnd)]);
    all.push(...socket.messages.filter((message) => message.id !== undefined));
    socket.socket.terminate();
    if (all.some(isEnd)) return all;
  }
}

test('P7, X1: an answer is resumed exactly, wherever the connection is cut', { timeout: 120000 }, async (t) => {
  const rounds = Number(process.env.BELAY_ROUNDS ?? 30);
  t.diagnostic(`seed ${seed}`);
  const random = new Random();
  const { server, session } = await startedServer(t, { 'persona.session_requests': 10000, 'persona.rate': 10000 });
  const asker = await connected(server, session);
  for (let round = 0, cuts = 0; cuts < rounds; round++) {
    const from = asker.messages.length;
    asker.send(ask('echo:40 words @200/s'));
    const first = await asker.next((message) => message.id !== undefined, from);
    const all = await followed(server, session, first, async (socket, attempt) => {
      if (attempt >= 3) return;
      const count = random.between(1, 8);
      await until(10000, 'some messages', () => idsOf(socket.messages).length >= count || socket.messages.some(isEnd), 1);
      if (!socket.messages.some(isEnd)) cuts++;
      socket.socket.terminate();
    });
    await asker.next(isEnd, from);
    const whole = asker.messages.slice(from).filter((message) => message.id !== undefined);
    assert.deepEqual(all, whole, 'nothing is lost and nothing comes twice');
    assert.equal(textOf(all), words(40));
  }
});

test('P7, X2: after kill -9 in the middle the answer goes on exactly where the client was', { timeout: 120000 }, async (t) => {
  const options = withScripted({ echo: true, can_continue: true }, table('[persona]', { anonymous: true }));
  options.config = options.config.replace('alias = "default"', 'alias = "default"\ncan_continue = true');
  const server = await startServer(t, { ...options, restarts: true });
  const session = await new Persona(server).start();
  const socket = await connected(server, session);
  socket.send(ask('echo:250 words @50/s'));
  await until(10000, 'ten tokens', () => idsOf(socket.messages).length >= 10);
  await server.kill9();
  assert.equal((await socket.end()).code, 1006);
  await server.restart();
  const before = socket.messages.filter((message) => message.id !== undefined);
  const rest = await connected(server, session, { query: { last_event_id: idsOf(before).at(-1) } });
  await rest.next(isEnd);
  const after = rest.messages.filter((message) => message.id !== undefined);
  assert.equal(textOf(before) + textOf(after), words(250));
  assert.equal(new Set(idsOf([...before, ...after])).size, before.length + after.length);
});

test('X17: a handshake is refused on its head', { timeout: 60000 }, async (t) => {
  const allowed = 'https://app.example.com';
  const server = await startServer(t, {
    ...withOperators({}, table('[server.cors]', { allowed_origins: [allowed] })),
  });
  const headers = { authorization: `Bearer ${tokenOf('ann')}` };
  const session = (await call(server.port, 'POST', '/chat/start', { headers, json: {} })).json.session_id;
  const refusal = async (options, id = session) => {
    const socket = open(server, id, options);
    const error = await socket.opened.then(() => assert.fail('it was taken'), (thrown) => thrown);
    return error.status;
  };
  assert.equal(await refusal({}), 401);
  assert.equal(await refusal({ headers: { authorization: 'Bearer nonsense' } }), 401);
  assert.equal(await refusal({ headers, origin: 'https://evil.example' }), 403);
  assert.equal(await refusal({ headers, origin: 'null' }), 403);
  assert.equal(await refusal({ headers }, `session_${'0'.repeat(32)}`), 404);
  assert.equal(await refusal({ headers, query: { last_event_id: 'x' } }), 400);
  for (const origin of [undefined, allowed, server.origin]) await (await connected(server, session, { headers, origin })).cut();
  await (await connected(server, session, { query: { token: tokenOf('ann') } })).cut();
  const made = await call(server.port, 'POST', '/auth/ticket', { headers, json: { stream: `/chat/ws?session_id=${session}` } });
  assert.equal(made.status, 201, made.text);
  const { ticket } = made.json;
  await (await connected(server, session, { query: { ticket } })).cut();
  await (await connected(server, session, { query: { ticket } })).cut();
  const plain = await call(server.port, 'GET', `/chat/ws?session_id=${session}`, { headers });
  assert.equal(plain.status, 426);
  assert.equal(plain.headers['sec-websocket-version'], '13');
});

test('G2: what a client does wrong ends its socket with a code of its own', { timeout: 60000 }, async (t) => {
  const { server, session } = await startedServer(t, { 'websocket.max_message': '1KiB' });
  const rows = [
    ['bad UTF-8', 1007, (wire) => wire.write(frame(0x81, [0xff]))],
    ['UTF-8 that breaks between two fragments', 1007, (wire) => wire.write(Buffer.concat([frame(0x01, [0xe2, 0x82]), frame(0x80, [0x28])]))],
    ['a message that is too large', 1009, (wire) => wire.write(frame(0x81, 'x'.repeat(1025)))],
    ['a large message of small fragments', 1009, (wire) => wire.write(Buffer.concat([frame(0x01, ''), ...Array.from({ length: 40 }, () => frame(0x00, 'x'.repeat(30)))]))],
    ['a frame without a mask', 1002, (wire) => wire.write(frame(0x81, '{}', { masked: false }))],
    ['a reserved bit', 1002, (wire) => wire.write(frame(0xc1, '{}'))],
    ['a fragmented ping', 1002, (wire) => wire.write(frame(0x09, ''))],
    ['a binary message', 1003, (wire) => wire.write(frame(0x82, 'x'))],
    ['a flood of pings', 1008, (wire) => wire.write(Buffer.concat(Array.from({ length: 500 }, () => frame(0x89, ''))))],
    ['a flood of messages', 1008, (wire) => wire.write(Buffer.concat(Array.from({ length: 500 }, () => frame(0x81, '{"type":"typing"}'))))],
    ['fragments without end', 1008, (wire) => wire.write(Buffer.concat([frame(0x01, ''), ...Array.from({ length: 2000 }, () => frame(0x00, ''))]))],
  ];
  for (const [what, code, act] of rows) {
    const socket = await connected(server, session);
    act(socket.wire);
    assert.equal((await socket.end()).code, code, what);
  }
  const socket = await connected(server, session);
  socket.send(ask('echo:others are not affected'));
  await socket.next(isEnd);
});

test('X6: a client that takes nothing is closed', { timeout: 60000 }, async (t) => {
  const { server, session } = await startedServer(t, {
    'websocket.stalled_limit': '500ms',
    'websocket.close_deadline': '300ms',
    'server.send_buffer': '16KiB',
  });
  const socket = await connected(server, session);
  socket.wire.pause();
  socket.send(ask('echo:200000 words'));
  const ended = () => server.logs().find((line) => line.event === 'stream_closed' && line.route === 'persona.socket');
  assert.equal((await until(20000, 'the socket is closed', ended)).end, 'stalled');
});

test('X10: a shutdown closes sockets with 1001 and says when to reconnect', { timeout: 60000 }, async (t) => {
  const { server, session } = await startedServer(t, { 'process.drain_time': '200ms' });
  const socket = await connected(server, session);
  const stopped = server.sigterm();
  const { code, reason } = await socket.end();
  assert.equal(code, 1001);
  assert.ok(JSON.parse(reason).retry > 0);
  await stopped;
});

test('X19, X20: a socket ends with its sign-in', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withOperators({ stream_grace: '0s', leeway: '0s' }));
  const signedIn = (claims) => ({ authorization: `Bearer ${tokenOf('ann', claims)}` });
  const session = (await call(server.port, 'POST', '/chat/start', { headers: signedIn(), json: {} })).json.session_id;
  const short = await connected(server, session, { headers: signedIn({ exp: Math.floor(Date.now() / 1000) + 5 }) });
  const { code, reason } = await short.end();
  assert.equal(code, 4001);
  assert.ok(JSON.parse(reason).retry > 0);

  const olga = await operatorOf(server);
  const socket = await connected(server, session, { headers: signedIn() });
  const answer = await olga.call('POST', '/revocations', { json: { user: 'ann' } });
  assert.equal(answer.json.ended_streams, 1, answer.text);
  assert.equal((await socket.end()).code, 4003);
  assert.equal(socket.messages.at(-1).error.code, 'revoked');
});

test('P7, X12: Chromium, from its own page, and from a page of another site', { timeout: 90000 }, async (t) => {
  const { server, session } = await startedServer(t);
  const other = http.createServer((request, response) => response.end('<html></html>'));
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const browser = await startChromium(t);
  const page = await browser.newPage();
  const talk = (address) => talkInPage(page, address, 'echo:Zažít žluté 🐎');
  const address = `ws://127.0.0.1:${server.port}/chat/ws?session_id=${session}&token=dev:ann`;
  const anns = await new Persona(server, 'ann', { token: 'dev:ann' }).start();
  const own = address.replace(session, anns);
  await page.goto(`${server.origin}/docs`);
  const { messages, code, clean } = await talk(own);
  assert.equal(textOf(messages), 'Zažít žluté 🐎');
  assert.deepEqual([code, clean], [1000, true]);
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  assert.equal((await talk(own)).code, 1006);
});
