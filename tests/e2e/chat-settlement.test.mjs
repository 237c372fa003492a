// X2: the server dies at each write of a settlement in turn: before, inside and after its transaction. Each time the history, the
// stream and the ledger must agree.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { Chat, ChatTranscript } from './lib/chat.mjs';
import { withProvider } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { metric } from './lib/metrics_page.mjs';
import { preload } from './lib/preload.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';
import { ledger } from './lib/store.mjs';

// A provider that sends half of an answer, waits until the test lets it continue, and sends the rest.
async function startHalting(t) {
  const gates = [];
  const provider = await startProvider(t, async (call) => {
    await call.piece('half ');
    await new Promise((resolve) => gates.push(resolve));
    await call.piece('and half');
    await call.done();
  });
  return { provider, goOn: () => gates.splice(0).forEach((open) => open()) };
}

async function startedHalf(chat) {
  const { sessionId, chatId } = await chat.start('Why?');
  const seen = new ChatTranscript();
  const following = begin(chat.followToEnd(sessionId, { seen }));
  await until(10000, 'the answer has begun', () => seen.text === 'half ');
  return { sessionId, chatId, seen, following };
}

// Waits until the store has nothing to do: the question, and that the stream was opened, are stored.
async function untilAtRest(server, chat, { chatId }) {
  assert.equal((await chat.history({ chatId })).messages.length, 1);
  let before;
  await until(
    20000,
    'the store is at rest',
    async () => {
      const [done, waiting] = [await metric(server, 'belay_store_operations_total'), await metric(server, 'belay_store_queue_depth')];
      const isAtRest = waiting === 0 && done === before;
      before = done;
      return isAtRest;
    },
    150,
  );
}

async function assertAgree(server, chat, { chatId, seen }) {
  assert.deepEqual([seen.text, seen.terminal.type], ['half and half', 'done']);
  const messages = await until(10000, 'the answer is in the history', async () => {
    const page = await chat.history({ chatId });
    return page.messages.length === 2 && page.messages;
  });
  assert.deepEqual(
    messages.map(({ content, state }) => [content, state]),
    [
      ['Why?', 'complete'],
      ['half and half', 'complete'],
    ],
  );
  const run = messages[1].id.slice(0, -2);
  assert.equal((await ledger(server.dataDir)).filter((row) => row.run === run).length, 1, 'charged once');
}

test('X2: dying at every write of a settlement', { timeout: 300000 }, async (t) => {
  const library = await preload(t, 'die_at_write');
  const flag = path.join(path.dirname(library.LD_PRELOAD), 'point');
  const { provider, goOn } = await startHalting(t);
  const options = withProvider(provider);
  const server = await startServer(t, {
    ...options,
    env: { ...options.env, ...library, BELAY_DIE_AT: flag },
    restarts: true,
    settings: { 'cache.scope': 'off', 'chat.retry_base': '200ms', 'chat.rate': 1000 },
  });
  const chat = new Chat(server, 'alice', { model: 'default' });
  let deaths = 0;
  for (let point = 1; ; point++) {
    const half = await startedHalf(chat);
    await untilAtRest(server, chat, half);
    const settled = () => metric(server, 'belay_store_settlements_total');
    const before = await settled();
    server.wanted = true; // it is allowed to die
    await writeFile(flag, String(point));
    goOn();
    await until(20000, 'the server has died or settled it', async () => server.exit !== null || (await settled().catch(() => 0)) > before);
    await rm(flag);
    const died = server.exit !== null;
    if (died) {
      deaths++;
      await server.start();
    }
    await half.following;
    await assertAgree(server, chat, half);
    assert.equal(provider.calls.length, point, 'the provider was called once for each');
    if (!died) break;
  }
  t.diagnostic(`${deaths} points of death`);
  assert.ok(deaths >= 4, 'before, inside and after the transaction');
});
