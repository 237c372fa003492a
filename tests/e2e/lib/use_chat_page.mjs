// A page with `useChat` in Chromium: no option but the chat’s id, signed in by a cookie.
import { signIn, startChromium } from './chromium.mjs';
import { until } from './deadline.mjs';
import { addPage, bundle } from './pages.mjs';

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

// Returns a function that opens the chat in another tab of one browser, in which `user` is signed in.
export async function useChatPages(t, server, id, user = 'alice') {
  const browser = await startChromium(t);
  await addPage(browser, await bundle(source));
  const first = await browser.newPage();
  await first.goto(`${server.origin}/health`);
  await signIn(first, `Bearer ${server.tokenFor(user)}`);
  await first.close();
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
