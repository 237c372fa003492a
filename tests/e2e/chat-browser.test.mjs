// C2: the JavaScript of the document's client example, without changes, in Chromium.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { consoleOf, signIn, startChromium } from './lib/chromium.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { readPage } from './lib/pages.mjs';
import { startServer } from './lib/server.mjs';

test("C1, C2, C3: the document's client example runs in Chromium as it stands", { timeout: 90000 }, async (t) => {
  const server = await startServer(t);
  const browser = await startChromium(t);
  const page = await browser.newPage();
  await page.goto(`${server.origin}/healthz`);
  const said = consoleOf(page);
  const token = 'dev:alice:pro';
  await signIn(page, `Bearer ${token}`);
  // The page provides the example's token and its updateMessageInUI().
  await page.evaluate(
    ([source, bearer]) => {
      window.shown = [];
      const run = new (Object.getPrototypeOf(async () => {}).constructor)('token', 'updateMessageInUI', source);
      return run(bearer, (text) => window.shown.push(text));
    },
    [await readPage('chat.mjs'), token],
  );
  await until(30000, () => `the stream is complete: ${said}`, () => said.some((line) => line === 'log Stream complete'));
  const shown = await page.evaluate(() => window.shown);
  assert.ok(shown.length > 1, 'token by token');
  assert.ok(said.includes(`log Full response: ${shown.at(-1)}`));
  assert.ok(!said.some((line) => line.startsWith('error')), said.join('\n'));
  const chat = new Chat(server, 'alice');
  const messages = (await chat.history({ chatId: 'conversation-123' })).messages;
  assert.deepEqual(
    messages.map(({ role, content }) => [role, content]),
    [
      ['user', 'Explain quantum computing'],
      ['assistant', shown.at(-1)],
    ],
  );
});

test("X1, X2, X8: Chromium's EventSource on a session's stream, with a ticket and with a cookie, over a crash", { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { restarts: true, settings: { 'chat.retry_base': '300ms' } });
  const chat = new Chat(server, 'alice', { model: 'grok-2' });
  const browser = await startChromium(t);
  for (const kind of ['ticket', 'cookie']) {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/healthz`);
    const { sessionId } = await chat.start(`echo:400 words @80/s`); // five seconds: it is killed in the middle
    let address = `/api/chat/stream?sessionId=${sessionId}`;
    if (kind === 'ticket') {
      const answer = await chat.call('POST', '/auth/ticket', { json: { stream: address } });
      assert.equal(answer.status, 201, answer.text);
      const other = await chat.start('echo:x');
      const foreign = `/api/chat/stream?sessionId=${other.sessionId}&ticket=${answer.json.ticket}`;
      assert.equal((await call(server.port, 'GET', foreign)).status, 401, 'a ticket opens its own session alone');
      address += `&ticket=${answer.json.ticket}`;
    } else await signIn(page, chat.headers.authorization);
    await page.evaluate((url) => {
      const source = new EventSource(url, { withCredentials: true });
      const log = (window.log = { text: '', types: [], ids: [], opens: 0, state: 0 });
      source.onopen = () => log.opens++;
      source.onmessage = (event) => {
        const data = JSON.parse(event.data);
        log.types.push(data.type);
        log.ids.push(event.lastEventId);
        if (data.type === 'token') log.text += data.content;
      };
      source.onerror = () => (log.state = source.readyState);
    }, address);
    await until(20000, 'the answer is flowing', () => page.evaluate(() => window.log.types.length > 20));
    await server.kill9();
    await sleep(300);
    await server.start();
    await until(30000, `${kind}: it stops after the end`, () => page.evaluate(() => window.log.state === 2), 100);
    const log = await page.evaluate(() => window.log);
    assert.equal(log.text, words(400), `${kind}: the text is exact`);
    assert.equal(log.types.at(-1), 'done');
    assert.equal(log.types.filter((type) => type === 'typing').length, 1);
    assert.equal(new Set(log.ids).size, log.ids.length, 'nothing twice');
    assert.equal(log.opens, 2);
    await page.close();
  }
});
