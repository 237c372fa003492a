// K1–K12, K40, K41, K80–K82: clients of OpenAI's Chat Completions, as npm has them, unmodified.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EventSource } from 'eventsource';
import { words } from './lib/assistant.mjs';
import { hurry, withPace, withProvider, withScriptedModel } from './lib/config.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { ChatOpenAI, checkErrors, load, OpenAI, openai, skip } from './lib/openai_clients.mjs';
import { readersSoFar } from './lib/metrics_page.mjs';
import { heldProvider, startProvider } from './lib/provider.mjs';
import { Random, seed } from './lib/random.mjs';
import { callTwoTools, checkRetry, rejection } from './lib/sdk.mjs';
import { startServer } from './lib/server.mjs';
import { assertAnsweredOrRefused, sendWild, wildValues } from './lib/wild_requests.mjs';

const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
const { aiSdkProvider, checkAiSdk } = await load('./ai_sdk.mjs');
const { fetchEventSource } = await load('@microsoft/fetch-event-source');

const hi = [{ role: 'user', content: 'echo:Hello there, 世界.' }];
const long = (count, rate) => [{ role: 'user', content: `echo:${count} words${rate ? ` @${rate}/s` : ''}` }];
const model = 'default';

// What an SDK's stream gives: {text, chunks, roles, finish, usage}.
async function readAll(stream, seen = { text: '', chunks: [] }) {
  for await (const chunk of stream) {
    seen.chunks.push(chunk);
    seen.text += chunk.choices[0]?.delta.content ?? '';
  }
  return seen;
}

const scripted = withScriptedModel({ can_continue: true });

test('OpenAI’s JavaScript SDK', { skip, timeout: 120000 }, async (t) => {
  // The SDK sends all of a body that is too large before it reads the answer.
  const server = await startServer(t, { ...scripted, settings: { 'server.max_lingering': '16MiB' } });
  const client = openai(server);

  await t.test('K1: the whole answer', async () => {
    const answer = await client.chat.completions.create({ model, messages: hi });
    assert.equal(answer.object, 'chat.completion');
    assert.match(answer.id, /^chatcmpl-\d{8}T/);
    assert.equal(answer.model, model);
    assert.ok(Math.abs(answer.created - Date.now() / 1000) < 60);
    assert.deepEqual(answer.choices, [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello there, 世界.', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ]);
    assert.ok(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 0);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.match(answer._request_id, /^[0-9a-f]{32}$/);
  });

  await t.test('K2: the same streamed; one id, the role once, a reason at the end alone', async () => {
    const stream = await client.chat.completions.create({ model, messages: hi, stream: true });
    const { text, chunks } = await readAll(stream);
    assert.equal(text, 'Hello there, 世界.');
    for (const member of ['id', 'created', 'model', 'object']) assert.equal(new Set(chunks.map((chunk) => chunk[member])).size, 1);
    assert.deepEqual(
      chunks.map((chunk) => chunk.choices[0].delta.role),
      ['assistant', ...Array(chunks.length - 1).fill(undefined)],
    );
    assert.deepEqual(
      chunks.map((chunk) => chunk.choices[0].finish_reason),
      [...Array(chunks.length - 1).fill(null), 'stop'],
    );
    assert.deepEqual(chunks.at(-1).choices[0].delta, {});
    assert.ok(chunks.every((chunk) => !('usage' in chunk)), 'K3: no usage unasked');
  });

  await t.test('K2: the stream helper ends in the whole answer', async () => {
    const stream = client.chat.completions.stream({ model, messages: long(200) });
    let text = '';
    stream.on('content', (piece) => (text += piece));
    const whole = await stream.finalChatCompletion();
    assert.equal(text, words(200));
    assert.equal(whole.choices[0].message.content, words(200));
    assert.equal(whole.choices[0].finish_reason, 'stop');
  });

  await t.test('K3: usage when it is asked for', async () => {
    const stream = await client.chat.completions.create({ model, messages: hi, stream: true, stream_options: { include_usage: true } });
    const { chunks } = await readAll(stream);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.total_tokens > 0);
  });

  await t.test('K4: models', async () => {
    const listed = [];
    for await (const each of client.models.list()) listed.push(each);
    assert.deepEqual(listed, [
      {
        id: model,
        object: 'model',
        created: 0,
        owned_by: 'belay',
        type: 'model',
        display_name: model,
        created_at: '1970-01-01T00:00:00Z',
      },
    ]);
    assert.equal((await client.models.retrieve(model)).id, model);
    assert.ok((await rejection(client.models.retrieve('none'))) instanceof OpenAI.NotFoundError);
  });

  await t.test('K5: errors have their types, codes and ids', async () => {
    const cases = [
      [openai(server, { apiKey: 'wrong' }).chat.completions.create({ model, messages: hi }), OpenAI.AuthenticationError, 'invalid_api_key'],
      [client.chat.completions.create({ model: 'none', messages: hi }), OpenAI.NotFoundError, 'model_not_found', 'model'],
      [client.chat.completions.create({ model, messages: hi, n: 2 }), OpenAI.BadRequestError, 'unsupported_value', 'n'],
      [client.chat.completions.create({ model, messages: [] }), OpenAI.BadRequestError, 'invalid_request', 'messages'],
      [client.chat.completions.create({ model, messages: long(1).concat({ role: 'user', content: 'x'.repeat(2e6) }) }), OpenAI.BadRequestError, 'context_length_exceeded', 'messages'],
      [client.chat.completions.create({ model, messages: [{ role: 'user', content: 'x'.repeat(5e6) }] }), OpenAI.APIError, 'payload_too_large'],
      [client.get('/nothing'), OpenAI.NotFoundError, 'unknown_url'],
      [client.delete('/models'), OpenAI.APIError, 'method_not_allowed'],
    ];
    await checkErrors(cases);
    const broken = await call(server.port, 'POST', '/v1/chat/completions', {
      headers: { authorization: 'Bearer dev:alice', 'content-type': 'application/json' },
      body: '{"model":',
    });
    assert.equal(broken.status, 400);
    assert.equal(broken.json.error.code, 'invalid_request');
    assert.equal(broken.headers['request-id'], broken.headers['x-request-id']);
  });

  await t.test('K10: a key is one run, also for two requests at once; another body is refused once', async () => {
    const key = { headers: { 'Idempotency-Key': 'k-1' } };
    const ask = (count) => client.chat.completions.create({ model, messages: long(count, 200) }, key);
    const [first, second] = await Promise.all([ask(50), ask(50)]);
    assert.equal(first.id, second.id);
    assert.equal(second.choices[0].message.content, words(50));
    const retrying = openai(server, { maxRetries: 2 });
    const error = await rejection(retrying.chat.completions.create({ model, messages: hi }, key));
    assert.ok(error instanceof OpenAI.UnprocessableEntityError);
    assert.equal(error.headers.get('x-should-retry'), null);
  });

  await t.test('K11: the whole answer and the rest of a stream by id, for its owner alone', async () => {
    const stream = await client.chat.completions.create({ model, messages: long(100), stream: true });
    const all = await readAll(stream);
    const { id } = all.chunks[0];
    const whole = await client.get(`/chat/completions/${id}`);
    assert.equal(whole.choices[0].message.content, words(100));
    for (const had of [1, 2, 50, 100]) {
      const rest = await client.get(`/chat/completions/${id}`, { query: { stream: true, starting_after: had }, stream: true });
      assert.deepEqual((await readAll(rest)).chunks, all.chunks.slice(had));
    }
    assert.ok((await rejection(openai(server, { user: 'bob' }).get(`/chat/completions/${id}`))) instanceof OpenAI.NotFoundError);
  });

  await t.test('K11: the owner cancels; half an answer is an error for everybody who reads it', async () => {
    const stream = await client.chat.completions.create({ model, messages: long(5000, 100), stream: true });
    const seen = { text: '', chunks: [] };
    const read = begin(readAll(stream, seen));
    await until(10000, 'the answer is flowing', () => seen.chunks.length > 10);
    await client.post(`/chat/completions/${seen.chunks[0].id}/cancel`);
    const error = await rejection(within(10000, 'the stream ends', read));
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.equal(error.code, 'cancelled');
    assert.ok(words(5000).startsWith(seen.text));
    const again = await rejection(client.get(`/chat/completions/${seen.chunks[0].id}`));
    assert.equal(again.code, 'cancelled');
    assert.equal(again.headers.get('x-should-retry'), 'false');
  });

  await t.test('K33: a key is taken as x-api-key too', async () => {
    const answer = await call(server.port, 'GET', '/v1/models', { headers: { 'x-api-key': 'dev:alice' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.first_id, model);
    assert.equal(answer.json.has_more, false);
  });

  await t.test('K82: a front end asks for models, and for three whole answers beside a streamed one', async () => {
    const listed = await call(server.port, 'GET', '/v1/models', { headers: { authorization: 'Bearer dev:webui' } });
    assert.deepEqual(
      listed.json.data.map(({ id }) => id),
      [model],
    );
    const webui = openai(server, { user: 'webui' });
    const more = { temperature: 0.7, top_p: 1, presence_penalty: 0, frequency_penalty: 0, user: 'u-1' };
    const asked = [
      webui.chat.completions.create({ model, messages: long(100, 100), stream: true, ...more }).then(readAll),
      ...[1, 2, 3].map(() => webui.chat.completions.create({ model, messages: long(30, 100), stream: false, ...more })),
    ];
    const [chat, ...background] = await Promise.all(asked);
    assert.equal(chat.text, words(100));
    for (const answer of background) assert.equal(answer.choices[0].message.content, words(30));
  });
});

test('K6: a refusal says when to come again, or that it is of no use', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'openai.rate': 1, 'openai.rate_window': '1h', 'openai.max_active_per_user': 1 } });
  const client = openai(server);
  const held = await client.chat.completions.create({ model, messages: long(1000, 50), stream: true });
  const busy = await rejection(client.chat.completions.create({ model, messages: hi }));
  assert.ok(busy instanceof OpenAI.RateLimitError);
  assert.equal(busy.code, 'too_many_active');
  assert.equal(busy.headers.get('retry-after'), '5');
  assert.equal(busy.headers.get('retry-after-ms'), '5000');
  for await (const chunk of held) {
    await client.post(`/chat/completions/${chunk.id}/cancel`);
    break;
  }
  await until(10000, 'the slot is free', async () => {
    const error = await rejection(client.chat.completions.create({ model, messages: hi }));
    return error.code === 'rate_limit_exceeded' && Number(error.headers.get('retry-after-ms')) > 60000;
  });
});

test('K2: a piece leaves before the next one is made', { skip, timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  const stream = await openai(server).chat.completions.create({ model, messages: hi, stream: true });
  let text = '';
  for await (const chunk of stream) {
    text += chunk.choices[0].delta.content ?? '';
    if (text === 'Half, ') provider.release();
  }
  assert.equal(text, 'Half, whole.');
});

test('K12: a retry of the SDK is the run under way', { skip, timeout: 60000 }, (t) =>
  checkRetry(t, openai, async (client) => {
    const { id, choices } = await client.chat.completions.create({ model, messages: hi });
    return { id, text: choices[0].message.content };
  }),
);

test('K7: a client that goes away stops its provider; one that may come back does not', { skip, timeout: 60000 }, async (t) => {
  const provider = await heldProvider(t);
  const server = await startServer(t, { ...withProvider(provider), settings: { 'openai.unwatched': '300ms' } });
  const client = openai(server);
  const leave = async (options, more) => {
    const stream = await client.chat.completions.create({ model, messages: hi, stream: true, ...more }, options);
    for await (const chunk of stream) if (chunk.choices[0].delta.content) return chunk.id; // leaving the loop closes the connection
  };
  await leave();
  const abort = new AbortController();
  const whole = begin(client.chat.completions.create({ model, messages: hi }, { signal: abort.signal }));
  await provider.call(2);
  abort.abort();
  await rejection(whole);
  for (const number of [1, 2]) {
    const its = await provider.call(number);
    await until(15000, `call ${number} is closed`, () => its.closedAt !== null);
  }
  const kept = [await leave({ headers: { 'Idempotency-Key': 'k' } }), await leave({}, { store: true })];
  await sleep(1500);
  provider.release();
  for (const id of kept) assert.equal((await client.get(`/chat/completions/${id}`)).choices[0].message.content, 'Half, whole.');
});

test('K8, K9: what the provider gets, and what comes back', { skip, timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, callTwoTools);
  const server = await startServer(t, withProvider(provider, {}, '', { sampling_allowed: true }));
  const client = openai(server);
  const parameters = { type: 'object', properties: { from: { type: 'number' } } };
  const tools = [
    { type: 'function', function: { name: 'cut', description: 'Cuts.', parameters } },
    { type: 'function', function: { name: 'paste', parameters: { type: 'object', properties: {} } } },
  ];
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    { role: 'user', content: [{ type: 'text', text: 'Cut it.' }] },
  ];
  const wanted = [
    { id: 'provider-1', type: 'function', function: { name: 'cut', arguments: '{"from":1}' } },
    { id: 'provider-2', type: 'function', function: { name: 'paste', arguments: '{}' } },
  ];

  await t.test('K9: whole', async () => {
    const [cut, paste] = tools;
    const given = [{ ...cut, function: { ...cut.function, strict: true } }, paste];
    const { choices } = await client.chat.completions.create({ model, messages, tools: given, temperature: 0.5, max_tokens: 77 });
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.equal(choices[0].message.content, 'Wait.');
    assert.deepEqual(choices[0].message.tool_calls, wanted);
    const sent = provider.calls.at(-1).json;
    assert.deepEqual(sent.messages, [
      { role: 'system', content: 'Be brief.\n\nBe kind.' },
      { role: 'user', content: 'Cut it.' },
    ]);
    assert.equal(sent.temperature, 0.5);
    assert.equal(sent.max_completion_tokens ?? sent.max_tokens, 77);
    assert.deepEqual(
      sent.tools.map((each) => [each.function.name, each.function.strict]),
      [['cut', true], ['paste', undefined]],
    );
  });

  await t.test('K9: streamed, put together by the SDK', async () => {
    const stream = client.chat.completions.stream({ model, messages, tools });
    const whole = await stream.finalChatCompletion();
    assert.equal(whole.choices[0].finish_reason, 'tool_calls');
    const calls = whole.choices[0].message.tool_calls.map(({ id, type, function: { name, arguments: args } }) => ({ id, type, function: { name, arguments: args } }));
    assert.deepEqual(calls, wanted);
  });

  await t.test('K9: results on the way back', async () => {
    const history = [
      ...messages,
      { role: 'assistant', content: null, tool_calls: wanted },
      { role: 'tool', tool_call_id: 'provider-2', content: 'pasted' },
      { role: 'tool', tool_call_id: 'provider-1', content: [{ type: 'text', text: 'cut' }] },
    ];
    const { choices } = await client.chat.completions.create({ model, messages: history, tools });
    assert.equal(choices[0].message.content, 'It is cut.');
    const sent = provider.calls.at(-1).json.messages;
    assert.deepEqual(
      sent.slice(-2).map(({ role, content }) => [role, content]),
      [
        ['tool', 'cut'],
        ['tool', 'pasted'],
      ],
    );
    assert.deepEqual(
      sent.slice(-2).map((each) => each.tool_call_id),
      sent.at(-3).tool_calls.map((each) => each.id),
    );
  });
});

const random = new Random();
const { pick, chance, any, maybe, some, chosen } = wildValues(random, { oneIn: 25, more: ['x', 'auto', 'none'] });

// A request that is nearly always wrong somewhere.
function wildRequest() {
  const call = () => maybe({ id: maybe(pick(['a', 'b'])), type: maybe('function'), function: maybe({ name: maybe('cut'), arguments: maybe('{}') }) });
  const part = () =>
    maybe(
      pick([
        { type: maybe('text'), text: maybe('Hi') },
        { type: 'image_url', image_url: maybe({ url: maybe('data:image/png;base64,AAEC') }) },
        { type: 'file', file: maybe({ file_data: maybe('data:application/pdf;base64,AAEC') }) },
        { type: 'refusal', refusal: maybe('No.') },
      ]),
    );
  const message = () =>
    maybe({
      role: maybe(pick(['system', 'developer', 'user', 'assistant', 'tool'])),
      content: maybe(pick(['echo:Hi', null, some(part)])),
      ...(pick([1, 2]) === 1 ? {} : { tool_calls: maybe(some(call)), tool_call_id: maybe(pick(['a', 'b'])), name: maybe('ann') }),
    });
  const members = {
    model: 'default',
    messages: maybe([...some(message), { role: 'user', content: 'echo:Hi' }]),
    tools: maybe(some(() => maybe({ type: maybe('function'), function: maybe({ name: maybe(pick(['cut', 'paste'])), parameters: maybe({}) }) }))),
    tool_choice: maybe(pick(['auto', 'none'])),
    response_format: maybe({ type: maybe(pick(['text', 'json_object', 'json_schema'])), json_schema: maybe({ name: maybe('a'), schema: maybe({}) }) }),
    stop: maybe(pick(['x', ['x', '']])),
    temperature: maybe(1),
    top_p: maybe(0.5),
    seed: maybe(7),
    max_tokens: maybe(100),
    max_completion_tokens: maybe(100),
    n: maybe(1),
    logprobs: maybe(false),
    reasoning_effort: maybe('low'),
    parallel_tool_calls: maybe(true),
    stream: maybe(pick([true, false])),
    stream_options: maybe({ include_usage: maybe(true) }),
    store: maybe(true),
    user: any(),
    metadata: any(),
  };
  return chosen(members, (name) => name === 'messages' || chance(4));
}

test('K5, K8: wild requests are answered, or refused by name, and never with a 500', { skip, timeout: 180000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'openai.rate': 100000, 'openai.max_active_per_user': 100 } });
  const statuses = await sendWild(t, server, {
    paths: Array(8).fill('/v1/chat/completions'),
    rounds: 450,
    headers: { authorization: 'Bearer dev:alice' },
    wildRequest,
    check: assertAnsweredOrRefused,
  });
  assert.ok(statuses[200] > 50, 'some are right');
});

test('K4: a model with slashes in its name', { skip, timeout: 60000 }, async (t) => {
  const name = 'meta-llama/llama-3.1/8b';
  const server = await startServer(t, withScriptedModel({ alias: name }));
  const client = openai(server);
  assert.equal((await client.models.retrieve(name)).id, name);
  const answer = await client.chat.completions.create({ model: name, messages: hi });
  assert.equal(answer.choices[0].message.content, 'Hello there, 世界.');
  const get = (path) => call(server.port, 'GET', path, { headers: { authorization: 'Bearer dev:ann' } });
  for (const path of [`/v1/models/${name}`, '/v1/models/meta-llama%2Fllama-3.1%2f8b'])
    assert.equal((await get(path)).json.id, name, path);
  // Elsewhere an escaped slash would give a path two meanings.
  for (const path of ['/v1%2Fmodels', '/v1/models%2Fmeta-llama', '/v1/responses/a%2Fb', '/nowhere%2F'])
    assert.match((await get(path)).text, /escaped slash/, path);
  assert.equal((await get('/v1%2Fmodels')).status, 400);
});

test('K40: AI SDK’s openai-compatible provider', { skip, timeout: 90000 }, async (t) => {
  const server = await startServer(t, withProvider(await aiSdkProvider(t)));
  const at = createOpenAICompatible({ name: 'belay', baseURL: `${server.origin}/v1`, apiKey: server.tokenFor('alice'), includeUsage: true });
  await checkAiSdk(t, at);
});

test('K41: LangChain’s ChatOpenAI', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, scripted);
  const llm = new ChatOpenAI({ model, apiKey: server.tokenFor('alice'), maxRetries: 0, configuration: { baseURL: `${server.origin}/v1` } });
  const whole = await llm.invoke('echo:Hello.');
  assert.equal(whole.content, 'Hello.');
  let text = '';
  for await (const chunk of await llm.stream(`echo:50 words`)) text += chunk.content;
  assert.equal(text, words(50));
  const wrong = new ChatOpenAI({ model, apiKey: 'wrong', maxRetries: 0, configuration: { baseURL: `${server.origin}/v1` } });
  assert.equal((await rejection(wrong.invoke('Hi'))).status, 401);
});

test('K2, K11: a cut is an error for the SDK, and the rest comes by id and count', { skip, timeout: 120000 }, async (t) => {
  const server = await startServer(t, { ...scripted, restarts: true });
  const client = openai(server);

  await t.test('a connection that is reset', async () => {
    const cutter = await startCutter(t, server.port, () => ({ after: 20000 }));
    const through = openai(server, { origin: cutter.origin });
    let seen;
    // A reset takes from a busy client what it has not read yet: then once more.
    do {
      seen = { text: '', chunks: [] };
      const asked = through.chat.completions.create({ model, messages: long(400, 400), stream: true });
      await rejection(asked.then((stream) => readAll(stream, seen)));
    } while (seen.chunks.length <= 10);
    const query = { stream: true, starting_after: seen.chunks.length };
    await readAll(await client.get(`/chat/completions/${seen.chunks[0].id}`, { query, stream: true }), seen);
    assert.equal(seen.text, words(400));
    assert.equal(seen.chunks.at(-1).choices[0].finish_reason, 'stop');
  });

  await t.test('K11: connections that are reset at random bytes', async () => {
    const rounds = Number(process.env.BELAY_ROUNDS ?? 30);
    let cut = null;
    const cutter = await startCutter(t, server.port, () => cut);
    const through = openai(server, { origin: cutter.origin });
    const whole = await readAll(await client.chat.completions.create({ model, messages: long(100), stream: true }));
    const size = JSON.stringify(whole.chunks).length;
    let cuts = 0;
    for (let round = 0; round < rounds; round++) {
      const seen = { text: '', chunks: [] };
      const key = { headers: { 'Idempotency-Key': `round-${round}` } };
      for (let attempt = 0; seen.chunks.at(-1)?.choices[0].finish_reason !== 'stop'; attempt++) {
        // The first is always within the answer.
        cut = attempt < 3 ? { after: random.between(1, attempt === 0 ? size : 40000) } : null;
        const had = seen.chunks.length;
        const path = `/chat/completions/${seen.chunks[0]?.id}`;
        const asked = had === 0
          ? through.chat.completions.create({ model, messages: long(100), stream: true }, key)
          : through.get(path, { query: { stream: true, starting_after: had }, stream: true });
        await asked.then((stream) => readAll(stream, seen)).catch(() => cuts++);
      }
      assert.equal(seen.text, words(100));
      assert.equal(seen.chunks.length, whole.chunks.length);
      assert.equal(new Set(seen.chunks.map(({ id }) => id)).size, 1);
    }
    t.diagnostic(`BELAY_SEED=${seed}; ${rounds} answers, ${cuts} cuts`);
    assert.ok(cuts >= rounds);
  });

  await t.test('kill -9 of the server', async (t) => {
    // So slow that the crash is always in the middle of the answer.
    const server = await startServer(t, { ...withPace(50), restarts: true });
    const client = openai(server);
    const seen = { text: '', chunks: [] };
    const stream = await client.chat.completions.create({ model, messages: long(2000), stream: true });
    const read = begin(readAll(stream, seen));
    await until(10000, 'the answer is flowing', () => seen.chunks.length > 50);
    await server.kill9();
    await rejection(read);
    hurry(server);
    await server.start();
    const query = { stream: true, starting_after: seen.chunks.length };
    await readAll(await client.get(`/chat/completions/${seen.chunks[0].id}`, { query, stream: true }), seen);
    assert.equal(seen.text, words(2000));
    const again = { text: '', chunks: [] };
    await readAll(await client.get(`/chat/completions/${seen.chunks[0].id}`, { query: { stream: true }, stream: true }), again);
    assert.deepEqual(again.chunks, seen.chunks, 'a replay is what was delivered');
  });

  await t.test('K12: kill -9 while the SDK waits for a whole answer', async (t) => {
    const server = await startServer(t, { ...withPace(50), restarts: true });
    const retrying = openai(server, { maxRetries: 5 });
    const answer = begin(retrying.chat.completions.create({ model, messages: long(2000) }));
    await until(10000, 'the answer is read', async () => (await readersSoFar(server)) > 0);
    await sleep(300);
    await server.kill9();
    hurry(server);
    await server.start();
    assert.equal((await answer).choices[0].message.content, words(2000));
  });
});

test('K80: EventSource with a ticket, over a crash to the end', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...withPace(20), restarts: true, settings: { 'openai.retry_base': '300ms' } });
  const client = openai(server);
  const started = await client.chat.completions.create({ model, messages: long(400), stream: true }, { headers: { 'Idempotency-Key': 'k' } });
  let id;
  for await (const chunk of started) {
    id = chunk.id;
    break;
  }
  const stream = `/v1/chat/completions/${id}`;
  const made = await call(server.port, 'POST', '/auth/ticket', { headers: { authorization: 'Bearer dev:alice' }, json: { stream } });
  assert.equal(made.status, 201, made.text);
  const source = new EventSource(`${server.origin}${stream}?stream=true&ticket=${made.json.ticket}`);
  const seen = [];
  const statuses = [];
  source.onmessage = ({ data }) => seen.push(data);
  source.onerror = ({ code }) => statuses.push(code);
  try {
    await until(20000, 'the answer is flowing', () => seen.length > 20);
    await server.kill9();
    await sleep(300);
    hurry(server);
    await server.start();
    await until(30000, () => `it stops: ${statuses}`, () => source.readyState === 2);
  } finally {
    source.close();
  }
  assert.equal(seen.at(-1), '[DONE]');
  const text = seen.slice(0, -1).map((data) => JSON.parse(data).choices[0].delta.content ?? '');
  assert.equal(text.join(''), words(400));
});

test('K81: fetch-event-source posts again and goes on; it gets no message without data', { skip, timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...scripted, settings: { 'openai.retry_base': '300ms', 'server.heartbeat_interval': '1s' } });
  const cutter = await startCutter(t, server.port, (number) => (number < 2 ? { after: 15000 } : null));
  // It is made for pages.
  globalThis.window ??= globalThis;
  globalThis.document ??= { addEventListener() {}, removeEventListener() {} };
  const seen = [];
  const stop = new AbortController();
  t.after(() => stop.abort());
  await within(
    40000,
    () => `it ends; ${seen.length} messages`,
    fetchEventSource(`${cutter.origin}/v1/chat/completions`, {
      method: 'POST',
      openWhenHidden: true,
      signal: stop.signal,
      headers: { authorization: 'Bearer dev:alice', 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: JSON.stringify({ model, messages: long(300, 150), stream: true }),
      onmessage: ({ data }) => {
        assert.notEqual(data, '', 'a message without data');
        seen.push(data);
      },
    }),
  );
  assert.ok(cutter.connections >= 3);
  assert.equal(seen.at(-1), '[DONE]');
  assert.equal(
    seen
      .slice(0, -1)
      .map((data) => JSON.parse(data).choices[0].delta.content ?? '')
      .join(''),
    words(300),
  );
});
