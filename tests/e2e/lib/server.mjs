// Starts a real server for one test, on a free port and with a directory of its own. It is stopped by its pid when the test ends.
//
// BELAY_BIN is the path of the binary. The default is build/belay of this repository.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { secured } from './connect.mjs';
import { slowness, within } from './deadline.mjs';
import { freePort } from './ports.mjs';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const binary = path.resolve(process.env.BELAY_BIN ?? path.join(repository, 'build/belay'));

// The environment without the variables of these tests. Their names begin with BELAY_, so the server would read them as its own.
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BELAY_')));

// Runs `belay ARGS` to its end. Returns {code, signal, stdout, stderr}.
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

// Converts settings, such as {'engine.unopened_expiry': '1s'}, to the environment variables that override the configuration file.
function environment(settings) {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`BELAY_${key.toUpperCase().replaceAll('.', '_')}`, String(value)]),
  );
}

// A busy machine is no broken disk: the server waits for its disk as long as the tests wait for the server. Where the test has a disk
// that stalls (lib/full_disk.mjs), the server's own deadlines hold, multiplied on a slow machine.
function patience(env) {
  const ms = (usual) => `${env.BELAY_STALLED_DISK ? Math.min(usual * slowness, 60000) : 20000}ms`;
  return {
    'engine.settle_wait': ms(1000),
    'engine.max_log_wait': ms(800),
    'store.max_stall': ms(1000),
    'cache.patience': '10s', // its greatest value; a look-up that takes longer counts as a miss
  };
}

// What a server writes to standard error goes to a file: what it has written before it answers can be read after the answer.
// From a pipe it might come later.
class LogFile {
  #fd;
  #decoder = new StringDecoder('utf8');
  #buffer = Buffer.alloc(65536);
  #text = '';
  #read = 0;

  constructor(file) {
    this.#fd = openSync(file, 'ax+', 0o600);
    rmSync(file); // the descriptor keeps it
  }

  get descriptor() {
    return this.#fd;
  }

  get text() {
    while (this.#fd !== undefined) {
      const size = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, this.#read);
      if (size === 0) break;
      this.#read += size;
      this.#text += this.#decoder.write(this.#buffer.subarray(0, size));
    }
    return this.#text;
  }

  close() {
    void this.text; // and keeps it
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

class Server {
  constructor(home, options) {
    this.home = home;
    this.options = options;
    this.dataDir = options.dataDir ?? path.join(home, 'data');
    this.port = options.port ?? 0;
    this.tlsPort = 0;
    this.logFile = new LogFile(`${home}.log`);
    this.stdout = ''; // of the current process
    this.starts = 0;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  // The same server by its port with TLS, for any client of these tests.
  overTls() {
    return Object.create(this, { port: { get: () => this.tlsPort } });
  }

  // Of all processes since the first start.
  get stderr() {
    return this.logFile.text;
  }

  get pid() {
    return this.child.pid;
  }

  tokenFor(user) {
    return this.options.tokenFor(user);
  }

  // The end of the log, for error messages.
  tail() {
    return this.stderr.slice(-4000);
  }

  // The log so far, one JSON object per line. A line that is not JSON becomes {broken: line}.
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
    const { dev, config, settings, args, under, tls } = this.options;
    const env = { ...environment({ ...patience(this.options.env), ...settings }), ...this.options.env };
    const command = ['serve', ...(dev ? ['--dev'] : []), '--port', String(this.port), '--data', this.dataDir];
    if (tls) command.push('--tls-cert', tls.cert, '--tls-key', tls.key, '--tls-port', String(this.tlsPort));
    if (config !== undefined) {
      this.configFile = path.join(this.home, 'belay.toml');
      await writeFile(this.configFile, config);
      command.push('--config', this.configFile);
    }
    const [program, ...rest] = [...under, binary, ...command, ...args];
    this.starts++;
    this.stdout = '';
    this.wanted = false; // whether the test ended it
    const child = spawn(program, rest, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', this.logFile.descriptor] });
    this.child = child;
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
        const secure = /^listening on https:\/\/127\.0\.0\.1:(\d+)\n/m.exec(this.stdout);
        if (secure) this.tlsPort = Number(secure[1]);
        const plainIsReady = line || settings['server.plain'] === 'false';
        if (plainIsReady && (secure || !tls)) resolve(Number(line?.[1] ?? 0));
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
    if (tls) secured.set(this.tlsPort, tls.ca);
    return this;
  }

  // Ends the process by a signal. Returns how it ended.
  async end(signal, deadline = 20000) {
    this.wanted = true;
    this.child.kill(signal);
    return within(deadline, () => `the server ends after ${signal}\n${this.tail()}`, this.exited);
  }

  kill9() {
    return this.end('SIGKILL');
  }

  // Asks the server to drain. The promise resolves when the process has ended.
  sigterm(deadline = 60000) {
    return this.end('SIGTERM', deadline);
  }

  // Starts the server again, with the same port and the same data.
  async restart() {
    if (!this.exit) await this.kill9();
    return this.start();
  }

  // Anonymous memory of the process in RAM (RssAnon), in bytes.
  async anonymousMemory() {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  }

  async stop() {
    const fell = this.child && this.exit && !this.wanted ? this.exit : null;
    if (this.child && !this.exit) await this.kill9();
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
    this.logFile.close();
    if (fell) throw new Error(`the server ended by itself (${fell.signal ?? fell.code}):\n${this.tail()}`);
  }
}

const defaults = { dev: true, settings: {}, args: [], env: {}, under: [], tokenFor: (user) => `dev:${user}` };

// options: dev (development mode, the default), config (TOML text), settings ({'section.key': value}, passed in the environment),
// tls ({cert, key, ca}: a second port, with TLS), args, env, dataDir, under (a command that runs the server), restarts (whether the test restarts the server), tokenFor (a
// function: user → token).
export async function startServer(t, options = {}) {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: build the server (./dev build) or set BELAY_BIN`);
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-'));
  const server = new Server(home, { ...defaults, ...options });
  t.after(() => {
    if (t.passed === false || process.env.BELAY_LOG) t.diagnostic(`the server's log ended:\n${server.tail()}`);
    return server.stop();
  });
  if (options.restarts) server.port = await freePort();
  if (options.restarts && options.tls) server.tlsPort = await freePort();
  return server.start();
}
