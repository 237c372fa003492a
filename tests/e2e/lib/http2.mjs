// Clients that speak HTTP/2: Node's, and the programs of curl and nghttp2.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sleep, within } from './deadline.mjs';
import { Transcript } from './assistant.mjs';
import { SseParser } from './sse.mjs';

// The server's settings with which this machine may speak HTTP/2 without TLS.
export const cleartext = { 'server.trusted_proxies': '127.0.0.1', 'server.http2.cleartext': 'true' };

// One stream of events on a session. `ended` says how: 'clean', 'reset' or 'gone' (with its connection).
export class Http2Stream {
  // cut: after how many events the client resets it.
  constructor(session, at, headers, { onEvent = () => {}, cut = Infinity } = {}) {
    this.events = [];
    this.body = Buffer.alloc(0);
    this.text = '';
    const parser = new SseParser((event) => {
      if (this.events.length >= cut) return;
      this.events.push(event);
      onEvent(event);
      if (this.events.length === cut) this.request.close(http2.constants.NGHTTP2_CANCEL);
    });
    this.parser = parser;
    this.request = session.request({ ':path': at, accept: 'text/event-stream', ...headers });
    this.head = new Promise((resolve, reject) => {
      this.request.on('response', resolve);
      this.request.on('close', () => reject(new Error(`${at} ended without a response`)));
    });
    this.head.catch(() => {});
    let isClean = false;
    this.ended = new Promise((resolve) => {
      this.request.on('data', (bytes) => {
        this.body = Buffer.concat([this.body, bytes]);
        if (this.isStream) parser.push(bytes);
        else this.text += bytes;
      });
      this.request.on('response', (head) => {
        this.isStream = /^text\/event-stream/.test(head['content-type'] ?? '');
      });
      this.request.on('error', () => {});
      this.request.on('end', () => (isClean = !this.request.aborted && this.request.rstCode === 0));
      this.request.on('close', () => resolve(isClean ? 'clean' : session.destroyed ? 'gone' : 'reset'));
    });
  }
}

export class Http2Client {
  constructor(origin, headers = {}, options = {}) {
    this.headers = headers;
    this.goaways = [];
    this.session = http2.connect(origin, options);
    this.session.on('error', () => {});
    this.session.on('goaway', (code, last) => this.goaways.push({ code, last }));
    this.closed = new Promise((resolve) => this.session.on('close', resolve));
  }

  stream(at, { headers = {}, ...options } = {}) {
    return new Http2Stream(this.session, at, { ...this.headers, ...headers }, options);
  }

  async call(method, at, { headers = {}, json } = {}) {
    const request = this.session.request({
      ':method': method,
      ':path': at,
      ...this.headers,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    const answer = new Promise((resolve, reject) => {
      let text = '';
      let head = null;
      request.on('response', (got) => (head = got));
      request.on('data', (bytes) => (text += bytes));
      request.on('error', reject);
      request.on('close', () => resolve({ status: head?.[':status'], headers: head, text }));
    });
    request.end(json === undefined ? undefined : JSON.stringify(json));
    const got = await within(15000, `${method} ${at} is answered`, answer);
    return { ...got, json: /json/.test(got.headers?.['content-type'] ?? '') ? JSON.parse(got.text) : undefined };
  }

  destroy() {
    this.session.destroy();
  }
}

// Reads an answer to its end, over as many streams as necessary; each continues behind the last event. connect():
// a Http2Client, or throws while the server is down.
export async function followOverHttp2(connect, id, { cuts = () => Infinity } = {}) {
  const seen = Object.assign(new Transcript(), { streams: 0 });
  while (!seen.terminal) {
    const headers = seen.lastId === null ? {} : { 'last-event-id': seen.lastId };
    const stream = connect().stream(`/assistant/stream/${id}`, {
      headers,
      cut: cuts(seen.streams),
      onEvent: (event) => seen.accept(event),
    });
    const how = await stream.ended;
    seen.disconnected();
    const head = await stream.head.catch(() => null);
    if (head === null) {
      await sleep(30); // the server is down, or the connection ends
      continue;
    }
    assert.equal(head[':status'], 200, stream.text);
    seen.streams++;
    if (how === 'clean') assert.ok(seen.terminal, 'a stream without a terminal event never ends cleanly');
  }
  return seen;
}

// Runs a program to its end. Returns {code, stdout, stderr}.
export function runToEnd(file, args, deadline = 60000) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (out.stdout += bytes));
  child.stderr.on('data', (bytes) => (out.stderr += bytes));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...out }));
  });
  return within(deadline, () => `${file} ends; it said:\n${out.stdout}${out.stderr}`, ended).finally(() =>
    child.kill('SIGKILL'),
  );
}

// The program of https://github.com/summerwind/h2spec, or null when it is not here and cannot be installed.
export async function h2spec(t) {
  if (process.env.BELAY_H2SPEC) return process.env.BELAY_H2SPEC;
  const home = await mkdtemp(path.join(tmpdir(), 'belay-h2spec-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const script = `GOBIN=${home} go install github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible`;
  await runToEnd('/bin/sh', ['-c', script], 90000).catch(() => {});
  const file = path.join(home, 'h2spec');
  return existsSync(file) ? file : null;
}

// What the program is run on: a path that reads bodies of callers who are not signed in. Another would be answered before
// a malformed body arrives.
export const h2specPath = '/persona/chat/start';
export const h2specSettings = { 'persona.enabled': 'true', 'persona.prefix': '/persona', 'persona.anonymous': 'true' };

// The lines of the failed cases.
export function failuresOf(output) {
  const at = output.indexOf('Failures:');
  const failed = (at < 0 ? '' : output.slice(at)).match(/^ *× .*$/gm) ?? [];
  return failed.map((line) => line.trim());
}

// A relay to `port` that passes on what a client sends when it has sent nothing for 20 ms. {port, close}. Some cases of h2spec write
// a request and then the fault in it. A server that reads the first alone has answered, and has no stream left to reset.
async function startGathering(port) {
  const sockets = new Set();
  const listener = net.createServer({ allowHalfOpen: true }, (client) => {
    const server = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const held = [];
    let timer;
    const pass = () => {
      if (held.length > 0) server.write(Buffer.concat(held.splice(0)));
    };
    client.on('data', (data) => {
      held.push(data);
      clearTimeout(timer);
      timer = setTimeout(pass, 20);
    });
    client.on('end', () => {
      clearTimeout(timer);
      pass();
      server.end();
    });
    server.pipe(client);
    for (const [one, other] of [[client, server], [server, client]]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const close = () => {
    listener.close();
    for (const each of sockets) each.destroy();
  };
  return { port: listener.address().port, close };
}

// Without TLS, what is not the preface is a request of HTTP/1.1.
const cleartextCases = ['Sends invalid connection preface'];

// Runs h2spec against the server at `port`. {failed, output}: the cases that fail in each of three runs, and the last output.
export async function runH2spec(file, port, { tls }) {
  const relay = await startGathering(port);
  const more = tls ? ['-t', '-k'] : [];
  const all = ['-h', '127.0.0.1', '-p', String(relay.port), '-P', h2specPath, '--strict', '-o', '5', ...more];
  const counts = (line) => tls || !cleartextCases.some((each) => line.includes(each));
  let failed;
  try {
    for (let run = 1; ; run += 1) {
      const result = await runToEnd(file, all, 120000);
      const now = failuresOf(result.stdout).filter(counts);
      failed = failed ? failed.filter((line) => now.includes(line)) : now;
      if (failed.length === 0 || run === 3) return { failed, output: result.stdout };
    }
  } finally {
    relay.close();
  }
}
