// Figures of the page, printed and never asserted: a fast answer, and a long chat.
//   BELAY_BIN=… node tests/figures.mjs
import { chromium } from 'playwright-core';
import { Belay } from './lib/belay.mjs';
import { PageServer } from './lib/page-server.mjs';

const belay = await new Belay({ settings: { 'chat.rate': 10000, 'chat.rate_window': '1s', 'chat.max_new_sessions_per_user': 10000 } }).start();
const pages = await new PageServer(belay).start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(() => {
    window.longTasks = [];
    window.shifts = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.longTasks.push(Math.round(entry.duration)))).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shifts += entry.hadRecentInput ? 0 : entry.value; for (const source of entry.sources) { const name = source.node?.className || source.node?.nodeName; (window.moved ??= {})[name] = (window.moved[name] ?? 0) + 1; } })).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(pages.origin);
  await page.locator('#token').fill('dev:ann:enterprise');
  await page.getByRole('button', { name: 'Sign in with the token' }).click();
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.waitFor();
  await page.reload();
  await box.waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  console.log(`first paint: ${Math.round(paint)} ms`);

  await page.evaluate(() => ((window.longTasks = []), (window.shifts = 0)));
  // Words in paragraphs, as an answer has them.
  const paragraph = Array.from({ length: 50 }, (_, index) => `word${index}`).join(' ');
  const text = process.argv.includes('--plain') ? '5000 words' : Array.from({ length: 100 }, () => paragraph).join('\n\n');
  const begin = Date.now();
  await box.fill(`echo:${text} @200/s`);
  await page.keyboard.press('Enter');
  await page.locator('article[aria-busy=true] .md').waitFor();
  const frames = page.evaluate(() => new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    const tick = (now) => {
      times.push(now - last);
      last = now;
      if (document.querySelector('article[aria-busy=true]')) requestAnimationFrame(tick);
      else resolve(times);
    };
    requestAnimationFrame(tick);
  }));
  const times = (await frames).slice(1);
  await page.getByRole('button', { name: 'Copy answer' }).waitFor({ timeout: 60000 });
  const tasks = await page.evaluate(() => window.longTasks);
  const shifts = await page.evaluate(() => window.shifts);
  if (process.argv.includes('--moved')) console.log(await page.evaluate(() => window.moved));
  times.sort((a, b) => a - b);
  console.log(`5,000 tokens at 200 a second: ${((Date.now() - begin) / 1000).toFixed(1)} s, ${tasks.length} long tasks${tasks.length ? ` (longest ${Math.max(...tasks)} ms, in all ${tasks.reduce((a, b) => a + b, 0)} ms)` : ''}, layout shift ${shifts.toFixed(4)}, frames: median ${times[times.length >> 1].toFixed(1)} ms, p99 ${times[Math.floor(times.length * 0.99)].toFixed(1)} ms`);

  // A chat of 2,000 messages.
  const chatId = 'chat_00000000000000000000000000000001';
  for (let i = 0; i < 1000; i++) {
    let answer = await belay.call('dev:ann:enterprise', 'POST', '/api/chat/start', { chatId, prompt: `echo:Answer ${i}. It has **bold** words and \`code\`, and goes over a few lines so that it is as high as an answer often is.`, cache: 'bypass' });
    while (answer.status === 429 || answer.status === 409) {
      await new Promise((resolve) => setTimeout(resolve, answer.status === 409 ? 5 : 500));
      answer = await belay.call('dev:ann:enterprise', 'POST', '/api/chat/start', { chatId, prompt: `echo:Answer ${i}.`, cache: 'bypass' });
    }
    if (answer.status !== 201) throw new Error(answer.text);
  }
  await page.goto(`${pages.origin}/#/`);
  await page.reload();
  await box.waitFor();
  await page.waitForTimeout(1000);
  await page.evaluate(() => (window.longTasks = []));
  const opened = await page.evaluate((id) => new Promise((resolve) => {
    const start = performance.now();
    location.hash = `#/chats/${id}`;
    const look = () => (document.querySelector('.md') && [...document.querySelectorAll('.md')].at(-1).textContent.includes('Answer 999') ? resolve(performance.now() - start) : requestAnimationFrame(look));
    look();
  }), chatId);
  console.log(`a chat of 2,000 messages opens in ${Math.round(opened)} ms`);
  // All pages are loaded by scrolling to the top again and again.
  for (let i = 0; i < 60; i++) {
    await page.evaluate(() => (document.querySelector('main.scroll').scrollTop = 0));
    await page.waitForTimeout(120);
    if (await page.evaluate(() => !document.querySelector('.older'))) break;
  }
  const loaded = await page.evaluate(() => ({ groups: document.querySelectorAll('.group').length, drawn: document.querySelectorAll('[data-message]').length }));
  await page.evaluate(() => (window.longTasks = []));
  const scrolled = await page.evaluate(() => new Promise((resolve) => {
    const box = document.querySelector('main.scroll');
    const times = [];
    let last = performance.now();
    const tick = (now) => {
      times.push(now - last);
      last = now;
      box.scrollTop += 60;
      if (times.length < 400) requestAnimationFrame(tick);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(tick);
  }));
  const slow = scrolled.filter((each) => each > 34).length;
  const scrollTasks = await page.evaluate(() => window.longTasks);
  console.log(`all 2,000 messages loaded: ${loaded.groups} groups, ${loaded.drawn} messages drawn; scrolling 24,000 pixels in 400 frames: ${slow} frames over 34 ms, ${scrollTasks.length} long tasks`);
} finally {
  await browser.close();
  await pages.stop();
  await belay.stop();
}
