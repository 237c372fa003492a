// Takes the pictures of docs/pictures/ from a real server: BELAY_BIN=… node tests/pictures.mjs [FOLDER]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Belay } from './lib/belay.mjs';
import { PageServer } from './lib/page-server.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = path.resolve(process.argv[2] ?? here('../../docs/pictures'));
await mkdir(folder, { recursive: true });
const config = `
[[providers]]
name = "scripted"
kind = "scripted"
script_file = "${here('./pictures/script.toml')}"
[[models]]
alias = "claude-haiku-5-5"
provider = "scripted"
reasoning = "show"
[[models]]
alias = "grok-3"
provider = "scripted"
tier = "pro"
`;
const belay = await new Belay({ config, settings: { 'cache.scope': 'off' } }).start();
const pages = await new PageServer(belay).start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const token = 'dev:ann:pro';

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  const page = await context.newPage();
  await page.goto(pages.origin);
  await page.locator('#token').fill(token);
  await page.getByRole('button', { name: 'Sign in with the token' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}
const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });
const ask = async (page, text) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
const done = (page) => page.locator('article[aria-label="Answer"]').last().getByRole('button', { name: 'Copy answer' }).waitFor({ timeout: 40000 });

try {
  for (const [title, pinned] of [['Neighbourhood newsletter', false], ['خطة قراءة لشهر ديسمبر', false], ['京都三日間の旅程', false], ['Explain Raft to my team', false], ['Trip to Fontainebleau', true]]) {
    const started = await belay.call(token, 'POST', '/api/chat/start', { prompt: title });
    await belay.call(token, 'PATCH', `/api/chat/${started.json.chatId}`, { title, pinned });
  }
  const rows = ['date,grade,style'];
  for (let month = 1; month <= 11; month++)
    for (let n = 0; n < [10, 7, 12, 11, 9, 15, 14, 17, 9, 8, 10][month - 1]; n++) rows.push(`2026-${String(month).padStart(2, '0')}-${String(1 + ((n * 3) % 27)).padStart(2, '0')},V${Math.min(6, 1 + ((n * 7 + month) % (3 + Math.floor(month / 4))))},${(n * 5 + month) % 4 === 0 ? 'attempt' : 'sent'}`);
  const climbs = { name: 'climbs-2026.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) };
  const bad = { name: 'old-logbook.csv', mimeType: 'text/csv', buffer: Buffer.from('date,route,result\n2026-01-03,Rainbow,sent\n') };

  for (const [suffix, options] of [['light', {}], ['dark', { colorScheme: 'dark' }]]) {
    // chat, streaming; then a cut in the developer panel
    const page = await open(options);
    await ask(page, 'Our users lose answers when their train enters a tunnel. Which ways are there to resume a stream, and what should we use?');
    await done(page);
    const row = page.locator('.chats li.is-current');
    await row.hover();
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Resume a lost stream');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Good answer' }).click();
    await ask(page, 'And if the server is killed while it writes?');
    await page.getByText('Your page reconnects').waitFor({ timeout: 20000 });
    await page.mouse.move(700, 500);
    await shot(page, `chat-${suffix}`);
    await page.keyboard.press('Control+.');
    await page.getByRole('button', { name: 'Cut the connection' }).click();
    await page.getByText('Reconnecting… nothing is lost').waitFor();
    await page.waitForTimeout(300);
    await shot(page, `lost-${suffix}`);
    await page.getByText(/Back after/).waitFor();
    await page.waitForTimeout(700);
    await shot(page, `resumed-${suffix}`);
    await done(page);

    await page.keyboard.press('Control+.');
    await page.goto(`${pages.origin}/#/climbing`);
    const picker = page.locator('input[aria-label="File of climbs"]');
    if (suffix === 'light') await picker.setInputFiles(climbs);
    await page.locator('.up').first().waitFor();
    await picker.setInputFiles(bad);
    await page.getByText('fix and retry').waitFor();
    await ask(page, 'How’s my progress? I want V6 by the end of January.');
    await done(page);
    await page.getByRole('link', { name: /^See your/ }).first().click();
    await page.waitForTimeout(900);
    await page.locator('.talk .scroll').evaluate((element) => (element.scrollTop = 0));
    await shot(page, `climbing-${suffix}`);

    if (suffix === 'light') {
      for (const title of ['Call my sister every Sunday', 'Sleep before eleven on weekdays', 'Save 12,000 for the deposit']) await belay.call(token, 'POST', '/api/v1/goals', { title });
      await belay.call(token, 'POST', '/api/v1/goals', { title: 'Run my own studio', target_date: '2027-06-30' });
      await belay.call(token, 'POST', '/api/v1/meetings', { title: 'Weekly review', start: new Date(Date.now() - 20 * 60_000).toISOString(), duration_minutes: 30 });
    }
    await page.goto(`${pages.origin}/#/goals`);
    await page.getByText(/^Open until/).filter({ visible: true }).first().waitFor();
    await ask(page, 'I put off calling the landlord again. Three weeks now.');
    await done(page);
    await ask(page, 'Tomorrow at nine.');
    await page.getByText('Say it out loud').last().waitFor();
    await page.mouse.move(700, 500);
    await shot(page, `goals-${suffix}`);
    await done(page);
    await page.context().close();
  }

  for (const [suffix, options] of [['light', phone], ['dark', { ...phone, colorScheme: 'dark' }]]) {
    const page = await open(options);
    await shot(page, `phone-empty-${suffix}`);
    await page.getByRole('button', { name: 'Open the list of chats' }).click();
    await page.waitForTimeout(500);
    await shot(page, `phone-list-${suffix}`);
    await page.getByRole('link', { name: /Resume a lost stream/ }).first().click();
    await done(page);
    await ask(page, 'And if the server is killed while it writes?');
    await page.locator('article[aria-busy=true]', { hasText: 'On start' }).waitFor({ timeout: 20000 });
    await page.waitForTimeout(600);
    await shot(page, `phone-chat-${suffix}`);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.waitForTimeout(500);
    await shot(page, `phone-models-${suffix}`);
    await page.keyboard.press('Escape');
    await page.goto(`${pages.origin}/#/climbing`);
    await page.getByRole('tab', { name: 'Your data' }).click();
    await page.locator('#performance svg').waitFor();
    await shot(page, `phone-climbing-${suffix}`);
    await page.goto(`${pages.origin}/#/goals`);
    await page.getByText(/^Open until/).filter({ visible: true }).first().waitFor();
    await shot(page, `phone-goals-${suffix}`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await pages.stop();
  await belay.stop();
}
