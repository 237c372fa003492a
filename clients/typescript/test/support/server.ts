// Starts a real server in development mode, on a free port and with a directory of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const repository = path.resolve(import.meta.dirname, '../../../..');
export const binary = path.resolve(process.env['BELAY_BIN'] ?? path.join(repository, 'build/belay'));

const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BELAY_')));

/** A port that is free now, outside the range from which the system takes ports for outgoing connections. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.on('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

export interface ServerOptions {
  /** TOML: the server then runs outside development mode. */
  config?: string;
  env?: Record<string, string>;
}

export class Server {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private errors = '';

  constructor(
    readonly port: number,
    private readonly home: string,
    private readonly settings: Record<string, string>,
    private readonly options: ServerOptions,
  ) {}

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The end of its log. */
  get log(): string {
    return this.errors;
  }

  async start(): Promise<this> {
    const settings = Object.entries(this.settings).map(([key, value]) => [`BELAY_${key.toUpperCase().replaceAll('.', '_')}`, value]);
    const env = { ...inherited, ...(Object.fromEntries(settings) as Record<string, string>), ...this.options.env };
    const { config } = this.options;
    const file = path.join(this.home, 'belay.toml');
    if (config !== undefined) await writeFile(file, config);
    const mode = config === undefined ? ['--dev'] : ['--config', file];
    const child = spawn(binary, ['serve', ...mode, '--port', String(this.port), '--data', path.join(this.home, 'data')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.errors = '';
    child.stderr.on('data', (bytes: Buffer) => (this.errors = (this.errors + bytes.toString()).slice(-4000)));
    this.exited = new Promise((resolve) => child.on('close', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      let printed = '';
      child.stdout.on('data', (bytes: Buffer) => {
        printed += bytes.toString();
        if (/^listening on http:/m.test(printed)) resolve();
      });
      child.on('error', reject);
      void this.exited.then(() => reject(new Error(`the server ended:\n${this.errors}`)));
    });
    return this;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(name);
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** It is stopped when the test ends. `settings`: `{'section.key': value}`. */
export async function startServer(settings: Record<string, string> = {}, options: ServerOptions = {}): Promise<Server> {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: build the server (./dev build) or set BELAY_BIN`);
  const all = { 'assistant.retry_base': '200ms', 'chat.retry_base': '200ms', 'persona.retry_base': '200ms', ...settings };
  for (let attempt = 1; ; attempt++) {
    const server = new Server(await freePort(), await mkdtemp(path.join(tmpdir(), 'belay-client-')), all, options);
    onTestFinished(() => server.stop());
    try {
      return await server.start();
    } catch (error) {
      // Somebody else was faster.
      if (attempt === 5 || !/address.* in use/i.test(String(error))) throw error;
    }
  }
}

/** The answer to `echo:N words`. */
export const words = (count: number): string => Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0')).join(' ');

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function until(what: string, condition: () => boolean | Promise<boolean>, deadline = 40_000): Promise<void> {
  for (const end = Date.now() + deadline; !(await condition()); await sleep(10))
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what}`);
}
