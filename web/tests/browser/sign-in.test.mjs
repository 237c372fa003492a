// A12: sign-in, and what holds for the whole page: policy, theme, drawer.
import assert from 'node:assert/strict';
import test from 'node:test';
import { phone, startSite } from '../lib/site.mjs';

test('A12: a development user signs in, and out again', async (t) => {
  const site = await startSite(t);
  // The list of chats may be asked for just when the session ends.
  const page = await site.open(null, { networkErrors: true });
  await page.getByRole('button', { name: /^ann/ }).or(page.getByRole('button', { name: /ann/ })).first().click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  const cookies = await page.context().cookies();
  assert.ok(cookies.some((each) => each.name === 'belay_session' && each.httpOnly), 'the token is in a cookie that scripts cannot read');
  assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage }).includes('dev:ann')), false, 'the token is not stored');
  await page.reload();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal((await page.context().cookies()).length, 0);
});

test('A12, X19: in development mode somebody can be an operator', async (t) => {
  const site = await startSite(t);
  const page = await site.open(null);
  await page.getByRole('button', { name: /^ops/ }).or(page.getByRole('button', { name: /ops/ })).first().click();
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('heading', { name: 'Running answers' }).waitFor();
  await page.getByText('No answer is being written.').waitFor();
  await page.reload();
  await page.getByText('No answer is being written.').waitFor();
});

test('A12: a token that is refused says why, and keeps what was typed', async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { networkErrors: true });
  await page.locator('#token').fill('not-a-token');
  await page.getByRole('button', { name: 'Sign in with the token' }).click();
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.innerText(), /token/i);
  assert.equal(await page.locator('#token').inputValue(), 'not-a-token');
});

test('A12: a sign-in that ends keeps the page, and asks again', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await page.context().clearCookies();
  const dialog = page.getByRole('dialog', { name: 'Your sign-in has expired' });
  await dialog.waitFor({ timeout: 20000 });
  await dialog.getByRole('button', { name: /ann/ }).first().click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
});

test('A12: the theme is there before the first paint, and can be chosen', async (t) => {
  const site = await startSite(t);
  const page = await site.open(null, { colorScheme: 'dark' });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  const html = await (await fetch(`${site.origin}/`)).text();
  const head = html.slice(0, html.indexOf('</head>'));
  assert.match(head, /<script src="\/assets\/theme-[\w-]+\.js"><\/script>/);
  assert.ok(head.indexOf('/assets/theme-') < head.indexOf('rel="stylesheet"'), 'the theme is known before the style sheet');
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/, 'nothing that the policy forbids');
  assert.match(html, /class="shell"/, 'the shell is in the page');
  await site.signIn(page, 'dev:ann:pro');
  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByRole('menuitem', { name: 'Light' }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
});

test('A12: the drawer of a phone keeps the focus, and Escape closes it', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', phone);
  await page.getByRole('button', { name: 'Open the list of chats' }).click();
  await page.getByRole('link', { name: 'Goal coach' }).waitFor();
  for (let i = 0; i < 20; i++) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('.side') !== null), true);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('.side.is-open'));
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Open the list of chats');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing is wider than the screen');
});
