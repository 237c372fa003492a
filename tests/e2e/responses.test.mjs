// K20–K25, K40, K41: clients of OpenAI's Responses, as npm has them, unmodified.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { withProvider, withScriptedModel } from './lib/config.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { ChatOpenAI, checkErrors, load, OpenAI, openai, skip } from './lib/openai_clients.mjs';
import { heldProvider, startProvider } from './lib/provider.mjs';
import { Random, seed } from './lib/random.mjs';
import { callTwoTools, checkRetry, rejection } from './lib/sdk.mjs';
import { startServer } from './lib/server.mjs';
import { assertAnsweredOrRefused, sendWild, wildValues } from './lib/wild_requests.mjs';

const { createOpenAI } = await load('@ai-sdk/openai');
const { generateText } = await load('ai');
const { aiSdkProvider, checkAiSdk } = await load('./ai_sdk.mjs');

const model = 'default';
const input = 'echo:Hello there, 世界.';
const long = (count, rate) => `echo:${count} words${rate ? ` @${rate}/s` : ''}`;

// What an SDK's stream gives: {text, events}.
async function readAll(stream, seen = { text: '', events: [] }) {
  for await (const event of stream) {
    seen.events.push(event);
    if (event.type === 'response.output_text.delta') seen.text += event.delta;
  }
  return seen;
}
const numbers = (events) => events.map((event) => event.sequence_number);
const upTo = (count) => Array.from({ length: count }, (_, number) => number);
const idOf = (seen) => seen.events[0].response.id;

const random = new Random();

const scripted = withScriptedModel({ can_continue: true });

test('OpenAI’s JavaScript SDK', { skip, timeout: 120000 }, async (t) => {
  const server = await startServer(t, scripted);
  const client = openai(server);

  await t.test('K20: the whole response', async () => {
    const response = await client.responses.create({ model, input, instructions: 'Be brief.', metadata: { a: 'b' }, temperature: 0.5 });
    assert.equal(response.object, 'response');
    assert.match(response.id, /^resp_\d{8}T/);
    assert.equal(response.status, 'completed');
    assert.equal(response.model, model);
    assert.ok(Math.abs(response.created_at - Date.now() / 1000) < 60);
    assert.equal(response.output_text, 'Hello there, 世界.');
    assert.deepEqual(response.output, [
      {
        id: response.output[0].id,
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Hello there, 世界.' }],
        status: 'completed',
      },
    ]);
    const { usage } = response;
    assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0);
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
    assert.equal(typeof usage.input_tokens_details.cached_tokens, 'number');
    assert.equal(typeof usage.output_tokens_details.reasoning_tokens, 'number');
    assert.deepEqual([response.instructions, response.metadata, response.temperature], ['Be brief.', { a: 'b' }, 0.5]);
    assert.deepEqual([response.error, response.incomplete_details, response.previous_response_id], [null, null, null]);
    assert.deepEqual([response.store, response.background], [true, false]);
    assert.match(response._request_id, /^[0-9a-f]{32}$/);
    assert.deepEqual({ ...(await client.responses.retrieve(response.id)), _request_id: 0 }, { ...response, _request_id: 0 }, 'K22: the same by its id');
  });

  await t.test('K21: the same streamed, in the order of the protocol, numbered without a gap', async () => {
    const { text, events } = await readAll(await client.responses.create({ model, input, stream: true }));
    assert.equal(text, 'Hello there, 世界.');
    assert.deepEqual(numbers(events), upTo(events.length));
    const kinds = events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
    assert.deepEqual(kinds, [
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const [created] = events;
    const { response } = events.at(-1);
    assert.equal(created.response.status, 'in_progress');
    assert.deepEqual(created.response.output, []);
    assert.equal(response.status, 'completed');
    assert.equal(response.output[0].content[0].text, text);
    assert.equal(events.at(-4).text, text);
    assert.equal(events.at(-3).part.text, text);
    assert.deepEqual(events.at(-2).item, response.output[0]);
    assert.ok(events.every((event) => (event.output_index ?? 0) === 0 && (event.item_id ?? response.output[0].id) === response.output[0].id));
  });

  await t.test('K21: the stream helper ends in the whole response', async () => {
    const stream = client.responses.stream({ model, input: long(200) });
    let text = '';
    stream.on('response.output_text.delta', ({ delta }) => (text += delta));
    const whole = await stream.finalResponse();
    assert.equal(text, words(200));
    assert.equal(whole.output_text, words(200));
    assert.equal(whole.status, 'completed');
  });

  await t.test('K20: parse() reads JSON that was asked for', async () => {
    const format = { type: 'json_schema', name: 'point', schema: { type: 'object', properties: { x: { type: 'number' } } } };
    const parsed = await client.responses.parse({ model, input: 'echo:{"x":1}', text: { format } });
    assert.equal(parsed.output_text, '{"x":1}');
    assert.deepEqual(parsed.text.format, { ...format, description: null, strict: false });
  });

  await t.test('K20: a conversation by previous_response_id, for its owner alone', async () => {
    const first = await client.responses.create({ model, input: 'echo:One.', instructions: 'Only now.' });
    const second = await client.responses.create({ model, input: 'echo:Two.', previous_response_id: first.id });
    assert.equal(second.previous_response_id, first.id);
    const items = (await client.responses.inputItems.list(second.id)).data;
    assert.deepEqual(
      items.map(({ role, content }) => [role, content[0].text]),
      [
        ['user', 'echo:One.'],
        ['assistant', 'One.'],
        ['user', 'echo:Two.'],
      ],
    );
    for (const order of ['asc', 'desc']) {
      const paged = [];
      for await (const { id } of client.responses.inputItems.list(second.id, { limit: 1, order })) paged.push(id);
      if (order === 'desc') paged.reverse();
      assert.deepEqual(paged, items.map(({ id }) => id), 'page by page');
    }
    const references = [{ id: first.output[0].id }, { role: 'user', content: 'echo:Three.' }];
    assert.equal((await client.responses.create({ model, input: references })).output_text, 'Three.', 'a reference without a type');
    const cases = [
      [openai(server, { user: 'bob' }), first.id],
      [client, 'resp_20260101T000000Z-0000'],
      [client, 'nonsense'],
    ];
    for (const [by, previous_response_id] of cases) {
      const error = await rejection(by.responses.create({ model, input, previous_response_id }));
      assert.ok(error instanceof OpenAI.BadRequestError, String(error));
      assert.equal(error.code, 'previous_response_not_found');
      assert.equal(error.param, 'previous_response_id');
    }
    const unstored = await client.responses.create({ model, input, store: false });
    const error = await rejection(client.responses.create({ model, input, previous_response_id: unstored.id }));
    assert.equal(error.code, 'previous_response_not_found');
  });

  await t.test('K5: errors have their types, codes and ids', async () => {
    const ask = (more, by = client) => by.responses.create({ model, input, ...more });
    const cases = [
      [ask({}, openai(server, { apiKey: 'wrong' })), OpenAI.AuthenticationError, 'invalid_api_key'],
      [ask({ model: 'none' }), OpenAI.NotFoundError, 'model_not_found', 'model'],
      [ask({ input: [] }), OpenAI.BadRequestError, 'invalid_request', 'input'],
      [ask({ input: undefined }), OpenAI.BadRequestError, 'invalid_request', 'input'],
      [ask({ conversation: 'c' }), OpenAI.BadRequestError, 'unsupported_value', 'conversation'],
      [ask({ tools: [{ type: 'web_search' }] }), OpenAI.BadRequestError, 'unsupported_value', 'tools[0].type'],
      [ask({ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }), OpenAI.BadRequestError, 'invalid_request', 'input[0].call_id'],
      [ask({ background: true, store: false }), OpenAI.BadRequestError, 'invalid_request', 'background'],
      [ask({ input: 'x'.repeat(2e6) }), OpenAI.BadRequestError, 'context_length_exceeded', 'input'],
      [client.responses.retrieve('resp_nonsense'), OpenAI.NotFoundError, 'not_found', 'response_id'],
    ];
    await checkErrors(cases);
  });

  await t.test('K10: a key is one run, also for two requests at once; another body or path is refused', async () => {
    const key = { headers: { 'Idempotency-Key': 'k-1' } };
    const ask = (count) => client.responses.create({ model, input: long(count, 200) }, key);
    const [first, second] = await Promise.all([ask(50), ask(50)]);
    assert.equal(first.id, second.id);
    assert.equal(second.output_text, words(50));
    const both = { model, input, messages: [{ role: 'user', content: 'Hi' }] };
    await client.responses.create(both, { headers: { 'Idempotency-Key': 'k-2' } });
    for (const other of [ask(51), client.post('/chat/completions', { body: both, headers: { 'Idempotency-Key': 'k-2' } })].map(begin))
      assert.ok((await rejection(other)) instanceof OpenAI.UnprocessableEntityError);
  });
});

test('K20: a conversation does not grow without end', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'openai.max_body': '8KiB' } });
  const client = openai(server);
  const first = await client.responses.create({ model, input: `echo:${'x'.repeat(3000)}` });
  const second = await client.responses.create({ model, input: 'echo:Hi.', previous_response_id: first.id });
  assert.equal(second.output_text, 'Hi.');
  const third = await client.responses.create({ model, input: `echo:${'y'.repeat(3000)}`, previous_response_id: second.id });
  for (const more of [{ previous_response_id: third.id }, { input: [first, third].flatMap(({ output }) => output.map(({ id }) => ({ type: 'item_reference', id }))), previous_response_id: first.id }]) {
    const error = await rejection(client.responses.create({ model, input, ...more }));
    assert.deepEqual([error.status, error.code, error.param], [413, 'payload_too_large', 'previous_response_id']);
  }
});

test('K22: what is asked in the background does not expire although nobody opens it', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'engine.unopened_expiry': '1s' } });
  const client = openai(server);
  const { id } = await client.responses.create({ model, input: long(500, 200), background: true });
  await sleep(3000);
  let status;
  await until(20000, 'it ends', async () => !['queued', 'in_progress'].includes(({ status } = await client.responses.retrieve(id)).status));
  assert.equal(status, 'completed');
});

test('K22, K23: background, polling, resume and replay', { skip, timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...scripted, restarts: true, settings: { 'openai.unwatched': '300ms', 'openai.max_active_per_user': 50 } });
  const client = openai(server);

  await t.test('K22: it is queued at once, goes on without a reader, and is polled', async () => {
    // Long enough for a poll in its middle.
    const asked = await client.responses.create({ model, input: long(800, 200), background: true });
    assert.deepEqual([asked.status, asked.background, asked.output], ['queued', true, []]);
    let polled;
    const statuses = new Set();
    await until(20000, 'it completes', async () => {
      polled = await client.responses.retrieve(asked.id);
      statuses.add(polled.status);
      return polled.status === 'completed';
    });
    assert.deepEqual([...statuses].filter((status) => status !== 'queued'), ['in_progress', 'completed']);
    assert.equal(polled.output_text, words(800));
    assert.ok((await rejection(openai(server, { user: 'bob' }).responses.retrieve(asked.id))) instanceof OpenAI.NotFoundError);
  });

  await t.test('K23: events behind any number, the same each time, with and without `background`', async () => {
    for (const background of [true, false]) {
      const all = await readAll(await client.responses.create({ model, input: long(100), stream: true, background }));
      const rest = async (query) => (await readAll(await client.responses.retrieve(idOf(all), { stream: true, ...query }))).events;
      assert.deepEqual(await rest({}), all.events);
      for (const number of [0, 1, 2, 3, 50, all.events.length - 5, all.events.length - 2, all.events.length - 1])
        assert.deepEqual(await rest({ starting_after: number }), all.events.slice(number + 1), `behind ${number}`);
      const ahead = await rejection(client.responses.retrieve(idOf(all), { stream: true, starting_after: all.events.length }));
      assert.equal(ahead.code, 'position_ahead');
    }
  });

  await t.test('K23: stream({response_id}) takes the whole replay', async () => {
    const asked = await client.responses.create({ model, input: long(200, 200), background: true });
    const seen = [];
    const stream = client.responses.stream({ response_id: asked.id, starting_after: 10 });
    stream.on('event', (event) => seen.push(event));
    const whole = await stream.finalResponse();
    assert.equal(whole.output_text, words(200));
    assert.equal(seen[0].sequence_number, 11);
  });

  await t.test('K23: kill -9 in the middle; then the rest, and the same bytes from the store', async () => {
    const seen = { text: '', events: [] };
    const stream = await client.responses.create({ model, input: long(800, 200), stream: true, background: true });
    const read = begin(readAll(stream, seen));
    await until(10000, 'the answer is flowing', () => seen.events.length > 50);
    await server.kill9();
    await rejection(read);
    await server.start();
    const query = { stream: true, starting_after: seen.events.at(-1).sequence_number };
    await readAll(await client.responses.retrieve(idOf(seen), query), seen);
    assert.equal(seen.text, words(800));
    assert.deepEqual(numbers(seen.events), upTo(seen.events.length));
    const bytes = async () =>
      (await call(server.port, 'GET', `/v1/responses/${idOf(seen)}?stream=true`, { headers: { authorization: 'Bearer dev:alice' } })).text.replace(/^retry: \d+\n/, '');
    const once = await bytes();
    await server.restart();
    assert.equal(await bytes(), once, 'the same bytes, read from the store');
    const again = await readAll(await client.responses.retrieve(idOf(seen), { stream: true }));
    assert.deepEqual(again.events, seen.events, 'a replay is what was delivered');
  });

  await t.test('K23: connections that are reset at random bytes', async () => {
    const rounds = Number(process.env.BELAY_ROUNDS ?? 30);
    let cut = null;
    const cutter = await startCutter(t, server.port, () => cut);
    const through = openai(server, { origin: cutter.origin });
    let cuts = 0;
    for (let round = 0; round < rounds; round++) {
      const seen = { text: '', events: [] };
      const key = { headers: { 'Idempotency-Key': `round-${round}` } };
      // A connection that is kept from the round before has no cut of this one.
      for (const socket of cutter.sockets) socket.destroy();
      await until(5000, 'no connection is kept', () => cutter.sockets.size === 0, 1);
      for (let attempt = 0; seen.events.at(-1)?.type !== 'response.completed'; attempt++) {
        // The first attempt is cut for certain: the answer is longer than that.
        cut = attempt < 3 ? { after: random.between(1, attempt === 0 ? 10000 : 40000) } : null;
        const asked =
          seen.events.length === 0
            ? through.responses.create({ model, input: long(100), stream: true }, key)
            : through.responses.retrieve(idOf(seen), { stream: true, starting_after: seen.events.at(-1).sequence_number });
        await asked.then((stream) => readAll(stream, seen)).then(
          () => assert.equal(seen.events.at(-1)?.type, 'response.completed', 'a clean end has the last event'),
          (error) => {
            if (error instanceof assert.AssertionError) throw error;
            cuts++;
          },
        );
      }
      assert.equal(seen.text, words(100));
      assert.deepEqual(numbers(seen.events), upTo(seen.events.length));
    }
    t.diagnostic(`BELAY_SEED=${seed}; ${rounds} answers, ${cuts} cuts`);
    assert.ok(cuts >= rounds);
  });
});

test('K24: cancel and delete', { skip, timeout: 90000 }, async (t) => {
  const server = await startServer(t, scripted);
  const client = openai(server);
  const tab = openai(server);

  await t.test('K24: another tab cancels; the text is kept, and every reader sees the end', async () => {
    const seen = { text: '', events: [] };
    const read = begin(readAll(await client.responses.create({ model, input: long(5000, 100), stream: true }), seen));
    await until(10000, 'the answer is flowing', () => seen.text.length > 50);
    const cancelled = await tab.responses.cancel(idOf(seen));
    await within(10000, 'the stream ends', read);
    const last = seen.events.at(-1);
    assert.equal(last.type, 'response.incomplete');
    assert.deepEqual([last.response.status, last.response.incomplete_details], ['cancelled', { reason: 'cancelled' }]);
    assert.ok(words(5000).startsWith(seen.text));
    assert.equal(last.response.output[0].content[0].text, seen.text);
    assert.equal(last.response.output[0].status, 'incomplete');
    for (const same of [cancelled, await tab.responses.cancel(idOf(seen)), await client.responses.retrieve(idOf(seen))]) {
      assert.equal(same.status, 'cancelled');
      assert.equal(same.output[0].content[0].text, seen.text);
    }
    const next = await client.responses.create({ model, input: 'echo:Two.', previous_response_id: idOf(seen) });
    assert.equal((await client.responses.inputItems.list(next.id)).data[1].content[0].text, seen.text.trimEnd(), 'a conversation goes on behind it');
    assert.ok((await rejection(openai(server, { user: 'bob' }).responses.cancel(idOf(seen)))) instanceof OpenAI.NotFoundError);
  });

  await t.test('K24: a response that has ended stays as it is', async () => {
    const { id } = await client.responses.create({ model, input });
    const cancelled = await client.responses.cancel(id);
    assert.deepEqual([cancelled.status, cancelled.output[0].content[0].text], ['completed', 'Hello there, 世界.']);
  });

  await t.test('K24: what is deleted is gone, also while it is made', async () => {
    const done = await client.responses.create({ model, input });
    const running = await client.responses.create({ model, input: long(5000, 100), background: true });
    for (const { id } of [done, running]) {
      assert.ok((await rejection(openai(server, { user: 'bob' }).responses.delete(id))) instanceof OpenAI.NotFoundError);
      await client.responses.delete(id);
      const { responses } = client;
      for (const ask of [() => responses.retrieve(id), () => responses.cancel(id), () => responses.delete(id), () => responses.retrieve(id, { stream: true })])
        assert.ok((await rejection(ask())) instanceof OpenAI.NotFoundError);
      const error = await rejection(client.responses.create({ model, input, previous_response_id: id }));
      assert.equal(error.code, 'previous_response_not_found');
    }
  });
});

test('K21, K24: how responses end', { skip, timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (its) => {
    await its.piece('Half');
    const wish = its.json.messages.at(-1).content;
    if (wish === 'fail') return its.inStreamError('It broke.');
    return its.done(wish);
  });
  const server = await startServer(t, withProvider(provider));
  const client = openai(server);
  const ends = {
    stop: ['response.completed', 'completed', null],
    length: ['response.incomplete', 'incomplete', { reason: 'max_output_tokens' }],
    filter: ['response.incomplete', 'incomplete', { reason: 'content_filter' }],
    fail: ['response.failed', 'failed', null],
  };
  for (const [wish, [type, status, details]] of Object.entries(ends))
    await t.test(wish, async () => {
      const { events } = await readAll(await client.responses.create({ model, input: wish, stream: true }));
      const last = events.at(-1);
      assert.deepEqual([last.type, last.response.status, last.response.incomplete_details], [type, status, details]);
      assert.equal(last.response.output[0].content[0].text, 'Half', 'what there is is kept');
      assert.equal(last.response.output[0].status, status === 'completed' ? 'completed' : 'incomplete');
      assert.deepEqual(await client.responses.retrieve(last.response.id).then(({ output_text, _request_id, ...rest }) => rest), last.response);
      if (wish !== 'fail') {
        const whole = await client.responses.create({ model, input: wish });
        assert.deepEqual([whole.status, whole.incomplete_details, whole.output_text], [status, details, 'Half']);
        return;
      }
      assert.ok(last.response.error.message.endsWith('.'));
      assert.equal(last.response.error.code, 'provider_unavailable');
      const error = await rejection(client.responses.create({ model, input: wish }));
      assert.equal(error.code, 'provider_unavailable');
    });
});

test('K12: a retry of the SDK is the run under way', { skip, timeout: 60000 }, (t) =>
  checkRetry(t, openai, async (client) => {
    const { id, output_text: text } = await client.responses.create({ model, input });
    return { id, text };
  }),
);

test('K7: a client that goes away stops its provider; one that may come back does not', { skip, timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, { ...withProvider(provider), settings: { 'openai.unwatched': '300ms' } });
  const client = openai(server);
  const leave = async (options, more) => {
    const stream = await client.responses.create({ model, input, stream: true, ...more }, options);
    let id;
    for await (const event of stream) {
      id ??= event.response?.id;
      if (event.type === 'response.output_text.delta') return id; // leaving the loop closes the connection
    }
  };
  await leave();
  const its = await provider.call(1);
  await until(15000, 'the call is closed', () => its.closedAt !== null);
  const kept = [await leave({ headers: { 'Idempotency-Key': 'k' } }), await leave({}, { background: true })];
  await sleep(1500);
  provider.release();
  for (const id of kept) {
    let response;
    await until(10000, 'it completes', async () => (response = await client.responses.retrieve(id)).status === 'completed');
    assert.equal(response.output_text, 'Half, whole.');
  }
});

test('K25: tools of the client, and what the model thinks', { skip, timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (its) => {
    const hasResults = its.json.messages.at(-1).role === 'tool';
    for (const piece of hasResults ? [] : ['Hm, ', 'cut.']) await its.thought(piece);
    await callTwoTools(its);
  });
  const server = await startServer(t, withProvider(provider, {}, '', { reasoning: 'show' }));
  const client = openai(server);
  const parameters = { type: 'object', properties: { from: { type: 'number' } } };
  const tools = [
    { type: 'function', name: 'cut', description: 'Cuts.', parameters, strict: false },
    { type: 'function', name: 'paste', description: null, parameters: { type: 'object', properties: {} }, strict: false },
  ];
  const asked = [
    { role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Cut it.' }] },
  ];
  const shown = (output) => output.map(({ id, status, ...item }) => item);
  const wanted = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm, cut.' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Wait.' }] },
    { type: 'function_call', call_id: 'provider-1', name: 'cut', arguments: '{"from":1}' },
    { type: 'function_call', call_id: 'provider-2', name: 'paste', arguments: '{}' },
  ];
  let first;

  await t.test('whole', async () => {
    const given = [{ ...tools[0], strict: true }, tools[1]];
    first = await client.responses.create({ model, instructions: 'Be brief.', input: asked, tools: given, tool_choice: 'auto' });
    assert.deepEqual(shown(first.output), wanted);
    assert.equal(first.status, 'completed');
    assert.deepEqual(first.tools, given);
    const sent = provider.calls.at(-1).json;
    assert.deepEqual(sent.messages, [
      { role: 'system', content: 'Be brief.\n\nBe kind.' },
      { role: 'user', content: 'Cut it.' },
    ]);
    assert.deepEqual(
      sent.tools.map((each) => [each.function.name, each.function.strict]),
      [['cut', true], ['paste', undefined]],
    );
  });

  await t.test('streamed, put together by the SDK; the same by its id', async () => {
    const seen = [];
    const stream = client.responses.stream({ model, input: asked, tools });
    stream.on('event', (event) => seen.push(event));
    const whole = await stream.finalResponse();
    assert.deepEqual(
      shown(whole.output).map(({ parsed_arguments, ...item }) => item),
      wanted.map((item) => (item.content ? { ...item, content: item.content.map((part) => ({ ...part, parsed: null })) } : item)),
    );
    assert.deepEqual(numbers(seen), upTo(seen.length));
    const indexes = seen.filter(({ type }) => type === 'response.output_item.done').map((event) => [event.output_index, event.item.id]);
    assert.deepEqual(
      indexes,
      whole.output.map(({ id }, at) => [at, id]),
    );
    const again = await readAll(await client.responses.retrieve(whole.id, { stream: true }));
    assert.deepEqual(
      again.events.filter(({ type }) => type === 'response.function_call_arguments.delta').map(({ delta }) => delta),
      ['{"from":', '1}', '{}'],
    );
  });

  const results = [
    { type: 'function_call_output', call_id: 'provider-2', output: 'pasted' },
    { type: 'function_call_output', call_id: 'provider-1', output: [{ type: 'input_text', text: 'cut' }] },
  ];
  // The provider gets a call with each result, in the order of the calls.
  const check = () => {
    const sent = provider.calls.at(-1).json.messages;
    assert.deepEqual(
      sent.slice(-2).map(({ role, content }) => [role, content]),
      [
        ['tool', 'cut'],
        ['tool', 'pasted'],
      ],
    );
    const { content, tool_calls } = sent.at(-3);
    assert.equal(content, 'Wait.');
    assert.deepEqual(
      sent.slice(-2).map((each) => each.tool_call_id),
      tool_calls.map((each) => each.id),
    );
    return sent[0].content;
  };

  await t.test('results by previous_response_id; its messages of the system hold on, its instructions do not', async () => {
    const next = await client.responses.create({ model, input: results, previous_response_id: first.id, tools });
    assert.equal(next.output_text, 'It is cut.');
    assert.equal(check(), 'Be kind.');
  });

  await t.test('results behind the items themselves, and behind references to them', async () => {
    for (const items of [first.output, first.output.map(({ id }) => ({ type: 'item_reference', id }))]) {
      const next = await client.responses.create({ model, input: [...asked, ...items, ...results], tools });
      assert.equal(next.output_text, 'It is cut.');
      check();
    }
    const reference = [{ type: 'item_reference', id: first.output[0].id }, ...asked];
    const error = await rejection(openai(server, { user: 'bob' }).responses.create({ model, input: reference }));
    assert.deepEqual([error.status, error.param], [400, 'input[0].id']);
  });
});

const { pick, chance, any, maybe, some, chosen } = wildValues(random, { oneIn: 25, more: ['echo:x'] });

// A request that is nearly always wrong somewhere.
function wildRequest() {
  const part = () =>
    maybe(
      pick([
        { type: maybe('input_text'), text: maybe('Hi') },
        { type: maybe('output_text'), text: maybe('Hi'), annotations: any() },
        { type: 'input_image', image_url: maybe('data:image/png;base64,AAEC'), detail: maybe('auto') },
        { type: 'input_file', file_data: maybe('data:application/pdf;base64,AAEC'), filename: maybe('a.pdf') },
        { type: 'refusal', refusal: maybe('No.') },
      ]),
    );
  const item = () =>
    maybe(
      pick([
        { type: maybe('message'), role: maybe(pick(['system', 'developer', 'user', 'assistant'])), content: maybe(pick(['echo:Hi', some(part)])) },
        { role: maybe(pick(['user', 'assistant'])), content: maybe(pick(['echo:Hi', null, some(part)])) },
        { type: 'function_call', call_id: maybe(pick(['a', 'b'])), name: maybe('cut'), arguments: maybe('{}'), id: any() },
        { type: 'function_call_output', call_id: maybe(pick(['a', 'b'])), output: maybe(pick(['x', some(part)])) },
        { type: 'reasoning', id: any(), summary: any() },
        { type: 'item_reference', id: maybe('msg_x_0') },
      ]),
    );
  const tools = () => some(() => maybe({ type: maybe('function'), name: maybe(pick(['cut', 'paste'])), parameters: maybe({}), strict: any() }));
  const members = {
    model: 'default',
    input: maybe(pick(['echo:Hi', [...some(item), { role: 'user', content: 'echo:Hi' }]])),
    instructions: maybe('Be brief.'),
    previous_response_id: maybe(null),
    tools: maybe(tools()),
    tool_choice: maybe(pick(['auto', 'none'])),
    text: maybe({ format: maybe({ type: maybe(pick(['text', 'json_object', 'json_schema'])), name: maybe('a'), schema: maybe({}), strict: maybe(true) }) }),
    reasoning: maybe({ effort: maybe('low'), summary: any() }),
    temperature: maybe(1),
    top_p: maybe(0.5),
    max_output_tokens: maybe(100),
    parallel_tool_calls: maybe(true),
    stream: maybe(pick([true, false])),
    background: maybe(pick([true, false])),
    store: maybe(true),
    metadata: maybe({ a: maybe('b') }),
    top_logprobs: maybe(0),
    conversation: maybe(null),
    prompt: maybe(null),
    truncation: any(),
    include: any(),
    user: any(),
    service_tier: any(),
  };
  return chosen(members, (name) => name === 'input' || chance(4));
}

test('K5, K8, K20: wild requests are answered, or refused by name, and never with a 500', { skip, timeout: 240000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'openai.rate': 100000, 'openai.max_active_per_user': 100 } });
  const statuses = await sendWild(t, server, {
    paths: Array(8).fill('/v1/responses'),
    rounds: 375,
    headers: { authorization: 'Bearer dev:alice' },
    wildRequest,
    check: assertAnsweredOrRefused,
  });
  assert.ok(statuses[200] > 50, 'some are right');
});

test('K40: AI SDK’s openai provider, on its default path', { skip, timeout: 90000 }, async (t) => {
  const provider = await aiSdkProvider(t);
  const server = await startServer(t, withProvider(provider));
  const at = createOpenAI({ baseURL: `${server.origin}/v1`, apiKey: server.tokenFor('alice') });
  await checkAiSdk(t, at);

  await t.test('a next turn refers to the items of the one before', async () => {
    const chat = at(model);
    const first = await generateText({ model: chat, prompt: 'Say it.' });
    const messages = [{ role: 'user', content: 'Say it.' }, ...first.response.messages, { role: 'user', content: 'Again.' }];
    const second = await generateText({ model: chat, messages });
    assert.equal(second.text, 'It is good.');
    assert.deepEqual(
      provider.calls.at(-1).json.messages.map(({ role, content }) => [role, content]),
      [
        ['user', 'Say it.'],
        ['assistant', 'It is good.'],
        ['user', 'Again.'],
      ],
    );
  });
});

test('K41: LangChain’s ChatOpenAI over Responses', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, scripted);
  const llm = new ChatOpenAI({ model, useResponsesApi: true, apiKey: server.tokenFor('alice'), maxRetries: 0, configuration: { baseURL: `${server.origin}/v1` } });
  const whole = await llm.invoke('echo:Hello.');
  assert.equal(whole.text, 'Hello.');
  let text = '';
  for await (const chunk of await llm.stream('echo:50 words')) text += chunk.text;
  assert.equal(text, words(50));
  const next = await llm.invoke([['user', 'echo:One.'], whole, ['user', 'echo:Two.']]);
  assert.equal(next.text, 'Two.');
  const wrong = new ChatOpenAI({ model, useResponsesApi: true, apiKey: 'wrong', maxRetries: 0, configuration: { baseURL: `${server.origin}/v1` } });
  assert.equal((await rejection(wrong.invoke('Hi'))).status, 401);
});
