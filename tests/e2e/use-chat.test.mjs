// K50–K58: useChat of the AI SDK, versions 7 and 6, WorkflowChatTransport and WebSocketChatTransport, as npm has them, unmodified.
import assert from 'node:assert/strict';
import test from 'node:test';
import { WorkflowChatTransport } from '@ai-sdk/workflow/client';
import { WebSocketChatTransport } from 'ai';
import { uiMessageChunkSchema as schema6 } from 'ai6';
import WebSocket from 'ws';
import { words } from './lib/assistant.mjs';
import { withProvider, withScriptedModel } from './lib/config.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { heldProvider, startProvider } from './lib/provider.mjs';
import { Random } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { api, hydrated, page, shown, textOf } from './lib/use_chat.mjs';

const random = new Random();
const scripted = withScriptedModel({ can_continue: true });
// Many answers in a short time.
const busy = { settings: { 'chat.rate': '10000', 'chat.max_active_per_user': '100' } };
const hello = 'echo:Hello there, 世界.';

const shows = (chat, text) => chat.messages.length > 0 && textOf(chat.messages.at(-1)).includes(text);
const has = (chat, text) => until(20000, () => `the page shows ${text}, not ${JSON.stringify(shown(chat))}`, () => shows(chat, text));
// It may be cut off before.
const hasOrIsCut = (chat, text) => until(20000, () => `the page shows ${text}, not ${JSON.stringify(shown(chat))}`, () => chat.status === 'error' || shows(chat, text));

for (const version of [7, 6])
  test(`useChat of version ${version}`, { timeout: 120000 }, async (t) => {
    const server = await startServer(t, scripted);
    const open = (options) => page(server, { version, ...options });

    await t.test('K50: text, status, ids, metadata', async () => {
      const chat = open({ id: 'c1' });
      await chat.sendMessage({ text: hello });
      assert.equal(chat.status, 'ready');
      assert.equal(chat.error, undefined);
      assert.deepEqual(shown(chat), [`user: ${hello}`, 'assistant: Hello there, 世界.']);
      const answer = chat.messages[1];
      assert.match(answer.id, /^\d{8}T.*-a$/);
      assert.equal(answer.metadata.runId, answer.id.slice(0, -2));
      assert.equal(answer.metadata.model, 'default');
      assert.ok(answer.metadata.usage.inputTokens > 0 && answer.metadata.usage.outputTokens > 0);
      assert.equal(chat.finished[0].finishReason, 'stop');
      assert.ok(!chat.finished[0].isError && !chat.finished[0].isAbort && !chat.finished[0].isDisconnect);
    });

    await t.test('K50: turns and regenerate; the history has branches, and nothing is overwritten', async () => {
      const chat = open({ id: 'turns' });
      await chat.sendMessage({ text: 'echo:One.' });
      await chat.sendMessage({ text: 'echo:Two.' });
      const two = chat.messages[3].id;
      await chat.regenerate();
      assert.deepEqual(shown(chat), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
      assert.notEqual(chat.messages[3].id, two);
      await chat.regenerate({ messageId: chat.messages[1].id });
      assert.deepEqual(shown(chat), ['user: echo:One.', 'assistant: One.']);
      await chat.sendMessage({ text: 'echo:Drei.' });
      await chat.sendMessage({ text: 'echo:Uno.', messageId: chat.messages[0].id });
      assert.deepEqual(shown(chat), ['user: echo:Uno.', 'assistant: Uno.']);
      assert.deepEqual(shown((await hydrated(server, 'turns')).messages), shown(chat));
      const { json } = await api(server)('GET', '/api/chat/turns/export?format=json&branches=all');
      const all = json.messages.map((message) => message.content);
      assert.deepEqual(all.toSorted(), ['Drei.', 'One.', 'One.', 'Two.', 'Two.', 'Uno.', 'echo:Drei.', 'echo:One.', 'echo:Two.', 'echo:Uno.']);
      const chats = await api(server)('GET', '/api/chats');
      assert.ok(chats.json.chats.some((each) => each.chatId === 'turns'));
    });

    await t.test('K50, K53: a page that was filled by …/messages goes on with the same messages', async () => {
      const chat = open({ id: 'filled' });
      await chat.sendMessage({ text: 'echo:One.' });
      const { messages, activeStreamId } = await hydrated(server, 'filled');
      assert.equal(activeStreamId, null);
      assert.equal(messages[1].id, chat.messages[1].id);
      assert.deepEqual(messages[1], JSON.parse(JSON.stringify(chat.messages[1])), 'as it was streamed');
      const other = open({ id: 'filled', messages });
      await other.resumeStream();
      assert.equal(other.status, 'ready', 'there is nothing to resume');
      await other.sendMessage({ text: 'echo:Two.' });
      await other.regenerate();
      assert.deepEqual(shown((await hydrated(server, 'filled')).messages), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
    });

    await t.test('K50: the newest message alone', async () => {
      const chat = open({
        id: 'alone',
        prepareSendMessagesRequest: ({ id, messages, trigger, messageId }) => ({ body: { id, message: messages.at(-1), trigger, messageId } }),
      });
      await chat.sendMessage({ text: 'echo:One.' });
      await chat.sendMessage({ text: 'echo:Two.' });
      await chat.regenerate();
      assert.deepEqual(shown(chat), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
      assert.deepEqual(shown((await hydrated(server, 'alone')).messages), shown(chat));
    });

    await t.test('K54: refusals are readable', async () => {
      const chat = open({ id: 'refused', body: { model: 'none' } });
      await chat.sendMessage({ text: hello });
      assert.equal(chat.status, 'error');
      assert.equal(chat.error.message, 'There is no model "none". GET /api/chat/models lists those that you may use.');
      const stranger = open({ id: 'refused', headers: {} });
      await stranger.sendMessage({ text: hello });
      assert.match(stranger.error.message, /^Sign in: /);
    });

    await t.test('K55: tool calls become tool parts', async () => {
      const chat = open({ id: 'tools', body: { tools: [{ name: 'set_tempo', description: 'Sets it.', inputSchema: { type: 'object' } }] } });
      await chat.sendMessage({ text: 'call:set_tempo {"bpm": 120}' });
      assert.equal(chat.status, 'ready');
      const part = chat.messages[1].parts.find((each) => each.type === 'tool-set_tempo');
      assert.equal(part.state, 'input-available');
      assert.deepEqual(part.input, { bpm: 120 });
      assert.equal(chat.finished[0].finishReason, 'tool-calls');
    });

    await t.test('K52: nothing to resume, or another user’s chat', async () => {
      for (const options of [{ id: 'unknown' }, { id: 'c1', user: 'bob' }]) {
        const chat = open(options);
        await chat.resumeStream();
        assert.equal(chat.status, 'ready');
        assert.deepEqual(chat.messages, []);
      }
    });
  });

for (const version of [7, 6])
  test(`K51: a fresh page of version ${version} in the middle, and one after an end that nobody saw`, { timeout: 60000 }, async (t) => {
    const provider = await heldProvider(t);
    const server = await startServer(t, withProvider(provider));
    const first = page(server, { id: 'c', version });
    begin(first.sendMessage({ text: 'Hi' }));
    await has(first, 'Half, ');
    const { messages, activeStreamId } = await hydrated(server, 'c');
    assert.deepEqual(shown(messages), ['user: Hi']);
    const second = page(server, { id: 'c', version, messages });
    const resumed = begin(second.resumeStream());
    await has(second, 'Half, ');
    assert.equal(second.messages[1].id, first.messages[1].id);
    assert.equal(activeStreamId, second.messages[1].metadata.runId);
    // stop() is a disconnect: both pages leave, and the answer goes on.
    await first.stop();
    await second.stop();
    await resumed;
    assert.equal(first.status, 'ready');
    provider.release();
    await until(20000, 'the answer is stored', async () => (await api(server)('GET', '/api/chat/history?chatId=c')).json.messages.length === 2);
    const third = page(server, { id: 'c', version, messages });
    await third.resumeStream();
    assert.deepEqual(shown(third), ['user: Hi', 'assistant: Half, whole.']);
    assert.equal(third.messages[1].id, first.messages[1].id);
    assert.equal(third.messages[1].parts.filter((part) => part.type === 'text').length, 1);
    assert.deepEqual(shown((await hydrated(server, 'c')).messages), shown(third));
    const fourth = page(server, { id: 'c', version, messages });
    await fourth.resumeStream();
    assert.deepEqual(shown(fourth), ['user: Hi'], 'it was seen: 204');
    assert.equal(provider.calls.length, 1, 'one provider call');
  });

test('K51: the same page after cuts at random bytes, and after kill -9', { timeout: 240000 }, async (t) => {
  const server = await startServer(t, { ...scripted, ...busy, restarts: true });
  const cuts = new Map();
  const cutter = await startCutter(t, server.port, (number) => cuts.get(number) ?? null);
  for (let i = 0; i < 12; ++i) {
    const chat = page(server, { id: `cut-${i}`, origin: cutter.origin, version: i % 2 ? 6 : 7 });
    const at = random.between(700, 4700);
    cuts.set(cutter.connections, { after: at });
    const kills = i % 4 === 3;
    const sent = begin(chat.sendMessage({ text: 'echo:60 words @200/s' }));
    if (kills) {
      await hasOrIsCut(chat, '0010');
      await server.restart();
    }
    await sent;
    for (let tries = 0; chat.status === 'error' && tries < 50; ++tries) {
      await sleep(50);
      if (tries < 2) cuts.set(cutter.connections, { after: random.between(300, 4300) });
      await chat.resumeStream();
    }
    assert.equal(chat.status, 'ready', `${i}, cut at ${at}: ${chat.error?.message}`);
    assert.deepEqual(shown(chat), ['user: echo:60 words @200/s', `assistant: ${words(60)}`], `${i}, cut at ${at}`);
    assert.equal(chat.messages[1].parts.filter((part) => part.type === 'text').length, 1);
    assert.equal((await hydrated(server, `cut-${i}`)).messages[1].id, chat.messages[1].id);
  }
});

test('K53: stop() ends the connection, and a stop from another tab the answer of all', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const first = page(server, { id: 'c' });
  const sent = begin(first.sendMessage({ text: 'Hi' }));
  await has(first, 'Half, ');
  const second = page(server, { id: 'c', messages: (await hydrated(server, 'c')).messages });
  const resumed = begin(second.resumeStream());
  await has(second, 'Half, ');
  const stop = (user, json) => api(server, user)('POST', '/api/chat/c/stop', json);
  assert.equal((await stop('bob', {})).status, 404);
  assert.deepEqual((await stop('alice', { activeStreamId: 'stale' })).json, { success: true });
  await sleep(200);
  assert.equal(first.status, 'streaming');
  const { activeStreamId } = await hydrated(server, 'c');
  const { status, json } = await stop('alice', { activeStreamId, assistantMessage: second.messages[1] });
  assert.equal(status, 200);
  assert.deepEqual(json, { success: true });
  await within(15000, 'both tabs end', Promise.all([sent, resumed]));
  for (const chat of [first, second]) {
    assert.equal(chat.status, 'ready');
    assert.deepEqual(shown(chat), ['user: Hi', 'assistant: Half, ']);
    assert.equal(chat.messages[1].parts.at(-1).state, 'done');
  }
  const its = await provider.call(1);
  await until(15000, 'the provider’s call is closed', () => its.closedAt !== null);
  const kept = await hydrated(server, 'c');
  assert.deepEqual(shown(kept.messages), shown(first));
  assert.equal(kept.messages[1].id, first.messages[1].id);
  assert.equal(kept.activeStreamId, null);
  assert.equal(provider.calls.length, 1);
});

test('K50: regenerate after stop() ends the answer that it replaces', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const chat = page(server, { id: 'c' });
  begin(chat.sendMessage({ text: 'Hi' }));
  await has(chat, 'Half, ');
  await chat.stop();
  const again = begin(chat.regenerate({ messageId: chat.messages[1].id }));
  const replaced = await provider.call(1);
  await until(15000, 'the first call is closed', () => replaced.closedAt !== null);
  provider.release();
  await again;
  assert.deepEqual(shown(chat), ['user: Hi', 'assistant: Half, whole.']);
  assert.deepEqual(shown((await hydrated(server, 'c')).messages), shown(chat));
});

test('K58: what is on the wire is in the schema of version 6, with one finish at every end', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (its) => {
    if (its.prompt.includes('fail')) {
      await its.piece('Half');
      return its.inStreamError('It fell.');
    }
    await its.thought('Hm.');
    await its.piece('Text');
    if (its.prompt.includes('stall')) return its.stall();
    await its.toolCall(0, { id: 'p1', name: 'cut', pieces: ['{"from":', '1}'] });
    await its.done(its.prompt.includes('length') ? 'length' : 'tools');
  });
  const server = await startServer(t, withProvider(provider, {}, '', { reasoning: 'show' }));
  const schema = await schema6();
  for (const prompt of ['tools', 'length', 'fail', 'stall']) {
    const body = { id: prompt, messages: [{ id: 'x', role: 'user', parts: [{ type: 'text', text: prompt }] }], tools: [{ name: 'cut' }] };
    const asked = api(server)('POST', '/api/chat', body);
    if (prompt === 'stall') {
      await provider.call(provider.calls.length || 1);
      await until(10000, 'it runs', async () => (await hydrated(server, prompt)).activeStreamId);
      await sleep(300);
      await api(server)('POST', `/api/chat/${prompt}/stop`);
    }
    const { status, headers, text } = await asked;
    assert.equal(status, 200);
    assert.equal(headers['x-vercel-ai-ui-message-stream'], 'v1');
    const data = text.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
    assert.equal(data.at(-1), '[DONE]');
    const chunks = data.slice(0, -1).map((line) => JSON.parse(line));
    for (const chunk of chunks) {
      const checked = await schema.validate(chunk);
      assert.ok(checked.success, JSON.stringify(chunk));
    }
    assert.equal(chunks.filter(({ type }) => type === 'finish').length, 1);
    assert.equal(chunks.at(-1).type, 'finish');
    assert.equal(chunks.at(-1).finishReason, { tools: 'tool-calls', length: 'length', fail: 'error', stall: 'other' }[prompt]);
    assert.equal(chunks.some(({ type }) => type === 'abort'), prompt === 'stall');
    assert.equal(chunks.some(({ type }) => type === 'error'), prompt === 'fail');
    if (prompt === 'tools') {
      assert.deepEqual(
        chunks.map(({ type }) => type),
        ['start', 'start-step', 'reasoning-start', 'reasoning-delta', 'reasoning-end', 'text-start', 'text-delta', 'text-end', 'tool-input-start', 'tool-input-available', 'finish-step', 'finish'],
      );
      assert.deepEqual(chunks.find(({ type }) => type === 'tool-input-available').input, { from: 1 });
    }
  }
});

// A fetch that waits while the server is down: the transport itself gives up.
const patient = async (...request) => {
  for (;;) {
    try {
      return await fetch(...request);
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      await sleep(50);
    }
  }
};

test('K56: WorkflowChatTransport goes on by itself', { timeout: 240000 }, async (t) => {
  const server = await startServer(t, { ...scripted, ...busy, restarts: true });
  const headers = { Authorization: `Bearer ${server.tokenFor('alice')}` };
  const authorized = (url, init) => patient(url, { ...init, headers: { ...init?.headers, ...headers } });
  const shouts = console.error;
  console.error = () => {};
  t.after(() => (console.error = shouts));
  const cuts = new Map();
  const cutter = await startCutter(t, server.port, (number) => cuts.get(number) ?? null);

  await t.test('over cuts at random bytes and over kill -9', async () => {
    for (let i = 0; i < 12; ++i) {
      const transport = new WorkflowChatTransport({ api: `${cutter.origin}/api/chat`, fetch: authorized, maxConsecutiveErrors: 100 });
      const chat = page(server, { id: `w-${i}`, transport });
      const from = cutter.connections;
      for (let n = 0; n < 4; ++n) cuts.set(from + n, { after: (n === 0 ? 700 : 450) + random.between(0, 2500) });
      const sent = begin(chat.sendMessage({ text: 'echo:60 words @200/s' }));
      if (i % 4 === 3) {
        await hasOrIsCut(chat, '0010');
        await server.restart();
      }
      await sent;
      assert.equal(chat.status, 'ready', chat.error?.message);
      assert.deepEqual(shown(chat), ['user: echo:60 words @200/s', `assistant: ${words(60)}`]);
      assert.equal(chat.messages[1].parts.filter((part) => part.type === 'text').length, 1);
      // It sends no id of a chat; the second question goes on with the answer’s.
      await chat.sendMessage({ text: 'echo:Two.' });
      const { json } = await api(server)('GET', '/api/chats');
      const stored = await hydrated(server, json.chats[0].chatId);
      assert.deepEqual(shown(stored.messages), shown(chat));
    }
  });

  await t.test('from the end, with the tail’s index', async () => {
    const first = await api(server)('POST', '/api/chat', { id: 'tail', messages: [{ id: 'x', role: 'user', parts: [{ type: 'text', text: 'echo:20 words' }] }] });
    const run = first.headers['x-workflow-run-id'];
    const all = first.text.split('\n').filter((line) => line.startsWith('data: '));
    for (const index of [0, 1, 5, all.length - 2, all.length - 1]) {
      const rest = await api(server)('GET', `/api/chat/${run}/stream?startIndex=${index}`);
      assert.deepEqual(rest.text.split('\n').filter((line) => line.startsWith('data: ')), all.slice(index));
    }
    const last = await api(server)('GET', `/api/chat/${run}/stream?startIndex=-3`);
    assert.equal(last.headers['x-workflow-stream-tail-index'], String(all.length - 2));
    assert.deepEqual(last.text.split('\n').filter((line) => line.startsWith('data: ')), all.slice(-4));
  });
});

test('K57: WebSocketChatTransport: send, cut, resume, stop', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...scripted, ...busy, restarts: true });
  const cuts = new Map();
  const cutter = await startCutter(t, server.port, (number) => cuts.get(number) ?? null);
  const open = (id, user = 'alice') => {
    const transport = new WebSocketChatTransport({ url: `${cutter.origin}/api/chat/socket`, params: { token: server.tokenFor(user) }, webSocket: WebSocket });
    const chat = page(server, { id, transport });
    t.after(() => transport.close());
    return chat;
  };

  await t.test('turns, regenerate and the history', async () => {
    const chat = open('s1');
    await chat.sendMessage({ text: hello });
    await chat.sendMessage({ text: 'echo:Two.' });
    await chat.regenerate();
    assert.equal(chat.status, 'ready', chat.error?.message);
    assert.deepEqual(shown(chat), [`user: ${hello}`, 'assistant: Hello there, 世界.', 'user: echo:Two.', 'assistant: Two.']);
    assert.deepEqual(shown((await hydrated(server, 's1')).messages), shown(chat));
  });

  await t.test('over cuts and kill -9', async () => {
    for (let i = 0; i < 8; ++i) {
      const chat = open(`s-cut-${i}`);
      cuts.set(cutter.connections, { after: random.between(900, 5900) });
      const sent = begin(chat.sendMessage({ text: 'echo:60 words @200/s' }));
      if (i % 4 === 3) {
        await hasOrIsCut(chat, '0010');
        await server.restart();
      }
      await sent;
      for (let tries = 0; chat.status === 'error' && tries < 100; ++tries) {
        await sleep(50);
        await chat.resumeStream();
      }
      assert.equal(chat.status, 'ready', chat.error?.message);
      assert.deepEqual(shown(chat), ['user: echo:60 words @200/s', `assistant: ${words(60)}`]);
    }
  });

  await t.test('nothing to resume, another user’s, a refusal', async () => {
    for (const chat of [open('unknown'), open('s1', 'bob')]) {
      await chat.resumeStream();
      assert.equal(chat.status, 'ready');
      assert.deepEqual(chat.messages, []);
    }
    const chat = open('refused');
    await chat.sendMessage({ text: hello }, { body: { model: 'none' } });
    assert.equal(chat.error.message, 'There is no model "none". GET /api/chat/models lists those that you may use.');
    await chat.sendMessage({ text: hello }, { body: { model: 'default' } });
    assert.equal(chat.status, 'ready', 'the socket goes on');
  });

  await t.test('stop() detaches, and the answer goes on', async () => {
    const chat = open('s-stop');
    begin(chat.sendMessage({ text: 'echo:400 words @100/s' }));
    await has(chat, '0010');
    await chat.stop();
    assert.equal(chat.status, 'ready');
    await chat.resumeStream();
    assert.equal(textOf(chat.messages[1]), words(400));
  });
});

test('K50: cookies sign in, so useChat needs no option', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, scripted);
  const session = await api(server)('POST', '/auth/session');
  const cookie = session.headers['set-cookie'][0].split(';')[0];
  const json = { id: 'c', messages: [{ id: 'x', role: 'user', parts: [{ type: 'text', text: hello }] }] };
  const headers = { cookie, origin: server.origin, host: `127.0.0.1:${server.port}` };
  const answer = await call(server.port, 'POST', '/api/chat', { headers, json });
  assert.equal(answer.status, 200);
  assert.match(answer.text, /世界/);
  const foreign = await call(server.port, 'POST', '/api/chat', { headers: { cookie, origin: 'https://evil.example' }, body: JSON.stringify(json) });
  assert.equal(foreign.status, 403, 'a page of another site');
});
