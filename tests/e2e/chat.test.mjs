// C1–C10: the chat surface as its document describes it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { Chat, ChatTranscript } from './lib/chat.mjs';
import { table, withProvider } from './lib/config.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';
import { setTier } from './lib/store.mjs';

const model = 'grok-2'; // a model for the lowest tier

async function chatOn(t, settings = {}, options = {}) {
  const server = await startServer(t, { settings, ...options });
  return new Chat(server, 'alice', { model });
}

test("C1, C2, C3: the document's curl examples, in its order", { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  const started = await chat.call('POST', '/api/chat/start', {
    json: { modelId: model, prompt: 'echo:Artificial intelligence (AI) is a field.' },
  });
  assert.equal(started.status, 201, started.text);
  assert.deepEqual(Object.keys(started.json), ['sessionId', 'chatId', 'userMessageId', 'messageId']);
  const { sessionId, chatId } = started.json;

  const stream = await chat.call('GET', `/api/chat/stream?sessionId=${sessionId}`);
  assert.equal(stream.status, 200);
  assert.match(stream.headers['content-type'], /^text\/event-stream/);
  const data = stream.text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  assert.deepEqual(data[0], { type: 'typing' });
  assert.deepEqual(data.at(-1), { type: 'done', messageId: started.json.messageId, finish: 'stop' });
  const tokens = data.slice(1, -1);
  assert.ok(tokens.every((each) => each.type === 'token' && Object.keys(each).length === 2));
  assert.equal(tokens.map((each) => each.content).join(''), 'Artificial intelligence (AI) is a field.');
  assert.ok(!/^event:/m.test(stream.text), 'messages have no name');

  const history = await chat.call('GET', `/api/chat/history?chatId=${chatId}`);
  assert.equal(history.status, 200);
  assert.equal(history.json.chatId, chatId);
  assert.deepEqual(
    history.json.messages.map(({ role, content, state }) => [role, content, state]),
    [
      ['user', 'echo:Artificial intelligence (AI) is a field.', 'complete'],
      ['assistant', 'Artificial intelligence (AI) is a field.', 'complete'],
    ],
  );
  assert.ok(history.json.messages.every((message) => typeof message.id === 'string' && message.id.length > 0));
});

test('C1: a session is used again while it lasts, and its message is stored at once', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  const first = await chat.start('echo:2000 words @50/s', { chatId: 'conversation-123' });
  assert.equal(first.chatId, 'conversation-123', 'a client may invent the id of a chat');
  const stored = await chat.history({ chatId: first.chatId });
  assert.deepEqual(
    stored.messages.map((message) => message.content),
    ['echo:2000 words @50/s'],
    'before the answer is there',
  );
  assert.equal((await chat.cancel(first.sessionId)).status, 204);
  const answer = await call(chat.server.port, 'POST', '/api/chat/start', {
    headers: chat.headers,
    json: { prompt: 'echo:again', sessionId: first.sessionId },
  });
  assert.equal(answer.status, 201, `the model is the session's: ${answer.text}`);
  assert.deepEqual([answer.json.sessionId, answer.json.chatId], [first.sessionId, first.chatId], 'the same session and chat');
  const seen = await chat.followToEnd(first.sessionId);
  assert.equal(seen.text, 'again', "the session's stream is its newest answer");
  assertProblem(await chat.post('x', { sessionId: first.sessionId, chatId: 'another' }), 409, 'conflict');
});

test('C1: a session ends; C8: it is swept', { timeout: 60000 }, async (t) => {
  // Long enough to ask within it, and to look at it between its end and the sweep.
  const chat = await chatOn(t, { 'chat.session_time': '4s', 'chat.session_sweep': '12s' });
  const { sessionId } = await chat.ask('echo:hello');
  const stream = () => chat.call('GET', `/api/chat/stream?sessionId=${sessionId}`);
  const expired = await until(20000, 'the session ends', async () => {
    const answer = await stream();
    return answer.status !== 200 && answer;
  });
  assertProblem(expired, 410, 'expired');
  assertProblem(await chat.post('echo:more', { sessionId }), 410, 'expired');
  await until(30000, 'the session is swept', async () => (await stream()).status === 404, 100);
  assertProblem(await chat.post('echo:more', { sessionId }), 404, 'not_found');
});

test('C8: a session allows its number of requests', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t, { 'chat.session_requests': 3 });
  const { sessionId } = await chat.ask('echo:1');
  await chat.ask('echo:2', { sessionId });
  await chat.ask('echo:3', { sessionId });
  const refused = await chat.post('echo:4', { sessionId });
  const problem = assertProblem(refused, 429, 'session_used_up');
  assert.equal(problem.limit, 'chat.session_requests');
  assert.equal((await chat.post('echo:4')).status, 201, 'another session may');
});

test('bad requests name their field', { timeout: 30000 }, async (t) => {
  const chat = new Chat(await startServer(t), 'alice');
  const start = (json, headers) => chat.call('POST', '/api/chat/start', { json, headers });
  const rows = [
    [{ modelId: model }, 'prompt'],
    [{ modelId: model, prompt: ' \n' }, 'prompt'],
    [{ modelId: model, prompt: 7 }, 'prompt'],
    [{ modelId: 'gpt-99', prompt: 'x' }, 'modelId'],
    [{ modelId: model, prompt: 'x', chatId: 'a b' }, 'chatId'],
    [{ modelId: model, prompt: 'x', chatId: '' }, 'chatId'],
    [{ modelId: model, prompt: 'x', projectId: [] }, 'projectId'],
    [{ modelId: model, prompt: 'x', restarts: 'yes' }, 'restarts'],
  ];
  for (const [json, field] of rows) assertProblem(await start(json), 400, 'invalid_request', { field });
  assertProblem(await start({ modelId: model, prompt: 'x'.repeat(300_000) }), 413, 'payload_too_large');
  assertProblem(await start({ modelId: model, prompt: 'x' }, { 'last-event-id': '1-1' }), 400, 'invalid_request');
  for (const query of ['', 'chatId=a&projectId=b', 'chatId=a&limit=0', 'chatId=a&limit=501', 'chatId=a&cursor=zzz'])
    assertProblem(await chat.call('GET', `/api/chat/history?${query}`), 400, 'invalid_request');
  assertProblem(await chat.call('GET', '/api/chat/stream'), 400, 'invalid_request', { field: 'sessionId' });
  assertProblem(await chat.call('GET', '/api/chats?cursor=1'), 400, 'invalid_request', { field: 'cursor' });
});

test('C4: models by subscription: 2, 7 and 10; above the tier 403 that names it', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const counts = { basic: 2, PRO: 7, premium: 7, enterprise: 10 };
  const listed = {};
  for (const [tier, count] of Object.entries(counts)) {
    const chat = new Chat(server, 'alice', { token: `dev:alice:${tier}` });
    const answer = await chat.call('GET', '/api/chat/models');
    assert.equal(answer.json.models.length, count, `${tier}: ${answer.text}`);
    listed[tier] = answer.json.models.map((each) => each.id);
  }
  assert.equal((await new Chat(server).call('GET', '/api/chat/models')).json.tier, 'basic', 'without a tier the lowest');
  const providers = (await new Chat(server, 'a', { token: 'dev:a:enterprise' }).call('GET', '/api/chat/models')).json;
  assert.ok(providers.models.every((each) => each.contextWindow > 0 && each.price.output > 0));
  for (const id of listed.enterprise) {
    const basic = await new Chat(server, 'bob', { token: 'dev:bob:basic', model: id }).post('echo:x');
    if (listed.basic.includes(id)) assert.equal(basic.status, 201, basic.text);
    else {
      const problem = assertProblem(basic, 403, 'forbidden', { field: 'modelId' });
      assert.match(problem.detail, listed.PRO.includes(id) ? /needs the pro tier/ : /needs the enterprise tier/);
    }
  }
  assert.equal((await new Chat(server, 'c', { token: 'dev:c:pro', model: 'grok-3' }).post('echo:x')).status, 201);
  assertProblem(
    await new Chat(server, 'c', { token: 'dev:c:enterprise', model: 'gpt-99' }).post('echo:x'),
    400,
    'invalid_request',
    { field: 'modelId' },
  );
});

test('C5: slash commands run before the model, and are answered as a stream', { timeout: 60000 }, async (t) => {
  const chat = await chatOn(t, { 'cache.replay_words_per_second': 0, 'chat.session_requests': 50, 'chat.rate': 200 });
  const { sessionId, chatId } = await chat.ask('echo:hello');
  const say = async (prompt) => (await chat.ask(prompt, { sessionId, modelId: undefined })).text;
  const names = ['/help', '/model', '/persona', '/clear', '/summary', '/export', '/usage'];
  const help = await say('/help');
  for (const name of names) assert.ok(help.includes(name), `${name} is listed: ${help}`);
  const unknown = await say('/frobnicate');
  for (const name of names) assert.ok(unknown.includes(name), `an unknown one is answered with the list: ${unknown}`);
  assert.match(unknown, /no command `\/frobnicate`/);

  assert.match(await say('/model'), /`grok-2`/);
  assert.match(await say('/model claude-opus-5-5'), /needs the enterprise tier/);
  assert.match(await say('/model gpt-6-luna'), /`gpt-6-luna` answers/);
  await chat.ask('echo:by the other one', { sessionId, modelId: undefined });
  const messages = (await chat.history({ chatId })).messages;
  assert.equal(messages.at(-1).modelId, 'gpt-6-luna', 'the chosen model answers where none is named');
  assert.equal(messages.at(-1).kind, 'chat');
  assert.equal(messages.at(-3).kind, 'command');
  assert.match(await say('/persona calm_coach'), /`calm_coach` answers/);
  assert.match(await say('/persona'), /is `calm_coach`/);
  assert.match(await say('/persona nobody'), /no such persona/);
  assert.ok((await say('/export')).includes(`/api/chat/${chatId}/export?format=pdf`));
  assert.match(await say('/usage'), /this conversation: 2 answers/);
  assert.ok((await say('/summary')).length > 0);
  assert.match(await say('/clear'), /\d+ messages of this conversation are forgotten/);
  const left = (await chat.history({ chatId })).messages;
  assert.deepEqual(
    left.map((message) => message.content).slice(0, 1),
    ['/clear'],
    'only what came after it',
  );
  assert.match(await say('/summary'), /nothing to sum up/);
  assert.equal((await chat.ask('/usr/bin is no command, is it? echo:no', { sessionId })).terminal.type, 'done');
});

test('C5: only a command that stands alone is one; all other words reach the model as they were written', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (call) => {
    await call.piece('Model.');
    await call.done();
  });
  const server = await startServer(t, { ...withProvider(provider), settings: { 'chat.session_requests': 100 } });
  const chat = new Chat(server, 'alice', { model: 'default' });
  const { sessionId, chatId } = await chat.ask('precious');
  const questions = [
    ['/clear the cache in Redis: how?'],
    ['  /CLEAR all of it'],
    ['/help me with this'],
    ['/usage of malloc?'],
    ['/export as CSV'],
    ['/summary\nof the book'],
    ['/model two words'],
    ['/persona of the narrator?'],
    ['/etc is a folder, why?'],
    ['/no_think hello'],
    ['/frobnicate now'],
    ['/usr/bin'],
    ['/* a comment */'],
    ['/'],
    ['// a comment'],
    ['//usr/bin'],
    ['//help', '/help'],
    [' //clear \n', ' /clear \n'],
    ['//model default', '/model default'],
    ['//frobnicate', '/frobnicate'],
  ];
  for (const [prompt, read = prompt] of questions) {
    const answer = await chat.ask(prompt, { sessionId });
    assert.equal(answer.text, 'Model.', prompt);
    assert.equal(provider.calls.at(-1).json.messages.at(-1).content, read, prompt);
  }
  assert.equal((await chat.history({ chatId })).messages[0].content, 'precious', 'nothing was cleared');
  const calls = provider.calls.length;
  for (const prompt of ['/HELP', ' \n/Usage\t', '/MODEL', '/model default', '/hlep', '/no_think']) {
    const answer = await chat.ask(prompt, { sessionId });
    assert.notEqual(answer.text, 'Model.', prompt);
  }
  assert.equal(provider.calls.length, calls, 'these are answered before the model');
  assert.match((await chat.ask('/no_think', { sessionId })).text, /write a second slash: `\/\/no_think`/);
  assert.match((await chat.ask('/help', { sessionId })).text, /A command stands alone/);
  assert.match((await chat.ask('/clear', { sessionId })).text, /are forgotten/);
});

test('C4, C5: a user whose tier no longer allows the model can use commands, and is told what to choose', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'chat.session_requests': 100 } });
  const was = new Chat(server, 'tia', { token: 'dev:tia:enterprise', model: 'grok-4.5' });
  const { sessionId } = await was.ask('echo:dear');
  const now = new Chat(server, 'tia', { token: 'dev:tia:basic' });
  const refusals = [
    await now.post('echo:x', { sessionId }),
    await now.post('echo:x', { sessionId, modelId: 'grok-4.5' }),
    await now.post('/summary', { sessionId }),
    await now.post('/clear the cache: how?', { sessionId }),
  ];
  for (const refused of refusals) {
    const problem = assertProblem(refused, 403, 'forbidden', { field: 'modelId' });
    assert.match(problem.detail, /grok-4\.5 .*needs the enterprise tier; yours is basic/);
    assert.match(problem.detail, /modelId.*\/model NAME: .*grok-2/);
  }
  const say = async (prompt, more = {}) => (await now.ask(prompt, { sessionId, ...more })).text;
  assert.match(await say('/help'), /\/model/);
  assert.match(await say('/usage', { modelId: 'grok-4.5' }), /1 answers/);
  assert.match(await say('/persona calm_coach', { modelId: 'there-is-none' }), /answers/);
  assert.match(await say('/export'), /export\?format=pdf/);
  assert.match(await say('/model'), /is `grok-4\.5`.*needs the enterprise tier[^]*- `grok-2`/);
  assert.match(await say('/model grok-2'), /`grok-2` answers/);
  assert.equal(await say('echo:again'), 'again', 'and the chat goes on');
  assert.match(await say('/clear'), /forgotten/);
  assert.equal((await now.post('/help')).status, 201, 'also where no model was ever chosen');
});

test("X15: a tier that the store has counts on every surface; a token's own comes before it", { timeout: 60000 }, async (t) => {
  const config = [
    '[tiers]\norder = ["lead", "silver", "gold"]\naliases = {}\n',
    table('[[providers]]', { name: 'scripted', kind: 'scripted', echo: true }),
    table('[[models]]', { alias: 'cheap', provider: 'scripted' }),
    table('[[models]]', { alias: 'dear', provider: 'scripted', tier: 'gold' }),
  ].join('\n');
  const server = await startServer(t, { config });
  await setTier(server.dataDir, 'ann', 'GOLD');
  const tierOf = (user, tier) => new Chat(server, user, { token: `dev:${user}${tier ?? ''}` });
  const listed = async (chat) => (await chat.call('GET', '/api/chat/models')).json;
  assert.equal((await listed(tierOf('ann'))).tier, 'gold');
  assert.equal((await listed(tierOf('bob'))).tier, 'lead');
  assert.equal((await listed(tierOf('ann', ':silver'))).tier, 'silver', 'the token says it');
  assert.equal((await tierOf('ann').post('echo:x', { modelId: 'dear' })).status, 201);
  assertProblem(await tierOf('bob').post('echo:x', { modelId: 'dear' }), 403, 'forbidden');

  const post = (path, json, token) =>
    call(server.port, 'POST', path, { json, headers: { authorization: `Bearer ${token}` } });
  for (const token of ['dev:ann', 'dev:ann:silver', 'dev:bob']) {
    assert.equal((await post('/assistant/request', { prompt: 'echo:x', mode: 'chat' }, token)).status, 201);
    const session = (await post('/chat/start', {}, token)).json.session_id;
    assert.equal((await post('/chat/message', { session_id: session, message: 'echo:x' }, token)).status, 200);
  }
  const logged = await until(5000, 'all runs are in the log', () => {
    const runs = server.logs().filter((line) => line.event === 'run_started');
    return runs.length === 7 && runs;
  });
  const tiers = (surface, user) => logged.filter((run) => run.surface === surface && run.user === user).map((run) => run.tier);
  for (const surface of ['assistant', 'persona']) {
    assert.deepEqual(tiers(surface, 'ann'), ['gold', 'silver'], surface);
    assert.deepEqual(tiers(surface, 'bob'), ['lead'], surface);
  }
});

test('C5: commands are told to no model; C1: the history is', { timeout: 30000 }, async (t) => {
  const provider = await startProvider(t, async (call) => {
    await call.piece(`answer ${call.number}`);
    await call.done();
  });
  const server = await startServer(t, withProvider(provider));
  const chat = new Chat(server, 'alice', { model: 'default' });
  const { sessionId } = await chat.ask('first question');
  await chat.ask('/help', { sessionId });
  assert.equal(provider.calls.length, 1);
  await chat.ask('/persona calm_coach', { sessionId });
  await chat.ask('second question', { sessionId });
  const [system, ...messages] = provider.calls[1].json.messages;
  assert.match(system.content, /./);
  assert.notEqual(system.content, provider.calls[0].json.messages[0].content, 'another persona');
  assert.deepEqual(
    messages.map(({ role, content }) => [role, content]),
    [
      ['user', 'first question'],
      ['assistant', 'answer 1'],
      ['user', 'second question'],
    ],
  );
});

test('C7: what was said before an error or a cancel is kept, and marked so', { timeout: 30000 }, async (t) => {
  const provider = await startProvider(t, async (call) => {
    await call.piece('half an ');
    if (call.json.messages.at(-1).content === 'fail') return call.inStreamError('overloaded');
    await call.stall();
  });
  const server = await startServer(t, withProvider(provider));
  const chat = new Chat(server, 'alice', { model: 'default' });
  const failed = await chat.ask('fail', { chatId: 'failed' });
  assert.equal(failed.terminal.type, 'error');
  assert.equal(typeof failed.terminal.message, 'string');
  const message = (await chat.history({ chatId: 'failed' })).messages[1];
  assert.deepEqual([message.content, message.state], ['half an ', 'failed']);

  const { sessionId } = await chat.start('stall', { chatId: 'cancelled' });
  const seen = new ChatTranscript();
  const following = chat.followToEnd(sessionId, { seen });
  await until(10000, 'the answer has begun', () => seen.text !== '');
  assert.equal((await chat.cancel(sessionId)).status, 204);
  await following;
  assert.deepEqual([seen.terminal.type, seen.terminal.code], ['error', 'cancelled']);
  await until(5000, 'X5: the provider is let go', () => provider.calls[1].closedAt !== null);
  assert.equal((await chat.cancel(sessionId)).status, 204, 'however often');
  const kept = (await chat.history({ chatId: 'cancelled' })).messages[1];
  assert.deepEqual([kept.content, kept.state], ['half an ', 'cancelled']);
});

test('C3: history is paged, in order, and stable while messages arrive', { timeout: 60000 }, async (t) => {
  const chat = await chatOn(t, { 'chat.rate': 1000 });
  const where = { chatId: 'long', projectId: 'p-1' };
  for (let i = 0; i < 6; i++) await chat.ask(`echo:answer ${i}`, { ...where, taskId: `t-${i % 2}` });
  await chat.ask('echo:elsewhere', { chatId: 'other', projectId: 'p-1' });
  const pages = [];
  let cursor;
  do {
    const page = await chat.history({ chatId: 'long', limit: 5, ...(cursor ? { cursor } : {}) });
    pages.unshift(page.messages.map((message) => message.content));
    cursor = page.nextCursor;
    await chat.ask(`echo:in between ${pages.length}`, where);
  } while (cursor);
  const wanted = Array.from({ length: 6 }, (_, i) => [`echo:answer ${i}`, `answer ${i}`]).flat();
  assert.deepEqual(pages.flat(), wanted);
  assert.deepEqual(pages.map((page) => page.length), [2, 5, 5]);
  const task = (await chat.history({ taskId: 't-1' })).messages;
  assert.deepEqual(
    task.filter((message) => message.role === 'assistant').map((message) => message.content),
    ['answer 1', 'answer 3', 'answer 5'],
  );
  const project = (await chat.history({ projectId: 'p-1', limit: 500 })).messages;
  assert.ok(project.some((message) => message.chatId === 'other'), 'over all chats');
});

test('C9: answers are liked and disliked; chats are listed', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  await chat.ask('echo:hello', { chatId: 'one' });
  await chat.ask('echo:hello', { chatId: 'two', projectId: 'p' });
  const [question, answer] = (await chat.history({ chatId: 'one' })).messages;
  assert.equal(answer.reaction, null);
  const path = `/api/chat/messages/${answer.id}/reaction`;
  const reaction = async () => (await chat.history({ chatId: 'one' })).messages[1].reaction;
  for (const wanted of ['like', 'dislike', 'dislike']) {
    assert.equal((await chat.call('PUT', path, { json: { reaction: wanted } })).status, 204);
    assert.equal(await reaction(), wanted);
  }
  assertProblem(await chat.call('PUT', path, { json: { reaction: 'love' } }), 400, 'invalid_request');
  assert.equal((await chat.call('DELETE', path)).status, 204);
  assert.equal(await reaction(), null);
  const own = `/api/chat/messages/${question.id}/reaction`;
  assertProblem(await chat.call('PUT', own, { json: { reaction: 'like' } }), 422, 'unprocessable');

  const list = (await chat.call('GET', '/api/chats')).json;
  assert.deepEqual(
    list.chats.map((each) => [each.chatId, each.title, each.projectId]),
    [
      ['two', 'echo:hello', 'p'],
      ['one', 'echo:hello', null],
    ],
  );
  const first = (await chat.call('GET', '/api/chats?limit=1')).json;
  assert.deepEqual(first.chats.map((each) => each.chatId), ['two']);
  const rest = (await chat.call('GET', `/api/chats?limit=1&cursor=${first.nextCursor}`)).json;
  assert.deepEqual(rest.chats.map((each) => each.chatId), ['one']);
  assert.equal(rest.nextCursor, null);
});

test('C10: metrics stand at /api/metrics, with hits and misses of the cache', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  await chat.ask('echo:hello');
  await chat.ask('echo:hello');
  const page = (await chat.call('GET', '/api/metrics')).text;
  assert.match(page, /^belay_cache_hits_total 1$/m);
  assert.match(page, /^belay_cache_misses_total 1$/m);
  assert.match(page, /^belay_cache_shared_total 0$/m);
});

test("X1: a session's stream resumes exactly, also one of its earlier answers; 204 after the end", { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  const first = await chat.ask('echo:20 words');
  const second = await chat.ask('echo:30 words', { sessionId: first.sessionId });
  assert.equal(second.text, words(30));
  for (const [answer, count] of [
    [first, 20],
    [second, 30],
  ]) {
    const half = answer.events.slice(0, 10);
    const seen = new ChatTranscript();
    half.forEach((event) => seen.accept({ ...event, data: JSON.stringify(event.data) }));
    await chat.followToEnd(first.sessionId, { seen });
    assert.equal(seen.text, words(count));
    const over = await chat.call('GET', `/api/chat/stream?sessionId=${first.sessionId}`, {
      headers: { 'last-event-id': answer.lastId },
    });
    assert.equal(over.status, 204);
  }
  const [epoch, offset] = second.lastId.split('-').map(Number);
  assert.ok(Number.isSafeInteger(offset));
  for (const ahead of [`${epoch}-${offset + 1}`, `${epoch}-${offset + 2 ** 40}`])
    assertProblem(
      await chat.call('GET', `/api/chat/stream?sessionId=${first.sessionId}&last_event_id=${ahead}`),
      409,
      'position_ahead',
    );
});

test('X13: the same Idempotency-Key gives the same session, another body is refused', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t);
  const headers = { 'idempotency-key': 'k-1' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => chat.post('echo:once', { headers })));
  for (const answer of answers) assert.deepEqual([answer.status, answer.json], [201, answers[0].json]);
  await chat.followToEnd(answers[0].json.sessionId);
  assert.deepEqual((await chat.post('echo:once', { headers })).json, answers[0].json, 'also when it is over');
  assert.equal((await chat.history({ chatId: answers[0].json.chatId })).messages.length, 2);
  assertProblem(await chat.post('echo:twice', { headers }), 422, 'idempotency_mismatch');
});

test('rates and numbers at once are limited, with RateLimit headers', { timeout: 30000 }, async (t) => {
  const chat = await chatOn(t, { 'chat.rate': 3, 'chat.max_active_per_user': 2 });
  const first = await chat.post('echo:500 words @50/s');
  assert.match(first.headers['ratelimit-policy'], /"chat\.rate";q=3;w=60/);
  assert.match(first.headers.ratelimit, /"chat\.rate";r=2/);
  const second = await chat.post('echo:500 words @50/s');
  assertProblem(await chat.post('echo:x'), 429, 'too_many_active');
  for (const { json } of [first, second]) await chat.cancel(json.sessionId);
  await until(5000, 'the places are free', async () => (await chat.post('echo:third')).status === 201);
  const refused = await chat.post('echo:fourth');
  assert.equal(assertProblem(refused, 429, 'rate_limited').limit, 'chat.rate');
  assert.equal((await new Chat(chat.server, 'bob', { model }).post('echo:x')).status, 201, 'each user for himself');
});

test('the surface can be moved and switched off', { timeout: 30000 }, async (t) => {
  const moved = await chatOn(t, { 'chat.prefix': '/support' });
  const answer = await moved.call('POST', '/support/api/chat/start', { json: { modelId: model, prompt: 'echo:x' } });
  assert.equal(answer.status, 201);
  assert.match(answer.headers.location, /^\/support\/api\/chat\/stream\?sessionId=/);
  assertProblem(await moved.post('echo:x'), 404, 'not_found');
  const off = await chatOn(t, { 'chat.enabled': 'false' });
  assertProblem(await off.post('echo:x'), 404, 'not_found');
});

test('two surfaces that come to share a path are a start-up error', { timeout: 30000 }, async (t) => {
  const meeting = startServer(t, { settings: { 'persona.prefix': '/api' } }); // makes a second /api/chat/start
  await assert.rejects(meeting, (error) => /Two routes want POST \/api\/chat\/start/.test(error.message));
});
