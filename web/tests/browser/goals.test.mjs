// G2, A12: the goal coach over its socket, with goals, meetings and its window.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { answered, answerText, ask, choose, openGoalCoach, startSite, until, words } from '../lib/site.mjs';

const inHours = (hours) => new Date(Date.now() + hours * 3600_000).toISOString();

test('G2: an answer over the socket survives the death of the server', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await openGoalCoach(site, page);
  await page.getByText('What do you want to change?').waitFor();
  await ask(page, 'echo:300 words @25/s');
  await page.getByText('0030').waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  await site.belay.start();
  await answered(page, 30000);
  assert.equal(await answerText(page), words(300));
  await page.reload();
  await page.getByText('0300').waitFor();
  assert.equal(await page.locator('article[aria-label="You"]').count(), 1, 'the question is there once');
});

test('G2: two tabs show the same, and Stop ends the answer in both', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro');
  const other = await site.open('dev:ann:pro', { context: page.context() });
  for (const each of [page, other]) await openGoalCoach(site, each);
  await other.getByText('What do you want to change?').waitFor();
  await ask(page, 'echo:400 words @20/s');
  for (const each of [page, other]) await each.getByText('0010').waitFor();
  await other.keyboard.press('Escape');
  for (const each of [page, other]) await each.getByText('Stopped', { exact: true }).waitFor();
});

test('G3: goals: add, done, give up, delete with Undo', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { path: '/#/goals' });
  const goals = async () => (await site.belay.call('dev:ann:pro', 'GET', '/api/v1/goals')).json.goals;
  await page.getByRole('button', { name: 'Set a goal' }).click();
  await page.getByLabel('What should be different').fill('Run my own studio');
  await page.getByLabel('By when').fill('2027-06-30');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('by 30 June').waitFor();
  const done = page.getByRole('checkbox', { name: 'Done: Run my own studio' });
  await done.click();
  await until('it is done', async () => (await goals())[0].status === 'completed');
  await until('it is shown as done', () => done.isChecked());
  const menu = page.getByRole('button', { name: 'Edit, give up or delete: Run my own studio' });
  await choose(page, menu, 'Make active again');
  await until('it is active', async () => (await goals())[0].status === 'active');
  await choose(page, menu, 'Delete');
  await page.getByRole('button', { name: 'Undo' }).click();
  await choose(page, menu, 'Delete');
  await until('it is deleted', async () => (await goals()).length === 0);
  await page.getByText('No goals yet').waitFor();
});

test('G4: a meeting opens and closes the window; the calendar is saved and imported', async (t) => {
  const site = await startSite(t);
  const token = 'dev:ann:pro';
  await site.belay.call(token, 'POST', '/api/v1/goals', { title: 'Sleep before eleven' });
  await site.belay.call(token, 'POST', '/api/v1/meetings', { title: 'Weekly review', start: inHours(3), duration_minutes: 30 });
  const page = await site.open(token, { path: '/#/goals' });
  await page.getByText(/^The coach is away until/).waitFor();
  await page.getByText('Opens in').waitFor();
  assert.match(await page.getByRole('timer').filter({ visible: true }).first().innerText(), /2 h \d+ min/);
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).count(), 0);

  await page.getByRole('button', { name: 'Schedule a meeting' }).first().click();
  const begin = new Date(Date.now() + 10 * 60_000);
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(begin).replace(' ', 'T');
  await page.getByLabel('Begins').fill(local);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.getByText(/^Open until/).filter({ visible: true }).first().waitFor();

  await page.getByRole('button', { name: 'Calendar', exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save as .ics' }).click()]);
  const calendar = await readFile(await download.path(), 'utf8');
  assert.match(calendar, /SUMMARY:Weekly review/);
  await page.locator('input[aria-label="Calendar file"]').setInputFiles({ name: 'one.ics', mimeType: 'text/calendar', buffer: Buffer.from(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:one@test\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:${inHours(30).replace(/[-:]|\.\d+/g, '')}\r\nDURATION:PT30M\r\nSUMMARY:Imported\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`) });
  await page.getByText('1 meeting added, 0 changed, 0 skipped.').waitFor();
  await page.getByRole('button', { name: 'Make an address' }).click();
  const address = await page.locator('code', { hasText: '/api/v1/calendar/feeds/' }).innerText();
  assert.equal((await fetch(address)).status, 200);
  await page.getByRole('button', { name: 'End the address' }).click();
  await until('the address has ended', async () => (await fetch(address)).status === 404);
});
