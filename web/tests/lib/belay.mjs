// A real Belay for one test: a free port, a directory of its own, stopped by its process id. It has no port while it is down, and another
// one after each start: the old one may have been given to somebody else meanwhile.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const binary = path.resolve(process.env.BELAY_BIN ?? fileURLToPath(new URL('../../../build/belay', import.meta.url)));
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BELAY_')));

/** A port that is free now, outside the range of ports that the system gives away. */
async function steadyPort() {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 15000);
    const isFree = await new Promise((resolve) => {
      const probe = net.createServer();
      probe.on('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** `keepsPort`: it has the same port after each start, for a browser that talks to it directly. */
export class Belay {
  constructor(options = {}) {
    this.options = options;
    this.port = 0;
    this.log = '';
  }

  async start() {
    const { settings = {}, config, dev = true, env = {} } = this.options;
    this.home ??= await mkdtemp(path.join(tmpdir(), 'belay-page-'));
    if (this.options.keepsPort && this.port === 0) this.port = await steadyPort();
    const args = ['serve', ...(dev ? ['--dev'] : []), '--port', String(this.port), '--data', path.join(this.home, 'data')];
    if (config) {
      await writeFile(path.join(this.home, 'belay.toml'), config);
      args.push('--config', path.join(this.home, 'belay.toml'));
    }
    const own = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`BELAY_${key.toUpperCase().replaceAll('.', '_')}`, String(value)]));
    const child = spawn(binary, args, { env: { ...inherited, ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (bytes) => (this.log += bytes));
    this.ended = new Promise((resolve) => child.on('close', resolve));
    this.port = await new Promise((resolve, reject) => {
      let out = '';
      child.on('error', reject);
      child.on('close', (code) => reject(new Error(`the server ended (${code}): ${this.log.slice(-2000)}`)));
      child.stdout.on('data', (bytes) => {
        out += bytes;
        const line = /^listening on http:\/\/[^:]+:(\d+)$/m.exec(out);
        if (line) resolve(Number(line[1]));
      });
    });
    return this;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill() {
    if (!this.options.keepsPort) this.port = 0;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    await this.kill();
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
  }

  /** A call of the API with a token. */
  async call(token, method, address, body) {
    const response = await fetch(this.origin + address, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text && /^[[{]/.test(text) ? JSON.parse(text) : undefined, text };
  }
}
