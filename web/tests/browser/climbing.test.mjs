// S10, A12: the climbing coach: uploads, quota, events, and the pages over the caller's own data.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { answered, answerText, ask, choose, phone, startSite, until } from '../lib/site.mjs';

async function files(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-climbs-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const rows = ['date,grade,style'];
  for (let month = 1; month <= 11; month++)
    for (let n = 0; n < 6; n++) rows.push(`2026-${String(month).padStart(2, '0')}-${String(3 + 4 * n).padStart(2, '0')},V${1 + ((month + n) % 5)},${n % 3 === 0 ? 'attempt' : 'sent'}`);
  const good = path.join(home, 'climbs-2026.csv');
  const bad = path.join(home, 'old-logbook.csv');
  await writeFile(good, `${rows.join('\n')}\n`);
  await writeFile(bad, 'date,route,result\n2026-01-03,Rainbow,sent\n');
  return { good, bad };
}

test('S10: without data every chart says what it will show, and what to do', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:mark:premium', { path: '/#/climbing' });
  for (const text of ['Your sends by grade appear here after the first climb.', 'Your months appear here after the first climb with a date.', 'Your hardest send of each month appears here'])
    await page.getByText(text).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Upload a logbook' }).count(), 3);
  await page.getByText('Drop a logbook here').waitFor();
});

test('S10: an upload that is wrong, and one that is right; the charts are drawn from it', async (t) => {
  const site = await startSite(t);
  const { good, bad } = await files(t);
  const page = await site.open('dev:mark:premium', { path: '/#/climbing', networkErrors: true });
  const picker = page.locator('input[aria-label="File of climbs"]');
  await picker.setInputFiles(bad);
  await page.getByText('Your CSV needs a grade column—fix and retry.').waitFor();
  await page.getByText('Columns found: date, route, result').waitFor();
  await page.getByRole('button', { name: 'Close: old-logbook.csv' }).click();
  await picker.setInputFiles(good);
  await page.getByText('Your CSV has been processed: 66 climbs, V1 to V5').waitFor();

  const pyramid = page.locator('#grade-pyramid');
  await pyramid.locator('svg').waitFor();
  assert.equal(await pyramid.locator('.bar').count(), 5);
  assert.ok((await pyramid.locator('.take').innerText()).length > 10, 'the finding is there');
  const trends = page.locator('#training-trends');
  await trends.locator('svg').waitFor();
  assert.equal(await trends.locator('.bar').count(), 11);
  assert.match(await trends.locator('.take').innerText(), /climbs since/);
  const performance = page.locator('#performance');
  assert.match(await performance.locator('svg').getAttribute('aria-label'), /Performance over time: Jan V\d/);

  const { json } = await site.belay.call('dev:mark:premium', 'GET', '/api/visualizations/grade-pyramid');
  await pyramid.getByRole('button', { name: 'Show as table' }).click();
  const shown = await pyramid.locator('tbody tr').allInnerTexts();
  assert.deepEqual(shown.map((row) => row.split('\t').slice(0, 2).join(' ')), json.systems[0].grades.map((each) => `${each.grade} ${each.sent}`), 'the table has the server’s figures');
  await trends.locator('.bar').first().focus();
  assert.match(await page.locator('.tip').innerText(), /January 2026: 6 climbs/);

  const menu = page.getByRole('button', { name: 'climbs-2026.csv: download or delete' });
  await choose(page, menu, 'Delete');
  await page.getByRole('button', { name: 'Undo' }).click();
  await choose(page, menu, 'Delete');
  await until('it is deleted', async () => (await site.belay.call('dev:mark:premium', 'GET', '/api/uploads')).json.uploads.length === 0);
  await page.getByText('Your sends by grade appear here after the first climb.').waitFor();
});

test('S10: an answer comes in every tab, in parts, with a chip that leads to its chart', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const { good } = await files(t);
  const page = await site.open('dev:mark:premium');
  const other = await site.open('dev:mark:premium', { context: page.context() });
  // Their streams are open, so that they have every event of the answer, also the first.
  for (const each of [page, other])
    await Promise.all([each.waitForResponse((response) => new URL(response.url()).pathname === '/stream'), each.goto(`${site.origin}/#/climbing`)]);
  await page.locator('input[aria-label="File of climbs"]').setInputFiles(good);
  await page.getByText('has been processed').waitFor();
  await ask(page, 'echo:Your base is thin. Take one session a week. See your grade pyramid. @1/s');
  await Promise.all([page, other].map((each) => each.locator('article[aria-busy=true]', { hasText: 'Your base is thin.' }).waitFor()));
  for (const each of [page, other]) {
    await answered(each);
    assert.equal(await answerText(each), 'Your base is thin. Take one session a week. See your grade pyramid.');
  }
  const chip = page.getByRole('link', { name: 'See your grade pyramid' });
  assert.equal(await chip.getAttribute('href'), '#/climbing/grade-pyramid');
  await chip.click();
  await page.locator('#grade-pyramid.is-on').waitFor();
  await page.reload();
  await page.getByText('Your base is thin.').last().waitFor();
});

test('S10: the server is killed while the coach answers', { timeout: 90000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:mark:premium', { path: '/#/climbing', networkErrors: true });
  const text = Array.from({ length: 30 }, (_, index) => `Sentence number ${index + 1} is here.`).join(' ');
  await ask(page, `echo:${text} @15/s`);
  await page.locator('article[aria-busy=true]', { hasText: 'Sentence number 3 is here.' }).waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  await site.belay.start();
  await answered(page, 30000);
  assert.equal(await answerText(page), text);
});

test('S10: a Basic user sees the quota, and what to do when it is used up', async (t) => {
  const site = await startSite(t, { settings: { 'sendsage.quota_basic': 2 } });
  const page = await site.open('dev:jane:basic', { path: '/#/climbing', networkErrors: true });
  await page.getByText(/^2 of 2 questions left, new ones on /).waitFor();
  for (const left of ['1 of 2', '0 of 2']) {
    await ask(page, 'echo:Rest today.');
    await page.getByText(new RegExp(`^${left} questions left`)).waitFor();
  }
  await ask(page, 'echo:One more.');
  await page.getByText('Upgrade to Premium for unlimited coaching!').first().waitFor();
  await page.getByText(/2 of 2 used\. New ones on /).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'echo:One more.');
  assert.equal(await page.getByRole('button', { name: 'Upload a file of climbs' }).count(), 0);
});

test('S10: what the coach knows is kept, and tabs lead to the data on a phone', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:mark:premium', { path: '/#/climbing', ...phone, networkErrors: true });
  await page.getByRole('button', { name: 'What the coach knows' }).click();
  await page.getByLabel('About your climbing').fill('Climbs for three years.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await site.belay.call('dev:mark:premium', 'GET', '/api/context')).json.summary, 'Climbs for three years.');
  await page.getByRole('tab', { name: 'Your data' }).click();
  await page.getByRole('heading', { name: 'Grade pyramid' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
});
