// X12, X13: EventSource, npm's and Chromium's, used as in an application. It resumes by itself after a crash and stops after the
// end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EventSource } from 'eventsource';
import { Assistant, Transcript, words } from './lib/assistant.mjs';
import { signIn, startChromium } from './lib/chromium.mjs';
import { hurry, withPace } from './lib/config.mjs';
import { sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';

const count = 400;
const prompt = `echo:${count} words`;
// So slow that the crash is always in the middle of the answer.
const options = { ...withPace(20), restarts: true, settings: { 'assistant.retry_base': '300ms' } };
const names = ['stage', 'status', 'response_chunk', 'action', 'complete'];

async function ticketFor(client, id) {
  const answer = await client.call('POST', '/auth/ticket', { json: { stream: `/assistant/stream/${id}` } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.ticket;
}

// `log` is what either kind of EventSource has seen: {events: [{id, event, data}], opens, errors, state}.
function assertWhole(log) {
  const seen = new Transcript();
  // For an event without an id, an EventSource reports the last id.
  const own = (event, i) => (event.id === '' || event.id === log.events[i - 1]?.id ? undefined : event.id);
  log.events.forEach((event, i) => seen.accept({ ...event, id: own(event, i) }));
  assert.equal(seen.terminal?.event, 'complete');
  assert.ok(seen.text === words(count), 'the text is exact');
  assert.equal(seen.restarts, 0);
  assert.equal(log.opens, 2, 'one connection before the crash and one after it');
  assert.equal(log.state, 2, 'CLOSED after the end');
}

// npm's package. It allows custom headers, so it can send the cookie too.
function listen(url, headers) {
  const fetchWithHeaders = (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } });
  const source = new EventSource(url, { fetch: fetchWithHeaders });
  const log = { events: [], opens: 0, errors: 0, statuses: [], state: 0, close: () => source.close() };
  for (const name of names) {
    source.addEventListener(name, (event) => log.events.push({ id: event.lastEventId, event: name, data: event.data }));
  }
  source.addEventListener('open', () => log.opens++);
  source.addEventListener('error', (event) => {
    log.errors++;
    log.statuses.push(event.code);
    log.state = source.readyState;
  });
  return log;
}

async function crashInTheMiddle(server, seenEvents) {
  await until(20000, 'the answer is flowing', async () => (await seenEvents()) > 20);
  await server.kill9();
  await sleep(300);
  hurry(server);
  await server.start();
}

test('X12: the eventsource package with a ticket and with a cookie', { timeout: 90000 }, async (t) => {
  const kinds = {
    ticket: async (client, id) => [`?ticket=${await ticketFor(client, id)}`, {}],
    cookie: async (client) => {
      const session = await client.call('POST', '/auth/session');
      return ['', { cookie: session.headers['set-cookie'][0].split(';')[0] }];
    },
  };
  for (const [kind, credentials] of Object.entries(kinds)) {
    await t.test(
      `X1, X2, X8: npm's EventSource with a ${kind} resumes by itself over a crash, and stops at 204`,
      async (t) => {
        const server = await startServer(t, options);
        const client = new Assistant(server, 'alice');
        const id = await client.ask(prompt);
        const [query, headers] = await credentials(client, id);
        const log = listen(`${server.origin}/assistant/stream/${id}${query}`, headers);
        try {
          await crashInTheMiddle(server, () => log.events.length);
          await until(
            30000,
            () => `it stops after the end; ${JSON.stringify(log.statuses)}`,
            () => log.state === 2,
          );
        } finally {
          log.close();
        }
        assert.equal(log.statuses.at(-1), 204);
        assertWhole(log);
      },
    );
  }
});

// Runs in the page: opens an EventSource and keeps its log in window.log.
function listenInPage([url, eventNames]) {
  const source = new EventSource(url, { withCredentials: true });
  const log = (window.log = { events: [], opens: 0, errors: 0, state: 0 });
  for (const name of eventNames) {
    source.addEventListener(name, (event) => log.events.push({ id: event.lastEventId, event: name, data: event.data }));
  }
  source.onopen = () => log.opens++;
  source.onerror = () => {
    log.errors++;
    log.state = source.readyState;
  };
}

test("X12: Chromium's EventSource with a ticket and with a cookie", { timeout: 120000 }, async (t) => {
  const browser = await startChromium(t);

  for (const kind of ['ticket', 'cookie']) {
    await t.test(
      `X1, X2, X8: Chromium's EventSource with a ${kind} resumes by itself over a crash, and stops at 204`,
      async (t) => {
        const server = await startServer(t, options);
        const client = new Assistant(server, 'alice');
        const page = await browser.newPage();
        await page.goto(`${server.origin}/healthz`);
        const id = await client.ask(prompt);
        let query = '';
        if (kind === 'ticket') query = `?ticket=${await ticketFor(client, id)}`;
        else {
          await signIn(page, client.headers.authorization);
          assert.equal(await page.evaluate(() => document.cookie), '', 'scripts do not see the cookie');
        }
        await page.evaluate(listenInPage, [`/assistant/stream/${id}${query}`, names]);
        await crashInTheMiddle(server, () => page.evaluate(() => window.log.events.length));
        await until(30000, 'it stops after the end', () => page.evaluate(() => window.log.state === 2), 100);
        const log = await page.evaluate(() => window.log);
        await sleep(1500);
        assert.equal(await page.evaluate(() => window.log.opens), log.opens, 'and does not come back');
        assertWhole(log);
        await page.close();
      },
    );
  }
});

test('X8: a ticket is good for its own stream alone, also across a restart', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { restarts: true });
  const client = new Assistant(server, 'alice');
  const nobody = new Assistant(server, '', { token: null });
  const [mine, other] = [await client.ask('echo:hello'), await client.ask('echo:hello')];
  const ticket = await ticketFor(client, mine);
  const open = (id) => call(server.port, 'GET', `/assistant/stream/${id}?ticket=${encodeURIComponent(ticket)}`);
  assert.equal((await within(10000, 'the stream is answered', open(mine))).status, 200);
  await server.restart();
  assert.equal((await open(mine)).status, 200, 'used before, still good');
  const refused = await open(other);
  assert.ok([401, 403, 404].includes(refused.status), `another stream is refused: ${refused.status}`);
  const post = await nobody.call('POST', `/assistant/request?ticket=${encodeURIComponent(ticket)}`, {
    json: { prompt: 'x', mode: 'chat' },
  });
  assert.ok([401, 403].includes(post.status), 'a ticket posts nothing');
  const del = await nobody.call('DELETE', `/assistant/request/${mine}?ticket=${encodeURIComponent(ticket)}`);
  assert.ok([401, 403].includes(del.status), 'a ticket cancels nothing');
  assert.ok(!server.stderr.includes(ticket), 'and it is never logged');
});
