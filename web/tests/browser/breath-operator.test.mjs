// A12, P6: the breath coach, and the operator's page for the role.
import assert from 'node:assert/strict';
import test from 'node:test';
import { signed, tokenOf } from '../lib/operators.mjs';
import { choose, phone, startSite, until } from '../lib/site.mjs';

test('P6: the breath coach says one line for what is measured', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { path: '/#/breath' });
  const line = page.locator('.breath .line');
  await until('a line is there', async () => (await line.innerText()).length > 3);
  await page.getByText(/, heavy, (now|\d+ seconds ago)/).waitFor();
  await page.getByRole('slider', { name: 'Intensity' }).fill('0.1');
  await page.getByText(/, calm, (now|\d+ seconds ago)/).waitFor();
  await page.getByRole('radio', { name: 'Cool-down' }).click();
  await page.getByRole('button', { name: /^Persona:/ }).click();
  await page.getByRole('menuitemradio', { name: 'Drill sergeant' }).click();
  await page.getByText(/^Drill sergeant, calm/).waitFor();
  await page.getByRole('button', { name: 'Start the session' }).click();
  await page.getByText(/Drill sergeant, calm, \d+ seconds ago/).waitFor();
  await page.getByText('Drill sergeant, calm, now').waitFor();
});

test('A12: an operator sees running answers, usage and users, and can stop and revoke', { timeout: 120000 }, async (t) => {
  const site = await startSite(t, signed());
  const ann = tokenOf('--user', 'ann');
  await site.belay.call(ann, 'POST', '/api/chat/start', { prompt: 'echo:hello' });
  await site.belay.call(ann, 'POST', '/api/chat/start', { prompt: 'echo:2000 words @10/s' });
  const page = await site.open(tokenOf('--user', 'olga', '--role', 'operator'));
  await page.getByRole('link', { name: 'Operator' }).click();
  const row = page.locator('table', { hasText: 'Surface' }).locator('tbody tr', { hasText: 'ann' });
  await row.waitFor();
  assert.match(await row.innerText(), /Chat/);
  // The second question stands for four seconds: whoever is slower is asked again.
  for (let isStopped = false; !isStopped; ) {
    await row.getByRole('button', { name: 'Stop the answer of ann' }).click();
    isStopped = await row.getByRole('button', { name: 'Stop?' }).click({ timeout: 5000 }).then(() => true, () => false);
  }
  await page.getByText('No answer is being written.').waitFor();
  await page.getByText('The answer of ann was stopped.').waitFor();
  const menu = page.getByRole('button', { name: 'Tier, phase, revoke: ann' });
  await choose(page, menu, 'Tier and phase');
  await page.getByRole('combobox', { name: 'Tier' }).fill('pro');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Pro', { exact: true }).waitFor();
  await choose(page, menu, 'Revoke all access');
  await page.getByText('revoked', { exact: true }).waitFor();
  assert.equal((await site.belay.call(ann, 'GET', '/api/chats')).status, 401);
  assert.match(await page.locator('#tokens .take').innerText(), /tokens in fourteen days/);
  await page.getByRole('button', { name: 'Send a notice' }).click();
  await page.getByLabel('Message').fill('Short maintenance at 18:00');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The notice reached 0 open connections.').waitFor();
  await page.locator('tr', { hasText: 'sent a notice to everybody' }).waitFor();
});

test('A12: who is no operator learns that, on a phone too', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { path: '/#/operator', ...phone, networkErrors: true });
  await page.getByText('This page is for operators').waitFor();
  await page.getByRole('button', { name: 'Open the list of chats' }).click();
  assert.equal(await page.getByRole('link', { name: 'Operator' }).count(), 0);
});
