// C17: what a model thinks before its answer: shown where its entry says so, apart from the answer, never twice, and
// never in a later prompt.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Chat, ChatTranscript } from './lib/chat.mjs';
import { withProvider } from './lib/config.mjs';
import { until } from './lib/deadline.mjs';
import { protocols } from './lib/protocols.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const thoughts = (seen) =>
  seen.events
    .filter((event) => event.data.type === 'reasoning')
    .map((event) => event.data.content)
    .join('');

for (const protocol of Object.keys(protocols)) {
  test(`C17: reasoning over ${protocol} is shown, kept apart, and never sent back`, { timeout: 60000 }, async (t) => {
    const provider = await startProvider(
      t,
      async (call) => {
        await call.begin();
        await call.thought('I thi');
        await call.thought('nk, "therefore".\n');
        await call.piece('I am.');
        await call.done();
      },
      { protocol },
    );
    const server = await startServer(t, withProvider(provider, {}, '', { reasoning: 'show' }));
    const chat = new Chat(server, 'alice');
    const seen = await chat.ask('Who?', { chatId: 'c' });
    assert.equal(thoughts(seen), 'I think, "therefore".\n');
    assert.equal(seen.text, 'I am.');
    const kinds = seen.events.map((event) => event.data.type).filter((type, i, all) => type !== all[i - 1]);
    assert.deepEqual(kinds, ['typing', 'reasoning', 'token', 'done']);

    const answer = (await chat.history({ chatId: 'c' })).messages.at(-1);
    assert.equal(answer.content, 'I am.');
    assert.equal(answer.reasoning, 'I think, "therefore".\n');
    await chat.ask('Who else?', { chatId: 'c' });
    assert.doesNotMatch(JSON.stringify(provider.calls.at(-1).json), /therefore/, 'not in the next prompt');
    assert.match(JSON.stringify(provider.calls.at(-1).json), /I am\./);
    const exported = (await chat.call('GET', '/api/chat/c/export?format=markdown')).text;
    assert.doesNotMatch(exported, /therefore/, 'an export holds what was said');
  });
}

test('C17: reasoning is hidden by default', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (call) => {
    await call.begin();
    await call.thought('secret');
    await call.piece('I am.');
    await call.done();
  });
  const server = await startServer(t, withProvider(provider));
  const chat = new Chat(server, 'alice');
  const seen = await chat.ask('Who?', { chatId: 'c' });
  assert.equal(thoughts(seen), '');
  assert.equal(seen.text, 'I am.');
  assert.equal((await chat.history({ chatId: 'c' })).messages.at(-1).reasoning, undefined);
});

test('C17, X2: after kill -9 in the middle of the reasoning, nothing of it comes twice', { timeout: 120000 }, async (t) => {
  let go = false;
  const provider = await startProvider(t, async (call) => {
    await call.begin();
    await call.thought(`thought ${call.number}`);
    if (call.number === 1) await call.wait(60000);
    await call.piece('I am.');
    go = true;
    await call.done();
  });
  const server = await startServer(t, { ...withProvider(provider, {}, '', { reasoning: 'show' }), restarts: true });
  const chat = new Chat(server, 'alice');
  const { sessionId } = await chat.start('Who?', { chatId: 'c' });
  const seen = new ChatTranscript();
  const stream = chat.stream(sessionId);
  for await (const event of stream) {
    seen.accept(event);
    if (event.data.includes('reasoning')) break;
  }
  stream.rst();
  await server.restart();
  await until(20000, 'the answer is generated again', () => go);
  await chat.followToEnd(sessionId, { seen });
  assert.equal(thoughts(seen), 'thought 1', 'what was shown stays; what is thought again is not shown');
  assert.equal(seen.text, 'I am.');
  assert.equal(seen.restarts, 0);
});

test('C17: equal questions share the reasoning, and a cached answer has none', { timeout: 60000 }, async (t) => {
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const provider = await startProvider(t, async (call) => {
    await call.begin();
    await call.thought('hm');
    await finished;
    await call.piece('I am.');
    await call.done();
  });
  const settings = { 'cache.patience': '10s' };
  const server = await startServer(t, { ...withProvider(provider, {}, '', { reasoning: 'show' }), settings });
  const chat = new Chat(server, 'alice');
  const sessions = [(await chat.start('Who?')).sessionId, (await chat.start('Who?')).sessionId];
  finish();
  for (const session of sessions) {
    const seen = await chat.followToEnd(session);
    assert.equal(thoughts(seen), 'hm');
    assert.equal(seen.text, 'I am.');
  }
  const cached = await chat.ask('Who?');
  assert.equal(cached.text, 'I am.');
  assert.equal(thoughts(cached), '');
  assert.equal(provider.calls.length, 1);
});
