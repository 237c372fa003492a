// K70–K73: HttpAgent of @ag-ui/client, as npm has it, unmodified.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { EventSchema, RunAgentInputSchema } from '@ag-ui/core/schemas';
import { CuttableAgents, agent, api, ask, hydrated, optionsOf, run, said, shown, textOf, watchWarnings } from './lib/ag_ui.mjs';
import { withProvider, withScriptedModel } from './lib/config.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { keeper } from './lib/keeper.mjs';
import { begunSoFar } from './lib/metrics_page.mjs';
import { heldProvider, startProvider } from './lib/provider.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { sendWild, wildValues } from './lib/wild_requests.mjs';

const random = new Random();
const rounds = Number(process.env.BELAY_ROUNDS ?? 25);
const scripted = withScriptedModel();
// Many answers in a short time.
const busy = { settings: { 'ag_ui.rate': '10000', 'ag_ui.max_active_per_user': '100' } };
const tool = { name: 'set_tempo', description: 'Sets it.', parameters: { type: 'object', properties: { bpm: { type: 'number' } } } };

const has = (its, text) => until(20000, () => `it shows ${text}, not ${JSON.stringify(shown(its))}`, () => its.messages.some((each) => textOf(each).includes(text)));
const typesOf = (outcome) => outcome.events.map(({ type }) => type);
const input = (threadId, runId, messages, more = {}) => ({ threadId, runId, state: {}, messages, tools: [], context: [], forwardedProps: {}, ...more });
// The events of a stream, as bytes: without the time to reconnect, which is random.
const bytesOf = (text) => text.replace(/^retry: \d+\n/, '');
const dataOf = (text) => text.split('\n').filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)));

test('AG-UI', { timeout: 120000 }, async (t) => {
  const warnings = watchWarnings(t);
  const server = await startServer(t, scripted);
  const open = (threadId, more) => agent(server, { threadId, ...more });

  await t.test('K70: text, ids, events, usage', async () => {
    const its = open('t1');
    let finished;
    const runId = randomUUID();
    const outcome = await ask(its, 'echo:Hello there, 世界.', { runId }, { onRunFinishedEvent: (end) => void (finished = end) });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(shown(its), ['user: echo:Hello there, 世界.', 'assistant: Hello there, 世界.']);
    const types = typesOf(outcome);
    assert.deepEqual(types.filter((type) => type !== 'TEXT_MESSAGE_CONTENT'), ['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_END', 'RUN_FINISHED']);
    assert.ok(types.filter((type) => type === 'TEXT_MESSAGE_CONTENT').length >= 1);
    for (const at of [0, -1]) assert.deepEqual([outcome.events.at(at).threadId, outcome.events.at(at).runId], ['t1', runId]);
    assert.match(its.messages[1].id, /^\d{8}T.*-a$/);
    assert.deepEqual(outcome.result, { finishReason: 'stop' });
    assert.deepEqual(outcome.newMessages, [its.messages[1]]);
    assert.equal(finished.outcome, 'success');
    const [usage] = finished.event.usage;
    assert.equal(usage.model, 'default');
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
  });

  await t.test('K71: turns, the same question again, an edited one: nothing is overwritten', async () => {
    const its = open('turns');
    await ask(its, 'echo:One.');
    await ask(its, 'echo:Two.');
    assert.deepEqual(shown(its), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
    const two = its.messages[3].id;
    its.setMessages(its.messages.slice(0, 3));
    assert.equal((await run(its)).error, undefined);
    assert.deepEqual(shown(its), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
    assert.notEqual(its.messages[3].id, two);
    assert.deepEqual(shown(await hydrated(server, 'turns')), shown(its));
    assert.equal((await hydrated(server, 'turns')).messages[3].id, its.messages[3].id);
    its.setMessages([]);
    await ask(its, 'echo:Uno.');
    assert.deepEqual(shown(await hydrated(server, 'turns')), ['user: echo:Uno.', 'assistant: Uno.']);
  });

  await t.test('K71: a page that was filled by the server goes on with the same messages', async () => {
    const its = open('filled');
    await ask(its, 'echo:One.');
    const { messages, activeRunId } = await hydrated(server, 'filled');
    assert.equal(activeRunId, null);
    assert.deepEqual(messages[1], its.messages[1], 'as it was streamed');
    const other = open('filled', { messages });
    await ask(other, 'echo:Two.');
    assert.deepEqual(shown(await hydrated(server, 'filled')), ['user: echo:One.', 'assistant: One.', 'user: echo:Two.', 'assistant: Two.']);
  });

  await t.test('K72: refusals are shown parsed', async () => {
    const { error } = await ask(open('refused'), 'Hi', { forwardedProps: { model: 'none' } });
    assert.equal(error.status, 400);
    assert.equal(error.payload.message, 'There is no model "none".');
    assert.equal(error.payload.code, 'invalid_request');
    assert.equal(error.payload.field, 'forwardedProps.model');
    const stranger = open('refused');
    stranger.headers = {};
    assert.match((await ask(stranger, 'Hi')).error.payload.message, /^Sign in: /);
    const nothing = await run(open('refused'));
    assert.equal(nothing.error.payload.field, 'messages');
    const unfit = await ask(open('a thread'), 'Hi');
    assert.equal(unfit.error.payload.field, 'threadId');
    const interrupted = await ask(open('refused'), 'Hi', { resume: [{ interruptId: 'i', status: 'resolved' }] });
    assert.equal(interrupted.error.payload.field, 'resume');
  });

  await t.test('K72: what is another user’s is answered as what never was', async () => {
    await ask(open('secret'), 'echo:secret words', { runId: 'r1' });
    const bob = agent(server, { threadId: 'secret', user: 'bob' });
    assert.ok((await run(bob, { runId: 'r1' })).error, 'nothing to attach to');
    await ask(bob, 'echo:Mine.', { runId: 'r1' });
    assert.deepEqual(shown(bob), ['user: echo:Mine.', 'assistant: Mine.']);
    assert.deepEqual(shown(await hydrated(server, 'secret', 'bob')), shown(bob));
    assert.equal((await api(server, 'carl')('POST', '/ag-ui/secret/stop', {})).status, 404);
    assert.equal((await api(server, 'carl')('DELETE', '/ag-ui/secret')).status, 204);
    assert.equal((await hydrated(server, 'secret')).messages.length, 2);
    assert.equal((await api(server)('DELETE', '/ag-ui/secret')).status, 204);
    assert.deepEqual((await hydrated(server, 'secret')).messages, []);
    const removed = await ask(open('secret'), 'echo:Again.', { runId: 'r1' });
    assert.deepEqual([removed.error.status, removed.error.payload.code, removed.error.payload.field], [410, 'expired', 'runId']);
    await ask(open('secret'), 'echo:Again.');
    assert.deepEqual(shown(await hydrated(server, 'secret')), ['user: echo:Again.', 'assistant: Again.']);
  });

  assert.deepEqual(warnings, [], 'the client had nothing to remove');
});

test('K72: a run by its id: in the middle, after its end, and unwatched', { timeout: 60000 }, async (t) => {
  watchWarnings(t);
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const first = agent(server, { threadId: 't' });
  const running = begin(ask(first, 'Hi', { runId: 'r' }));
  await has(first, 'Half, ');
  const { messages, activeRunId } = await hydrated(server, 't');
  assert.deepEqual(shown(messages), ['user: Hi']);
  assert.equal(activeRunId, 'r', 'a page that is loaded again knows what to attach to');
  const second = agent(server, { threadId: 't', messages });
  const attached = begin(run(second, { runId: activeRunId }));
  await has(second, 'Half, ');
  assert.equal(second.messages[1].id, first.messages[1].id);
  // abortRun() is a disconnect: both clients leave, and the answer goes on.
  first.abortRun();
  second.abortRun();
  await Promise.all([running, attached]);
  provider.release();
  await until(20000, 'the answer is stored', async () => (await hydrated(server, 't')).messages.length === 2);
  assert.equal((await hydrated(server, 't')).activeRunId, null);
  const outcomes = [];
  for (const list of [messages, []]) {
    const fresh = agent(server, { threadId: 't', messages: list });
    outcomes.push(await run(fresh, { runId: 'r' }));
    assert.deepEqual(shown(fresh), [...shown(list), 'assistant: Half, whole.']);
    assert.equal(fresh.messages.at(-1).id, first.messages[1].id);
  }
  assert.deepEqual(outcomes[0].events, outcomes[1].events);
  assert.equal(provider.calls.length, 1, 'one provider call');
});

test('K72: two clients that start the same run at once have one', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const all = Array.from({ length: 6 }, () => agent(server, { threadId: 't', messages: [said('Hi', 'm1')] }));
  const running = all.map((each) => begin(run(each, { runId: 'r' })));
  for (const each of all) await has(each, 'Half, ');
  provider.release();
  const outcomes = await Promise.all(running);
  for (const outcome of outcomes) assert.deepEqual(outcome.events, outcomes[0].events);
  for (const each of all) assert.deepEqual(shown(each), ['user: Hi', 'assistant: Half, whole.']);
  assert.equal(provider.calls.length, 1);
});

const pieces = Array.from({ length: 60 }, (_, i) => `piece ${i}, `);

test('K72: cuts at random bytes, shutdowns and kill -9: exact in the end, one provider call', { timeout: 60000 + 10000 * rounds }, async (t) => {
  const provider = await startProvider(t, keeper(pieces, { pace: 10 }), { protocol: 'responses' });
  const server = await startServer(t, { ...withProvider(provider, { background: true, idle_timeout: '20s' }), settings: { ...busy.settings, 'process.drain_time': '100ms' }, restarts: true });
  const cuts = new Map();
  const cutter = await startCutter(t, server.port, (number) => cuts.get(number) ?? null);
  const agents = new CuttableAgents(t);
  let cut = 0;
  for (let i = 0; i < rounds; ++i) {
    const runId = `r${i}`;
    const options = optionsOf(server, { threadId: `t${i}`, origin: cutter.origin, messages: [said(`Go on ${i}`)] });
    cuts.set(cutter.connections, { after: random.between(400, 6000) });
    const [kills, stops] = [i % 5 === 4, i % 5 === 2];
    const posted = provider.calls.filter((each) => each.method === 'POST').length;
    const begun = await begunSoFar(server);
    let outcome;
    let attempt = begin(agents.run(options, runId));
    if (kills || stops) {
      // Only then does the server know what to ask the provider for again.
      await until(20000, 'the answer has begun', async () => (await begunSoFar(server)) > begun);
      await sleep(random.between(100, 500));
      if (stops) await server.sigterm();
      await server.restart();
    }
    for (let tries = 0; ; ++tries) {
      outcome = await within(20000, 'the client is done', attempt);
      if (outcome.types.includes('RUN_FINISHED')) break;
      assert.ok(outcome.error, `${i}: half an answer is never taken for a whole one: ${outcome.types.join(' ')}`);
      assert.ok(tries < 100, `${i}: ${outcome.error}`);
      ++cut;
      await sleep(20);
      if (tries < 4) cuts.set(cutter.connections, { after: random.between(300, 9000) });
      attempt = begin(agents.run(options, runId));
    }
    assert.deepEqual(shown(outcome.messages), [`user: Go on ${i}`, `assistant: ${pieces.join('')}`], `${i}`);
    assert.equal((await hydrated(server, `t${i}`)).messages[1].id, outcome.messages[1].id);
    assert.equal(provider.calls.filter((each) => each.method === 'POST').length, posted + 1, `${i}: one provider call`);
  }
  assert.deepEqual(provider.failures, []);
  t.diagnostic(`BELAY_SEED=${seed}; ${cut} cuts`);
  assert.ok(cut >= rounds, 'they were cut');
});

test('K72: the loop of docs/guides/clients.md goes on over cuts', { timeout: 60000 }, async (t) => {
  const guide = await readFile(new URL('../../docs/guides/clients.md', import.meta.url), 'utf8');
  const code = /^\*\*AG-UI\.\*\*[^]*?```js\n([^]*?)```/m.exec(guide)[1];
  assert.ok(code.split('\n').length <= 16);
  const provider = await startProvider(t, async (its) => {
    for (const piece of pieces) {
      await its.piece(piece);
      await its.wait(5);
    }
    await its.done();
  });
  const server = await startServer(t, withProvider(provider));
  const cutter = await startCutter(t, server.port, (number) => (number < 4 ? { after: 1500 + 1000 * number } : null));
  const asked = code.replace("import { HttpAgent } from '@ag-ui/client';", "const { HttpAgent } = await import('@ag-ui/client');").replace('https://HOST', cutter.origin);
  const body = `process.on('unhandledRejection', () => {});
    console.error = () => {};
    const { parentPort, workerData: token } = require('node:worker_threads');
    (async () => { ${asked}; parentPort.postMessage(agent.messages); })();`;
  const worker = new Worker(body, { eval: true, workerData: server.tokenFor('alice') });
  t.after(() => worker.terminate());
  const messages = await within(30000, 'the loop ends', new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject)));
  assert.deepEqual(shown(messages), ['user: Plan two days in Lyon', `assistant: ${pieces.join('')}`]);
  assert.equal(cutter.connections, 5);
  assert.equal(provider.calls.length, 1);
});

test('K72: a replay equals the first delivery byte for byte', { timeout: 120000 }, async (t) => {
  const provider = await startProvider(t, async (its) => {
    await its.thought('Hm.');
    for (let i = 0; i < 200; ++i) await its.piece(`Piece ${i} ${'世界 '.repeat(30)}, `);
    await its.toolCall(0, { id: 'p1', name: 'set_tempo', pieces: ['{"bpm":', '120}'] });
    await its.toolCall(1, { id: 'p2', name: 'set_tempo', pieces: ['{}'] });
    await its.done('tools');
  });
  const settings = { ...busy.settings, 'engine.log_window': '16KiB', 'engine.replay_cache': '1MiB' };
  const server = await startServer(t, { ...withProvider(provider, {}, '', { reasoning: 'show' }), settings, restarts: true });
  const post = (headers = {}) => api(server)('POST', '/ag-ui', input('t', 'r', [said('Hi', 'm')], { tools: [tool] }), headers);
  const first = await post();
  assert.equal(first.status, 200);
  const all = bytesOf(first.text);
  assert.ok(!all.includes('\r'));
  assert.match(all, /\nid: 1-\d+\n\n$/);
  for (const when of ['after its end', 'after kill -9', 'once more']) {
    assert.equal(bytesOf((await post()).text), all, when);
    // From any position on, as other clients of the stream ask for it.
    for (const [whole, id] of [...all.matchAll(/\nid: (1-\d+)\n\n/g)].filter((_, i) => i % 20 === 0).map((match) => [match, match[1]])) {
      const { text } = await post({ 'Last-Event-ID': id });
      assert.equal(bytesOf(text), all.slice(whole.index + whole[0].length), `${when}, behind ${id}`);
    }
    if (when !== 'once more') await server.restart();
  }
  assert.equal(provider.calls.length, 1);
});

test('K70, K73: every event is in the protocol’s schema, and everything is closed at every end', { timeout: 60000 }, async (t) => {
  const warnings = watchWarnings(t);
  const provider = await startProvider(t, async (its) => {
    if (its.prompt.includes('fail')) {
      await its.piece('Half');
      return its.inStreamError('It fell.');
    }
    await its.thought('Hm.');
    await its.piece('Text');
    if (its.prompt.includes('stop text')) return its.stall();
    if (its.prompt.includes('stop call')) {
      await its.toolCall(0, { id: 'p1', name: 'set_tempo', pieces: ['{"bpm":'] });
      return its.stall();
    }
    await its.toolCall(0, { id: 'p1', name: 'set_tempo', pieces: ['{"bpm":', '1}'] });
    await its.done(its.prompt.includes('length') ? 'length' : 'tools');
  });
  const server = await startServer(t, withProvider(provider, {}, '', { reasoning: 'show' }));
  const text = ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT'];
  const thought = ['RUN_STARTED', 'REASONING_START', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END'];
  const called = ['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_ARGS', 'TOOL_CALL_END'];
  const wanted = {
    tools: [...thought, ...text, 'TEXT_MESSAGE_END', ...called, 'RUN_FINISHED'],
    length: [...thought, ...text, 'TEXT_MESSAGE_END', ...called, 'RUN_FINISHED'],
    fail: ['RUN_STARTED', ...text, 'TEXT_MESSAGE_END', 'RUN_ERROR'],
    'stop text': [...thought, ...text, 'TEXT_MESSAGE_END', 'RUN_FINISHED'],
    'stop call': [...thought, ...text, 'TEXT_MESSAGE_END', 'TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'RUN_FINISHED'],
  };
  for (const [prompt, types] of Object.entries(wanted)) {
    const threadId = prompt.replace(' ', '-');
    const its = agent(server, { threadId });
    let ended;
    let failed;
    const running = begin(ask(its, prompt, { runId: 'r', tools: [tool] }, { onRunFinishedEvent: (end) => void (ended = end), onRunErrorEvent: (end) => void (failed = end) }));
    if (prompt.startsWith('stop')) {
      const last = prompt === 'stop call' ? () => its.messages.some((each) => each.toolCalls?.[0].function.arguments === '{"bpm":') : () => its.messages.some((each) => textOf(each) === 'Text');
      await until(15000, () => `it runs: ${JSON.stringify(its.messages)}`, last);
      assert.deepEqual((await api(server)('POST', `/ag-ui/${threadId}/stop`, { runId: 'r' })).json, { success: true });
    }
    const outcome = await within(15000, `${prompt} ends`, running);
    assert.equal(outcome.error, undefined, prompt);
    assert.deepEqual(typesOf(outcome), types, prompt);
    const raw = await api(server)('POST', '/ag-ui', input(threadId, 'r', []));
    for (const event of dataOf(raw.text)) {
      assert.deepEqual(EventSchema.parse(event), event);
      assert.ok(!JSON.stringify(event).includes('null'));
    }
    assert.deepEqual(dataOf(raw.text).map(({ type }) => type), types);
    if (prompt === 'fail') {
      assert.equal(failed.event.code, 'provider_unavailable', JSON.stringify(failed.event));
      assert.ok(failed.event.message.endsWith('.'));
      assert.equal(ended, undefined);
      assert.deepEqual(shown(its), ['user: fail', 'assistant: Half']);
    } else {
      assert.equal(ended.outcome, prompt.startsWith('stop') ? 'cancelled' : 'success');
      assert.deepEqual(outcome.result, { tools: { finishReason: 'tool_calls' }, length: { finishReason: 'length' } }[prompt]);
      assert.deepEqual(its.messages.map(({ role }) => role), ['user', 'reasoning', 'assistant']);
      assert.equal(its.messages[1].content, 'Hm.');
    }
    if (prompt === 'tools') {
      assert.deepEqual(ended.pendingToolCallIds, [its.messages[2].toolCalls[0].id]);
      assert.deepEqual(its.messages[2].toolCalls[0].function, { name: 'set_tempo', arguments: '{"bpm":1}' });
      assert.deepEqual((await hydrated(server, threadId)).messages.slice(1), its.messages.slice(1), 'a page that is filled shows what was streamed');
    }
  }
  assert.deepEqual(warnings, []);
});

test('K73: tools of the client, and their results on the way back', { timeout: 60000 }, async (t) => {
  const warnings = watchWarnings(t);
  const provider = await startProvider(t, async (its) => {
    const last = its.json.messages.at(-1);
    if (last.role === 'user' && last.content.includes('faster')) {
      await its.piece('I will. ');
      await its.toolCall(0, { id: 'p1', name: 'set_tempo', pieces: ['{"bpm":', '120}'] });
      await its.toolCall(1, { id: 'p2', name: 'set_tempo', pieces: ['{"bpm":130}'] });
      return its.done('tools');
    }
    await its.piece(last.role === 'tool' ? 'It is faster.' : 'You are welcome.');
    await its.done();
  });
  const server = await startServer(t, withProvider(provider));
  const its = agent(server, { threadId: 't' });
  const tools = [tool];
  const called = [];
  await ask(its, 'faster', { tools }, { onToolCallEndEvent: ({ event, toolCallName, toolCallArgs }) => void called.push([event.toolCallId, toolCallName, toolCallArgs]) });
  assert.deepEqual(called.map(([, ...rest]) => rest), [['set_tempo', { bpm: 120 }], ['set_tempo', { bpm: 130 }]]);
  assert.deepEqual(provider.calls[0].json.tools[0].function, tool);
  const answer = its.messages[1];
  assert.equal(answer.content, 'I will. ');
  assert.deepEqual(answer.toolCalls.map(({ id }) => id), called.map(([id]) => id));
  answer.toolCalls.forEach((each, i) => its.addMessage({ id: randomUUID(), role: 'tool', toolCallId: each.id, content: `done ${i}` }));
  assert.equal((await run(its, { tools })).error, undefined);
  assert.deepEqual(shown(its), ['user: faster', 'assistant: I will. ', 'tool: done 0', 'tool: done 1', 'assistant: It is faster.']);
  const sent = provider.calls[1].json.messages;
  assert.deepEqual(sent.map(({ role }) => role).filter((role) => role !== 'system'), ['user', 'assistant', 'tool', 'tool']);
  assert.deepEqual(sent.at(-3).tool_calls.map((each) => JSON.parse(each.function.arguments)), [{ bpm: 120 }, { bpm: 130 }]);
  assert.deepEqual(sent.slice(-2).map(({ tool_call_id, content }) => [tool_call_id, content]), sent.at(-3).tool_calls.map(({ id }, i) => [id, `done ${i}`]));
  await ask(its, 'Thanks', { tools });
  assert.equal(textOf(its.messages.at(-1)), 'You are welcome.');
  // The results are the client's; the thread has what was said.
  const { messages } = await hydrated(server, 't');
  assert.deepEqual(shown(messages), ['user: faster', 'assistant: I will. ', 'assistant: It is faster.', 'user: Thanks', 'assistant: You are welcome.']);
  assert.deepEqual(messages[1].toolCalls, answer.toolCalls);
  // The answer to the results once more: another branch, beside the first one.
  const again = agent(server, { threadId: 't', messages: its.messages.slice(0, 4) });
  assert.equal((await run(again, { tools })).error, undefined);
  assert.deepEqual(shown(await hydrated(server, 't')), ['user: faster', 'assistant: I will. ', 'assistant: It is faster.']);
  assert.deepEqual(warnings, []);
});

test('K72: a stop from anywhere ends the run for all its readers', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const first = agent(server, { threadId: 't' });
  const running = begin(ask(first, 'Hi', { runId: 'r' }));
  await has(first, 'Half, ');
  const second = agent(server, { threadId: 't', messages: [said('Hi')] });
  const attached = begin(run(second, { runId: 'r' }));
  await has(second, 'Half, ');
  const stop = (user, json) => api(server, user)('POST', '/ag-ui/t/stop', json);
  assert.equal((await stop('bob', {})).status, 404);
  assert.deepEqual((await stop('alice', { runId: 'stale' })).json, { success: true });
  await sleep(200);
  assert.ok(first.isRunning && second.isRunning);
  assert.deepEqual((await stop('alice')).json, { success: true });
  for (const outcome of await within(15000, 'both end', Promise.all([running, attached]))) {
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.events.at(-1).outcome, { type: 'cancelled' });
  }
  const its = await provider.call(1);
  await until(15000, 'the provider’s call is closed', () => its.closedAt !== null);
  const kept = await hydrated(server, 't');
  assert.deepEqual(shown(kept), ['user: Hi', 'assistant: Half, ']);
  assert.equal(kept.activeRunId, null);
  assert.deepEqual((await stop('alice')).json, { success: true }, 'it may be repeated');
});

test('K71: a question that is asked again ends the answer that it replaces', { timeout: 60000 }, async (t) => {
  watchWarnings(t);
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const its = agent(server, { threadId: 't' });
  const left = begin(ask(its, 'Hi'));
  await has(its, 'Half, ');
  its.abortRun();
  await left;
  its.setMessages(its.messages.slice(0, 1));
  const again = begin(run(its));
  const replaced = await provider.call(1);
  await until(15000, 'the first call is closed', () => replaced.closedAt !== null);
  provider.release();
  await again;
  assert.deepEqual(shown(its), ['user: Hi', 'assistant: Half, whole.']);
  assert.deepEqual(shown(await hydrated(server, 't')), shown(its));
});

test('X2: after kill -9 an answer that no model can continue is interrupted, or starts again for a client that can drop it', { timeout: 60000 }, async (t) => {
  watchWarnings(t);
  let calls = 0;
  const provider = await startProvider(t, async (its) => {
    ++calls;
    await its.piece('Half, ');
    if (calls % 2 === 1) return its.stall();
    await its.piece('whole.');
    await its.done();
  });
  const server = await startServer(t, { ...withProvider(provider), restarts: true });
  const agents = new CuttableAgents(t);
  for (const [query, text] of [['', 'Half, '], ['?restarts=1', 'Half, whole.']]) {
    calls = 0;
    const begun = await begunSoFar(server);
    const threadId = `t${query.length}`;
    const options = optionsOf(server, { threadId, query, messages: [said('Hi')] });
    const cut = begin(agents.run(options, 'r'));
    await until(15000, 'half of it is there', async () => (await begunSoFar(server)) > begun);
    await sleep(100); // and is in the journal
    await server.restart();
    assert.ok((await cut).error);
    // The one way to drop a message: the client's own subscriber.
    const its = agent(server, { threadId, query, messages: [said('Hi')] });
    const errors = [];
    const { events, error } = await run(its, { runId: 'r' }, {
      onRunErrorEvent: ({ event }) => void errors.push(event.code),
      onCustomEvent: ({ event, messages }) => ({ messages: messages.filter(({ id }) => id !== event.value.messageId) }),
    });
    assert.equal(error, undefined);
    assert.equal(textOf(its.messages.at(-1)), text);
    assert.deepEqual(errors, query === '' ? ['interrupted'] : []);
    assert.equal(events.filter(({ type, name }) => type === 'CUSTOM' && name === 'restarted').length, query === '' ? 0 : 1);
    assert.equal(textOf((await hydrated(server, threadId)).messages[1]), text);
  }
});

const { pick, chance, any, maybe, some, chosen } = wildValues(random, { oneIn: 30, more: ['x', '\ud83d', 'x'.repeat(300)] });

// A request that is made from the protocol’s schema, and is often wrong somewhere.
function wildRequest() {
  const source = () => maybe(pick([{ type: maybe('data'), value: maybe('AAEC'), mimeType: maybe('image/png') }, { type: 'url', value: maybe('https://x.example/a') }, { type: 'file', value: 'f' }]));
  const part = () => maybe(pick([{ type: maybe('text'), text: maybe('Hi') }, { type: 'image', source: source() }, { type: 'document', source: source(), metadata: maybe({ filename: maybe('a.pdf') }) }, { type: 'audio', source: source() }, { type: 'binary', mimeType: 'image/png', data: maybe('AAEC') }]));
  const content = () => maybe(pick(['echo:Hi', 'echo:Hi', some(part)]));
  const toolCall = () => maybe({ id: maybe(pick(['a', 'b'])), type: 'function', function: maybe({ name: maybe('cut'), arguments: maybe(pick(['{}', '{"a"', '', '[]'])) }) });
  const message = () =>
    maybe(
      pick([
        { id: maybe('u'), role: maybe('user'), content: content() },
        { id: maybe('a'), role: 'assistant', content: maybe('Yes.') },
        { id: 'a', role: 'assistant', toolCalls: maybe(some(toolCall)) },
        { id: 't', role: 'tool', toolCallId: maybe(pick(['a', 'b'])), content: maybe('done'), error: maybe(undefined) },
        { id: 's', role: pick(['system', 'developer']), content: maybe('Obey.') },
        { id: 'r', role: 'reasoning', content: maybe('Hm.') },
        { id: 'c', role: 'activity', activityType: 'plan', content: maybe({ a: 1 }) },
      ]),
    );
  const members = {
    threadId: maybe(pick(['wild', `wild-${random.between(1, 5)}`])),
    runId: maybe(chance(20) ? 'known' : randomUUID()),
    messages: maybe([...some(message), { id: 'm', role: 'user', content: 'echo:Hi' }]),
    tools: maybe(some(() => maybe({ name: maybe(pick(['cut', 'paste'])), description: maybe('It.'), parameters: maybe({ type: 'object' }) }))),
    context: maybe(some(() => maybe({ description: maybe('a'), value: maybe('b') }))),
    forwardedProps: maybe(pick([{}, { model: maybe('default') }])),
    state: any(),
    resume: maybe([]),
    parentRunId: any(),
    protocolVersion: any(),
    [pick(['extra', 'user', 'stream'])]: any(),
  };
  const isRequired = (name) => ['threadId', 'runId', 'messages'].includes(name);
  return chosen(members, (name) => (isRequired(name) ? !chance(60) : chance(3)));
}

test('K72: wild requests are answered, or refused by name, and never with a 500', { timeout: 240000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'ag_ui.rate': 10000, 'ag_ui.max_active_per_user': 100 } });
  let fine = 0;
  const statuses = await sendWild(t, server, {
    paths: Array(8).fill('/ag-ui'),
    rounds: 250,
    headers: { authorization: 'Bearer dev:alice' },
    wildRequest,
    check: ({ json, status, answer, text, shown: exchange }) => {
      if (RunAgentInputSchema.safeParse(json).success) ++fine;
      if (status === 200) {
        const types = dataOf(text).map(({ type }) => type);
        assert.equal(types[0], 'RUN_STARTED', exchange);
        assert.ok(['RUN_FINISHED', 'RUN_ERROR'].includes(types.at(-1)), exchange);
        return;
      }
      assert.ok(status === 400 || status === 409, exchange);
      assert.ok(answer.field && answer.code, exchange);
      assert.ok(answer.message.endsWith('.'), exchange);
    },
  });
  t.diagnostic(`${fine} in the schema`);
  assert.ok(statuses[200] > 200 && statuses[400] > 200, JSON.stringify(statuses));
});
