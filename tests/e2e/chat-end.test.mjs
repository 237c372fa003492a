// What a client may rely on after it has seen the end of an answer, and how each surface reports how the answer ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { withProvider } from './lib/config.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { PostStream } from './lib/persona.mjs';
import { startProvider } from './lib/provider.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { ledger } from './lib/store.mjs';

const rounds = Number(process.env.BELAY_ROUNDS ?? 30);

test('C7, A5: who asks at the moment of the end finds the last answer in the prompt and the slot free', { timeout: 600000 }, async (t) => {
  const big = 'x'.repeat(1 << 20);
  const told = new Map(); // question → the whole prompt that the provider got
  const provider = await startProvider(t, async (call) => {
    const prompt = call.prompt;
    provider.calls.length = 0; // so that not all bodies stay in memory
    if (!prompt.startsWith('big')) told.set(prompt, call.body);
    await call.piece(prompt.startsWith('big') ? big : `answer to ${prompt}.`);
    await call.done();
  });
  const server = await startServer(t, {
    ...withProvider(provider),
    settings: {
      'chat.max_active_per_user': 1,
      'chat.rate': 10000,
      'chat.max_new_sessions_per_user': 10000,
      'chat.session_requests': 10000,
      'cache.scope': 'off',
      'process.threads': 2,
    },
  });
  let over = false;
  const loud = Array.from({ length: 3 }, async (_, i) => {
    const chat = new Chat(server, `loud${i}`, { model: 'default' });
    for (let n = 0; !over; n++) await chat.ask(`big ${n}`);
  });
  const askers = 4;
  let missed = 0;
  let refused = 0;
  const quiet = Array.from({ length: askers }, async (_, i) => {
    const chat = new Chat(server, `quiet${i}`, { model: 'default' });
    const question = (n) => `question ${n} of ${i}`;
    let sessionId;
    for (let n = 0; n <= rounds; n++) {
      const isFirst = n % 20 === 0; // a new chat every 20 questions, so that prompts stay short
      const answer = await chat.post(question(n), isFirst ? {} : { sessionId });
      if (answer.status !== 201) {
        refused++;
        continue;
      }
      ({ sessionId } = answer.json);
      const seen = await chat.followToEnd(sessionId);
      assert.equal(seen.terminal.type, 'done');
      if (!isFirst && !told.get(question(n)).includes(`answer to ${question(n - 1)}.`)) missed++;
      told.delete(question(n));
    }
  });
  await Promise.all(quiet);
  over = true;
  await Promise.all(loud);
  t.diagnostic(`${askers * rounds} questions at the moment of the end: ${missed} missed the last answer, ${refused} were refused`);
  assert.equal(missed, 0);
  assert.equal(refused, 0);
});

test('C6, X2: a call that several runs share is charged once, whenever the server is killed', { timeout: 600000 }, async (t) => {
  const random = new Random(seed);
  const turns = Math.max(3, Math.ceil(rounds / 6));
  for (let turn = 0; turn < turns; turn++) {
    let told = 0;
    const provider = await startProvider(t, async (call) => {
      for (let i = 0; i < 20; i++) {
        await call.piece(`word${i} `);
        if (i === 0) told++;
        await call.wait(10);
      }
      await call.done();
    });
    const options = withProvider(provider);
    options.config = options.config.replace('[[models]]\n', '[[models]]\ninput_price = 1.0\noutput_price = 2.0\n');
    const server = await startServer(t, {
      ...options,
      restarts: true,
      settings: { 'cache.scope': 'everybody', 'cache.lifetime': '1s', 'chat.max_active': 50, 'chat.retry_base': '200ms' },
    });
    const runs = [];
    for (let i = 0; i < 7; i++) {
      const chat = new Chat(server, `user${i}`, { model: 'default' });
      const answer = await chat.call('POST', `/api/chat/start${i === 0 ? '?restarts=1' : ''}`, {
        json: { prompt: 'the same', modelId: 'default' },
      });
      assert.equal(answer.status, 201, answer.text);
      runs.push({ chat, session: answer.json.sessionId });
    }
    const ends = runs.map(({ chat, session }) => chat.followToEnd(session, { deadline: 60000 }));
    // At a random time between the first word and shortly after the last word.
    await until(20000, 'the first word', () => told > 0);
    await sleep(random.between(0, 300));
    await server.kill9();
    await server.start();
    await Promise.all(ends);
    const rows = await until(20000, 'all are settled', async () => {
      const all = await ledger(server.dataDir);
      return all.length === 7 && all;
    });
    const charged = rows.filter((row) => row.cost > 0);
    const calls = provider.calls.length;
    const seen = JSON.stringify(rows);
    assert.ok(charged.length >= 1 && charged.length <= calls, `${charged.length} charges for ${calls} calls: ${seen}`);
    // A run may be charged for both calls. The sum of all charges may not exceed the cost of the calls.
    const most = calls * (7 + 2 * 60) * 1000;
    const sum = rows.reduce((total, row) => total + row.cost, 0);
    assert.ok(sum <= most, `charged ${sum}, at most ${most}: ${seen}`);
    for (const row of rows) if (row.cost === 0) assert.ok(['shared', 'cached'].includes(row.source), seen);
    for (const row of charged) assert.equal(row.source, 'generated', seen);
    await server.end('SIGTERM');
  }
});

for (const [protocol, name] of [['chat', 'Chat Completions'], ['responses', 'Responses'], ['messages', 'Messages']])
  test(`C15: a cut and a filtered answer say so on every surface, in history and export (${name})`, { timeout: 60000 }, async (t) => {
    const provider = await startProvider(
      t,
      async (call) => {
        await call.piece('Half of ');
        await call.done(call.prompt.includes('cut') ? 'length' : 'filter');
      },
      { protocol },
    );
    const server = await startServer(t, { ...withProvider(provider), settings: { 'persona.anonymous': true, 'persona.model': 'default' } });
    const assistant = new Assistant(server, 'alice');
    const answered = async (prompt) => assistant.followToEnd(await assistant.ask(prompt));
    const cut = await answered('cut it');
    assert.deepEqual([cut.terminal.event, cut.terminal.data.finish, cut.text], ['complete', 'length', 'Half of ']);
    const filtered = await answered('filter it');
    assert.deepEqual(
      [filtered.terminal.event, filtered.terminal.data.code, filtered.text],
      ['error', 'provider_content_filter', 'Half of '],
    );

    const chat = new Chat(server, 'alice', { model: 'default' });
    for (const [prompt, end, state, finish] of [
      ['cut it', { type: 'done', finish: 'length' }, 'complete', 'length'],
      ['filter it', { type: 'error', code: 'provider_content_filter' }, 'failed', 'content_filter'],
    ]) {
      const before = provider.calls.length;
      for (let times = 0; times < 2; times++) {
        const seen = await chat.ask(prompt);
        for (const [key, value] of Object.entries(end)) assert.equal(seen.terminal[key], value, JSON.stringify(seen.terminal));
        assert.equal(seen.text, 'Half of ');
        const { messages } = await chat.history({ chatId: seen.chatId });
        const kept = messages.at(-1);
        assert.deepEqual([kept.content, kept.state, kept.finish], ['Half of ', state, finish]);
        const json = (await chat.call('GET', `/api/chat/${seen.chatId}/export?format=json`)).json;
        assert.equal(json.messages.at(-1).finish, finish);
        const markdown = (await chat.call('GET', `/api/chat/${seen.chatId}/export?format=md`)).text;
        assert.match(markdown, /cut off/);
      }
      assert.equal(provider.calls.length, before + 2, 'what is not whole is not given again');
    }

    const session = (await chat.call('POST', '/chat/start', { json: { user_id: 'alice' } })).json.session_id;
    const stream = await new PostStream(server.port, '/chat/stream', { session_id: session, message: 'cut it' }, chat.headers).whole();
    assert.deepEqual(stream.events.at(-1).data, { done: true, finish: 'length' });
    const whole = await chat.call('POST', '/chat/message', { json: { session_id: session, message: 'cut it' } });
    assert.deepEqual([whole.json.message, whole.json.finish], ['Half of ', 'length']);
    const withheld = await new PostStream(server.port, '/chat/stream', { session_id: session, message: 'filter it' }, chat.headers).whole();
    assert.equal(withheld.events.at(-1).data.error.code, 'provider_content_filter');
    assert.deepEqual(provider.failures, []);
  });
