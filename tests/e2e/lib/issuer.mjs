// An issuer of tokens: serves a JWKS over real HTTP. It can be down, silent or broken.
import http from 'node:http';
import { token } from './jwt.mjs';
import { freePort } from './ports.mjs';

export class Issuer {
  constructor(port, keys = {}) {
    this.port = port;
    this.keys = keys; // {kid: key}; keys are those of lib/jwt.mjs
    this.fetches = 0;
    this.held = [];
    this.mode = 'answers'; // or 'silent' (fetches wait for release()), or {status, body}
  }

  get url() {
    return `http://127.0.0.1:${this.port}/jwks`;
  }

  get jwks() {
    const keys = Object.entries(this.keys).map(([kid, key]) => ({ ...key.jwk, kid, use: 'sig' }));
    return JSON.stringify({ keys });
  }

  async start() {
    this.server = http.createServer((request, response) => {
      this.fetches++;
      if (this.mode === 'silent') this.held.push(response);
      else this.answer(response);
    });
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    return this;
  }

  answer(response) {
    const { status, body } = typeof this.mode === 'string' ? { status: 200, body: this.jwks } : this.mode;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(body);
  }

  release() {
    this.mode = 'answers';
    for (const response of this.held.splice(0)) this.answer(response);
  }

  async stop() {
    if (!this.server) return;
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
    this.server = undefined;
  }

  token(kid, claims = {}, key = this.keys[kid]) {
    return token(key, claims, { kid });
  }
}

export async function startIssuer(t, keys) {
  const issuer = await new Issuer(await freePort(), keys).start();
  t.after(() => issuer.stop());
  return issuer;
}
