// C11, X18: what was removed never comes back: not by an answer that was running, not by a crash and recovery, not by a replay
// of its stream. Each way to remove, at each stage of an answer, with a kill at each write of the store and of the journal.
// Afterwards neither the API nor a file of the data directory holds a word of it.
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { Chat } from './lib/chat.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { preload } from './lib/preload.mjs';
import { Sendsage, Tab } from './lib/sendsage.mjs';
import { startServer } from './lib/server.mjs';

const settings = { 'cache.scope': 'user', 'chat.rate': 10000, 'chat.max_new_sessions_per_user': 10000, 'chat.retry_base': '200ms' };

const ways = {
  delete: (chat, chatId) => chat.call('DELETE', `/api/chat/${chatId}`),
  clear: async (chat, chatId) => {
    const answer = await chat.post('/clear', { chatId });
    return answer.status === 201 ? { ...answer, status: 204 } : answer;
  },
  erase: (chat) => chat.call('DELETE', '/api/me').then((answer) => ({ ...answer, status: answer.status === 200 ? 204 : answer.status })),
};

// Each returns when the removal may be sent: {sessions, at}. `word` is in the question and in the answer.
const stages = {
  async 'as the run starts'(chat, chatId, word) {
    await chat.ask(`echo:${word} one`, { chatId });
    return { racing: chat.post(`echo:${word} two three four @20/s`, { chatId }).catch(() => null) };
  },
  async 'while it streams'(chat, chatId, word) {
    await chat.ask(`echo:${word} one`, { chatId });
    const { sessionId } = await chat.start(`echo:${`${word} `.repeat(400)} @20/s`, { chatId });
    const stream = chat.stream(sessionId);
    for await (const event of stream) if (event.data.includes(word)) break;
    stream.rst();
  },
  async 'while it settles'(chat, chatId, word) {
    const { sessionId } = await chat.start(`echo:${word} one two @200/s`, { chatId });
    await chat.followToEnd(sessionId);
  },
  async 'after it'(chat, chatId, word) {
    await chat.ask(`echo:${word} one`, { chatId });
    await chat.ask(`echo:${word} two`, { chatId });
    await sleep(100);
  },
};

async function filesWith(dir, word) {
  const found = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(file).catch(() => Buffer.alloc(0)); // it may be gone
    if (bytes.includes(word)) found.push(path.relative(dir, file));
  }
  return found;
}

async function assertGone(server, chat, { chatId, word, sessions }) {
  const history = await chat.call('GET', `/api/chat/history?chatId=${chatId}`);
  assert.ok(history.status === 404 || history.status === 200, history.text);
  assert.ok(!history.text.includes(word), `the history has nothing of it: ${history.text}`);
  const list = await chat.call('GET', '/api/chats');
  assert.ok(!list.text.includes(word), `no title says it: ${list.text}`);
  const file = await chat.call('GET', `/api/chat/${chatId}/export?format=json&branches=all`);
  assert.ok(!file.text.includes(word), `the export has nothing of it: ${file.text}`);
  for (const sessionId of sessions) {
    const stream = chat.stream(sessionId);
    const head = await stream.head;
    await stream.ended.catch(() => null);
    assert.ok(!stream.text.includes(word), `the stream of ${sessionId} (${head.status}) has nothing of it: ${stream.text}`);
  }
  // docs/OPERATIONS.md promises a minute.
  let files;
  await until(
    60000,
    () => `no file holds a word of it, not ${files}`,
    async () => {
      files = await filesWith(server.dataDir, word);
      return files.length === 0;
    },
    500,
  );
}

// The removal is sent until the server says that it is done, over a crash if need be.
async function remove(way, chat, { chatId, racing }) {
  const once = () =>
    until(
      20000,
      'the removal is done',
      async () => {
        const answer = await way(chat, chatId).catch(() => null);
        if (answer !== null && answer.status !== 204) assert.ok([503, 404].includes(answer.status), answer.text);
        return answer?.status === 204;
      },
      100,
    );
  await once();
  if (!racing) return;
  await racing;
  await once();
}

let cells = 0;

// What one chat goes through. Returns what must be gone.
async function livedThrough(chat, stage) {
  const number = ++cells;
  const word = `zebra${number}fish`;
  const chatId = `c${number}`;
  const sessions = [];
  const start = chat.start.bind(chat);
  chat.start = async (...all) => {
    const made = await start(...all);
    sessions.push(made.sessionId);
    return made;
  };
  // `racing`: a question that is still on its way. It may also come after the removal; then its chat is a new one.
  const racing = (await stage(chat, chatId, word))?.racing;
  chat.start = start;
  return { chatId, word, sessions, racing };
}

for (const [name, way] of Object.entries(ways))
  test(`C11, X18: nothing comes back after ${name}`, { timeout: 240000 }, async (t) => {
    const server = await startServer(t, { settings });
    const checked = [];
    for (const [stage, run] of Object.entries(stages))
      checked.push(
        (async () => {
          const chat = new Chat(server, `user-${name}-${stage.replaceAll(' ', '-')}`, { model: 'grok-2' });
          const lived = await livedThrough(chat, run);
          await remove(way, chat, lived);
          await assertGone(server, chat, lived);
          const again = await chat.ask('echo:something new', { chatId: lived.chatId });
          assert.equal(again.text, 'something new', 'the name can be used again');
        })(),
      );
    await Promise.all(checked);
  });

// Kills a server at each write while it removes, for one way and all stages. Returns how often it died.
async function dieAtEachWrite(t, where, name, way) {
  const library = await preload(t, 'die_at_write');
  const flag = path.join(path.dirname(library.LD_PRELOAD), 'point');
  const server = await startServer(t, { settings, env: { ...library, BELAY_DIE_AT: flag, BELAY_DIE_IN: where }, restarts: true });
  const last = where === '/journal/' ? 3 : 6;
  let deaths = 0;
  for (const [stage, run] of Object.entries(stages))
    for (let point = 1; point <= last; point++) {
      const chat = new Chat(server, `user-${cells}`, { model: 'grok-2' });
      const lived = await livedThrough(chat, run);
      server.wanted = true; // it is allowed to die
      await writeFile(flag, String(point));
      const removed = remove(way, chat, lived);
      await Promise.race([server.exited, removed]);
      await rm(flag);
      await Promise.race([server.exited, sleep(1000)]); // it may have read the file before
      const died = server.exit !== null;
      if (died) {
        deaths++;
        await server.start();
      }
      await removed;
      try {
        await assertGone(server, chat, lived);
      } catch (error) {
        error.message = `${name} ${stage}, point ${point}: ${error.message}`;
        throw error;
      }
      if (died) continue;
      await server.restart(); // it counts from the beginning
      break;
    }
  return deaths;
}

test('C11, X2: after a crash in the middle of a removal no request sees half of it', { timeout: 240000 }, async (t) => {
  const library = await preload(t, 'die_at_write');
  const flag = path.join(path.dirname(library.LD_PRELOAD), 'point');
  const env = { ...library, BELAY_DIE_AT: flag, BELAY_DIE_IN: 'belay.db-wal' };
  const server = await startServer(t, { settings, env, restarts: true });
  let gone = 0;
  for (let point = 1; gone < 3 && point <= 40; point++) {
    const chatId = `half-${point}`;
    const chat = new Chat(server, `user-${chatId}`, { model: 'grok-2' });
    await chat.ask('echo:before', { chatId });
    assert.equal((await chat.call('PATCH', `/api/chat/${chatId}`, { json: { pinned: true } })).status, 200);
    const { sessionId } = await chat.start(`echo:${'word '.repeat(400)} @20/s`, { chatId });
    const stream = chat.stream(sessionId);
    for await (const event of stream) if (event.data.includes('word')) break;
    stream.rst();
    server.wanted = true; // it is allowed to die
    await writeFile(flag, String(point));
    const removed = chat.call('DELETE', `/api/chat/${chatId}`).catch(() => null);
    await Promise.race([server.exited, removed]);
    await rm(flag);
    await Promise.race([server.exited, sleep(1000)]); // it may have read the file before
    if (server.exit === null) break;
    await server.start();
    const chats = async () => (await chat.call('GET', '/api/chats')).json.chats;
    const [listed, history] = await Promise.all([chats(), chat.call('GET', `/api/chat/history?chatId=${chatId}`)]);
    if (listed.length !== 0) {
      assert.ok(history.json.messages?.length > 0, `point ${point}: the chat is all there: ${history.text}`);
      continue;
    }
    gone++;
    assert.equal(history.status, 404, `point ${point}: the chat is gone: ${history.text}`);
    await chat.ask('echo:after', { chatId });
    const [made] = await chats();
    assert.deepEqual([made.title, made.pinned], ['echo:after', false], `point ${point}: a new chat`);
  }
  assert.ok(gone > 0, 'the server died in the middle of a removal');
});

for (const where of ['belay.db-wal', '/journal/'])
  test(`C11, X18: nothing comes back when the server dies at a write to ${where}`, { timeout: 600000 }, async (t) => {
    const deaths = await Promise.all(Object.entries(ways).map(([name, way]) => dieAtEachWrite(t, where, name, way)));
    t.diagnostic(`${deaths.join(' + ')} points of death`);
    // A removal by itself writes to the store. /clear is a run, and a run that is stopped writes its end to the journal.
    const least = where === '/journal/' ? [1, 4, 1] : [4, 4, 4];
    for (const [at, each] of deaths.entries()) assert.ok(each >= least[at], 'the server died often enough');
  });

// A user's channel holds the answers of all conversations. One of them is deleted; the others stay, also one that is being written.
const channelStages = {
  async 'from memory'() {},
  async 'from the store'() {
    await sleep(6000); // a channel is moved there after 5 s
  },
  async 'over a crash'(server) {
    await server.restart();
  },
};

for (const [stage, settle] of Object.entries(channelStages))
  test(`C11, S1: a deleted conversation is gone ${stage} of its user's channel, and nothing else is`, { timeout: 120000 }, async (t) => {
    const word = 'zebrafish';
    const server = await startServer(t, { settings: { 'sendsage.slow_after': '0ms' }, restarts: true });
    const mark = new Sendsage(server, 'mark:premium');
    const tab = new Tab();
    await mark.begin(tab);
    const start = tab.lastId;
    const long = Array.from({ length: 120 }, (_, i) => `Word ${i}.`).join(' ');
    const gone = await mark.answer('premium', `echo:${word} one. ${word} two.`, { conversation_id: 'gone' });
    const kept = await mark.answer('premium', 'echo:This stays. This too.', { conversation_id: 'kept' });
    const stopped = await mark.ask('premium', `echo:${`${word}. `.repeat(400)} @20/s`, { conversation_id: 'gone' });
    await mark.read(tab, () => tab.names(stopped.request_id).includes('partial_response'));
    await settle(server);
    const running = await mark.ask('premium', `echo:${long} @40/s`, { conversation_id: 'running' });
    const watching = new Tab();
    watching.lastId = tab.lastId;
    const watched = mark.follow(watching, () => watching.isOver(running.request_id));

    const removed = await mark.call('DELETE', '/chat/conversation/gone');
    assert.equal(removed.status, 204, removed.text);
    assert.equal((await mark.call('DELETE', '/chat/conversation/gone')).status, 204, 'it may be repeated');
    // From the beginning, from in the middle of what was removed, over a crash.
    const replay = async (after) => {
      const late = new Tab();
      late.lastId = after;
      await mark.follow(late, () => late.isOver(running.request_id));
      return late;
    };
    const check = (late) => {
      assert.equal(late.resets, 0, 'the position still counts');
      assert.ok(!JSON.stringify(late.events).includes(word), `nothing of it is replayed: ${JSON.stringify(late.events)}`);
      assert.equal(late.of(running.request_id).at(-1).data.text, long, 'the answer under way is whole');
    };
    const late = await replay(start);
    check(late);
    check(await replay(gone.events[1].id));
    assert.deepEqual(late.of(kept.request_id).map(({ event, data }) => [event, data.text]), kept.events.map(({ event, data }) => [event, data.text]));
    for (const { request_id } of [gone, stopped]) {
      assert.deepEqual(
        late.of(request_id).map(({ event, data }) => [event, data.code, data.error, data.conversation_id]),
        [['error', 'cancelled', 'This conversation was deleted.', undefined]],
        'a client that did not see its end learns that there is nothing to wait for',
      );
    }
    await watched;
    assert.equal(watching.of(running.request_id).at(-1).data.text, long);
    assert.equal(watching.resets, 0);
    await server.restart();
    check(await replay(start));
    let files;
    await until(60000, () => `no file holds a word of it, not ${files}`, async () => (files = await filesWith(server.dataDir, word)).length === 0, 500);
  });
