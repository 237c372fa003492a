// A12, C2: the server is killed, the network goes away, several readers: the text in the page is exact.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { slowly, startModel } from '../lib/model.mjs';
import { signed, tokenOf } from '../lib/operators.mjs';
import { answered, answerText, ask, glimpse, phone, startSite, until, words } from '../lib/site.mjs';

// So long that it is nearly always the reader who resumes it.
const patient = { 'chat.retry_base': '10s' };

/** Presses "Try now", unless the page has come back by itself meanwhile. */
async function tryNow(page) {
  const button = page.getByRole('button', { name: 'Try now' });
  await button.click({ timeout: 10000 }).catch(async (error) => {
    if (await button.isVisible()) throw error;
  });
}

test('A12: the server is killed and started again while the page streams', { timeout: 120000 }, async (t) => {
  const site = await startSite(t, { settings: patient });
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:400 words @30/s');
  await page.getByText('0040').waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  const said = await page.locator('.note.hold').innerText();
  assert.match(said, /up to \d+-\d+ and goes on exactly there/, 'the position is named');
  assert.equal(await page.locator('.knot.hold').count(), 1, 'the line ends in a knot');
  assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
  await site.belay.start();
  await tryNow(page);
  await page.getByText(/Back after .* s\. Nothing is missing\./).waitFor();
  assert.equal(await page.locator('.knot:not(.hold)').count(), 1, 'one knot stays where the text was joined');
  await answered(page, 60000);
  assert.equal(await answerText(page), words(400));
  assert.equal(await page.locator('.knot').count(), 0, 'until the answer ends');
});

test('A12, X2: after a restart the model writes its answer again, and the page shows the new text once', { timeout: 90000 }, async (t) => {
  const said = (word) => Array.from({ length: 60 }, (_, index) => `${word}${index + 1} `);
  const model = await startModel(t, (call) => (call === 1 ? slowly(said('old'), 200) : slowly(said('new'), 60)));
  const site = await startSite(t, { ...signed(model.config), settings: patient });
  const page = await site.open(tokenOf('--user', 'ann'), { networkErrors: true });
  await ask(page, 'Count.');
  await page.getByText('old12').waitFor();
  await site.belay.kill();
  await page.getByText('Reconnecting… nothing is lost').waitFor();
  assert.match(await answerText(page), /old12/, 'what was read stays');
  await site.belay.start();
  await tryNow(page);
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
  await until('all have the same text', async () => new Set(await Promise.all([first, second, mobile].map(answerText))).size === 1);
});

test('A12: the developer panel cuts the connection, and one sees it resume', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:600 words @40/s');
  await page.getByText('0020').waitFor();
  await page.keyboard.press('Control+.');
  const panel = page.getByRole('complementary', { name: 'Developer panel' });
  const fact = (name) => panel.locator('.facts > div', { hasText: name }).locator('dd').innerText();
  await Promise.all([glimpse(page, '.ev.mark', 'Connection lost'), panel.getByRole('button', { name: 'Cut the connection' }).click()]);
  await answered(page, 30000);
  assert.equal(await fact('Resumed'), '1');
  assert.equal(await fact('Repeated'), '0');
  await panel.getByText(/Page text equals the server’s history/).waitFor();
  assert.equal(await answerText(page), words(600));
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
  await page.locator('.md', { hasText: 'sent by itself' }).waitFor();
  await answered(page);
  const chatId = decodeURIComponent(page.url().split('/').pop());
  const { messages } = (await site.belay.call('dev:ann:pro', 'GET', `/api/chat/history?chatId=${chatId}`)).json;
  assert.equal(messages.filter((each) => each.content === 'echo:sent by itself').length, 1);
});
