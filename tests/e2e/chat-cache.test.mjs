// C6: a repeated request is answered from the cache. Equal requests at the same time share one call of the provider.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Chat, ChatTranscript } from './lib/chat.mjs';
import { withProvider } from './lib/config.mjs';
import { begin, sleep, until } from './lib/deadline.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';
import { ledger } from './lib/store.mjs';

const users = Number(process.env.BELAY_USERS ?? 200);
const pieces = Array.from({ length: 40 }, (_, i) => `piece ${i} of the answer; `);

// A server whose provider runs `script`. Its only model has a price.
async function start(t, script, { settings = {}, model = '', row = {}, ...more } = {}) {
  const provider = await startProvider(t, script);
  const options = withProvider(provider, row);
  options.config = options.config.replace('[[models]]\n', `[[models]]\ninput_price = 1.0\noutput_price = 2.0\n${model}`);
  const server = await startServer(t, {
    ...options,
    ...more,
    settings: { 'cache.replay_words_per_second': 0, 'chat.max_active': 5000, ...settings },
  });
  return { provider, server };
}

const answering = async (call) => {
  for (const piece of pieces) await call.piece(piece);
  await call.done();
};

async function metric(server, name) {
  const page = (await new Chat(server).call('GET', '/api/metrics')).text;
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(page)[1]);
}

async function counts(server) {
  const names = ['hits', 'misses', 'shared'];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await metric(server, `belay_cache_${name}_total`)])),
  );
}

test('C6: the same request again is streamed from the cache, and costs nothing', { timeout: 30000 }, async (t) => {
  const { provider, server } = await start(t, answering, { settings: { 'cache.replay_words_per_second': 400 } });
  const chat = new Chat(server, 'alice', { model: 'default' });
  const first = await chat.ask('What is it?');
  const second = await chat.ask('What is it?');
  assert.equal(second.text, pieces.join(''));
  assert.equal(second.text, first.text);
  assert.ok(second.events.length > 10, 'as a stream');
  assert.equal(provider.calls.length, 1);
  const bob = await new Chat(server, 'bob', { model: 'default' }).ask('What is it?');
  assert.equal(bob.text, first.text);
  assert.equal(provider.calls.length, 2, 'per user by default');
  await chat.ask('What is it!');
  assert.equal(provider.calls.length, 3, 'another prompt');
  await chat.ask('What is it?', { chatId: first.chatId });
  assert.equal(provider.calls.length, 4, 'another history');
  const { sessionId } = await chat.ask('/persona calm_coach');
  await chat.ask('What is it?', { sessionId });
  assert.equal(provider.calls.length, 5, 'another persona');
  assert.deepEqual(await counts(server), { hits: 1, misses: 5, shared: 0 });
  const charged = await until(5000, 'all are settled', async () => {
    const rows = await ledger(server.dataDir);
    return rows.length === 7 && rows;
  });
  assert.deepEqual(charged.map((row) => row.source), ['generated', 'cached', ...Array(3).fill('generated'), 'ready', 'generated']);
  for (const row of charged) assert.equal(row.cost > 0, row.source === 'generated', JSON.stringify(row));
});

test('C6: only whole answers are given again; X7: what failed is asked for anew', { timeout: 30000 }, async (t) => {
  const { provider, server } = await start(t, async (call) => {
    await call.piece('half ');
    if (call.number === 1) return call.inStreamError('overloaded');
    await call.piece('and half');
    await call.done();
  });
  const chat = new Chat(server, 'alice', { model: 'default' });
  assert.equal((await chat.ask('x')).terminal.type, 'error');
  assert.equal((await chat.ask('x')).text, 'half and half');
  assert.equal((await chat.ask('x')).text, 'half and half');
  assert.equal(provider.calls.length, 2);
});

test('C6: the cache can be off, shared by all, and forgets', { timeout: 40000 }, async (t) => {
  const off = await start(t, answering, { settings: { 'cache.scope': 'off' } });
  const alone = new Chat(off.server, 'alice', { model: 'default' });
  await alone.ask('x');
  await alone.ask('x');
  assert.equal(off.provider.calls.length, 2);
  const shared = await start(t, answering, { settings: { 'cache.scope': 'everybody' } });
  for (const user of ['alice', 'bob', 'carol'])
    assert.equal((await new Chat(shared.server, user, { model: 'default' }).ask('x')).text, pieces.join(''));
  assert.equal(shared.provider.calls.length, 1);
  const forgetful = await start(t, answering, { settings: { 'cache.lifetime': '1s' } });
  const again = new Chat(forgetful.server, 'alice', { model: 'default' });
  await again.ask('x');
  await sleep(1100);
  await again.ask('x');
  assert.equal(forgetful.provider.calls.length, 2);
});

test('S11: when the provider fails, the answer it gave before is given again, marked as stale', { timeout: 40000 }, async (t) => {
  let down = false;
  const settings = { 'cache.lifetime': '1s', 'cache.stale_if_error': '1h' };
  const script = (call) => (down ? call.refuse(500, 'server_error') : answering(call));
  const { server } = await start(t, script, { settings, row: { max_retries: 0 } });
  const chat = new Chat(server, 'alice', { model: 'default' });
  const first = await chat.ask('What is it?');
  assert.deepEqual(first.terminal, { type: 'done', messageId: first.messageId, finish: 'stop' });
  await sleep(1100);
  down = true;
  const second = await chat.ask('What is it?');
  assert.equal(second.text, first.text);
  assert.deepEqual(second.terminal, { type: 'done', messageId: second.messageId, finish: 'stop', source: 'stale' });
  const unknown = await chat.ask('And what is that?');
  assert.equal(unknown.terminal.type, 'error');
  assert.equal(unknown.terminal.code, 'provider_unavailable');
  assert.equal(await metric(server, 'belay_cache_stale_total'), 1);
  const rows = await until(5000, 'all are settled', async () => {
    const rows = await ledger(server.dataDir);
    return rows.length === 3 && rows;
  });
  assert.deepEqual(rows.map((row) => row.source), ['generated', 'stale', 'generated']);
  assert.equal(rows[1].cost, 0);
  const { json } = await chat.call('GET', `/api/chat/history?chatId=${second.chatId}`);
  assert.equal(json.messages.at(-1).source, 'stale');
});

// All users send the same request at once.
async function askAll(server, fields = {}) {
  const chats = Array.from({ length: users }, (_, i) => new Chat(server, `user-${i}`, { model: 'default' }));
  const started = [];
  for (let at = 0; at < chats.length; at += 100) {
    const some = chats.slice(at, at + 100).map((chat) => chat.start('What is it?', { ...fields }));
    started.push(...(await Promise.all(some)));
  }
  return chats.map((chat, i) => ({ chat, sessionId: started[i].sessionId, seen: new ChatTranscript() }));
}

function follow(readers) {
  return readers.map((reader) =>
    begin(reader.chat.followToEnd(reader.sessionId, { seen: reader.seen, deadline: 120000 })),
  );
}

async function settled(server, count) {
  return until(
    60000,
    `${count} runs are settled`,
    async () => {
      const rows = await ledger(server.dataDir);
      return rows.length >= count ? rows : null;
    },
    200,
  );
}

const everybody = { 'cache.scope': 'everybody' };

test(`C6: ${users} users with the same prompt at once: one call, exact streams, one charge`, { timeout: 240000 }, async (t) => {
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  const { provider, server } = await start(
    t,
    async (call) => {
      await call.piece(pieces[0]);
      await gate;
      for (const piece of pieces.slice(1)) await call.piece(piece);
      await call.done();
    },
    { settings: everybody },
  );
  const readers = await askAll(server);
  const ends = follow(readers);
  go();
  await Promise.all(ends);
  for (const { seen } of readers) {
    assert.equal(seen.terminal.type, 'done');
    assert.ok(seen.text === pieces.join(''), 'the text is exact');
  }
  assert.equal(provider.calls.length, 1);
  assert.deepEqual(await counts(server), { hits: 0, misses: 1, shared: users - 1 });
  const rows = await settled(server, users);
  assert.equal(rows.length, users);
  assert.equal(new Set(rows.map((row) => row.user)).size, users);
  assert.equal(rows.filter((row) => row.source === 'generated').length, 1);
  assert.equal(rows.filter((row) => row.source === 'shared').length, users - 1);
  assert.ok(rows.every((row) => row.cost > 0 === (row.source === 'generated')), 'charged once');
});

test(`C6, X2: the same over kill -9 in the middle: one call before it and one that goes on`, { timeout: 300000 }, async (t) => {
  let stop;
  const stopped = new Promise((resolve) => (stop = resolve));
  const { provider, server } = await start(
    t,
    async (call) => {
      const messages = call.json.messages;
      const partial = messages.at(-1).role === 'assistant' ? messages.at(-1).content : '';
      const rest = pieces.join('').slice(partial.length);
      if (call.number === 1) {
        await call.piece(rest.slice(0, 300));
        await stopped;
        return call.stall();
      }
      await call.piece(rest);
      await call.done();
    },
    {
      settings: { ...everybody, 'chat.retry_base': '300ms' },
      model: 'can_continue = true\n',
      row: { continue_style: 'prefill' },
      restarts: true,
    },
  );
  const readers = await askAll(server);
  const ends = follow(readers);
  await until(60000, 'all have begun', () => readers.every(({ seen }) => seen.text.length >= 300));
  await server.kill9();
  stop();
  await server.start();
  await Promise.all(ends);
  for (const { seen } of readers) {
    assert.equal(seen.terminal.type, 'done');
    assert.equal(seen.restarts, 0);
    assert.ok(seen.text === pieces.join(''), 'the text is exact');
  }
  assert.equal(provider.calls.length, 2, 'one call in each life');
  const rows = await settled(server, users);
  assert.equal(rows.length, users);
  assert.equal(rows.filter((row) => row.cost > 0).length, 1, 'charged once');
});

test(`C6, X5: ${users - 1} cancels leave the last one streaming, the last closes the provider's socket`, { timeout: 240000 }, async (t) => {
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  const { provider, server } = await start(
    t,
    async (call) => {
      await call.piece('first ');
      await gate;
      await call.piece('second ');
      await call.stall();
    },
    { settings: everybody },
  );
  const readers = await askAll(server);
  const ends = follow(readers);
  await until(60000, 'all have begun', () => readers.every(({ seen }) => seen.text !== ''));
  const last = readers.pop();
  for (let at = 0; at < readers.length; at += 100)
    await Promise.all(readers.slice(at, at + 100).map(({ chat, sessionId }) => chat.cancel(sessionId)));
  await Promise.all(ends.slice(0, -1));
  assert.ok(readers.every(({ seen }) => seen.terminal.code === 'cancelled'));
  assert.equal(provider.calls[0].closedAt, null);
  go();
  await until(10000, 'the last one streams on', () => last.seen.text === 'first second ');
  const at = performance.now();
  assert.equal((await last.chat.cancel(last.sessionId)).status, 204);
  await ends.at(-1);
  const closed = await until(5000, 'the socket is closed', () => provider.calls[0].closedAt);
  t.diagnostic(`the provider saw its socket closed ${(closed - at).toFixed(1)} ms after the last cancel`);
  assert.equal(provider.calls.length, 1);
  const rows = await settled(server, users);
  assert.deepEqual(rows.filter((row) => row.cost > 0).map((row) => row.user), [last.chat.user]);
});
