import { describe, expect, it, onTestFinished } from 'vitest';
import { ChatController, type ChatOptions, type ChatState, type ChatStatus } from '../src/chat/index.js';
import { createClient, type ClientOptions } from '../src/index.js';
import { fakePage } from './support/page.js';
import { sse, startScript, status } from './support/script.js';
import { sleep, startServer, until, words } from './support/server.js';

interface Opened {
  chat: ChatController;
  state: () => ChatState;
  /** Each status once, in order. */
  statuses: ChatStatus[];
  last: () => ChatState['messages'][number];
  texts: () => string[];
  detach: () => void;
}

function open(server: { origin: string }, options: ChatOptions = {}, client: ClientOptions = {}): Opened {
  const belay = createClient({ baseUrl: server.origin, token: 'dev:ann:pro', ...client });
  const chat = new ChatController(belay, { modelId: 'grok-2', ...options });
  const statuses: ChatStatus[] = [];
  chat.subscribe(() => {
    const { status } = chat.getSnapshot();
    if (statuses.at(-1) !== status) statuses.push(status);
  });
  const detach = chat.attach();
  onTestFinished(detach);
  const state = () => chat.getSnapshot();
  return { chat, state, statuses, detach, last: () => state().messages.at(-1)!, texts: () => state().messages.map(({ text }) => text) };
}

const ready = ({ state }: Opened) => until('it is ready', () => state().status === 'ready' || state().status === 'error');
const settled = async (opened: Opened) => {
  await ready(opened);
  await until('the history is there', () => opened.last()?.outputTokens !== null);
};

describe('a chat', () => {
  it('A12: asks, streams, and has the ids, the model and the usage of the history afterwards', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, statuses, last } = opened;
    expect(state()).toMatchObject({ status: 'ready', messages: [], history: 'none', error: null });
    expect(await chat.sendMessage('echo:20 words @100/s')).toBe(true);
    const keys = state().messages.map(({ key }) => key);
    await settled(opened);
    expect(statuses).toEqual(['submitted', 'streaming', 'ready']);
    expect(last()).toMatchObject({ role: 'assistant', text: words(20), state: 'complete', finish: 'stop', modelId: 'grok-2' });
    expect(last().outputTokens).toBeGreaterThan(0);
    expect(last().parentId).toBe(state().messages[0]!.id);
    expect(state().messages.map(({ key }) => key)).toEqual(keys);
    expect(state().connection.status).toBe('idle');
    expect(await chat.sendMessage('  ')).toBe(false);
  });

  it('A12: the server is killed while it writes: the text is exact, and the page knows where it was joined', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, last } = opened;
    await chat.sendMessage('echo:300 words @30/s');
    await until('words arrive', () => last().text.length > 200);
    await server.kill();
    await until('it is lost', () => state().connection.lostAt !== null);
    const cut = last().text.length;
    expect(state().status).toBe('streaming');
    await sleep(300);
    await server.start();
    await until('it is back', () => last().joints.length === 1);
    expect(last().joints[0]).toMatchObject({ at: cut });
    expect(last().joints[0]!.milliseconds).toBeGreaterThan(200);
    await settled(opened);
    expect(last().text).toBe(words(300));
  });

  it('A12: a question is sent by itself when the server is back, once', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, texts } = opened;
    await server.kill();
    const waits: ChatState[] = [];
    onTestFinished(chat.subscribe(() => state().sending && waits.push(state())));
    const sent = chat.sendMessage('echo:hello');
    await until('it waits', () => state().sending !== null);
    expect(waits[0]).toMatchObject({ status: 'submitted', sending: { attempt: 1, error: { kind: 'connection' } } });
    await server.start();
    chat.reconnect();
    expect(await sent).toBe(true);
    await settled(opened);
    expect(texts()).toEqual(['echo:hello', 'hello']);
    expect(state().sending).toBeNull();
  });

  it('A12: a question that waits can be stopped: nothing is left of it', async () => {
    const server = await startServer();
    const { chat, state } = open(server);
    await server.kill();
    const sent = chat.sendMessage('echo:hello');
    await until('it waits', () => state().sending !== null);
    await chat.stop();
    expect(await sent).toBe(false);
    expect(state()).toMatchObject({ status: 'ready', messages: [], sending: null, error: null });
  });

  it('A12: a question that is refused is not added, and the error says why', async () => {
    const server = await startServer();
    const { chat, state } = open(server);
    expect(await chat.sendMessage('echo:x', { modelId: 'no-such-model' })).toBe(false);
    expect(state()).toMatchObject({ status: 'error', messages: [], error: { kind: 'problem', code: 'invalid_request', field: 'modelId' } });
    chat.dismissError();
    expect(state()).toMatchObject({ status: 'ready', error: null });
  });

  it('A12: stop answers at once and keeps the text', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, last } = opened;
    await chat.sendMessage('echo:500 words @50/s');
    await until('words arrive', () => last().text.length > 50);
    const stopped = chat.stop();
    expect(state().status).toBe('ready');
    expect(last().state).toBe('cancelled');
    await stopped;
    expect(words(500).startsWith(last().text)).toBe(true);
    expect(last().text.length).toBeGreaterThan(50);
    await chat.refresh();
    expect(last().state).toBe('cancelled');
    await chat.continueAnswer(last().id);
    await ready(opened);
    expect(state().messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
  });

  it('A12: regenerate and edit make branches, which can be chosen', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, last, texts } = opened;
    await chat.sendMessage('echo:one');
    await settled(opened);
    const first = last().id;
    expect(await chat.regenerate()).toBe(true);
    expect(last().siblings).toEqual([first, last().id]);
    await settled(opened);
    expect(last().siblings).toHaveLength(2);
    await chat.chooseBranch(first);
    expect(last().id).toBe(first);
    expect(await chat.edit(state().messages[0]!.id, 'echo:two')).toBe(true);
    expect(texts()[0]).toBe('echo:two');
    await settled(opened);
    expect(texts()).toEqual(['echo:two', 'two']);
    const [question] = state().messages;
    expect(question!.siblings).toHaveLength(2);
    expect(question!.siblings[1]).toBe(question!.id);
    await chat.chooseBranch(question!.siblings[0]!);
    expect(texts()).toEqual(['echo:one', 'one']);
  });

  it('A12: a reaction is shown at once, kept, and goes back if it fails', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, state, last } = opened;
    await chat.sendMessage('echo:one');
    await settled(opened);
    const liking = chat.react(last().id, 'like');
    expect(last().reaction).toBe('like');
    await liking;
    await chat.refresh();
    expect(last().reaction).toBe('like');
    await chat.react(last().id, null);
    await chat.refresh();
    expect(last().reaction).toBeNull();
    const question = state().messages[0]!.id;
    await chat.react(question, 'like');
    expect(state().messages[0]!.reaction).toBeNull();
    expect(state().error).toMatchObject({ kind: 'problem' });
    expect(state().status).toBe('ready');
  });

  it('A12: a history that was asked for before a reaction does not take it back', async () => {
    const server = await startServer();
    let delay = 0;
    const slow = async (url: RequestInfo | URL, init?: RequestInit) => {
      const response = await fetch(url, init);
      if (String(url).includes('/history')) await sleep(delay);
      return response;
    };
    const opened = open(server, {}, { fetch: slow });
    const { chat, last } = opened;
    await chat.sendMessage('echo:one');
    await settled(opened);
    delay = 300;
    const refreshed = chat.refresh();
    await sleep(100);
    await chat.react(last().id, 'like');
    await refreshed;
    expect(last().reaction).toBe('like');
    // A history that comes while the reaction is on its way.
    delay = 0;
    const reacting = chat.react(last().id, 'dislike');
    await Promise.all([chat.refresh(), reacting]);
    expect(last().reaction).toBe('dislike');
  });

  it('A12: another page that opens the chat reads the running answer; both end with the same text', async () => {
    const server = await startServer();
    const one = open(server);
    await one.chat.sendMessage('echo:300 words @50/s');
    await until('words arrive', () => one.last().text.length > 50);
    const two = open(server, { chatId: one.state().chatId });
    expect(two.state().history).toBe('loading');
    await until('it reads', () => two.state().status === 'streaming');
    expect(two.texts()[0]).toBe('echo:300 words @50/s');
    await Promise.all([settled(one), settled(two)]);
    expect(two.texts()).toEqual(one.texts());
    // A question in one of them appears in the other, without a request of the reader.
    await two.chat.sendMessage('echo:second');
    await until('it appears', () => one.state().messages.length === 4 && one.last().text === 'second');
  });

  it('A12: an answer that another page stops ends here too', async () => {
    const server = await startServer();
    const one = open(server);
    await one.chat.sendMessage('echo:500 words @50/s');
    const two = open(server, { chatId: one.state().chatId });
    await until('it reads', () => two.last()?.text.length > 20);
    await two.chat.stop();
    await ready(one);
    expect(one.last().state).toBe('cancelled');
    expect(one.state().error).toBeNull();
  });

  it('A12: a page that is left and comes back reads on; the answer does not stop', async () => {
    const server = await startServer();
    const opened = open(server);
    const { chat, last, state } = opened;
    await chat.sendMessage('echo:200 words @50/s');
    await until('words arrive', () => last().text.length > 50);
    opened.detach();
    await sleep(200);
    const before = last().text.length;
    await sleep(200);
    expect(last().text.length).toBe(before);
    const detach = chat.attach();
    onTestFinished(detach);
    const lengths: number[] = [];
    chat.subscribe(() => lengths.push(last().text.length));
    await settled(opened);
    expect(last().text).toBe(words(200));
    expect(Math.min(...lengths), 'what was shown stays').toBeGreaterThanOrEqual(before);
    expect(state().messages).toHaveLength(2);
  });

  it('A12: attached twice at once, as StrictMode does: one history, one reader', async () => {
    const server = await startServer();
    const one = open(server);
    await one.chat.sendMessage('echo:60 words @50/s');
    const chat = new ChatController(createClient({ baseUrl: server.origin, token: 'dev:ann:pro' }), { chatId: one.state().chatId });
    chat.attach()();
    onTestFinished(chat.attach());
    await until('it ends', () => chat.getSnapshot().messages.at(-1)?.state === 'complete');
    expect(chat.getSnapshot().messages.map(({ text }) => text)).toEqual(['echo:60 words @50/s', words(60)]);
  });

  it('A12: an expired sign-in: the answer waits, and reading continues after signing in', async () => {
    const server = await startServer();
    let token: string | null = 'dev:ann:pro';
    const opened = open(server, {}, { token: ({ expired }) => (expired ? null : token) });
    const { chat, state, last } = opened;
    await chat.sendMessage('echo:300 words @50/s');
    await until('words arrive', () => last().text.length > 50);
    token = 'nonsense';
    (chat as unknown as { client: { token: undefined } }).client.token = undefined; // the page asks for its token again
    chat.reconnect();
    await until('it is refused', () => state().status === 'error');
    expect(state().error).toMatchObject({ kind: 'problem', code: 'unauthenticated' });
    const kept = last().text;
    expect(kept.length).toBeGreaterThan(50);
    token = 'dev:ann:pro';
    await chat.resume();
    await settled(opened);
    expect(last().text).toBe(words(300));
    expect(state().error).toBeNull();
  });

  it('A12: older messages are loaded in pages, and stay when the chat goes on', async () => {
    const server = await startServer({ 'chat.rate': '1000', 'chat.max_new_sessions_per_user': '1000' });
    const belay = createClient({ baseUrl: server.origin, token: 'dev:ann:pro' });
    for (let n = 1; n <= 60; n++) await belay.chat({ prompt: `echo:${n}`, chatId: 'long', modelId: 'grok-2' }).done;
    const opened = open(server, { chatId: 'long' });
    const { chat, state, texts } = opened;
    await until('the history is there', () => state().history === 'ready');
    expect(state()).toMatchObject({ hasOlder: true });
    expect(state().messages).toHaveLength(100);
    await Promise.all([chat.loadOlder(), chat.loadOlder()]);
    expect(state().messages).toHaveLength(120);
    expect(state().hasOlder).toBe(false);
    expect(texts()[0]).toBe('echo:1');
    expect(await chat.sendMessage('echo:61'), String(state().error)).toBe(true);
    await settled(opened);
    expect(texts()).toHaveLength(122);
    expect(new Set(state().messages.map(({ id }) => id)).size).toBe(122);
  });

  it('A12: a chat that does not exist', async () => {
    const opened = open(await startServer(), { chatId: 'nothing' });
    await until('it is known', () => opened.state().history === 'missing');
    expect(opened.state().error).toBeNull();
    await opened.chat.sendMessage('echo:now');
    await settled(opened);
    expect(opened.texts()).toEqual(['echo:now', 'now']);
  });

  it('A12: the page wakes up: a question that waits is sent, and the history is read again', async () => {
    const server = await startServer();
    const page = fakePage();
    const opened = open(server);
    page.goOffline();
    await server.kill();
    const sent = opened.chat.sendMessage('echo:hello');
    await until('it waits', () => opened.state().sending !== null);
    expect(opened.state().sending!.retryAt - Date.now()).toBeGreaterThan(10_000);
    await server.start();
    page.goOnline();
    expect(await sent).toBe(true);
    await settled(opened);
    opened.detach();
    await until('it listens no more', () => page.listeners() === 0);
  });
});

describe('the assistant surface', () => {
  it('A12: shows the appendix, and asks again without branches', async () => {
    const server = await startServer();
    const opened = open(server, { surface: 'assistant' });
    const { chat, last, state } = opened;
    await chat.sendMessage('echo:Here:\n\n```js\nlet a;\n```\n');
    await ready(opened);
    expect(last()).toMatchObject({ state: 'complete', finish: 'stop' });
    expect(last().appendix).toEqual([{ type: 'code', language: 'js', content: expect.stringContaining('let a;') }]);
    await chat.regenerate();
    await ready(opened);
    expect(state().messages).toHaveLength(2);
    expect(last().siblings).toEqual([]);
  });
});

describe('answers that fail', () => {
  const started = status(201, { sessionId: 's', chatId: 'c', messageId: 'm-a', userMessageId: 'm-u' });
  const token = 'id: 1-1\ndata: {"type":"token","content":"some"}\n\n';
  const stored = (content: string, state: string) =>
    ['user', 'assistant'].map((role) => ({
      id: role === 'user' ? 'm-u' : 'm-a',
      chatId: 'c',
      role,
      content: role === 'user' ? 'hi' : content,
      state: role === 'user' ? 'complete' : state,
      kind: 'chat',
      createdAt: '2026-01-01T00:00:00Z',
    }));
  const historyOf = (messages: unknown[]) =>
    status(200, { chatId: 'c', messages, nextCursor: null }, { 'content-type': 'application/json' });

  it.each([
    ['provider_timeout', 'failed', 'error'],
    ['interrupted', 'interrupted', 'error'],
    ['cancelled', 'cancelled', 'ready'],
  ])('A12: %s: the text is kept, and the message knows why', async (code, messageState, chatStatus) => {
    const error = `id: 1-2\ndata: {"type":"error","code":"${code}","message":"Why.","retryable":true}\n\n`;
    const server = await startScript(
      (request, response) =>
        void (
          request.method === 'POST'
            ? started
            : request.url!.includes('stream')
              ? sse(token + error)
              : historyOf(stored('some', messageState))
        )(request, response),
    );
    const opened = open(server, {}, { token: 'x' });
    await opened.chat.sendMessage('hi');
    await until('it ends', () => opened.state().status === chatStatus);
    expect(opened.last()).toMatchObject({ text: 'some', state: messageState, error: { code, message: 'Why.', retryable: true } });
  });

  it('A12: restarted: the text begins again, and the message says so', async () => {
    const events = `${token}id: 1-2\ndata: {"type":"restarted"}\n\nid: 1-3\ndata: {"type":"token","content":"new"}\n\n`;
    const server = await startScript(
      (request, response) => void (request.method === 'POST' ? started : sse(events, 'hold'))(request, response),
    );
    const opened = open(server, {}, { token: 'x' });
    await opened.chat.sendMessage('hi');
    await until('it is written again', () => opened.last().text === 'new');
    expect(opened.last()).toMatchObject({ restarted: true, state: 'streaming' });
  });

  it('A12: a busy server: the time to wait is shown, and the question is sent again with the same key', async () => {
    const keys = new Set<unknown>();
    let asked = 0;
    const server = await startScript((request, response) => {
      if (request.method !== 'POST') return void (request.url!.includes('stream') ? sse(token, 'hold') : historyOf([]))(request, response);
      keys.add(request.headers['idempotency-key']);
      void (asked++ === 0 ? status(503, { code: 'draining', detail: 'Soon.' }, { 'retry-after': '1' }) : started)(request, response);
    });
    const opened = open(server, {}, { token: 'x' });
    const sent = opened.chat.sendMessage('hi');
    await until('it waits', () => opened.state().sending !== null);
    expect(opened.state().sending!.error).toMatchObject({ code: 'draining' });
    expect(await sent).toBe(true);
    expect(keys.size).toBe(1);
    expect(asked).toBe(2);
  });

  it('A12: the stream of an answer is gone: its text comes from the history', async () => {
    const saved = historyOf(stored('saved', 'complete'));
    const gone = status(410, { code: 'expired', detail: 'Gone.' });
    const server = await startScript(
      (request, response) => void (request.method === 'POST' ? started : request.url!.includes('stream') ? gone : saved)(request, response),
    );
    const opened = open(server, {}, { token: 'x' });
    await opened.chat.sendMessage('hi');
    await until('it is there', () => opened.last().text === 'saved');
    expect(opened.state().error).toMatchObject({ code: 'expired' });
  });
});
