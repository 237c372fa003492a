// What WebSockets cost (requirement F13): the memory of idle sockets, the time from a client's message to the server's answer
// while many sockets send, and the CPU time of a token that is delivered, beside the same session over SSE.
//
//   node bench/sockets.mjs BELAY [IDLE [ACTIVE [MESSAGES_A_SECOND [SECONDS [STREAMS]]]]]
//
// The answer to {"type":"ping"} is {"type":"pong"}: a message goes through the reader of frames, the surface's parser, the handler
// and the writer, and no model. The floor is a process that sends every byte back. Starts the server on a free port with a
// temporary directory, and stops it by its id. Prints two lines of JSON.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [binary, idle = 5000, active = 1000, rate = 10, seconds = 10, streams = 200] = process.argv.slice(2).map((each, i) => (i ? Number(each) : each));
const directory = mkdtempSync(path.join(tmpdir(), 'belay-bench-'));
const settings = {
  BELAY_SERVER_MAX_CONNECTIONS: idle + active + 1000,
  BELAY_WEBSOCKET_MAX_MESSAGES: 1000000,
  BELAY_LOG_LEVEL: 'warning',
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function started(child, form) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('close', () => reject(new Error('a server ended')));
    child.stdout.on('data', (bytes) => {
      text += bytes;
      const found = form.exec(text);
      if (found) resolve(Number(found[1]));
    });
  });
}

const server = spawn(binary, ['serve', '--dev', '--port', '0', '--data', directory], {
  env: { ...process.env, ...settings },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const echo = `require('net').createServer((s) => { s.setNoDelay(); s.on('error', () => {}); s.pipe(s); }).listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port); })`;
const floor = spawn(process.execPath, ['-e', echo], { stdio: ['ignore', 'pipe', 'inherit'] });

const memory = () => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) * 1024;
const quantile = (sorted, q) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]?.toFixed(2));

// A masked frame; a mask of zeros leaves the text as it is.
function frame(text) {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

function connect(port, request) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', reject);
    socket.on('connect', () => (request ? socket.write(request) : resolve(socket)));
    if (request)
      socket.once('data', (bytes) =>
        bytes.toString('latin1').startsWith('HTTP/1.1 101 ') ? resolve(socket) : reject(new Error(bytes.toString('latin1'))),
      );
  });
}

async function connectAll(count, port, request) {
  const sockets = [];
  for (let i = 0; i < count; i += 100)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, count - i) }, () => connect(port, request)))));
  return sockets;
}

// Each socket sends `rate` messages a second. Returns the times until their answers.
async function talk(sockets, answer) {
  const ping = frame('{"type":"ping"}');
  const latencies = [];
  for (const socket of sockets) {
    socket.waiting = [];
    socket.text = '';
    socket.removeAllListeners('data');
    socket.on('data', (bytes) => {
      socket.text += bytes.toString('latin1');
      for (let at; (at = socket.text.indexOf(answer)) >= 0; socket.text = socket.text.slice(at + answer.length))
        latencies.push(performance.now() - socket.waiting.shift());
    });
  }
  const begun = performance.now();
  const all = sockets.length * rate * seconds;
  for (let sent = 0; sent < all; sent++) {
    const due = begun + (sent * 1000) / (sockets.length * rate);
    if (due > performance.now()) await sleep(due - performance.now());
    const socket = sockets[sent % sockets.length];
    socket.waiting.push(performance.now());
    socket.write(ping);
  }
  await sleep(1000);
  latencies.sort((a, b) => a - b);
  return { answers: latencies.length, of: all, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

// POSTs a JSON text as the user; resolves to the response's text, or to the response itself as soon as it begins.
function post(port, path, user, json, { streamed = false } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer dev:${user}` };
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', path, headers, agent: false }, (response) => {
      if (streamed) return resolve(response);
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(JSON.stringify(json));
  });
}
const newSession = async (port, user) => JSON.parse(await post(port, '/chat/start', user, {})).session_id;
const handshake = (port, session, user) =>
  `GET /chat/ws?session_id=${session} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer dev:${user}\r\nConnection: Upgrade\r\n` +
  'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

// User and system time of the server, in microseconds.
function cpu() {
  const [, fields] = /^.*\) (.*)$/m.exec(readFileSync(`/proc/${server.pid}/stat`, 'utf8'));
  const all = fields.split(' ');
  return (Number(all[11]) + Number(all[12])) * 10000;
}

// `streams` users get 50 tokens a second each, over sockets or over SSE. Returns the CPU time of a token.
async function deliver(port, kind) {
  const question = 'echo:100000 words @50/s';
  let tokens = 0;
  const open = [];
  const count = (bytes) => {
    for (let at = bytes.indexOf('"token":'); at >= 0; at = bytes.indexOf('"token":', at + 8)) tokens++;
  };
  for (let i = 0; i < streams; i++) {
    const user = `${kind}-${i}`;
    const session = await newSession(port, user);
    if (kind === 'socket') {
      const socket = await connect(port, handshake(port, session, user));
      socket.on('data', count);
      socket.write(frame(JSON.stringify({ type: 'message', content: question })));
      open.push(socket);
    } else {
      const headers = await post(port, '/chat/stream', user, { session_id: session, message: question }, { streamed: true });
      headers.on('data', count);
      open.push(headers);
    }
  }
  await sleep(2000);
  const before = { tokens, cpu: cpu() };
  await sleep(seconds * 1000);
  const cost = (cpu() - before.cpu) / (tokens - before.tokens);
  const persecond = (tokens - before.tokens) / seconds;
  for (const each of open) each.destroy();
  await sleep(1000);
  return { us_cpu_per_token: Number(cost.toFixed(2)), tokens_a_second: Math.round(persecond) };
}

try {
  const port = await started(server, /listening on http:\/\/[^:]+:(\d+)/);
  const floorPort = await started(floor, /port (\d+)/);
  const request = handshake(port, await newSession(port, 'ann'), 'ann');
  const few = await connectAll(200, port, request);
  for (const socket of few) socket.destroy();
  await sleep(500);
  const before = memory();
  const quiet = await connectAll(idle, port, request);
  await sleep(1000);
  const bytes = Math.round((memory() - before) / idle);
  for (const socket of quiet) socket.destroy();
  await sleep(500);
  const sockets = await talk(await connectAll(active, port, request), '{"type":"pong"}');
  const bare = await talk(await connectAll(active, floorPort), '{"type":"ping"}');
  // Twice each, in turns: the first pair also warms up.
  const delivered = [];
  for (const kind of ['socket', 'sse', 'sse', 'socket']) delivered.push([kind, await deliver(port, kind)]);
  console.log(JSON.stringify({ delivered }));
  console.log(JSON.stringify({ idle, bytes_per_idle_socket: bytes, active, messages_a_second: active * rate, ms: { sockets, floor: bare } }));
} finally {
  server.kill('SIGKILL');
  floor.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
