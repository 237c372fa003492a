// A fake provider of any of the three protocols. The test determines every byte that it sends.
//
// A script is an async function. It is called once for each request, with a Call, and answers through that Call: piece(), done(),
// raw(), wait(), reset() … When the script returns, the response ends. When the peer closes, wait() throws.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.mjs';
import { protocols } from './protocols.mjs';

const run = promisify(execFile);

class PeerClosed extends Error {}

class Call {
  constructor(protocol, number, request, response, body) {
    Object.assign(this, { protocol, number, response, body, state: {}, begun: false });
    this.method = request.method;
    this.url = request.url;
    this.headers = request.headers;
    this.rawHeaders = request.rawHeaders;
    this.socket = request.socket;
    this.socket.setMaxListeners(0); // many calls may come over one connection
    this.arrivedAt = performance.now();
    this.closedAt = null; // when the peer closed its side
    this.finished = false; // whether the script has returned
    this.pieces = 0; // how many have been sent
    this.closed = new Promise((resolve) => {
      const note = () => {
        this.closedAt ??= performance.now();
        resolve(this.closedAt);
      };
      this.socket.on('end', note);
      this.socket.on('close', note);
    });
  }

  get json() {
    return JSON.parse(this.body);
  }

  // The last message of the request.
  get prompt() {
    return this.protocol.promptOf(this.json);
  }

  head(status, headers = {}) {
    this.response.writeHead(status, headers);
    this.response.flushHeaders();
  }

  raw(bytes) {
    if (!this.response.headersSent) this.head(200, { 'content-type': 'text/event-stream' });
    return new Promise((resolve) => {
      if (this.response.write(bytes)) resolve();
      else {
        this.response.once('drain', resolve);
        this.closed.then(resolve);
      }
    });
  }

  data(value) {
    return this.raw(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);
  }

  // The methods below send bytes in the provider's protocol (lib/protocols.mjs).
  say(utterance, ...details) {
    return this.raw(this.protocol[utterance](this.state, ...details));
  }

  // Sends what comes before the first piece. Nothing of it is sent on to Belay's client.
  begin() {
    this.begun = true;
    return this.say('begin');
  }

  async piece(content) {
    if (!this.begun) await this.begin();
    this.pieces++;
    return this.say('piece', content);
  }

  thought(text) {
    return this.say('thought', text);
  }

  ping() {
    return this.say('ping');
  }

  // call: {id, name, pieces}; pieces are the parts of the arguments
  toolCall(index, call) {
    return this.say('toolCall', index, call);
  }

  // Ends an answer normally. reason: stop, length, tools or filter.
  done(reason = 'stop', { input = 7, output = this.pieces } = {}) {
    return this.say('end', reason, input, output);
  }

  // An error inside the stream, after the status 200.
  inStreamError(message, type = 'server_error') {
    return this.say('error', type, message);
  }

  // An error instead of an answer.
  refuse(status, type, headers = {}, message = 'no') {
    const body = JSON.stringify(this.protocol.errorBody(type, message));
    return this.answer(status, { 'content-type': 'application/json', ...headers }, body);
  }

  // Sends the whole answer at once, as a server does that cannot stream.
  whole(content) {
    const body = JSON.stringify(this.protocol.whole(content, 7, 2));
    return this.answer(200, { 'content-type': 'application/json' }, body);
  }

  // Sends a complete HTTP response that is not a stream.
  answer(status, headers, body) {
    this.response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    this.response.end(body);
  }

  // Waits. Throws if the peer closes meanwhile.
  async wait(ms) {
    let timer;
    const passed = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([passed, this.closed]);
    clearTimeout(timer);
    if (this.closedAt !== null) throw new PeerClosed('the peer closed');
  }

  // Sends nothing more, and waits until the peer closes.
  async stall() {
    await this.closed;
    throw new PeerClosed('the peer closed');
  }

  // Resets the TCP connection. Node cannot reset a TLS socket, so it is the socket below that is reset.
  reset() {
    (this.below ?? this.socket).resetAndDestroy();
  }
}

// Makes a certificate authority for this test, and a certificate of one kind: for 127.0.0.1 ('good'), expired ('expired'), for
// another address ('wrong-host') or self-signed ('self-signed').
async function certificates(home, kind) {
  const openssl = (...args) => run('openssl', args, { cwd: home });
  const newKey = (file) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file];
  const host = kind === 'wrong-host' ? 'DNS:elsewhere.example' : 'IP:127.0.0.1,DNS:localhost';
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', `subjectAltName=${host}`];
  await openssl('req', '-x509', ...newKey('ca.key'), '-out', 'ca.pem', '-days', '2', '-subj', '/CN=e2e authority');
  if (kind === 'self-signed') {
    await openssl('req', '-x509', ...newKey('server.key'), '-out', 'server.pem', '-days', '2', ...subject);
  } else {
    await openssl('req', '-new', ...newKey('server.key'), '-out', 'server.csr', ...subject);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
    const days = kind === 'expired' ? '-1' : '2';
    await openssl('x509', '-req', '-in', 'server.csr', ...authority, '-out', 'server.pem', '-days', days);
  }
  const file = (name) => path.join(home, name);
  return { ca: file('ca.pem'), key: await readFile(file('server.key')), cert: await readFile(file('server.pem')) };
}

class Provider {
  constructor(script, protocol) {
    this.script = script;
    this.protocol = protocol;
    this.calls = [];
    this.failures = []; // errors that scripts have thrown
    this.handshakeErrors = [];
    this.socketsBelowTls = new Map(); // by the peer's port
  }

  get url() {
    return `${this.ca ? 'https' : 'http'}://127.0.0.1:${this.port}/v1`;
  }

  async serve(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the peer closed in the middle of its request
    }
    const call = new Call(protocols[this.protocol], this.calls.length + 1, request, response, Buffer.concat(chunks).toString('utf8'));
    call.below = this.socketsBelowTls.get(request.socket.remotePort);
    this.calls.push(call);
    try {
      await this.script(call);
      call.finished = true;
      response.end();
    } catch (error) {
      if (!(error instanceof PeerClosed)) this.failures.push(error);
      call.socket.destroy();
    }
  }

  // Waits for the nth call and returns it.
  call(number, deadline = 10000) {
    return until(deadline, `the provider is called (${number})`, () => this.calls[number - 1], 2);
  }
}

// options: protocol ('chat', 'responses' or 'messages'); tls: see certificates() (default: plain HTTP).
export async function startProvider(t, script, { tls = null, protocol = 'chat' } = {}) {
  const provider = new Provider(script, protocol);
  const onRequest = (request, response) => provider.serve(request, response);
  let server;
  if (tls) {
    const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-certificates-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const { ca, key, cert } = await certificates(home, tls);
    provider.ca = ca;
    server = https.createServer({ key, cert }, onRequest);
    server.on('connection', (socket) => provider.socketsBelowTls.set(socket.remotePort, socket));
    server.on('tlsClientError', (error) => provider.handshakeErrors.push(error));
  } else {
    server = http.createServer(onRequest);
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.port = server.address().port;
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return provider;
}

// A provider that answers "Half, ", and "whole." when the test calls release().
export async function heldProvider(t) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const provider = await startProvider(t, async (its) => {
    await its.piece('Half, ');
    await Promise.race([released, its.closed]);
    await its.piece('whole.');
    await its.done();
  });
  return Object.assign(provider, { release });
}

// A provider that answers with half of the words of `text`, and with the other half when the test calls release().
export async function halfHeld(t, text) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const pieces = text.split(/(?= )/);
  const provider = await startProvider(t, async (its) => {
    for (const piece of pieces) {
      await its.piece(piece);
      if (its.pieces === Math.floor(pieces.length / 2)) await Promise.race([released, its.closed]);
    }
    await its.done();
  });
  return Object.assign(provider, { release });
}

// A listener that accepts connections and never sends a byte: a provider whose TLS handshake never begins.
export async function silentListener(t) {
  const arrived = [];
  const listener = net.createServer((socket) => {
    const peer = { closedAt: null };
    const note = () => (peer.closedAt ??= performance.now());
    socket
      .on('data', () => {})
      .on('end', note)
      .on('close', note)
      .on('error', note);
    arrived.push(peer);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  return { arrived, port: listener.address().port };
}
