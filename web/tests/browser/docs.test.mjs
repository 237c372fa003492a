// X16: the API reference: guides, search, and a console that sends requests.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { phone, startSite, until } from '../lib/site.mjs';

const guides = fileURLToPath(new URL('../../../docs/guides/', import.meta.url));

test('X16: the reference has every guide and every path, from this server alone', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { path: '/docs' });
  await page.getByRole('heading', { name: 'Which surface when' }).first().waitFor({ timeout: 20000 });
  for (const file of (await readdir(guides)).filter((name) => name.endsWith('.md'))) {
    const title = /^# (.*)$/m.exec(await readFile(guides + file, 'utf8'))[1];
    // The reference draws its parts one after the other.
    await until(`the guide "${title}" is there`, async () => (await page.getByText(title, { exact: true }).count()) > 0);
  }
  await page.getByText('Events of every surface', { exact: true }).first().click();
  await page.getByText('response_chunk').first().waitFor();
});

test('X16: search finds a path, and the console sends a real request', { timeout: 90000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { path: '/docs' });
  await page.getByRole('heading', { name: 'Which surface when' }).first().waitFor({ timeout: 20000 });
  await page.getByText('Search', { exact: true }).first().click();
  await page.waitForFunction(() => document.activeElement.tagName === 'INPUT');
  await page.keyboard.type('caller may use');
  await page.getByText('The models that the caller may use').last().click();
  await page.waitForURL(/#tag\/chat\/GET\/api\/chat\/models/);
  await page.locator('button', { hasText: 'Test Request' }).filter({ hasText: '/api/chat/models' }).first().click();
  const sent = page.waitForResponse((response) => response.url().endsWith('/api/chat/models') && response.request().method() === 'GET', { timeout: 60000 });
  await page.locator('button', { hasText: 'Send get request' }).first().click();
  const response = await sent;
  assert.equal(response.status(), 200, 'it is signed in as a development user');
  await page.getByText('200', { exact: false }).first().waitFor();
});

test('G6, X16: the address of the API pages of the goal coach leads to its part', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { path: '/api/v1/docs' });
  await page.getByRole('heading', { name: 'Goal coach', exact: true }).waitFor({ timeout: 20000 });
  await until('it is in the view', () => page.getByRole('heading', { name: 'Goal coach', exact: true }).evaluate((heading) => heading.getBoundingClientRect().top >= 0 && heading.getBoundingClientRect().top < innerHeight));
  assert.match(page.url(), /#tag\/goal-coach$/);
});

test('X16: the reference on a phone is one column', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { path: '/docs', ...phone });
  await page.getByRole('heading', { name: 'Which surface when' }).first().waitFor({ timeout: 20000 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), true);
});

test('X8, X16: the example of the sign-in guide works as it stands', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open(null);
  const example = /```js\n([\s\S]*?)```/.exec(await readFile(`${guides}sign-in.md`, 'utf8'))[1];
  // The tools of the browser run the code, so the page's policy does not forbid it.
  const text = await page.evaluate(`(async () => {
    const token = 'dev:ann:pro';
    ${example}
    let text = '';
    return new Promise((resolve, reject) => {
      events.onmessage = ({ data }) => {
        const event = JSON.parse(data);
        if (event.type === 'token') text += event.content;
        if (event.type === 'done') { events.close(); resolve(text); }
      };
      events.onerror = () => reject(new Error('the stream was refused'));
    });
  })()`);
  assert.match(text, /scripted provider/);
});
