// A real Belay, the page in front of it, and Chromium. Everything is stopped when the test ends.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { Belay } from './belay.mjs';
import { PageServer } from './page-server.mjs';

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const desktop = { viewport: { width: 1440, height: 900 } };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
export async function startBrowser() {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'], timeout: 120000 });
  return browser;
}
after(() => browser?.close());

// Errors that a test expects: the browser itself reports each refused or broken request.
const network = /Failed to load resource|net::ERR_|WebSocket connection to/;

export class Site {
  constructor(belay, pages) {
    this.belay = belay;
    this.pages = pages;
    this.origin = pages ? pages.origin : belay.origin;
    this.contexts = [];
  }

  /** A page of a new browser profile, signed in with `token` unless it is null. `networkErrors`: whether the test causes some. */
  async open(token = 'dev:ann:pro', { path = '/', networkErrors = false, context, ...options } = {}) {
    const own = context ?? (await (await startBrowser()).newContext({ ...desktop, locale: 'en-GB', timezoneId: 'Europe/Berlin', acceptDownloads: true, ...options }));
    if (!context) this.contexts.push(own);
    const page = await own.newPage();
    page.problems = [];
    page.on('console', (message) => {
      if (message.type() !== 'error' || (networkErrors && network.test(message.text()))) return;
      page.problems.push(message.text());
    });
    page.on('pageerror', (error) => page.problems.push(String(error.stack ?? error)));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(this.origin) && !/^(data|blob):/.test(url) && !url.startsWith(this.origin.replace('http', 'ws'))) page.problems.push(`foreign request: ${url}`);
    });
    if (token !== null && !context) await this.signIn(page, token);
    await page.goto(this.origin + path);
    return page;
  }

  async signIn(page, token) {
    await page.goto(`${this.origin}/`);
    await page.locator('#token').fill(token);
    await page.getByRole('button', { name: 'Sign in with the token' }).click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  }

  async stop() {
    const problems = this.contexts.flatMap((context) => context.pages().flatMap((page) => page.problems ?? []));
    for (const context of this.contexts) await context.close();
    await this.pages?.stop();
    await this.belay.stop();
    assert.deepEqual(problems, [], 'no page has reported an error');
  }
}

/** `options`: those of Belay. `embedded`, or BELAY_PAGE=embedded: the page that the server itself has is tested. */
export async function startSite(t, { embedded = process.env.BELAY_PAGE === 'embedded', ...options } = {}) {
  const belay = await new Belay({ ...options, keepsPort: embedded }).start();
  const pages = embedded ? undefined : await new PageServer(belay).start();
  const site = new Site(belay, pages);
  t.after(() => site.stop());
  if (embedded && (await fetch(`${belay.origin}/`)).status !== 200) throw new Error('This server has no page: build web/dist (npm run build), then the server.');
  return site;
}

/** Asks as soon as something can be sent: while an answer is being written, Enter does nothing. */
export async function ask(page, text) {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill(text);
  await page.locator('button.send[aria-label="Send"]:enabled').waitFor();
  await box.press('Enter');
}

/** Takes an item of a menu. A menu closes when the page scrolls, also because its button was brought into view: it is opened again then. */
export async function choose(page, button, item) {
  const entry = page.getByRole('menuitem', { name: item });
  for (let attempt = 1; ; attempt++) {
    if (!(await entry.isVisible())) await button.click();
    try {
      return await entry.click({ timeout: 10000 });
    } catch (error) {
      if (attempt === 3 || (await entry.isVisible())) throw error;
    }
  }
}

/**
 * Waits for what stands on the page for a moment only: the page itself looks, with each frame. Begin before what causes it, so that no pause of
 * the test can miss it.
 */
export const glimpse = (page, selector, text = '') =>
  page.waitForFunction(([selector, text]) => [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text)), [selector, text]);

/** Goes to the goal coach, and waits until its socket has said something: before that nothing can be sent, and leaving is an error in the console. */
export async function openGoalCoach(site, page) {
  let isHeard = false;
  page.once('websocket', (socket) => socket.once('framereceived', () => (isHeard = true)));
  await page.goto(`${site.origin}/#/goals`);
  await until('the socket of the goal coach speaks', () => isHeard);
}

/** Follows "New chat", and waits until the page shows the empty chat: what is typed before that goes into the chat that is left. */
export async function startNewChat(page) {
  await page.getByRole('link', { name: 'New chat' }).first().click();
  await page.getByRole('heading', { name: 'What are you working on?' }).waitFor();
}

/** The text of the last answer, as a reader sees it. */
export const answerText = (page) => page.locator('article[aria-label^="Answer"] .md').last().innerText();
export const words = (count) => Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0')).join(' ');
export const answered = (page, timeout = 30000) => page.locator('article[aria-label="Answer"]').last().getByRole('button', { name: 'Copy answer' }).waitFor({ timeout });

export async function until(what, test, timeout = 30000) {
  const end = Date.now() + timeout;
  for (;;) {
    if (await test()) return;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What axe finds, in words. Something may begin to fade while axe looks, so what is found is looked at again. */
export async function violations(page, looks = 3) {
  let found = [];
  for (let look = 1; look <= looks; look++) {
    found = await violationsNow(page);
    if (found.length === 0) break;
  }
  return found;
}

async function violationsNow(page) {
  // Half-faded menus have half their contrast: animations have ended when axe looks.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((each) => each.effect?.getTiming().iterations !== Infinity).map((each) => each.finished.catch(() => {}))));
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
