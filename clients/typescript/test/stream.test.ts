import { describe, expect, it, vi } from 'vitest';
import {
  createClient,
  type AssistantEvent,
  type BelayError,
  type ChatEvent,
  type ClientOptions,
  type Connection,
  type LogEntry,
} from '../src/index.js';
import { fakePage } from './support/page.js';
import { startDirected } from './support/provider.js';
import { sse, startScript, status } from './support/script.js';
import { sleep, startServer, until, words, type Server } from './support/server.js';

const clientOf = (server: { origin: string }, options: ClientOptions = {}) =>
  createClient({ baseUrl: server.origin, token: 'dev:ann', ...options });

async function collect<E>(events: AsyncIterable<E>): Promise<E[]> {
  const all: E[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const failure = async (work: Promise<unknown>): Promise<BelayError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: BelayError) => error,
  );

describe('an answer over a real server', () => {
  it('A11: requestAssistant and streamAssistantResponse: typed events, the text and the end', async () => {
    const belay = clientOf(await startServer());
    const { request_id, status } = await belay.requestAssistant({ prompt: 'echo:5 words', mode: 'chat' });
    expect(status).toBe('queued');
    const answer = belay.streamAssistantResponse(request_id);
    const events = await collect(answer);
    expect(answer.text).toBe(words(5));
    expect(events.map((event) => event.type)).toContain('stage');
    const last = events.at(-1)!;
    if (last.type !== 'complete') throw new Error(`the last event is ${last.type}`);
    expect(last.content).toBe(words(5));
    expect(last.usage.output_tokens).toBeGreaterThan(0);
    expect(last.position).toMatch(/^1-\d+$/);
    expect(await answer.done).toBe(last);
    await expect(answer[Symbol.asyncIterator]().next()).rejects.toThrow('once');

    // 204: the end was seen before.
    const nothing = belay.streamAssistantResponse(request_id, { lastEventId: last.position });
    expect(await collect(nothing)).toEqual([]);
    // In the middle.
    const middle = events.find((event) => event.type === 'response_chunk')!;
    const rest = await collect(belay.streamAssistantResponse(request_id, { lastEventId: middle.position }));
    expect(rest).toEqual(events.slice(events.indexOf(middle) + 1));
  });

  it('A11: interactWithAssistant over a server that is killed and started again: the text is exact', async () => {
    const server = await startServer();
    const log: LogEntry[] = [];
    const belay = clientOf(server, { log: (entry) => log.push(entry) });
    const states = new Set<Connection['status']>();
    belay.connections.subscribe(() => belay.connections.getSnapshot().forEach((each) => states.add(each.status)));
    const positions: string[] = [];
    const answer = belay.interactWithAssistant(
      { prompt: 'echo:300 words @30/s', mode: 'chat' },
      { onEvent: (event) => positions.push(event.position) },
    );
    const done = answer.done;
    for (const at of [60, 160]) {
      await until('words arrive', () => answer.text.length > at * 5);
      await server.kill();
      await sleep(100);
      await server.start();
    }
    expect((await done).content).toBe(words(300));
    expect(answer.text).toBe(words(300));
    const ids = positions.map((position) => Number(position.split('-')[1]));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(states).toEqual(new Set(['connecting', 'open', 'waiting', 'closed']));
    const [connection] = belay.connections.getSnapshot();
    expect(connection).toMatchObject({ status: 'closed', resumed: 2, attempt: 0 });
    expect(connection!.events).toBeGreaterThan(300);
    expect(log.filter((entry) => entry.type === 'open')).toHaveLength(3);
    expect(log.filter((entry) => entry.type === 'lost')).not.toHaveLength(0);
    expect(JSON.stringify(log)).not.toContain('dev:ann');
  });

  it('A11: a chat over a server that is killed, read by two at once', async () => {
    const server = await startServer();
    const belay = clientOf(server);
    const { sessionId, chatId } = await belay.startChat({ prompt: 'echo:200 words @40/s', modelId: 'grok-2' });
    const answers = [{ sessionId }, { chatId }].map((of) => belay.streamChat(of));
    const texts = answers.map(async (answer) => {
      await answer.done;
      return answer.text;
    });
    await until('both read', () => answers.every(({ text }) => text.length > 100));
    await server.kill();
    await sleep(200);
    await server.start();
    expect(await Promise.all(texts)).toEqual([words(200), words(200)]);
    const { messages } = await belay.call('GET', '/api/chat/history', { query: { chatId } });
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'echo:200 words @40/s'],
      ['assistant', words(200)],
    ]);
  });

  it('P6: a persona over a server that is killed: the question is asked once', async () => {
    const server = await startServer();
    const belay = clientOf(server);
    const { session_id } = await belay.call('POST', '/chat/start', { body: { user_id: 'ann', persona: 'calm_coach' } });
    const answer = belay.askPersona({ session_id, message: 'echo:150 words @40/s' });
    const done = answer.done;
    await until('words arrive', () => answer.text.length > 200);
    await server.kill();
    await server.start();
    expect((await done).type).toBe('done');
    expect(answer.text).toBe(words(150));
    const again = belay.streamPersona(session_id);
    await again.done;
    expect(again.text).toBe(words(150));
  });

  it('A11: a climbing coach answers on one stream without an end', async () => {
    const server = await startServer();
    const belay = clientOf(server, { token: 'dev:mark:premium' });
    const stop = new AbortController();
    const types: string[] = [];
    const reading = failure(
      (async () => {
        for await (const event of belay.streamCoaching({ signal: stop.signal })) {
          types.push(event.type);
          if (event.type === 'response') {
            expect(event.text).toBe('Rest now.');
            stop.abort();
          }
        }
      })(),
    );
    await until('it is open', () => belay.connections.getSnapshot()[0]?.status === 'open');
    await belay.call('POST', '/chat/premium', { body: { prompt: 'echo:Rest now.' } });
    expect((await reading).name).toBe('AbortError');
    expect(types[0]).toBe('processing');
  });

  it('A11: restarted: after a crash that the model cannot continue after, the text begins again', async () => {
    const { server, token } = await startDirected({ pieces: ['old ', 'text'], finish: null }, { pieces: ['new'] });
    const belay = clientOf(server, { token });
    const texts: string[] = [];
    const answer = belay.chat({ prompt: 'go' }, { onText: (text) => texts.push(text) });
    const done = answer.done;
    await until('words arrive', () => answer.text === 'old text');
    await server.kill();
    await server.start();
    expect(await done).toMatchObject({ type: 'done', finish: 'stop' });
    expect(answer.text).toBe('new');
    expect(texts).toContain('');
  });

  it('A11: a server that is silent is left, and read again when it answers', async () => {
    const server = await startServer();
    const belay = clientOf(server, { idleTimeout: 400, maxDelay: 300 });
    const answer = belay.interactWithAssistant({ prompt: 'echo:300 words @50/s', mode: 'chat' });
    const done = answer.done;
    await until('words arrive', () => answer.text.length > 50);
    server.signal('SIGSTOP');
    await until('the silence is noticed', () => (belay.connections.getSnapshot()[0]?.attempt ?? 0) >= 1);
    server.signal('SIGCONT');
    expect((await done).content).toBe(words(300));
    expect(belay.connections.getSnapshot()[0]!.resumed).toBeGreaterThan(0);
  });

  it('A11: heartbeats keep a stream without words open', async () => {
    const server = await startServer({ 'server.heartbeat_interval': '100ms' });
    // A word takes longer than the silence that is allowed, and a loaded machine may be silent for a while too.
    const belay = clientOf(server, { idleTimeout: 4000 });
    const answer = belay.interactWithAssistant({ prompt: 'echo:2 words @0.2/s', mode: 'chat' });
    expect((await answer.done).content).toBe(words(2));
    expect(belay.connections.getSnapshot()[0]!.resumed).toBe(0);
  });

  it('A11: a connection that is cut by hand continues, at once or later', async () => {
    const belay = clientOf(await startServer());
    const answer = belay.interactWithAssistant({ prompt: 'echo:200 words @25/s', mode: 'chat' });
    const done = answer.done;
    for (const delay of [0, 300]) {
      const before = answer.text.length;
      await until('words arrive', () => answer.text.length > before + 100);
      belay.connections.cut(undefined, delay);
    }
    expect((await done).content).toBe(words(200));
    expect(belay.connections.getSnapshot()[0]!.resumed).toBe(2);
  });
});

describe('positions that the server does not know', () => {
  it('A11: 409: the reader is told to drop the text, and gets all of it', async () => {
    const belay = clientOf(await startServer());
    const { request_id } = await belay.requestAssistant({ prompt: 'echo:5 words', mode: 'chat' });
    const answer = belay.streamAssistantResponse(request_id, { lastEventId: '1-9999' });
    const [first] = await collect(answer);
    expect(first).toEqual({ type: 'reset', position: '', reason: 'position_ahead' });
    expect(answer.text).toBe(words(5));
  });

  it('A11: 410: the reader is told to drop the text, and gets all of it', async () => {
    const belay = clientOf(await startServer());
    const { chatId } = await belay.startChat({ prompt: 'echo:5 words', modelId: 'grok-2' });
    const answer = belay.streamChat({ chatId }, { lastEventId: '77-3' });
    const [first] = await collect<ChatEvent>(answer);
    expect(first!.type).toBe('reset');
    expect(answer.text).toBe(words(5));
  });

  it('A11: 410 without a position, 404 and 400 are errors with the code and words of the server', async () => {
    const server = await startServer({ 'engine.unopened_expiry': '1s' });
    const belay = clientOf(server);
    const { request_id } = await belay.requestAssistant({ prompt: 'echo:500 words @5/s', mode: 'chat' });
    await until('it has expired', () => /"event":"run_ended".*"code":"expired"/.test(server.log));
    const expired = await failure(belay.streamAssistantResponse(request_id).done);
    expect(expired).toMatchObject({ kind: 'problem', code: 'expired', status: 410 });
    const id = '20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427';
    const unknown = await failure(belay.streamAssistantResponse(id).done);
    expect(unknown).toMatchObject({ kind: 'problem', code: 'not_found', status: 404 });
    const refused = await failure(belay.requestAssistant({ prompt: ' ', mode: 'chat' }));
    expect(refused).toMatchObject({ kind: 'problem', code: 'invalid_request', field: 'prompt', retryable: false });
    expect(refused.message).not.toBe('');
  });
});

describe('sign-in', () => {
  it('A11: after a 401 the token is refreshed once for all, and everything continues', async () => {
    const server = await startServer();
    const asked: boolean[] = [];
    const belay = clientOf(server, {
      token: async ({ expired }) => {
        asked.push(expired);
        await sleep(50);
        return expired ? 'dev:ann' : 'not-a-token';
      },
    });
    const answers = await Promise.all([1, 2, 3].map(() => belay.interactWithAssistant({ prompt: 'echo:3 words', mode: 'chat' }).done));
    expect(answers.map((answer) => answer.content)).toEqual([words(3), words(3), words(3)]);
    expect(asked).toEqual([false, true]);
  });

  it('A11: a token that expires while a stream is cut is refreshed, and the text is exact', async () => {
    const server = await startServer();
    let isExpired = false;
    const belay = clientOf(server, {
      token: ({ expired }) => (expired ? 'dev:ann' : 'dev:ann:pro'),
      fetch: (url, init) => {
        const headers = new Headers(init?.headers);
        if (isExpired && headers.get('authorization') === 'Bearer dev:ann:pro') headers.set('authorization', 'Bearer dev');
        return fetch(url, { ...init, headers });
      },
    });
    const answer = belay.interactWithAssistant({ prompt: 'echo:100 words @50/s', mode: 'chat' });
    const done = answer.done;
    await until('words arrive', () => answer.text.length > 50);
    isExpired = true;
    belay.connections.cut();
    expect((await done).content).toBe(words(100));
  });

  it('A11: without a new token the 401 is the error; after signing in it works', async () => {
    const server = await startServer();
    let token: string | null = 'nonsense';
    const belay = clientOf(server, { token: ({ expired }) => (expired ? null : token) });
    const refused = await failure(belay.interactWithAssistant({ prompt: 'echo:x', mode: 'chat' }).done);
    expect(refused).toMatchObject({ kind: 'problem', status: 401, code: 'unauthenticated' });
    token = 'dev:ann';
    expect((await belay.interactWithAssistant({ prompt: 'echo:x', mode: 'chat' }).done).content).toBe('x');
  });
});

describe('cancelling', () => {
  const running = async (server: Server, belay = clientOf(server)): Promise<number> => {
    const page = await belay.call('GET', '/api/chats');
    return page.chats.filter((chat) => chat.running).length;
  };

  it('A11: before the request', async () => {
    const belay = clientOf(await startServer());
    const signal = AbortSignal.abort(new Error('no'));
    await expect(belay.interactWithAssistant({ prompt: 'echo:x', mode: 'chat' }, { signal }).done).rejects.toThrow('no');
    await expect(belay.requestAssistant({ prompt: 'echo:x', mode: 'chat' }, { signal })).rejects.toThrow('no');
  });

  it.each(['abort', 'stop'])('A11: while the request is on its way (%s): the answer that it starts is cancelled', async (how) => {
    const server = await startServer();
    const controller = new AbortController();
    let started = '';
    let deliver = () => {};
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    const belay = clientOf(server, {
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (init?.method !== 'POST') return response;
        started = ((await response.clone().json()) as { sessionId: string }).sessionId;
        await delivered;
        return response;
      },
    });
    const answer = belay.chat({ prompt: 'echo:500 words @20/s', modelId: 'grok-2' }, { signal: controller.signal });
    const done = failure(answer.done);
    await until('the server has started it', () => started !== '');
    expect(await running(server)).toBe(1);
    if (how === 'abort') controller.abort();
    else await answer.stop();
    expect((await done).name).toBe('AbortError');
    deliver();
    await until('it is cancelled', async () => (await running(server)) === 0);
    const end = await failure(clientOf(server).streamChat({ sessionId: started }).done);
    expect(end).toMatchObject({ kind: 'answer', code: 'cancelled' });
  });

  it('A11: while words arrive, by the signal: the answer is cancelled and the page is told', async () => {
    const server = await startServer();
    const belay = clientOf(server);
    const controller = new AbortController();
    const answer = belay.chat({ prompt: 'echo:500 words @50/s', modelId: 'grok-2' }, { signal: controller.signal });
    const done = failure(answer.done);
    await until('words arrive', () => answer.text.length > 50);
    controller.abort();
    expect((await done).name).toBe('AbortError');
    await until('it is cancelled', async () => (await running(server)) === 0);
    await until('it is closed', () => belay.connections.getSnapshot().every((each) => each.status === 'closed'));
  });

  it('A11: while words arrive, by stop(): the stream ends with the code cancelled, and keeps its text', async () => {
    const belay = clientOf(await startServer());
    const answer = belay.interactWithAssistant({ prompt: 'echo:500 words @50/s', mode: 'chat' });
    const events: AssistantEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (answer.text.length > 50 && events.at(-2)?.type !== 'error') await answer.stop();
    }
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
    const error = await failure(answer.done);
    expect(error).toMatchObject({ kind: 'answer', code: 'cancelled', retryable: false, text: answer.text });
    expect(words(500).startsWith(answer.text) && answer.text.length > 50).toBe(true);
  });

  it('A11: while it waits for a server that is gone', async () => {
    const server = await startServer();
    const belay = clientOf(server);
    const controller = new AbortController();
    const answer = belay.interactWithAssistant({ prompt: 'echo:500 words @50/s', mode: 'chat' }, { signal: controller.signal });
    const done = failure(answer.done);
    await until('words arrive', () => answer.text.length > 50);
    await server.kill();
    await until('it waits', () => belay.connections.getSnapshot()[0]?.status === 'waiting');
    controller.abort(new Error('enough'));
    expect((await done).message).toBe('enough');
    expect(belay.connections.getSnapshot()[0]!.status).toBe('closed');
  });

  it('A11: leaving the iteration ends the reading, and the answer goes on', async () => {
    const server = await startServer();
    const belay = clientOf(server);
    const { sessionId } = await belay.startChat({ prompt: 'echo:300 words @50/s', modelId: 'grok-2' });
    const answer = belay.streamChat({ sessionId });
    for await (const event of answer) if (event.type === 'token') break;
    expect((await failure(answer.done)).name).toBe('AbortError');
    expect(await running(server)).toBe(1);
    const again = belay.streamChat({ sessionId });
    await again.done;
    expect(again.text).toBe(words(300));
  });
});

describe('a page', () => {
  it('A11: a stream that waits tries again when the network is back, when the page is seen, and when it is restored', async () => {
    const server = await startServer();
    const page = fakePage();
    // Only the page can wake it in time.
    const belay = clientOf(server, { maxDelay: 600_000, fetch: (url, init) => fetch(url, init) });
    const { request_id } = await belay.requestAssistant({ prompt: 'echo:400 words @40/s', mode: 'chat' });
    const answer = belay.streamAssistantResponse(request_id);
    const done = answer.done;
    const state = () => belay.connections.getSnapshot()[0]!;
    for (const wake of [page.goOnline, page.show, page.restore]) {
      const before = answer.text.length;
      await until('words arrive', () => answer.text.length > before + 50);
      page.goOffline();
      await server.kill();
      await until('it waits', () => state().status === 'offline');
      expect(state().retryAt! - Date.now()).toBeGreaterThan(500_000);
      await server.start();
      wake();
    }
    expect((await done).content).toBe(words(400));
    await until('it listens no more', () => page.listeners() === 0);
  });

  it('A11: a page that is restored opens its streams again, because they may be dead', async () => {
    const page = fakePage();
    const belay = clientOf(await startServer());
    const answer = belay.interactWithAssistant({ prompt: 'echo:300 words @50/s', mode: 'chat' });
    const done = answer.done;
    await until('words arrive', () => answer.text.length > 50);
    page.hide();
    page.show(); // a stream that was heard a moment ago is left alone
    expect(belay.connections.getSnapshot()[0]).toMatchObject({ status: 'open', resumed: 0 });
    page.restore();
    expect((await done).content).toBe(words(300));
    expect(belay.connections.getSnapshot()[0]!.resumed).toBe(1);
  });
});

describe('faults', () => {
  const token = (n: number, content: string) => `id: 1-${n}\ndata: {"type":"token","content":"${content}"}\n\n`;
  const end = 'id: 1-9\ndata: {"type":"done","messageId":"m","finish":"stop"}\n\n';
  const read = (origin: string, options: ClientOptions = {}) => createClient({ baseUrl: origin, ...options }).streamChat({ chatId: 'c' });

  it('A11: cut within an event, within a character, and behind an id: every event once', async () => {
    const server = await startScript(
      sse(`${token(1, 'a')}id: 1-2\ndata: {"type":"to`, 'cut'),
      sse(`${token(2, 'b')}id: 1-3\n`, 'cut'),
      sse(`${token(3, 'c')}id: 1-4\n\n`, 'cut'),
      sse(end),
    );
    const answer = read(server.origin);
    await answer.done;
    expect(answer.text).toBe('abc');
    expect(server.seen.map((line) => line.split(' ')[2])).toEqual(['-', '1-1', '1-2', '1-4']);
  });

  it('A11: restarted: the text begins again', async () => {
    const server = await startScript(sse(token(1, 'old'), 'cut'), sse(`id: 1-2\ndata: {"type":"restarted"}\n\n${token(3, 'new')}${end}`));
    const texts: string[] = [];
    const answer = createClient({ baseUrl: server.origin }).streamChat({ chatId: 'c' }, { onText: (text) => texts.push(text) });
    await answer.done;
    expect(texts).toEqual(['old', '', 'new']);
  });

  it('A11: 503, 502, 429 with Retry-After and a page of HTML are tried again; an unknown event is ignored', async () => {
    const server = await startScript(
      status(503, { code: 'server_full', detail: 'Full.' }, { 'retry-after': '0' }),
      status(502, 'bad gateway'),
      status(429, { code: 'rate_limited' }, { 'retry-after': '1' }),
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to this network'),
      sse(`id: 1-1\ndata: {"type":"future"}\n\n${token(2, 'a')}${end}`),
    );
    const begin = Date.now();
    const answer = read(server.origin, { maxDelay: 20 });
    const events = await collect(answer);
    expect(events.map((event) => event.type)).toEqual(['token', 'done']);
    expect(server.seen).toHaveLength(5);
    expect(Date.now() - begin).toBeGreaterThan(900);
  });

  it('A11: progress renews the time that a stream may be without a connection', async () => {
    // Each time at least 250 ms without a connection: more than the patience in all.
    const steps = Array.from({ length: 16 }, (_, n) => sse(`retry: 500\n\n${token(n + 1, 'x')}`, 'cut'));
    const server = await startScript(...steps, sse(end.replace('1-9', '1-99')));
    const belay = createClient({ baseUrl: server.origin, maxDelay: 500, patience: 3500 });
    const answer = belay.streamChat({ chatId: 'c' });
    await answer.done;
    expect(answer.text).toBe('x'.repeat(16));
  });

  it('A11: without progress it gives up, with the reason', async () => {
    const server = await startScript(status(503));
    const error = await failure(read(server.origin, { maxDelay: 30, patience: 3000 }).done);
    expect(error).toMatchObject({ kind: 'connection', retryable: true });
    expect(error.cause).toMatchObject({ kind: 'problem', status: 503 });
    expect(server.seen.length).toBeGreaterThan(3);
    const html = await startScript((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('x'));
    expect(await failure(read(html.origin, { maxDelay: 30, patience: 100 }).done)).toMatchObject({ kind: 'protocol' });
  });

  it('A11: events that are not JSON are an error, not a loop', async () => {
    const server = await startScript(sse('id: 1-1\ndata: {"type"\n\n'));
    expect(await failure(read(server.origin).done)).toMatchObject({ kind: 'protocol' });
    expect(server.seen).toHaveLength(1);
  });

  it('A11: an error without an id ends this reader: revoked', async () => {
    const server = await startScript(
      sse(`${token(1, 'a')}data: {"type":"error","code":"revoked","message":"Your access was ended.","retryable":false}\n\n`),
    );
    const answer = read(server.origin);
    expect(await failure(answer.done)).toMatchObject({ kind: 'problem', code: 'revoked', message: 'Your access was ended.' });
    expect(answer.text).toBe('a');
  });

  it('A11: a position that is refused twice is an error', async () => {
    const server = await startScript(sse(token(1, 'a'), 'cut'), status(410, { code: 'expired', detail: 'Gone.' }));
    const seen: string[] = [];
    const answer = createClient({ baseUrl: server.origin }).streamChat({ chatId: 'c' }, { onEvent: (event) => seen.push(event.type) });
    expect(await failure(answer.done)).toMatchObject({ kind: 'problem', code: 'expired', status: 410 });
    expect(seen).toEqual(['token', 'reset']);
    expect(server.seen.map((line) => line.split(' ')[2])).toEqual(['-', '1-1', '-']);
  });

  it('A11: a request is repeated with the same key, a refusal is not', async () => {
    const keys: unknown[] = [];
    const server = await startScript(
      (request, response) => {
        keys.push(request.headers['idempotency-key']);
        response.destroy();
      },
      (request, response) => {
        keys.push(request.headers['idempotency-key']);
        void status(201, { request_id: 'r', status: 'queued' })(request, response);
      },
      status(429, { code: 'too_many_active', detail: 'Five.' }, { 'retry-after': '7' }),
    );
    const belay = createClient({ baseUrl: server.origin });
    expect((await belay.requestAssistant({ prompt: 'x', mode: 'chat' })).request_id).toBe('r');
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    const refused = await failure(belay.requestAssistant({ prompt: 'x', mode: 'chat' }));
    expect(refused).toMatchObject({ kind: 'problem', code: 'too_many_active', retryAfter: 7000, retryable: true });
    expect(server.seen).toHaveLength(3);
  });

  it('A11: a page of HTML, broken JSON and a body that stops are errors, not answers', async () => {
    const head = { 'content-type': 'application/json' };
    const server = await startScript(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to this network'),
      (_, response) => void response.writeHead(200, head).end('{"chats":'),
      (_, response) => void response.writeHead(200, head).write('{"chats":'),
      status(200, { chats: [], nextCursor: null }, head),
    );
    const belay = createClient({ baseUrl: server.origin });
    const read = (timeout?: number) => belay.call('GET', '/api/chats', { retries: 0, ...(timeout !== undefined && { timeout }) });
    expect(await failure(read())).toMatchObject({ kind: 'protocol' });
    expect(await failure(read())).toMatchObject({ kind: 'protocol' });
    expect(await failure(read(100))).toMatchObject({ kind: 'connection' });
    expect(await read()).toEqual({ chats: [], nextCursor: null });
  });

  it('A11: a hook that throws ends nothing; a token that never comes can be aborted', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const server = await startScript(sse(token(1, 'a') + end));
    const hooked = createClient({
      baseUrl: server.origin,
      log: () => {
        throw new Error('a fault of the hook');
      },
    });
    const answer = hooked.streamChat({ chatId: 'c' });
    await answer.done;
    expect(answer.text).toBe('a');
    expect(log).toHaveBeenCalled();
    log.mockRestore();
    const waiting = createClient({ baseUrl: server.origin, token: () => new Promise(() => {}) });
    const signal = AbortSignal.timeout(50);
    expect((await failure(waiting.streamChat({ chatId: 'c' }, { signal }).done)).name).toBe('TimeoutError');
  });

  it('A11: nothing is yielded after the signal, also of what arrived before', async () => {
    const server = await startScript(sse(token(1, 'a') + token(2, 'b') + end));
    const controller = new AbortController();
    const answer = createClient({ baseUrl: server.origin }).streamChat({ chatId: 'c' }, { signal: controller.signal });
    const reading = collect(
      (async function* () {
        for await (const event of answer) {
          controller.abort();
          yield event;
        }
      })(),
    );
    expect((await failure(reading)).name).toBe('AbortError');
    expect(answer.text).toBe('a');
  });

  it('A11: a server that does not answer in time is a connection error', async () => {
    const server = await startScript(() => {});
    const belay = createClient({ baseUrl: server.origin, timeout: 50 });
    expect(await failure(belay.call('GET', '/api/chats', { retries: 0 }))).toMatchObject({ kind: 'connection' });
  });
});
