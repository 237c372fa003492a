// A12: axe finds no violation: every screen, light and dark, desktop and phone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { signed, tokenOf } from '../lib/operators.mjs';
import { answered, ask, choose, glimpse, phone, startSite, until, violations } from '../lib/site.mjs';

const looks = [
  { name: 'light, desktop', options: {} },
  { name: 'dark, desktop', options: { colorScheme: 'dark' } },
  { name: 'light, phone', options: phone },
  { name: 'dark, phone', options: { ...phone, colorScheme: 'dark' } },
];

for (const { name, options } of looks) {
  test(`A12: accessibility, ${name}`, { timeout: 240000 }, async (t) => {
    const site = await startSite(t);
    const found = {};
    const look = async (page, screen) => {
      const list = await violations(page);
      if (list.length > 0) found[screen] = list;
    };
    const isPhone = options === phone || options.isMobile;
    const token = 'dev:mark:premium';
    const start = await site.open(null, { ...options });
    await start.getByRole('heading', { name: 'Sign in' }).waitFor();
    await look(start, 'sign-in');

    await site.belay.call(token, 'POST', '/api/v1/goals', { title: 'Run my own studio' });
    await site.belay.call(token, 'POST', '/api/v1/meetings', { title: 'Review', start: new Date(Date.now() + 600_000).toISOString(), duration_minutes: 30 });
    const rows = ['date,grade,style', ...Array.from({ length: 40 }, (_, index) => `2026-${String(1 + (index % 11)).padStart(2, '0')}-10,V${1 + (index % 6)},${index % 4 ? 'sent' : 'attempt'}`)].join('\n');

    const page = await site.open(token, { ...options, networkErrors: true });
    await look(page, 'new chat');
    await ask(page, 'echo:# Title\n\n**Bold** `code`\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```ts\nconst x = 1; // one\n```\n\n- one\n- two');
    await answered(page);
    await look(page, 'answer');
    await page.getByRole('button', { name: /^Model:/ }).click();
    await look(page, 'models');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit and ask again' }).click();
    await look(page, 'editing');
    await page.keyboard.press('Escape');
    await ask(page, 'echo:1200 words @20/s');
    await page.getByText('0010').waitFor();
    await look(page, 'streaming');
    await page.keyboard.press('Control+.');
    await Promise.all([glimpse(page, '.ev.mark', 'Connection lost'), page.getByRole('button', { name: 'Cut the connection' }).click()]);
    await page.waitForTimeout(1100);
    await look(page, 'developer panel, lost');
    await page.getByRole('button', { name: 'Close panel' }).click();
    if (!isPhone) await page.getByText('Reconnecting').first().waitFor({ timeout: 1500 }).catch(() => {});
    await look(page, 'lost');
    await page.keyboard.press('Escape');
    if (isPhone) {
      await page.getByRole('button', { name: 'Open the list of chats' }).click();
      await look(page, 'drawer');
      await page.keyboard.press('Escape');
    }

    await page.goto(`${site.origin}/#/climbing`);
    await page.locator('input[aria-label="File of climbs"]').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('date,route\n') });
    await page.getByText('needs a grade column').waitFor();
    await look(page, 'climbing, without data');
    await page.locator('input[aria-label="File of climbs"]').setInputFiles({ name: 'good.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) });
    await page.getByText('has been processed').waitFor();
    await look(page, 'climbing, uploads');
    if (isPhone) await page.getByRole('tab', { name: 'Your data' }).click();
    await page.locator('#performance svg').waitFor();
    await look(page, 'climbing, data');

    await page.goto(`${site.origin}/#/goals`);
    await page.getByText(/Open until/).filter({ visible: true }).first().waitFor();
    await look(page, 'goal coach');
    if (isPhone) await page.getByRole('tab', { name: 'Goals' }).click();
    await page.getByText('Run my own studio').waitFor();
    await look(page, 'goals');
    await page.getByRole('button', { name: 'Add a goal' }).click();
    await look(page, 'a dialog');
    await page.keyboard.press('Escape');

    await page.goto(`${site.origin}/#/breath`);
    await page.getByText(/heavy, /).waitFor();
    await look(page, 'breath coach');
    await page.goto(`${site.origin}/#/operator`);
    await page.getByText('This page is for operators').waitFor();
    await look(page, 'operator, refused');
    assert.deepEqual(found, {});
  });
}

const systems = [
  { name: 'light', options: {} },
  { name: 'dark', options: { colorScheme: 'dark' } },
];

// Scalar puts the choice of an answer's type into the button that opens the answer. Nothing outside can part them without taking the choice away.
const ofScalar = (violation) => violation.startsWith('nested-interactive:') && /class="parameter-ite/.test(violation) && !violation.includes(' | ');

for (const { name, options } of systems)
  test(`A12, X16: accessibility of the reference, ${name}`, { timeout: 240000 }, async (t) => {
    const site = await startSite(t);
    const found = {};
    const look = async (screen, path, more = {}) => {
      const page = await site.open(null, { path, ...options, ...more });
      await page.locator('.section-header, h1').first().waitFor({ timeout: 20000 });
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500))); // the reference draws its parts one after the other
      let list = [];
      await until('it is mended after each drawing', async () => (list = (await violations(page, 1)).filter((each) => !ofScalar(each))).length === 0).catch(() => {});
      if (list.length > 0) found[screen] = list;
    };
    await look('guides', '/docs');
    await look('an operation', '/docs#tag/chat/POST/api/chat/start');
    await look('a part, by its short link', '/api/v1/docs');
    await look('phone', '/docs', phone);
    assert.deepEqual(found, {});
  });

for (const { name, options } of systems)
  test(`A12: accessibility of the operator's page, ${name}`, { timeout: 240000 }, async (t) => {
    const site = await startSite(t, signed());
    const found = {};
    const look = async (page, screen) => {
      const list = await violations(page);
      if (list.length > 0) found[screen] = list;
    };
    const ann = tokenOf('--user', 'ann');
    await site.belay.call(ann, 'POST', '/api/chat/start', { prompt: 'echo:hello' });
    await site.belay.call(ann, 'POST', '/api/chat/start', { prompt: 'echo:3000 words @10/s' });
    const olga = tokenOf('--user', 'olga', '--role', 'operator');
    await site.belay.call(olga, 'PATCH', '/api/admin/users/ann', { tier: 'pro' });
    await site.belay.call(olga, 'POST', '/api/admin/revocations', { user: 'mallory', reason: 'Left.' });
    for (const [screen, more] of [['desktop', {}], ['phone', phone]]) {
      const page = await site.open(olga, { ...options, ...more });
      await page.goto(`${site.origin}/#/operator`);
      await page.locator('table', { hasText: 'Surface' }).locator('tbody tr', { hasText: 'ann' }).waitFor();
      await page.locator('tr', { hasText: 'mallory' }).first().waitFor();
      await look(page, screen);
      await page.getByRole('button', { name: 'Stop the answer of ann' }).click();
      await look(page, `${screen}, asked once more`);
      await page.getByRole('button', { name: 'Tier, phase, revoke: ann' }).click();
      await look(page, `${screen}, menu`);
      await choose(page, page.getByRole('button', { name: 'Tier, phase, revoke: ann' }), 'Tier and phase');
      await look(page, `${screen}, dialog`);
    }
    assert.deepEqual(found, {});
  });
