// The page of ./page in Chromium, in front of a real server: one origin, as in production, with a strict policy for content.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Server } from './server.js';

const executablePath =
  process.env['BELAY_CHROMIUM'] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', html: 'text/html' };
const policy = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

// BELAY_REACT=18: the page is built with the React of react18/package.json.
const react18 = fileURLToPath(new URL('../../react18/node_modules/', import.meta.url));
const alias = process.env['BELAY_REACT'] === '18' ? Object.fromEntries(['react', 'react-dom', 'streamdown'].map((name) => [name, react18 + name])) : {};

let files: Promise<Map<string, Uint8Array>> | undefined;
async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { main: fileURLToPath(new URL('../page/main.tsx', import.meta.url)) },
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: '/',
    write: false,
    jsx: 'automatic',
    alias,
    define: { 'process.env.NODE_ENV': JSON.stringify(process.env['BELAY_PAGE_MODE'] ?? 'development') },
    logLevel: 'error',
  });
  const found = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const style = ['tokens.css', 'chat.css'].map((name) => readFileSync(new URL(`../../src/react/${name}`, import.meta.url), 'utf8'));
  found.set('/style.css', Buffer.from(`${style.join('\n')}\nhtml, body, #root, main { height: 100%; margin: 0; }`));
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A chat</title><meta name="viewport" content="width=device-width">' +
    '<link rel="stylesheet" href="/style.css"></head><body><div id="root"></div>' +
    '<script type="module" src="/main.js"></script></body></html>';
  found.set('/', Buffer.from(html));
  found.set('/favicon.ico', Buffer.from(''));
  return found;
}

/** Serves files by their path (default: the page of ./page), and passes all else on to the server. Connections that the server drops are dropped. */
export async function startSite(server: Server, own?: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const found = own ?? (await (files ??= bundle()));
  const site = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url!, 'http://localhost').pathname;
    const file = found.get(path);
    if (file) {
      const type = types[path === '/' ? 'html' : path.split('.').at(-1)!] ?? 'application/octet-stream';
      outgoing.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...(!own && { 'content-security-policy': policy }) }).end(file);
      return;
    }
    const headers = { ...incoming.headers, host: `127.0.0.1:${server.port}` };
    delete headers.origin;
    const onward = request({ port: server.port, host: '127.0.0.1', path: incoming.url, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.on('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    site.closeAllConnections();
    site.close();
  });
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

let browser: Promise<Browser> | undefined;
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

export interface PageOptions {
  width?: number;
  height?: number;
  /** Messages of the console that the test expects. */
  allowed?: RegExp;
}

/** A page of its own context. The test fails if the console shows an error that is not allowed. */
export async function openPage(url: string, { width = 1100, height = 800, allowed }: PageOptions = {}): Promise<Page> {
  if (!executablePath) throw new Error('There is no Chromium: install it (apt-get install chromium), or set BELAY_CHROMIUM.');
  browser ??= chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 120_000 });
  const context = await (await browser).newContext({ viewport: { width, height }, reducedMotion: 'no-preference' });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && !allowed?.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  onTestFinished(async () => {
    await context.close();
    expect(errors, 'the console shows no errors').toEqual([]);
  });
  await page.goto(url);
  return page;
}

export async function openTab(page: Page, url: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(url);
  return tab;
}
