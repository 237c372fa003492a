// C2, P1, P6, A12: the documents' client examples, pasted as they are into pages that a development server serves, in Chromium.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import test from 'node:test';
import { build } from 'esbuild';
import { words } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { startChromium } from './lib/chromium.mjs';
import { until } from './lib/deadline.mjs';
import { startServer } from './lib/server.mjs';

const here = (name) => new URL(`pages/${name}`, import.meta.url);
const html = '<!doctype html><meta charset="utf-8"><title>A page</title><body><div id="root"><p id="answer"></p></div><script type="module" src="/page.js"></script>';

// A development server: the page, and a proxy for everything else, if `belay` is given. Returns its port.
async function servePage(t, script, belay) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    if (pathname === '/page.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    if (pathname === '/favicon.ico' || !belay) return response.writeHead(204).end();
    const onward = http.request({ host: '127.0.0.1', port: belay.port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

async function open(browser, address) {
  const page = await browser.newPage();
  page.said = [];
  page.on('console', (message) => page.said.push(`${message.type()} ${message.text()}`));
  page.on('pageerror', (error) => page.said.push(`error ${error.stack}`));
  await page.goto(address);
  return page;
}
const errorsOf = (page) => page.said.filter((line) => line.startsWith('error'));

test("P1, P6: the document's React example talks to the server from another origin", { timeout: 90000 }, async (t) => {
  const { outputFiles } = await build({
    entryPoints: [here('persona-chat.jsx').pathname],
    bundle: true,
    format: 'esm',
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const port = await servePage(t, outputFiles[0].text);
  const server = await startServer(t, { settings: { 'server.cors.allowed_origins': `http://localhost:${port}` } });
  const browser = await startChromium(t, { hosts: { 'localhost:5001': `127.0.0.1:${server.port}` } });
  const page = await open(browser, `http://localhost:${port}/`);
  for (const [question, answer] of [['echo:80 words @60/s', words(80)], ['echo:Grüße 世界 👋', 'Grüße 世界 👋']]) {
    await page.getByLabel('Message').fill(question);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#answer[data-done=true]').waitFor({ timeout: 20000 });
    assert.equal(await page.locator('#answer').textContent(), answer);
  }
  await page.getByLabel('Message').fill('How is it going?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer[data-done=true]').waitFor({ timeout: 20000 });
  assert.ok(Number(await page.locator('#answer').getAttribute('data-tokens')) > 5, 'token by token');
  assert.deepEqual(errorsOf(page), []);
});

test("C1, C2, C3: the document's EventSource example works behind a development server", { timeout: 90000 }, async (t) => {
  const server = await startServer(t);
  const port = await servePage(t, await readFile(here('chat.mjs')), server);
  const browser = await startChromium(t);
  const page = await open(browser, `http://localhost:${port}/?token=dev:alice:pro`);
  await until(30000, () => `the stream is complete: ${page.said}`, () => page.said.includes('log Stream complete'));
  const { messages } = await new Chat(server, 'alice').history({ chatId: 'conversation-123' });
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant']);
  assert.equal(await page.locator('#answer').textContent(), messages[1].content);
  assert.ok(page.said.includes(`log Full response: ${messages[1].content}`));
  assert.deepEqual(errorsOf(page), []);
});
