// C2, P1, P6, A12: the documents' client examples, pasted as they are into pages that a development server serves, in Chromium.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { consoleOf, startChromium } from './lib/chromium.mjs';
import { until } from './lib/deadline.mjs';
import { bundle, readPage } from './lib/pages.mjs';
import { startServer } from './lib/server.mjs';

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
  page.said = consoleOf(page);
  await page.goto(address);
  return page;
}
const errorsOf = (page) => page.said.filter((line) => line.startsWith('error'));

test("P1, P6: the document's React example talks to the server from another origin", { timeout: 90000 }, async (t) => {
  const source = (await readPage('persona.js')) + (await readPage('persona-chat.jsx'));
  const port = await servePage(t, await bundle(source));
  const server = await startServer(t, { settings: { 'server.cors.allowed_origins': `http://localhost:${port}` } });
  const browser = await startChromium(t, { hosts: { 'localhost:5001': `127.0.0.1:${server.port}` } });
  const page = await open(browser, `http://localhost:${port}/`);
  for (const [question, answer] of [['echo:80 words @60/s', words(80)], ['echo:Grüße 世界 👋', 'Grüße 世界 👋']]) {
    await page.getByLabel('Message').fill(question);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#answer[data-done=true]', { hasText: answer }).waitFor({ timeout: 20000 });
    assert.equal(await page.locator('#answer').textContent(), answer);
  }
  await page.getByLabel('Message').fill('How is it going?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('#answer[data-done=true]', { hasNotText: '世界' }).waitFor({ timeout: 20000 });
  assert.ok(Number(await page.locator('#answer').getAttribute('data-tokens')) > 5, 'token by token');
  assert.deepEqual(errorsOf(page), []);
});

// What the page provides to the example. EventSource sends no header: the page signs in by a cookie first.
const beforeExample = `
const token = new URLSearchParams(location.search).get('token');
await fetch('/auth/session', { method: 'POST', headers: { Authorization: 'Bearer ' + token } });
const updateMessageInUI = (text) => (document.getElementById('answer').textContent = text);
`;

test("C1, C2, C3: the document's EventSource example works behind a development server", { timeout: 90000 }, async (t) => {
  const server = await startServer(t);
  const port = await servePage(t, beforeExample + (await readPage('chat.mjs')), server);
  const browser = await startChromium(t);
  const page = await open(browser, `http://localhost:${port}/?token=dev:alice:pro`);
  await until(30000, () => `the stream is complete: ${page.said}`, () => page.said.includes('log Stream complete'));
  const { messages } = await new Chat(server, 'alice').history({ chatId: 'conversation-123' });
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant']);
  assert.equal(await page.locator('#answer').textContent(), messages[1].content);
  assert.ok(page.said.includes(`log Full response: ${messages[1].content}`));
  assert.deepEqual(errorsOf(page), []);
});
