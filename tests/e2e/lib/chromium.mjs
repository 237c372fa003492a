// Starts Debian's Chromium, headless, with a profile of its own. It is closed when the test ends.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

// hosts: {'localhost:5001': '127.0.0.1:18123'} maps the addresses in a page to those to which the browser connects.
// trustsAll: believes every certificate.
export async function startChromium(t, { hosts = {}, trustsAll = false } = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), 'belay-e2e-chromium-'));
  const rules = Object.entries(hosts).map(([from, to]) => `MAP ${from} ${to}`);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.BELAY_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    ignoreHTTPSErrors: trustsAll,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(rules.length ? [`--host-resolver-rules=${rules.join(', ')}`] : []),
    ],
  });
  t.after(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}

// Signs a page of the server in by a cookie. authorization: the header of the user.
export async function signIn(page, authorization) {
  const post = async (header) => (await fetch('/auth/session', { method: 'POST', headers: { authorization: header } })).status;
  assert.equal(await page.evaluate(post, authorization), 200);
}

// What the page says on its console from now on: ['log Hello', 'error …']. Without what the browser says about the icon, for which it
// asks by itself.
export function consoleOf(page) {
  const said = [];
  page.on('console', (message) => {
    if (!message.location().url.endsWith('/favicon.ico')) said.push(`${message.type()} ${message.text()}`);
  });
  page.on('pageerror', (error) => said.push(`error ${error.stack}`));
  return said;
}
