// K50, K51, K53: a page with `useChat` in Chromium: no option but the chat’s id, signed in by a cookie.
import assert from 'node:assert/strict';
import test from 'node:test';
import { build } from 'esbuild';
import { words } from './lib/assistant.mjs';
import { startChromium } from './lib/chromium.mjs';
import { until } from './lib/deadline.mjs';
import { startServer } from './lib/server.mjs';
import { api } from './lib/use_chat.mjs';

const source = `
import { useChat } from '@ai-sdk/react';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const id = 'in-the-browser';
const { messages, activeStreamId } = await (await fetch('/api/chat/' + id + '/messages')).json();

function Page() {
  const chat = useChat({ id, messages, resume: activeStreamId !== null });
  window.chat = chat;
  return chat.messages.map((message) =>
    createElement('p', { key: message.id }, message.role + ': ' + message.parts.map((part) => part.text ?? '').join('')));
}
createRoot(document.body).render(createElement(Page));
`;

async function bundle() {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname },
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

test('K50, K51, K53: useChat in Chromium: turns, a reload in the middle, two tabs, a stop', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const script = await bundle();
  const browser = await startChromium(t);
  await browser.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>' }));
  await browser.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  const open = async () => {
    const tab = await browser.newPage();
    await tab.goto(`${server.origin}/page`);
    return tab;
  };
  const shows = (tab, wanted) => {
    let seen;
    return until(30000, () => `the page shows ${JSON.stringify(wanted)}, not ${JSON.stringify(seen)}`, async () => {
      seen = await tab.evaluate(() => window.chat && { texts: [...document.querySelectorAll('p')].map((each) => each.textContent), status: window.chat.status, error: window.chat.error?.message });
      return wanted(seen ?? {});
    });
  };
  const ready = (...texts) => (seen) => seen.status === 'ready' && JSON.stringify(seen.texts) === JSON.stringify(texts);

  const first = await browser.newPage();
  await first.goto(`${server.origin}/page`);
  await first.evaluate(async (token) => {
    const { status } = await fetch('/auth/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    if (status >= 300) throw new Error(`no session: ${status}`);
  }, server.tokenFor('alice'));
  await first.reload();
  await shows(first, ready());
  await first.evaluate(() => void window.chat.sendMessage({ text: 'echo:Hello, 世界.' }));
  await shows(first, ready('user: echo:Hello, 世界.', 'assistant: Hello, 世界.'));

  await first.evaluate(() => void window.chat.sendMessage({ text: 'echo:100 words @50/s' }));
  await shows(first, (seen) => seen.texts?.[3]?.includes('0010'));
  await first.reload();
  const second = await open();
  const all = ['user: echo:Hello, 世界.', 'assistant: Hello, 世界.', 'user: echo:100 words @50/s', `assistant: ${words(100)}`];
  await Promise.all([shows(first, ready(...all)), shows(second, ready(...all))]);

  await second.evaluate(() => void window.chat.sendMessage({ text: 'echo:1000 words @20/s' }));
  await shows(second, (seen) => seen.texts?.[5]?.includes('0005'));
  await first.reload();
  await shows(first, (seen) => seen.texts?.[5]?.includes('0005'));
  assert.deepEqual((await api(server)('POST', '/api/chat/in-the-browser/stop', {})).json, { success: true });
  await shows(first, (seen) => seen.status === 'ready' && seen.texts.length === 6);
  await shows(second, (seen) => seen.status === 'ready' && seen.texts.length === 6);
  const texts = await Promise.all([first, second].map((tab) => tab.evaluate(() => document.querySelectorAll('p')[5].textContent)));
  assert.equal(texts[0], texts[1], 'both tabs have the same half');
  await first.reload();
  await shows(first, (seen) => seen.status === 'ready' && seen.texts[5] === texts[0]);
});
