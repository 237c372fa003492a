// The package as people get it: packed, installed elsewhere, and used by the first program of the README.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { closeBrowser, openPage, startSite } from './support/browser.js';
import { sleep, startServer, until, words, type Server } from './support/server.js';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const program = path.join(import.meta.dirname, 'ten-lines.mjs');
const page = path.join(import.meta.dirname, 'ten-lines.html');
let elsewhere = '';

beforeAll(async () => {
  elsewhere = await mkdtemp(path.join(tmpdir(), 'belay-package-'));
  const packed = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', elsewhere], { cwd: root });
  await writeFile(path.join(elsewhere, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const install = ['install', '--offline', '--omit=peer', '--no-audit', '--no-fund', `./${packed.stdout.trim()}`];
  await run('npm', install, { cwd: elsewhere });
  await writeFile(path.join(elsewhere, 'program.mjs'), await readFile(program));
}, 120_000);
afterAll(closeBrowser);
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

function start(server: Server, prompt: string) {
  const child = spawn(process.execPath, ['program.mjs', prompt], {
    cwd: elsewhere,
    env: { ...process.env, BELAY_URL: server.origin, BELAY_TOKEN: 'dev:ann:pro' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { text: '', errors: '' };
  child.stdout.on('data', (bytes: Buffer) => (seen.text += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (seen.errors += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, seen, ended };
}

describe('the packed package', () => {
  it('A11: has no dependencies, and the program of the README is the one that is tested', async () => {
    const installed = JSON.parse(await readFile(path.join(elsewhere, 'node_modules/@belay/client/package.json'), 'utf8')) as {
      dependencies?: unknown;
    };
    expect(installed.dependencies).toBeUndefined();
    const text = await readFile(program, 'utf8');
    expect(
      text
        .trim()
        .split('\n')
        .filter((line) => line !== '').length,
    ).toBeLessThanOrEqual(10);
    expect(await readFile(path.join(root, 'README.md'), 'utf8')).toContain(text.trim());
  });

  it('A11: ten lines stream, and continue over a server that is killed', async () => {
    const server = await startServer();
    const { seen, ended } = start(server, 'echo:150 words @40/s');
    await until('words arrive', () => seen.text.length > 200);
    await server.kill();
    await sleep(300);
    await server.start();
    expect(await ended, seen.errors).toBe(0);
    expect(seen.text).toBe(`${words(150)}\nstop\n`);
  });

  it('A11: ten lines stop the answer at the server', async () => {
    const server = await startServer();
    const { child, seen, ended } = start(server, 'echo:5000 words @50/s');
    await until('words arrive', () => seen.text.length > 50);
    child.kill('SIGINT');
    expect(await ended).not.toBe(0);
    expect(seen.errors).toContain('AbortError');
    await until('it is cancelled', () => /"event":"run_ended".*"state":"cancelled"/.test(server.log));
  });

  it('A11: a page of ten lines streams, continues over a server that is killed, and stops, without a bundler', async () => {
    const lines = (await readFile(page, 'utf8')).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(await readFile(path.join(root, 'README.md'), 'utf8')).toContain(lines.join('\n'));
    const files = new Map([['/', await readFile(page)], ['/favicon.ico', Buffer.from('')]]);
    const dist = 'node_modules/@belay/client/dist';
    for (const name of await readdir(path.join(elsewhere, dist), { recursive: true }))
      if (name.endsWith('.js')) files.set(`/${dist}/${name}`, await readFile(path.join(elsewhere, dist, name)));
    const server = await startServer();
    const site = await startSite(server, files);

    const tab = await openPage(`${site}/?ask=echo:150 words @40/s`, { allowed: /Failed to load resource|ERR_/ });
    const text = () => tab.locator('#answer').innerText();
    await until('words arrive', async () => (await text()).length > 200);
    await server.kill();
    await sleep(300);
    await server.start();
    await until('all of it is there', async () => (await text()) === words(150));

    await tab.goto(`${site}/?ask=echo:5000 words @50/s`);
    await until('words arrive', async () => (await text()).length > 50);
    await tab.locator('#stop').click();
    await until('it is cancelled', () => /"event":"run_ended".*"state":"cancelled"/.test(server.log));
    await until('no more words come', async () => {
      const before = await text();
      await sleep(500);
      return (await text()) === before;
    });
    const stopped = await text();
    expect(words(5000).startsWith(stopped)).toBe(true);
    expect(stopped).not.toBe(words(5000));
  });

  it('A11: the types are those of docs/openapi.json', async () => {
    const source = `
import { createClient } from '@belay/client';
const belay = createClient({ baseUrl: 'http://localhost' });
const page = await belay.call('GET', '/api/chat/history', { query: { chatId: 'c' } });
const role: 'user' | 'assistant' = page.messages[0]!.role;
// @ts-expect-error: there is no such path
await belay.call('GET', '/nowhere');
// @ts-expect-error: the body has no prompt
await belay.requestAssistant({ mode: 'chat' });
// @ts-expect-error: there is no such mode
await belay.requestAssistant({ prompt: 'x', mode: 'sing' });
// @ts-expect-error: the query needs a session
await belay.call('GET', '/chat/stream', {});
await belay.call('GET', '/api/chats');
// @ts-expect-error: the path needs an id
await belay.call('GET', '/api/uploads/{id}');
for await (const event of belay.streamAssistantResponse('r')) {
  if (event.type === 'complete') event.usage.output_tokens.toFixed();
  // @ts-expect-error: only some events have content
  event.content;
}
export { role };
`;
    await writeFile(path.join(elsewhere, 'types.ts'), source);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: [],
    };
    await writeFile(path.join(elsewhere, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const checked = await run(process.execPath, [tsc], { cwd: elsewhere }).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe('');
  });
});
