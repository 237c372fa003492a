// C12–C16: what users do with their chats: regenerate, edit, choose a branch, go on, rename, archive, search, find a running answer
// from another device. With a real provider's prompts checked on the way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Chat, ChatTranscript } from './lib/chat.mjs';
import { startChromium } from './lib/chromium.mjs';
import { withProvider } from './lib/config.mjs';
import { until } from './lib/deadline.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

// Answers "answer 1", "answer 2", …, each a call of the provider. `ends`: how the nth answer ends, by its number.
async function start(t, { ends = {}, settings = {}, more = '', restarts = false } = {}) {
  const provider = await startProvider(t, async (call) => {
    await call.piece(`answer ${call.number}`);
    await call.done(ends[call.number] ?? 'stop');
  });
  const server = await startServer(t, { ...withProvider(provider, {}, more), settings, restarts });
  return { provider, server, chat: new Chat(server, 'alice') };
}

const said = (provider) => provider.calls.at(-1).json.messages.filter((message) => message.role !== 'system').map(({ role, content }) => [role, content]);
const shown = async (chat, chatId) => (await chat.history({ chatId })).messages.map(({ role, content }) => [role, content]);

// Posts fields of a start, which must be accepted, and reads the answer.
async function begin(chat, fields) {
  const answer = await chat.call('POST', '/api/chat/start', { json: fields });
  assert.equal(answer.status, 201, answer.text);
  const seen = await chat.followToEnd(answer.json.sessionId);
  return { ...answer.json, ...seen };
}

test('C13: regenerate, edit, and the branches between them', async (t) => {
  const { provider, chat } = await start(t);
  const one = await begin(chat, { prompt: 'one', chatId: 'c' });
  const two = await begin(chat, { prompt: 'two', chatId: 'c' });
  const again = await begin(chat, { regenerate: two.messageId });
  assert.deepEqual(said(provider), [['user', 'one'], ['assistant', 'answer 1'], ['user', 'two']]);
  assert.equal(again.userMessageId, two.userMessageId, 'the same question');
  assert.notEqual(again.messageId, two.messageId);
  assert.deepEqual(await shown(chat, 'c'), [['user', 'one'], ['assistant', 'answer 1'], ['user', 'two'], ['assistant', 'answer 3']]);
  const last = (await chat.history({ chatId: 'c' })).messages.at(-1);
  assert.deepEqual(last.siblings, [two.messageId, again.messageId]);
  assert.equal(last.parentId, two.userMessageId);

  const edited = await begin(chat, { edit: one.userMessageId, prompt: 'one, please' });
  assert.deepEqual(said(provider), [['user', 'one, please']]);
  assert.deepEqual(await shown(chat, 'c'), [['user', 'one, please'], ['assistant', 'answer 4']]);
  const chosen = await chat.call('PUT', '/api/chat/c/branch', { json: { messageId: two.messageId } });
  assert.equal(chosen.status, 204, chosen.text);
  assert.deepEqual(await shown(chat, 'c'), [['user', 'one'], ['assistant', 'answer 1'], ['user', 'two'], ['assistant', 'answer 2']]);
  await begin(chat, { prompt: 'three', chatId: 'c' });
  assert.deepEqual(said(provider).at(-2), ['assistant', 'answer 2'], 'the next prompt follows the branch');

  const all = JSON.parse((await chat.call('GET', '/api/chat/c/export?format=json&branches=all')).text).messages;
  assert.equal(all.length, 9);
  assert.equal(all.find((message) => message.id === edited.messageId).parent, edited.userMessageId);
  const one_branch = JSON.parse((await chat.call('GET', '/api/chat/c/export?format=json')).text).messages;
  assert.deepEqual(one_branch.map((message) => message.content), ['one', 'answer 1', 'two', 'answer 2', 'three', 'answer 5']);
});

test('C13: a regenerated answer never comes from the cache', async (t) => {
  const { provider, chat } = await start(t, { settings: { 'cache.scope': 'user' } });
  const one = await begin(chat, { prompt: 'one', chatId: 'a' });
  assert.equal((await begin(chat, { prompt: 'one', chatId: 'b' })).text, one.text, 'from the cache');
  assert.equal(provider.calls.length, 1);
  assert.equal((await begin(chat, { regenerate: one.messageId })).text, 'answer 2');
  assert.equal((await begin(chat, { prompt: 'one', chatId: 'd', cache: 'bypass' })).text, 'answer 3');
});

test('C15: an answer that was cut off at its length goes on', async (t) => {
  const { provider, chat } = await start(t, { ends: { 1: 'length' } });
  const cut = await begin(chat, { prompt: 'one', chatId: 'c' });
  assert.deepEqual(cut.terminal, { type: 'done', messageId: cut.messageId, finish: 'length' });
  const more = await begin(chat, { continue: cut.messageId });
  assert.equal(more.text, 'answer 2');
  assert.equal(more.userMessageId, cut.userMessageId, 'it answers the same question');
  assert.deepEqual(said(provider).slice(0, 2), [['user', 'one'], ['assistant', 'answer 1']]);
  assert.deepEqual(await shown(chat, 'c'), [['user', 'one'], ['assistant', 'answer 1'], ['assistant', 'answer 2']]);
  await begin(chat, { prompt: 'two', chatId: 'c' });
  const roles = said(provider).map(([role]) => role);
  assert.deepEqual(roles, ['user', 'assistant', 'user'], 'both parts are one answer of the next prompt');
  const whole = await chat.call('POST', '/api/chat/start', { json: { continue: more.messageId } });
  assert.equal(whole.status, 422, whole.text);
  assert.equal(whole.json.field, 'continue');
});

test('C12: a chat is renamed, archived and pinned; a model makes its title', async (t) => {
  const { provider, chat } = await start(t, { settings: { 'chat.title_model': 'default' } });
  await begin(chat, { prompt: 'one', chatId: 'c' });
  const title = async () => (await chat.call('GET', '/api/chats')).json.chats.find(({ chatId }) => chatId === 'c')?.title;
  await until(10000, 'the model has made a title', async () => /^answer \d$/.test(await title()));
  assert.equal(provider.calls.length, 2);
  const changed = await chat.call('PATCH', '/api/chat/c', { json: { title: 'Mine', pinned: true, archived: true } });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.json.title, changed.json.pinned, changed.json.archived], ['Mine', true, true]);
  assert.deepEqual((await chat.call('GET', '/api/chats')).json.chats, []);
  assert.equal((await chat.call('GET', '/api/chats?archived=true')).json.chats[0].title, 'Mine');
});

test('C4, C15: a request that names no model gets the default', async (t) => {
  const server = await startServer(t);
  const chat = new Chat(server, 'alice');
  const { sessionId, messageId } = await chat.start('echo:hello');
  const seen = await chat.followToEnd(sessionId);
  assert.equal(seen.text, 'hello');
  assert.equal(seen.terminal.messageId, messageId);
});

test('C14: two devices: one asks, the other finds, watches, stops and regenerates', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { settings: { 'chat.retry_base': '300ms' } });
  const browser = await startChromium(t);
  const asks = await browser.newPage();
  const other = await browser.newPage();
  for (const page of [asks, other]) {
    await page.goto(`${server.origin}/healthz`);
    await page.evaluate((token) => {
      window.api = (method, path, body) =>
        fetch(path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) }).then(async (answer) => ({
          status: answer.status,
          body: answer.status === 204 ? null : await answer.json(),
        }));
      window.watch = async (path) => {
        const seen = (window.seen = { text: '', end: null });
        const answer = await fetch(path, { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } });
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ''; ; ) {
          const { value, done } = await reader.read();
          if (done) return;
          const blocks = (rest + value).split('\n\n');
          rest = blocks.pop();
          for (const line of blocks.flatMap((block) => block.split('\n')).filter((each) => each.startsWith('data: '))) {
            const event = JSON.parse(line.slice(6));
            if (event.type === 'token') seen.text += event.content;
            if (event.type === 'done' || event.type === 'error') seen.end = event;
          }
        }
      };
    }, 'dev:alice');
  }
  const started = await asks.evaluate(() => window.api('POST', '/api/chat/start', { prompt: 'echo:400 words @40/s', chatId: 'shared' }));
  assert.equal(started.status, 201);
  asks.evaluate((id) => window.watch(`/api/chat/stream?sessionId=${id}`), started.body.sessionId);

  const found = await until(10000, 'the other device finds the running answer', async () => {
    const list = await other.evaluate(() => window.api('GET', '/api/chats'));
    return list.body.chats.find((chat) => chat.running);
  });
  assert.equal(found.chatId, 'shared');
  assert.deepEqual(found.running, { sessionId: started.body.sessionId, messageId: started.body.messageId }, 'ids are equal on both');
  other.evaluate(() => window.watch('/api/chat/stream?chatId=shared'));
  await until(10000, 'both watch', async () => (await other.evaluate(() => window.seen?.text.length > 20)) && (await asks.evaluate(() => window.seen.text.length > 20)));
  assert.equal((await other.evaluate(() => window.api('DELETE', '/api/chat/stream?chatId=shared'))).status, 204);
  await until(10000, 'both see that it was stopped', async () => (await other.evaluate(() => window.seen.end)) && (await asks.evaluate(() => window.seen.end)));
  const [here, there] = [await asks.evaluate(() => window.seen), await other.evaluate(() => window.seen)];
  assert.deepEqual(here, there);
  assert.equal(here.end.code, 'cancelled');
  assert.equal(here.end.messageId, started.body.messageId);

  const again = await other.evaluate((id) => window.api('POST', '/api/chat/start', { regenerate: id }), started.body.messageId);
  assert.equal(again.status, 201);
  await asks.evaluate(() => window.watch('/api/chat/stream?chatId=shared'));
  const seen = await asks.evaluate(() => window.seen);
  assert.equal(seen.end.messageId, again.body.messageId, 'the first device reads what the other one has asked');
  assert.equal(seen.text.split(' ').length, 400);
});

test('C14: an answer whose end was seen is not running any more', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'chat.rate': 10000, 'chat.max_new_sessions_per_user': 10000 } });
  const chat = new Chat(server, 'alice');
  for (let i = 1; i <= 50; i++) {
    const { sessionId, messageId } = await chat.start('echo:one two', { chatId: 'c' });
    await chat.followToEnd(sessionId);
    const [history, list] = await Promise.all([chat.history({ chatId: 'c' }), chat.call('GET', '/api/chats')]);
    assert.equal(history.running, undefined, `in the history, after answer ${i}`);
    assert.equal(list.json.chats[0].running, undefined, `in the list, after answer ${i}`);
    assert.equal(history.messages.at(-1).id, messageId, 'it is stored');
  }
});

// The beginning of the newest answer in the chat "c".
async function beginning(chat) {
  const seen = new ChatTranscript();
  const stream = chat.stream({ chatId: 'c' });
  for await (const event of stream) {
    seen.accept(event);
    if (seen.text.length > 30) break;
  }
  stream.rst();
  return seen;
}

test('C14, X1: a stream by chat resumes the answer that was being read', async (t) => {
  const server = await startServer(t);
  const chat = new Chat(server, 'alice');
  const first = await chat.start('echo:60 words @60/s', { chatId: 'c' });
  const seen = await beginning(chat);
  await chat.start('echo:another', { chatId: 'c', sessionId: first.sessionId });
  await chat.followToEnd({ chatId: 'c' }, { seen });
  assert.equal(seen.text.split(' ').length, 60, 'to its end, although a newer one has begun');
  assert.equal(seen.terminal.messageId, first.messageId);
});

test('C14, X1: an id of one answer is never taken for a place in another, whatever the session', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const chat = new Chat(server, 'alice');
  const first = await chat.start('echo:60 words @60/s', { chatId: 'c' });
  const seen = await beginning(chat);
  const second = await chat.start('echo:another answer of several words', { chatId: 'c' }); // in a session of its own
  assert.notEqual(second.sessionId, first.sessionId);
  await chat.followToEnd({ chatId: 'c' }, { seen });
  assert.equal(seen.text.split(' ').length, 60, 'the first answer, to its end');
  assert.equal(seen.terminal.messageId, first.messageId);
  const by_session = await chat.stream(first.sessionId, { after: seen.lastId });
  assert.equal((await by_session.head).status, 204, 'the session knows the same place');

  const id = (await chat.followToEnd({ chatId: 'c' })).lastId;
  assert.equal((await chat.call('DELETE', '/api/chat/c')).status, 204);
  await chat.ask('echo:a chat of the same name', { chatId: 'c' });
  for (const old of [id, '1-3']) {
    const refused = await chat.call('GET', '/api/chat/stream?chatId=c', { headers: { 'last-event-id': old } });
    assert.equal(refused.status, 410, refused.text);
    assert.match(refused.text, /earlier answer/);
  }
});

test('C11, C12: a chat that no path could name is refused, and a title is one line that can be seen', async (t) => {
  const server = await startServer(t);
  const chat = new Chat(server, 'alice');
  for (const chatId of ['.', '..']) {
    const refused = await chat.post('hi', { chatId });
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, /chatId/);
  }
  await chat.ask('echo:x', { chatId: 'c' });
  const change = (title) => chat.call('PATCH', '/api/chat/c', { json: { title } });
  for (const title of ['a\u0000b', 'a\u001b[31mb', 'a\nb', 'a\tb', 'a\u202eb']) {
    const refused = await change(title);
    assert.equal(refused.status, 400, `${JSON.stringify(title)}: ${refused.text}`);
    assert.match(refused.text, /one line/);
  }
  assert.equal((await change('Été 日本 😀')).json.title, 'Été 日本 😀');
  const blank = await change(' \u200b');
  assert.equal(blank.status, 400, blank.text);
  assert.equal((await change('')).json.title, '', 'the next question makes one again');
});

test('C16: what was said is found, in any script, also after a crash, until it is removed', async (t) => {
  const { server, chat } = await start(t, { restarts: true });
  const stranger = new Chat(server, 'mallory');
  await begin(chat, { prompt: 'Where is the crème brûlée?', chatId: 'a' });
  const two = await begin(chat, { prompt: '我在北京大学学习 🎉', chatId: 'b' });
  const find = async (q, who = chat) => {
    const answer = await who.call('GET', `/api/chats?q=${encodeURIComponent(q)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.chats;
  };
  const ids = async (q, who) => (await find(q, who)).map(({ chatId }) => chatId);
  assert.deepEqual(await ids('creme BRU'), ['a']);
  assert.deepEqual(await ids('answer 2'), ['b']);
  assert.equal((await find('answer 2'))[0].match.messageId, two.messageId);
  assert.deepEqual((await find('京大'))[0].match.snippet, [{ text: '我在北', match: false }, { text: '京大', match: true }, { text: '学学习 🎉', match: false }]);
  await chat.call('PATCH', '/api/chat/b', { json: { title: 'Studies' } });
  await server.kill9();
  await server.restart();
  assert.deepEqual(await ids('🎉'), ['b']);
  assert.deepEqual(await ids('stud'), ['b']);
  assert.equal((await find('stud'))[0].match.messageId, undefined);
  assert.deepEqual(await ids('answer', stranger), []);
  assert.equal((await chat.call('DELETE', '/api/chat/b')).status, 204);
  assert.deepEqual(await ids('🎉'), []);
  assert.deepEqual(await ids('answer'), ['a']);
});
