// A12, C2: the server is killed, the network goes away, several readers: the text in the page is exact.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { slowly, startModel } from '../lib/model.mjs';
import { signed, tokenOf } from '../lib/operators.mjs';
import { answered, answerText, ask, phone, startSite, until, words } from '../lib/site.mjs';

test('A12: the server is killed and started again while the page streams', { timeout: 90000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:240 words @30/s');
  await page.getByText('0040').waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  const said = await page.locator('.note.hold').innerText();
  assert.match(said, /up to \d+-\d+ and goes on exactly there/, 'the position is named');
  assert.equal(await page.locator('.knot.hold').count(), 1, 'the line ends in a knot');
  assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
  await page.waitForTimeout(700);
  await site.belay.start();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText(/Back after .* s\. Nothing is missing\./).waitFor();
  assert.equal(await page.locator('.knot:not(.hold)').count(), 1, 'one knot stays where the text was joined');
  await answered(page, 40000);
  assert.equal(await answerText(page), words(240));
  assert.equal(await page.locator('.knot').count(), 0, 'until the answer ends');
});

test('A12, X2: after a restart the model writes its answer again, and the page shows the new text once', { timeout: 90000 }, async (t) => {
  const said = (word) => Array.from({ length: 60 }, (_, index) => `${word}${index + 1} `);
  const model = await startModel(t, (call) => slowly(said(call === 1 ? 'old' : 'new'), 60));
  const site = await startSite(t, signed(model.config));
  const page = await site.open(tokenOf('--user', 'ann'), { networkErrors: true });
  await ask(page, 'Count.');
  await page.getByText('old12').waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  assert.match(await answerText(page), /old12/, 'what was read stays');
  await site.belay.start();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText('Started again after a restart of the server').waitFor();
  await page.getByText('new3').waitFor();
  assert.equal(await page.locator('.knot').count(), 0, 'nothing was joined');
  await answered(page, 30000);
  assert.equal(await answerText(page), said('new').join('').trim(), 'the new text, once, and nothing of the old one');
  assert.equal(model.calls, 2);
  assert.equal(await page.getByText('Started again after a restart of the server').count(), 1, 'the notice stays with its answer');
  await page.reload();
  await answered(page);
  assert.equal(await answerText(page), said('new').join('').trim());
});

test('A12: offline and online again', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:200 words @30/s');
  await page.getByText('0030').waitFor();
  await page.context().setOffline(true);
  // The browser's own switch leaves open connections alone, so the wire is cut too.
  for (const socket of site.pages?.sockets ?? []) socket.destroy();
  await page.getByText('Offline', { exact: true }).first().waitFor();
  await page.getByText('Sending works again with the connection').waitFor();
  await page.waitForTimeout(1500);
  await page.context().setOffline(false);
  await answered(page, 30000);
  assert.equal(await answerText(page), words(200));
  assert.equal(await page.getByText('Sending works again with the connection').count(), 0);
});

test('A12: two tabs and a phone read the same answer; one of them asks, another stops', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const first = await site.open('dev:ann:pro');
  await ask(first, 'echo:begin');
  await answered(first);
  const chat = first.url().split('#')[1];
  const second = await site.open('dev:ann:pro', { context: first.context(), path: `/#${chat}` });
  const mobile = await site.open('dev:ann:pro', { ...phone });
  await mobile.goto(`${site.origin}/#${chat}`);
  for (const page of [second, mobile]) await page.locator('.md', { hasText: 'begin' }).waitFor();

  await ask(first, 'echo:150 words @25/s');
  for (const page of [first, second, mobile]) await page.getByText('0020').waitFor({ timeout: 15000 });
  for (const page of [first, second, mobile]) await answered(page, 20000);
  for (const page of [first, second, mobile]) await until('the text is whole', async () => (await answerText(page)) === words(150));

  await ask(mobile, 'echo:900 words @20/s');
  for (const page of [first, second]) await page.locator('article[aria-busy=true]', { hasText: '0010' }).waitFor({ timeout: 15000 });
  await second.getByRole('button', { name: 'Stop', exact: true }).click();
  for (const page of [first, second, mobile]) await page.getByText('Stopped', { exact: true }).waitFor({ timeout: 15000 });
  const texts = [];
  for (const page of [first, mobile]) texts.push(await answerText(page));
  assert.equal(texts[0], texts[1], 'all have the same text');
});

test('A12: the developer panel cuts the connection, and one sees it resume', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:260 words @40/s');
  await page.getByText('0020').waitFor();
  await page.keyboard.press('Control+.');
  const panel = page.getByRole('complementary', { name: 'Developer panel' });
  const fact = (name) => panel.locator('.facts > div', { hasText: name }).locator('dd').innerText();
  await panel.getByRole('button', { name: 'Cut the connection' }).click();
  await panel.getByText('Connection lost').waitFor();
  await answered(page, 30000);
  assert.equal(await fact('Resumed'), '1');
  assert.equal(await fact('Repeated'), '0');
  await panel.getByText(/Page text equals the server’s history/).waitFor();
  assert.equal(await answerText(page), words(260));
  const position = await fact('Position');
  await panel.locator('.ev .p', { hasText: position }).last().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Save events as a file' }).click()]);
  const rows = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.deepEqual(rows.filter((row) => ['lost', 'resumed'].includes(row.kind)).map((row) => row.kind), ['lost', 'resumed']);
  const resumed = rows.findIndex((row) => row.kind === 'resumed');
  await panel.locator('.events').evaluate((element, index) => (element.scrollTop = Math.max(0, index - 3) * 24), resumed);
  await panel.getByText(`Resumed after ${rows[resumed].position}`).waitFor();
});

test('A12: a question that finds no server is sent by itself, once', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:before');
  await answered(page);
  await site.belay.kill();
  await ask(page, 'echo:sent by itself');
  await page.waitForTimeout(1500);
  await site.belay.start();
  await page.locator('.md', { hasText: 'sent by itself' }).waitFor({ timeout: 20000 });
  await answered(page);
  const chatId = decodeURIComponent(page.url().split('/').pop());
  const { messages } = (await site.belay.call('dev:ann:pro', 'GET', `/api/chat/history?chatId=${chatId}`)).json;
  assert.equal(messages.filter((each) => each.content === 'echo:sent by itself').length, 1);
});
