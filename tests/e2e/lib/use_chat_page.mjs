// A page with `useChat` in Chromium: no option but the chat’s id, signed in by a cookie.
import { build } from 'esbuild';
import { startChromium } from './chromium.mjs';
import { until } from './deadline.mjs';

const source = `
import { useChat } from '@ai-sdk/react';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const id = location.hash.slice(1);
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
    stdin: { contents: source, resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

// Returns a function that opens the chat in another tab of one browser, in which `user` is signed in.
export async function useChatPages(t, server, id, user = 'alice') {
  const script = await bundle();
  const browser = await startChromium(t);
  await browser.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>' }));
  await browser.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  const signIn = await browser.newPage();
  await signIn.goto(`${server.origin}/health`);
  await signIn.evaluate(async (token) => {
    const { status } = await fetch('/auth/session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    if (status >= 300) throw new Error(`no session: ${status}`);
  }, server.tokenFor(user));
  await signIn.close();
  return async () => {
    const tab = await browser.newPage();
    await tab.goto(`${server.origin}/page#${id}`);
    return tab;
  };
}

// Waits until what a tab shows, {texts, status, error}, is as wanted.
export function shows(tab, wanted) {
  let seen;
  return until(30000, () => `the page shows ${JSON.stringify(wanted)}, not ${JSON.stringify(seen)}`, async () => {
    seen = await tab.evaluate(() => window.chat && { texts: [...document.querySelectorAll('p')].map((each) => each.textContent), status: window.chat.status, error: window.chat.error?.message });
    return wanted(seen ?? {});
  });
}
