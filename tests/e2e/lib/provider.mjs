// A provider of the OpenAI Chat Completions dialect whose every byte the test decides.
//
// A script is an async function that gets one Call for each request and speaks through it: piece(), usage(), done(), raw(),
// wait(), reset() … It runs until the script returns (then the response is ended) or the peer closes (then wait() throws).
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.mjs';

const run = promisify(execFile);

class PeerClosed extends Error {}

class Call {
  constructor(number, request, response, body) {
    Object.assign(this, { number, response, body });
    this.method = request.method;
    this.url = request.url;
    this.headers = request.headers;
    this.rawHeaders = request.rawHeaders;
    this.socket = request.socket;
    this.arrivedAt = performance.now();
    this.closedAt = null; // when the peer closed its side
    this.finished = false; // whether the script came to its end
    this.pieces = 0; // sent so far
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

  chunk(delta, finishReason = null, more = {}) {
    const choices = [{ index: 0, delta, finish_reason: finishReason }];
    return this.data({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'fake',
      choices,
      ...more,
    });
  }

  piece(content) {
    this.pieces++;
    return this.chunk({ content });
  }

  usage(prompt, completion) {
    const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
    return this.data({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'fake',
      choices: [],
      usage,
    });
  }

  // The usual end of an answer.
  async done() {
    await this.chunk({}, 'stop');
    await this.usage(7, this.pieces);
    await this.data('[DONE]');
  }

  // An error after the 200.
  inStreamError(message, type = 'server_error') {
    return this.data({ error: { message, type, code: null } });
  }

  // A whole answer that is not a stream.
  answer(status, headers, body) {
    this.response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    this.response.end(body);
  }

  // Waits; throws when the peer closes meanwhile.
  async wait(ms) {
    let timer;
    const passed = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([passed, this.closed]);
    clearTimeout(timer);
    if (this.closedAt !== null) throw new PeerClosed('the peer closed');
  }

  // Says nothing more until the peer closes.
  async stall() {
    await this.closed;
    throw new PeerClosed('the peer closed');
  }

  reset() {
    this.socket.resetAndDestroy();
  }
}

// A certificate authority of this test and a certificate for 127.0.0.1 (kind 'good'), or one that signed itself.
async function certificates(home, kind) {
  const file = (name) => path.join(home, name);
  const openssl = (...args) => run('openssl', args, { cwd: home });
  const subject = (name) => ['-subj', `/CN=${name}`];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    ...subject('e2e authority'),
  );
  if (kind === 'self-signed') {
    await openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'server.key',
      '-out',
      'server.pem',
      '-days',
      '2',
      ...subject('127.0.0.1'),
      ...names,
    );
  } else {
    await openssl(
      'req',
      '-new',
      ...key,
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
      ...subject('127.0.0.1'),
      ...names,
    );
    await openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-copy_extensions',
      'copy',
      '-out',
      'server.pem',
      '-days',
      '2',
    );
  }
  return { ca: file('ca.pem'), key: await readFile(file('server.key')), cert: await readFile(file('server.pem')) };
}

class Provider {
  constructor(script) {
    this.script = script;
    this.calls = [];
    this.failures = []; // of scripts
    this.handshakeErrors = [];
  }

  get url() {
    return `${this.ca ? 'https' : 'http'}://127.0.0.1:${this.port}/v1`;
  }

  async serve(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the peer left in the middle of its request
    }
    const call = new Call(this.calls.length + 1, request, response, Buffer.concat(chunks).toString('utf8'));
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

  // The nth call, when it has come.
  call(number, deadline = 10000) {
    return until(deadline, `the provider is called (${number})`, () => this.calls[number - 1], 2);
  }
}

// options: script; tls: 'good' or 'self-signed' (default: plain HTTP).
export async function startProvider(t, script, { tls = null } = {}) {
  const provider = new Provider(script);
  const onRequest = (request, response) => provider.serve(request, response);
  let server;
  if (tls) {
    const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-certificates-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const { ca, key, cert } = await certificates(home, tls);
    provider.ca = ca;
    server = https.createServer({ key, cert }, onRequest);
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
