// K30–K35, K40: clients of Anthropic's Messages, as npm has them, unmodified.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import Anthropic from '@anthropic-ai/sdk';
import { jsonSchema, streamText, tool } from 'ai';
import { EventSource } from 'eventsource';
import { aiSdkProvider, checkAiSdk } from './lib/ai_sdk.mjs';
import { words } from './lib/assistant.mjs';
import { withProvider, withScriptedModel } from './lib/config.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { readersSoFar } from './lib/metrics_page.mjs';
import { heldProvider, startProvider } from './lib/provider.mjs';
import { Random } from './lib/random.mjs';
import { callTwoTools, checkRetry, rejection } from './lib/sdk.mjs';
import { startServer } from './lib/server.mjs';
import { SseParser } from './lib/sse.mjs';
import { assertAnsweredOrRefused, sendWild, wildValues } from './lib/wild_requests.mjs';

const model = 'default';
const max_tokens = 10000;
const hi = [{ role: 'user', content: 'echo:Hello there, 世界.' }];
const long = (count, rate) => [{ role: 'user', content: `echo:${count} words${rate ? ` @${rate}/s` : ''}` }];

function anthropic(server, { user = 'alice', origin = server.origin, ...options } = {}) {
  return new Anthropic({ baseURL: origin, apiKey: server.tokenFor(user), maxRetries: 0, ...options });
}

// What an SDK's stream gives.
async function readAll(stream, seen = { text: '', events: [] }) {
  for await (const event of stream) {
    seen.events.push(event);
    if (event.delta?.type === 'text_delta') seen.text += event.delta.text;
  }
  return seen;
}

const scripted = withScriptedModel({ can_continue: true });

test('Anthropic’s JavaScript SDK', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, scripted);
  const client = anthropic(server);

  await t.test('K30: the whole answer', async () => {
    const answer = await client.messages.create({ model, max_tokens, messages: hi });
    assert.match(answer.id, /^msg_\d{8}T/);
    assert.equal(answer.type, 'message');
    assert.equal(answer.role, 'assistant');
    assert.equal(answer.model, model);
    assert.deepEqual(answer.content, [{ type: 'text', text: 'Hello there, 世界.' }]);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.equal(answer.stop_sequence, null);
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    assert.match(answer._request_id, /^[0-9a-f]{32}$/);
  });

  await t.test('K31: the same streamed, in the order of the protocol', async () => {
    const stream = await client.messages.create({ model, max_tokens, messages: hi, stream: true });
    const { text, events } = await readAll(stream);
    assert.equal(text, 'Hello there, 世界.');
    const types = events.map(({ type }) => type);
    assert.deepEqual(types.slice(0, 2), ['message_start', 'content_block_start']);
    assert.deepEqual(types.slice(-3), ['content_block_stop', 'message_delta', 'message_stop']);
    assert.ok(types.slice(2, -3).every((type) => type === 'content_block_delta'));
    assert.ok(events[0].message.usage.input_tokens > 0);
    assert.deepEqual(events.at(-2).delta, { stop_reason: 'end_turn', stop_sequence: null });
  });

  await t.test('K31: the stream helper ends in the whole answer', async () => {
    const stream = client.messages.stream({ model, max_tokens, messages: long(200) });
    let text = '';
    stream.on('text', (piece) => (text += piece));
    const whole = await stream.finalMessage();
    assert.equal(text, words(200));
    assert.deepEqual(whole.content, [{ type: 'text', text: words(200) }]);
    assert.equal(whole.stop_reason, 'end_turn');
    assert.equal(whole.usage.output_tokens > 0, true);
    assert.match(stream.request_id, /^[0-9a-f]{32}$/);
  });

  await t.test('K30: system as text or blocks, and what clients send beside', async () => {
    const more = { temperature: 0.5, top_k: 5, metadata: { user_id: 'u' }, thinking: { type: 'disabled' } };
    for (const system of ['Be brief.', [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]]) {
      const answer = await client.beta.messages.create({ model, max_tokens, system, messages: hi, betas: ['x-2026-01-01'], ...more });
      assert.equal(answer.content[0].text, 'Hello there, 世界.');
    }
  });

  await t.test('K32: errors have their types and ids', async () => {
    const cases = [
      [() => anthropic(server, { apiKey: 'wrong' }).messages.create({ model, max_tokens, messages: hi }), Anthropic.AuthenticationError, 'authentication_error'],
      [() => client.messages.create({ model: 'none', max_tokens, messages: hi }), Anthropic.NotFoundError, 'not_found_error', 'model'],
      [() => client.messages.create({ model, messages: hi }), Anthropic.BadRequestError, 'invalid_request_error', 'max_tokens'],
      [() => client.messages.create({ model, max_tokens, messages: [] }), Anthropic.BadRequestError, 'invalid_request_error', 'messages'],
      [() => client.messages.create({ model, max_tokens, messages: [{ role: 'user', content: 'x'.repeat(2e6) }] }), Anthropic.BadRequestError, 'invalid_request_error', 'messages'],
      [() => client.get('/v1/messages/a/b/c'), Anthropic.NotFoundError, 'not_found_error'],
      [() => client.delete('/v1/messages'), Anthropic.APIError, 'invalid_request_error'],
    ];
    for (const [request, kind, type, param] of cases) {
      const error = await rejection(request());
      assert.ok(error instanceof kind, `${type}: ${error}`);
      assert.equal(error.type, type);
      if (param) assert.equal(error.error.error.param, param);
      assert.match(error.requestID, /^[0-9a-f]{32}$/);
      assert.equal(error.error.request_id, error.requestID);
    }
    const broken = await call(server.port, 'POST', '/v1/messages', {
      headers: { 'x-api-key': 'dev:alice', 'content-type': 'application/json' },
      body: '{"model":',
    });
    assert.equal(broken.status, 400);
    assert.equal(broken.json.error.type, 'invalid_request_error');
    assert.equal(broken.headers['request-id'], broken.headers['x-request-id']);
  });

  await t.test('K33: models, and a key by x-api-key', async () => {
    const listed = [];
    for await (const each of client.models.list()) listed.push(each);
    assert.deepEqual(
      listed.map(({ id, type, display_name }) => [id, type, display_name]),
      [[model, 'model', model]],
    );
    assert.equal((await client.models.retrieve(model)).id, model);
    const answer = await call(server.port, 'POST', '/v1/messages', { headers: { 'x-api-key': 'dev:alice' }, json: { model, max_tokens, messages: hi } });
    assert.equal(answer.status, 200);
  });

  await t.test('K34: tokens are counted', async () => {
    const short = await client.messages.countTokens({ model, messages: hi });
    const longer = await client.messages.countTokens({ model, system: 'Be brief.', messages: hi, tools: [{ name: 'cut', input_schema: { type: 'object' } }] });
    assert.ok(short.input_tokens > 0 && longer.input_tokens > short.input_tokens);
    const stream = await readAll(await client.messages.create({ model, max_tokens, messages: hi, stream: true }));
    assert.equal(stream.events[0].message.usage.input_tokens, short.input_tokens);
  });

  await t.test('K10: a key is one run, also for two requests at once; another body is refused', async () => {
    const key = { headers: { 'Idempotency-Key': 'k-1' } };
    const ask = (count) => client.messages.create({ model, max_tokens, messages: long(count, 200) }, key);
    const [first, second] = await Promise.all([ask(50), ask(50)]);
    assert.equal(first.id, second.id);
    assert.equal(second.content[0].text, words(50));
    const error = await rejection(anthropic(server, { maxRetries: 2 }).messages.create({ model, max_tokens, messages: hi }, key));
    assert.ok(error instanceof Anthropic.UnprocessableEntityError);
  });

  await t.test('K35: the owner cancels; half an answer is an error for everybody who reads it', async () => {
    const stream = await client.messages.create({ model, max_tokens, messages: long(5000, 100), stream: true });
    const seen = { text: '', events: [] };
    const read = begin(readAll(stream, seen));
    await until(10000, 'the answer is flowing', () => seen.text.length > 50);
    const { id } = seen.events[0].message;
    await client.post(`/v1/messages/${id}/cancel`);
    const error = await rejection(within(10000, 'the stream ends', read));
    assert.ok(error instanceof Anthropic.APIError, String(error));
    assert.equal(error.error.error.code, 'cancelled');
    assert.ok(words(5000).startsWith(seen.text));
    const again = await rejection(client.get(`/v1/messages/${id}`));
    assert.equal(again.status, 409);
    assert.equal(again.headers.get('x-should-retry'), 'false');
  });
});

test('K32: a refusal says when to come again', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'anthropic.max_active_per_user': 1 } });
  const client = anthropic(server);
  const running = await client.messages.create({ model, max_tokens, messages: long(1000, 50), stream: true });
  const busy = await rejection(client.messages.create({ model, max_tokens, messages: hi }));
  assert.ok(busy instanceof Anthropic.RateLimitError);
  assert.equal(busy.type, 'rate_limit_error');
  assert.equal(busy.headers.get('retry-after'), '5');
  assert.equal(busy.headers.get('retry-after-ms'), '5000');
  running.controller.abort(); // until here it is held, or the garbage collection could close its connection
});

test('K31: a piece leaves before the next one is made', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const seen = { text: '', events: [] };
  const read = begin(readAll(await anthropic(server).messages.create({ model, max_tokens, messages: hi, stream: true }), seen));
  await until(10000, 'the first piece is here', () => seen.text === 'Half, ');
  provider.release();
  assert.equal((await read).text, 'Half, whole.');
});

test('K12: a retry of the SDK is the run under way', { timeout: 60000 }, (t) =>
  checkRetry(t, anthropic, async (client) => {
    const { id, content } = await client.messages.create({ model, max_tokens, messages: hi });
    return { id, text: content[0].text };
  }),
);

test('K35: a client that goes away stops its provider; one that may come back does not', { timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, { ...withProvider(provider), settings: { 'anthropic.unwatched': '300ms' } });
  const client = anthropic(server);
  const leave = async (options) => {
    let id;
    for await (const event of await client.messages.create({ model, max_tokens, messages: hi, stream: true }, options)) {
      if (event.type === 'message_start') id = event.message.id;
      if (event.delta?.text) return id; // leaving the loop closes the connection
    }
  };
  await leave();
  const abort = new AbortController();
  const whole = begin(client.messages.create({ model, max_tokens, messages: hi }, { signal: abort.signal }));
  await provider.call(2);
  abort.abort();
  await rejection(whole);
  for (const number of [1, 2]) {
    const its = await provider.call(number);
    await until(15000, `call ${number} is closed`, () => its.closedAt !== null);
  }
  const kept = await leave({ headers: { 'Idempotency-Key': 'k' } });
  await sleep(1500);
  provider.release();
  assert.equal((await client.get(`/v1/messages/${kept}`)).content[0].text, 'Half, whole.');
});

test('K35: tools, whole and streamed, and what the provider gets', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, callTwoTools);
  const server = await startServer(t, withProvider(provider, {}, '', { sampling_allowed: true }));
  const client = anthropic(server);
  const input_schema = { type: 'object', properties: { from: { type: 'number' } } };
  const tools = [
    { name: 'cut', description: 'Cuts.', input_schema, strict: true },
    { name: 'paste', input_schema: { type: 'object', properties: {} } },
  ];
  const asked = { model, max_tokens: 77, system: 'Be brief.', messages: [{ role: 'user', content: 'Cut it.' }], tools, temperature: 0.5, stop_sequences: ['END'] };
  const wanted = [
    { type: 'text', text: 'Wait.' },
    { type: 'tool_use', id: 'provider-1', name: 'cut', input: { from: 1 } },
    { type: 'tool_use', id: 'provider-2', name: 'paste', input: {} },
  ];

  await t.test('whole', async () => {
    const { content, stop_reason } = await client.messages.create(asked);
    assert.equal(stop_reason, 'tool_use');
    assert.deepEqual(content, wanted);
    const sent = provider.calls.at(-1).json;
    assert.deepEqual(sent.messages, [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Cut it.' },
    ]);
    assert.equal(sent.temperature, 0.5);
    assert.deepEqual(sent.stop, ['END']);
    assert.equal(sent.max_completion_tokens ?? sent.max_tokens, 77);
    assert.deepEqual(
      sent.tools.map(({ function: { name, strict } }) => [name, strict]),
      [['cut', true], ['paste', undefined]],
    );
  });

  await t.test('streamed, put together by the SDK', async () => {
    const stream = client.messages.stream(asked);
    const pieces = [];
    stream.on('inputJson', (piece) => pieces.push(piece));
    const whole = await stream.finalMessage();
    assert.equal(whole.stop_reason, 'tool_use');
    assert.deepEqual(JSON.parse(JSON.stringify(whole.content)), wanted);
    assert.deepEqual(pieces.slice(0, 2), ['{"from":', '1}']);
  });

  await t.test('results on the way back', async () => {
    const messages = [
      ...asked.messages,
      { role: 'assistant', content: wanted },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'provider-2', content: 'pasted' },
          { type: 'tool_result', tool_use_id: 'provider-1', content: [{ type: 'text', text: 'cut' }] },
        ],
      },
    ];
    const { content } = await client.messages.create({ ...asked, messages });
    assert.deepEqual(content, [{ type: 'text', text: 'It is cut.' }]);
    const sent = provider.calls.at(-1).json.messages;
    assert.deepEqual(
      sent.slice(-2).map(({ role, content: text }) => [role, text]),
      [
        ['tool', 'cut'],
        ['tool', 'pasted'],
      ],
    );
  });
});

test('K35: a call without arguments beside another one, streamed and whole', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (its) => {
    await its.toolCall(0, { id: 'p-1', name: 'look', pieces: [''] });
    await its.toolCall(1, { id: 'p-2', name: 'cut', pieces: ['{"from":', '1}'] });
    await its.done('tools');
  });
  const server = await startServer(t, withProvider(provider));
  const client = anthropic(server);
  const tools = ['look', 'cut'].map((name) => ({ name, input_schema: { type: 'object' } }));
  const asked = { model, max_tokens, messages: hi, tools };
  const wanted = [
    { type: 'tool_use', id: 'p-1', name: 'look', input: {} },
    { type: 'tool_use', id: 'p-2', name: 'cut', input: { from: 1 } },
  ];
  assert.deepEqual((await client.messages.create(asked)).content, wanted);
  const streamed = await client.messages.stream(asked).finalMessage();
  assert.deepEqual(JSON.parse(JSON.stringify(streamed.content)), wanted);
  const chat = createAnthropic({ baseURL: `${server.origin}/v1`, apiKey: server.tokenFor('alice') })(model);
  const given = Object.fromEntries(['look', 'cut'].map((name) => [name, tool({ inputSchema: jsonSchema({ type: 'object' }) })]));
  const calls = await streamText({ model: chat, prompt: 'Hi', tools: given }).toolCalls;
  assert.deepEqual(
    calls.map(({ toolName, input }) => [toolName, input]),
    [
      ['look', {}],
      ['cut', { from: 1 }],
    ],
  );
});

test('K31: what a model thinks is a block of thinking', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(
    t,
    async (its) => {
      await its.thought('Hm. ');
      await its.thought('Yes.');
      await its.piece('It is so.');
      await its.done();
    },
    { protocol: 'messages' },
  );
  const server = await startServer(t, withProvider(provider, {}, '', { reasoning: 'show' }));
  const client = anthropic(server);
  const wanted = [
    { type: 'thinking', thinking: 'Hm. Yes.', signature: '' },
    { type: 'text', text: 'It is so.' },
  ];
  assert.deepEqual((await client.messages.create({ model, max_tokens, messages: hi })).content, wanted);
  assert.deepEqual((await client.messages.stream({ model, max_tokens, messages: hi }).finalMessage()).content, wanted);
});

const { pick, chance, any, maybe, some, chosen } = wildValues(new Random(), { oneIn: 6, more: ['x', 'auto'] });

// A request that is nearly always wrong somewhere.
function wildRequest() {
  const source = () => maybe(pick([{ type: 'base64', media_type: maybe('image/png'), data: maybe('AAEC') }, { type: 'url', url: maybe('https://example.com/a.png') }, { type: 'text', data: maybe('Hi') }]));
  const block = () =>
    maybe(
      pick([
        { type: maybe('text'), text: maybe('Hi') },
        { type: 'image', source: source() },
        { type: 'document', source: source(), title: maybe('a.pdf') },
        { type: 'tool_use', id: maybe(pick(['a', 'b'])), name: maybe('cut'), input: maybe({}) },
        { type: 'tool_result', tool_use_id: maybe(pick(['a', 'b'])), content: maybe('done') },
        { type: 'thinking', thinking: maybe('Hm.'), signature: any() },
      ]),
    );
  const message = () => maybe({ role: maybe(pick(['user', 'assistant'])), content: maybe(pick(['echo:Hi', some(block)])) });
  const members = {
    messages: maybe([...some(message), { role: 'user', content: 'echo:Hi' }]),
    system: maybe(pick(['Be brief.', some(() => maybe({ type: 'text', text: maybe('Be brief.') }))])),
    tools: maybe(some(() => maybe({ name: maybe(pick(['cut', 'paste'])), input_schema: maybe({}), type: maybe('custom') }))),
    tool_choice: maybe({ type: maybe(pick(['auto', 'any', 'none', 'tool'])), name: maybe('cut') }),
    stop_sequences: any(),
    temperature: any(),
    top_p: any(),
    stream: any(),
    output_config: maybe({ effort: any(), format: maybe({ type: maybe('json_schema'), schema: maybe({}) }) }),
    mcp_servers: any(),
    metadata: any(),
  };
  return { model, max_tokens: maybe(100), ...chosen(members, (name) => name === 'messages' || chance(4)) };
}

test('K32: wild requests are answered, or refused by name, and never with a 500', { timeout: 180000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'anthropic.rate': 100000, 'anthropic.max_active_per_user': 100 } });
  const statuses = await sendWild(t, server, {
    paths: [...Array(8).fill('/v1/messages'), ...Array(2).fill('/v1/messages/count_tokens')],
    rounds: 350,
    headers: { 'x-api-key': 'dev:alice' },
    wildRequest,
    check: (each) => {
      assertAnsweredOrRefused(each);
      if (each.status !== 200) assert.equal(each.answer.error.type, 'invalid_request_error', each.shown);
    },
  });
  assert.ok(statuses[200] > 50, 'some are right');
});

test('K40: AI SDK’s Anthropic provider', { timeout: 90000 }, async (t) => {
  const server = await startServer(t, withProvider(await aiSdkProvider(t)));
  await checkAiSdk(t, createAnthropic({ baseURL: `${server.origin}/v1`, apiKey: server.tokenFor('alice') }));
});

test('K31: a cut is an error for the SDK; the events are the same in every replay', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...scripted, restarts: true });
  const headers = { 'x-api-key': 'dev:alice', 'idempotency-key': 'k' };
  const json = { model, max_tokens, messages: long(600, 100), stream: true };
  const client = anthropic(server);

  await t.test('a connection that is reset', async () => {
    const seen = { text: '', events: [] };
    // Not before: with the connection a client may lose what it has received and not read.
    const flows = () => until(20000, 'the answer is flowing', () => seen.text.length > 100);
    const cutter = await startCutter(t, server.port, () => ({ at: flows() }));
    const stream = await anthropic(server, { origin: cutter.origin }).messages.create({ model, max_tokens, messages: long(600, 200), stream: true });
    await rejection(readAll(stream, seen));
    const { id } = seen.events[0].message;
    assert.equal((await client.get(`/v1/messages/${id}`)).content[0].text, words(600));
  });

  await t.test('kill -9 of the server', async () => {
    const seen = { text: '', events: [] };
    const stream = await client.messages.create({ ...json }, { headers: { 'Idempotency-Key': 'k' } });
    const read = begin(readAll(stream, seen));
    await until(10000, 'the answer is flowing', () => seen.text.length > 100);
    await server.kill9();
    await rejection(read);
    await server.start();
    const { id } = seen.events[0].message;
    const replays = await Promise.all([1, 2].map(() => call(server.port, 'GET', `/v1/messages/${id}?stream=true`, { headers })));
    const events = replays.map(({ text }) => {
      const read = [];
      new SseParser((event) => read.push(event)).push(Buffer.from(text));
      return read;
    });
    assert.deepEqual(events[0], events[1]);
    const shown = events[0].filter(({ event }) => event !== 'ping').map(({ data }) => JSON.parse(data));
    assert.deepEqual(shown.slice(0, seen.events.length), seen.events, 'a replay is what was delivered');
    assert.equal(shown.map((event) => event.delta?.text ?? '').join(''), words(600));
    assert.equal(shown.at(-1).type, 'message_stop');
    const after = events[0][20].id;
    const rest = await call(server.port, 'GET', `/v1/messages/${id}?stream=true`, { headers: { ...headers, 'last-event-id': after } });
    assert.ok(replays[0].text.endsWith(rest.text.slice(rest.text.indexOf('\n') + 1)), 'the rest, byte for byte');
  });

  await t.test('K12: kill -9 while the SDK waits for a whole answer', async () => {
    const readers = await readersSoFar(server);
    const answer = begin(anthropic(server, { maxRetries: 5 }).messages.create({ model, max_tokens, messages: long(500, 250) }));
    await until(20000, 'the SDK waits', async () => (await readersSoFar(server)) > readers);
    await sleep(300);
    await server.kill9();
    await server.start();
    assert.equal((await answer).content[0].text, words(500));
  });
});

test('K31: EventSource with a ticket reads a message, over a cut to the end', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'anthropic.retry_base': '300ms' } });
  const cutter = await startCutter(t, server.port, (number) => (number === 0 ? { after: 15000 } : null));
  const started = await anthropic(server).messages.create({ model, max_tokens, messages: long(400, 200), stream: true }, { headers: { 'Idempotency-Key': 'k' } });
  let id;
  for await (const event of started) {
    id = event.message.id;
    break;
  }
  const stream = `/v1/messages/${id}`;
  const made = await call(server.port, 'POST', '/auth/ticket', { headers: { authorization: 'Bearer dev:alice' }, json: { stream } });
  assert.equal(made.status, 201, made.text);
  const source = new EventSource(`${cutter.origin}${stream}?stream=true&ticket=${made.json.ticket}`);
  let text = '';
  let ended = false;
  source.addEventListener('content_block_delta', ({ data }) => (text += JSON.parse(data).delta.text));
  source.addEventListener('message_stop', () => (ended = true));
  try {
    await until(30000, 'it stops', () => source.readyState === 2);
  } finally {
    source.close();
  }
  assert.ok(ended && cutter.connections > 1);
  assert.equal(text, words(400));
});
