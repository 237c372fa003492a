// What the figures share: a real server, the page in front of it, Chromium, and what the browser's performance API counts.
import { chromium } from 'playwright-core';
import { Belay } from '../tests/lib/belay.mjs';
import { PageServer } from '../tests/lib/page-server.mjs';

export const user = 'dev:ann:enterprise';

/** Calls `measure({belay, pages, page, box})` with a page that is signed in. `box`: where one writes. Everything is stopped after it. */
export async function withPage(measure) {
  const belay = await new Belay({ settings: { 'chat.rate': 10000, 'chat.rate_window': '1s', 'chat.max_new_sessions_per_user': 10000 } }).start();
  const pages = await new PageServer(belay).start();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.addInitScript(() => {
      window.longTasks = [];
      window.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.longTasks.push(Math.round(entry.duration)))).observe({ type: 'longtask', buffered: true });
      new PerformanceObserver((list) =>
        list.getEntries().forEach((entry) => {
          if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, of: entry.sources.map(({ node }) => (node?.className ? `${node.nodeName}.${node.className}` : String(node?.nodeName))) });
        }),
      ).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(pages.origin);
    await page.locator('#token').fill(user);
    await page.getByRole('button', { name: 'Sign in with the token' }).click();
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.waitFor();
    await measure({ belay, pages, page, box });
  } finally {
    await browser.close();
    await pages.stop();
    await belay.stop();
  }
}

/** Begins to count again. */
export const restart = (page) => page.evaluate(() => ((window.longTasks = []), (window.shifts = [])));

export async function counted(page) {
  const { tasks, shifts } = await page.evaluate(() => ({ tasks: window.longTasks, shifts: window.shifts }));
  const longest = tasks.length > 0 ? `, longest ${Math.max(...tasks)} ms, in all ${tasks.reduce((a, b) => a + b, 0)} ms` : '';
  const moved = {};
  for (const { value, of } of shifts) for (const each of of) moved[each] = (moved[each] ?? 0) + value;
  return { tasks: `${tasks.length} long tasks${longest}`, shift: shifts.reduce((sum, { value }) => sum + value, 0), moved };
}
