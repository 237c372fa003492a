// S14, X13: WebSockets on streams of one HTTP/2 connection (RFC 8441), by Node's HTTP/2 client and by Chromium.
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { Authority } from './lib/certificates.mjs';
import { startChromium } from './lib/chromium.mjs';
import { hurry, withPace } from './lib/config.mjs';
import { until } from './lib/deadline.mjs';
import { Persona } from './lib/persona.mjs';
import { startServer } from './lib/server.mjs';
import { frame, talkInPage } from './lib/websocket.mjs';

async function start(t, options = {}) {
  const authority = await Authority.make(t);
  const tls = await authority.certify('server');
  const server = await startServer(t, { tls, ...options });
  return { authority, server, origin: `https://127.0.0.1:${server.tlsPort}` };
}

// The payloads of the server's text frames, which are not masked, and its close code.
class Frames {
  bytes = Buffer.alloc(0);
  messages = [];
  code = null;

  push(data) {
    this.bytes = Buffer.concat([this.bytes, data]);
    for (;;) {
      if (this.bytes.length < 2) return;
      const short = this.bytes[1] & 127;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.bytes.length < head) return;
      const size = short === 126 ? this.bytes.readUInt16BE(2) : short === 127 ? Number(this.bytes.readBigUInt64BE(2)) : short;
      if (this.bytes.length < head + size) return;
      const payload = this.bytes.subarray(head, head + size);
      const opcode = this.bytes[0] & 15;
      if (opcode === 1) this.messages.push(JSON.parse(payload));
      if (opcode === 8) this.code = payload.readUInt16BE(0);
      this.bytes = this.bytes.subarray(head + size);
    }
  }
}

// A socket on a stream of the session.
function open(session, path) {
  const request = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': path, 'sec-websocket-version': '13' }, { endStream: false });
  const socket = { request, frames: new Frames(), ended: false };
  request.on('data', (data) => socket.frames.push(data));
  request.on('error', () => {});
  request.on('close', () => (socket.ended = true));
  socket.status = new Promise((resolve) => request.on('response', (head) => resolve(head[':status'])));
  socket.say = (message) => request.write(frame(0x81, JSON.stringify(message)));
  return socket;
}

async function connect(t, authority, origin) {
  const session = http2.connect(origin, { ca: authority.pem });
  t.after(() => session.destroy());
  await new Promise((resolve) => session.on('remoteSettings', resolve));
  assert.equal(session.remoteSettings.enableConnectProtocol, true);
  return session;
}

const textOf = ({ messages }) => messages.map((message) => (message.type === 'token' ? message.token : '')).join('');
const isDone = ({ frames }) => frames.messages.some(({ type }) => type === 'done');

test('S14: two sockets and a stream of events share a connection, and each is exact', { timeout: 60000 }, async (t) => {
  const { authority, server, origin } = await start(t);
  const session = await connect(t, authority, origin);
  const people = ['ann', 'bob'].map((user) => new Persona(server, user, { token: `dev:${user}` }));
  const sessions = await Promise.all(people.map((each) => each.start()));
  const sockets = sessions.map((id, i) => open(session, `/chat/ws?session_id=${id}&token=dev:${['ann', 'bob'][i]}`));
  for (const socket of sockets) assert.equal(await socket.status, 200);
  for (const socket of sockets) socket.say({ type: 'message', content: 'echo:300 words @300/s' });
  const beside = session.request({ ':path': '/healthz' });
  assert.equal(await new Promise((resolve) => beside.on('response', (head) => resolve(head[':status']))), 200);
  beside.resume();
  await until(20000, 'both answers end', () => sockets.every(isDone));
  for (const { frames } of sockets) assert.equal(textOf(frames), words(300));
  for (const { request } of sockets) request.write(frame(0x88, Buffer.from([3, 232])));
  await until(5000, 'both end', () => sockets.every(({ ended }) => ended));
  assert.deepEqual(sockets.map(({ frames }) => frames.code), [1000, 1000]);
  const opened = server.logs().filter((line) => line.event === 'stream_opened');
  assert.deepEqual(opened.map(({ protocol }) => protocol), ['h2', 'h2']);
});

test('S14, X2: a socket is resumed exactly after kill -9; a shutdown closes it with 1001', { timeout: 60000 }, async (t) => {
  // So slow that the crash is always in the middle of the answer.
  const { authority, server } = await start(t, { ...withPace(50), restarts: true });
  const id = await new Persona(server, 'ann', { token: 'dev:ann' }).start();
  const at = () => `https://127.0.0.1:${server.tlsPort}`;
  let socket = open(await connect(t, authority, at()), `/chat/ws?session_id=${id}&token=dev:ann`);
  socket.say({ type: 'message', content: 'echo:2000 words' });
  await until(10000, 'some of it is there', () => textOf(socket.frames).includes('0050'));
  await server.kill9();
  await until(20000, 'all that was sent is read', () => socket.ended);
  const first = socket.frames.messages;
  hurry(server);
  await server.start();
  const last = first.findLast((message) => message.id !== undefined).id;
  socket = open(await connect(t, authority, at()), `/chat/ws?session_id=${id}&token=dev:ann&last_event_id=${last}`);
  await until(20000, () => `the answer ends: ${JSON.stringify(socket.frames.messages.slice(-2))}`, () => isDone(socket));
  assert.equal(textOf({ messages: [...first, ...socket.frames.messages] }), words(2000));
  const stopped = server.sigterm();
  await until(10000, 'it is closed', () => socket.ended);
  assert.equal(socket.frames.code, 1001);
  await stopped;
});

test('S14: Chromium opens its socket on the connection of the page', { timeout: 90000 }, async (t) => {
  const { server, origin } = await start(t);
  const id = await new Persona(server, 'ann', { token: 'dev:ann' }).start();
  const browser = await startChromium(t, { trustsAll: true });
  const page = await browser.newPage();
  await page.goto(`${origin}/healthz`);
  const address = `${origin.replace('https', 'wss')}/chat/ws?session_id=${id}&token=dev:ann`;
  const { messages, code, clean } = await talkInPage(page, address, 'echo:Zažít žluté 🐎');
  assert.equal(textOf({ messages }), 'Zažít žluté 🐎');
  assert.deepEqual([code, clean], [1000, true]);
  const opened = server.logs().filter((line) => line.event === 'stream_opened');
  assert.deepEqual(opened.map(({ protocol }) => protocol), ['h2']);
});
