// What channels cost (requirements S1, S12): 10,000 users on GET /stream, then 100 questions a second from random ones. The scripted
// provider answers at once, so the time from a question to the last byte of its response on the user's stream is an upper bound of
// the time from the provider's bytes to the wire.
//
//   node bench/channels.mjs BELAY [USERS [QUESTIONS_A_SECOND [SECONDS]]]
//
// Starts the server on a free port with a temporary directory, and stops it by its id. Prints one line of JSON: memory of an idle
// subscriber, latencies, CPU time of the server for each question.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [binary, users = 10000, rate = 100, seconds = 20] = process.argv.slice(2).map((each, i) => (i ? Number(each) : each));
const directory = mkdtempSync(path.join(tmpdir(), 'belay-bench-'));
const settings = {
  BELAY_SENDSAGE_QUOTA_BASIC: 1000000,
  BELAY_SENDSAGE_RATE_BASIC: 10000,
  BELAY_SERVER_MAX_CONNECTIONS: users + 1000,
  BELAY_SERVER_MAX_CONNECTIONS_PER_ADDRESS: users + 1000,
  BELAY_SENDSAGE_MAX_ACTIVE: 10000,
  BELAY_LOG_LEVEL: 'warning',
};
const server = spawn(binary, ['serve', '--dev', '--port', '0', '--data', directory], {
  env: { ...process.env, ...settings },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const port = await new Promise((resolve, reject) => {
  let text = '';
  server.on('close', () => reject(new Error('the server ended')));
  server.stdout.on('data', (bytes) => {
    text += bytes;
    const found = /listening on http:\/\/[^:]+:(\d+)/.exec(text);
    if (found) resolve(Number(found[1]));
  });
});
const memory = () => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) * 1024;
// In milliseconds; a tick is 10 ms.
const cpu = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const waiting = new Map(); // of a user: the times of questions, oldest first
const latencies = [];
function subscribe(i) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    let open = false;
    let rest = '';
    socket.on('error', reject);
    socket.on('connect', () =>
      socket.write(`GET /stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\nAuthorization: Bearer dev:user-${i}\r\n\r\n`),
    );
    socket.on('data', (bytes) => {
      if (!open && !bytes.toString('latin1').startsWith('HTTP/1.1 200 ')) return reject(new Error(bytes.toString('latin1')));
      open = true;
      resolve(socket);
      rest = (rest + bytes).slice(-4096);
      for (let at; (at = rest.indexOf('event: response\n')) >= 0 && rest.indexOf('\n\n', at) >= 0; ) {
        rest = rest.slice(rest.indexOf('\n\n', at));
        const asked = waiting.get(i)?.shift();
        if (asked) latencies.push(performance.now() - asked);
      }
    });
  });
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
function ask(i) {
  waiting.set(i, [...(waiting.get(i) ?? []), performance.now()]);
  const body = JSON.stringify({ prompt: 'echo:Based on your V3 average, try finger strength drills twice a week.' });
  const headers = { 'content-type': 'application/json', authorization: `Bearer dev:user-${i}`, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/chat/basic', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', () => resolve(0));
    request.end(body);
  });
}
const quantile = (sorted, q) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]?.toFixed(2));

try {
  for (let i = 0; i < 200; i++) await ask(`warm-${i}`);
  await sleep(8000);
  const before = memory();
  const sockets = [];
  for (let i = 0; i < users; i += 100)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, users - i) }, (_, k) => subscribe(i + k)))));
  await sleep(3000);
  const idle = memory();
  const usedBefore = cpu();
  const statuses = {};
  const begun = performance.now();
  for (let asked = 0; asked < rate * seconds; asked++) {
    const due = begun + (asked * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
    ask(Math.floor(Math.random() * users)).then((status) => (statuses[status] = (statuses[status] ?? 0) + 1));
  }
  await sleep(2000);
  const used = cpu() - usedBefore;
  await sleep(12000);
  const after = memory();
  const sorted = latencies.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      users,
      bytes_per_idle_subscriber: Math.round((idle - before) / users),
      bytes_per_subscriber_after: Math.round((after - before) / users),
      questions: rate * seconds,
      statuses,
      responses: sorted.length,
      ms: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) },
      server_cpu_ms_per_question: Number((used / (rate * seconds)).toFixed(2)),
    }),
  );
  sockets.forEach((socket) => socket.destroy());
} finally {
  server.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
