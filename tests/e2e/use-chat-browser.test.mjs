// K50, K51, K53: a page with `useChat` in Chromium: no option but the chat’s id, signed in by a cookie.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { startServer } from './lib/server.mjs';
import { api } from './lib/use_chat.mjs';
import { shows, useChatPages } from './lib/use_chat_page.mjs';

test('K50, K51, K53: useChat in Chromium: turns, a reload in the middle, two tabs, a stop', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const open = await useChatPages(t, server, 'in-the-browser');
  const ready = (...texts) => (seen) => seen.status === 'ready' && JSON.stringify(seen.texts) === JSON.stringify(texts);

  const first = await open();
  await shows(first, ready());
  await first.evaluate(() => void window.chat.sendMessage({ text: 'echo:Hello, 世界.' }));
  await shows(first, ready('user: echo:Hello, 世界.', 'assistant: Hello, 世界.'));

  await first.evaluate(() => void window.chat.sendMessage({ text: 'echo:250 words @50/s' }));
  await shows(first, (seen) => seen.texts?.[3]?.includes('0010'));
  await first.reload();
  const second = await open();
  const all = ['user: echo:Hello, 世界.', 'assistant: Hello, 世界.', 'user: echo:250 words @50/s', `assistant: ${words(250)}`];
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
