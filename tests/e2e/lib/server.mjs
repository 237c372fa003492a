// A real server for one test: started on a free port with a directory of its own, stopped by its pid when the test ends.
//
// BELAY_BIN names the binary; else it is build/belay of this repository.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { slowness, within } from './deadline.mjs';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const binary = path.resolve(process.env.BELAY_BIN ?? path.join(repository, 'build/belay'));

// A port that is free now and outside the range from which the system takes ports for outgoing connections: a client that
// knocks again and again at a port of that range, while its server is down, may end up connected to itself.
async function steadyPort() {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 15000);
    const free = await new Promise((resolve) => {
      const probe = net.createServer();
      probe.on('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

// The environment without what is meant for these tests: the server would take it for its own.
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BELAY_')));

// Runs `belay ARGS` to its end: {code, signal, stdout, stderr}.
export function belay(args, { env = {}, deadline = 20000 } = {}) {
  const child = spawn(binary, args, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (out.stdout += bytes));
  child.stderr.on('data', (bytes) => (out.stderr += bytes));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...out }));
  });
  return within(deadline, `belay ${args.join(' ')} ends`, ended).finally(() => child.kill('SIGKILL'));
}

// {'engine.unopened_expiry': '1s'} as the environment variables that override the configuration file.
function environment(settings) {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`BELAY_${key.toUpperCase().replaceAll('.', '_')}`, String(value)]),
  );
}

// On a slow machine the server is as patient with its disk as these tests are with the server.
const patience =
  slowness > 1
    ? {
        'engine.max_log_wait': `${Math.min(800 * slowness, 60000)}ms`,
        'store.max_stall': `${Math.min(1000 * slowness, 60000)}ms`,
      }
    : {};

class Server {
  constructor(home, options) {
    this.home = home;
    this.options = options;
    this.dataDir = options.dataDir ?? path.join(home, 'data');
    this.port = options.port ?? 0;
    this.stderr = ''; // of all its lives
    this.stdout = ''; // of this one
    this.starts = 0;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.child.pid;
  }

  tokenFor(user) {
    return this.options.tokenFor(user);
  }

  // For a failure's message.
  tail() {
    return this.stderr.slice(-4000);
  }

  // The log so far, a JSON object a line; whatever is no JSON is under `broken`.
  logs() {
    const lines = this.stderr.split('\n').slice(0, -1);
    return lines.map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return { broken: line };
      }
    });
  }

  async start() {
    const { dev, config, settings, args, under } = this.options;
    const env = { ...environment({ ...patience, ...settings }), ...this.options.env };
    const command = ['serve', ...(dev ? ['--dev'] : []), '--port', String(this.port), '--data', this.dataDir];
    if (config !== undefined) {
      this.configFile = path.join(this.home, 'belay.toml');
      await writeFile(this.configFile, config);
      command.push('--config', this.configFile);
    }
    const [program, ...rest] = [...under, binary, ...command, ...args];
    this.starts++;
    this.stdout = '';
    this.wanted = false; // whether its end was asked for
    const child = spawn(program, rest, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (bytes) => (this.stderr += bytes));
    this.exited = new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: null, signal: null, error }));
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    this.exited.then((exit) => (this.exit = exit));
    this.exit = null;
    const ready = new Promise((resolve) => {
      child.stdout.on('data', (bytes) => {
        this.stdout += bytes;
        const line = /^listening on http:\/\/(?:127\.0\.0\.1|localhost):(\d+)\n/m.exec(this.stdout);
        if (line) resolve(Number(line[1]));
      });
    });
    const answer = await within(
      15000,
      () =>
        `the server prints "listening on http://HOST:PORT"; it printed ${JSON.stringify(this.stdout)}\n${this.tail()}`,
      Promise.race([ready, this.exited]),
    );
    if (typeof answer !== 'number') {
      this.wanted = true;
      throw new Error(`the server ended at once (${answer.error ?? answer.signal ?? answer.code}):\n${this.tail()}`);
    }
    this.port = answer;
    return this;
  }

  // Ends this life by a signal; how it ended.
  async end(signal, deadline = 20000) {
    this.wanted = true;
    this.child.kill(signal);
    return within(deadline, () => `the server ends after ${signal}\n${this.tail()}`, this.exited);
  }

  kill9() {
    return this.end('SIGKILL');
  }

  // Asks it to drain; the promise is of its end.
  sigterm(deadline = 60000) {
    return this.end('SIGTERM', deadline);
  }

  // The next life, on the same port and data.
  async restart() {
    if (!this.exit) await this.kill9();
    return this.start();
  }

  // Bytes of anonymous memory in RAM.
  async anonymousMemory() {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  }

  async stop() {
    const fell = this.child && this.exit && !this.wanted ? this.exit : null;
    if (this.child && !this.exit) await this.kill9();
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
    if (fell) throw new Error(`the server ended by itself (${fell.signal ?? fell.code}):\n${this.tail()}`);
  }
}

const defaults = { dev: true, settings: {}, args: [], env: {}, under: [], tokenFor: (user) => `dev:${user}` };

// options: dev (development mode, the default), config (TOML text), settings ({'section.key': value}, given by the environment),
// args, env, dataDir, under (a command to run it under), restarts (whether the test will start it again), tokenFor (user → a token).
export async function startServer(t, options = {}) {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: build the server (./dev build) or set BELAY_BIN`);
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-'));
  const server = new Server(home, { ...defaults, ...options });
  t.after(() => {
    if (t.passed === false || process.env.BELAY_LOG) t.diagnostic(`the server's log ended:\n${server.tail()}`);
    return server.stop();
  });
  if (options.restarts) server.port = await steadyPort();
  return server.start();
}
