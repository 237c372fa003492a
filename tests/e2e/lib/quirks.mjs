// Quirks: what servers do differently from the documentation of their protocol, and how Belay handles it, in each protocol where
// the quirk can occur. The table of docs/PROVIDERS.md is generated from this list. provider-quirks.test.mjs checks each cell of
// the table against a running server. The quirks tests of src/providers have more cases of each kind: at every place in the stream,
// and cut at every byte.
//
// chat, responses, messages: script(call, attempt), as in lib/faults.mjs. If a protocol is missing, the quirk cannot occur in it.
// right: the expected result, as in lib/faults.mjs. In addition, `actions` are the arguments of the delivered actions, and
// `finish` is the reason that the client gets. An entry for a protocol in `but` overrides members of `right` for that protocol.
import { cellOf } from './faults.mjs';
import { chunk, protocols, named, numbered, sse } from './protocols.mjs';

const text = 'Hello, world';
const greeted = { end: 'complete', text, calls: 1, charged: 'as counted' };
const acted = { end: 'complete', text: '', actions: [{ seconds: 1 }, { seconds: 2 }], calls: 1, charged: 'as counted' };
const actedOnce = { ...acted, actions: [{ seconds: 1 }] };
const tooLong = { end: 'provider_rejected', says: /too long/, text: '', calls: 1, charged: 'nothing' };

const say = {
  chat: (call, delta, finish, more) => call.raw(chunk(delta, finish, more)),
  responses: (call, type, members) => call.raw(numbered(call.state, type, members)),
  messages: (call, type, members) => call.raw(named(type, members)),
};
// Replaces "<d83d>" by the JSON escape of half a surrogate pair. JSON.stringify cannot write such an escape.
const withHalves = (bytes) => bytes.replace(/<(d[89a-f]..)>/g, '\\u$1');

const each = (script) => ({ chat: script, responses: script, messages: script });

async function greet(call) {
  await call.piece('Hello, ');
  await call.piece('world');
  await call.done();
}

// A script that sends `odd` before, between and after the parts of an answer.
const everywhere = (odd) =>
  each(async (call) => {
    await odd(call);
    await call.piece('Hello, ');
    await odd(call);
    await call.piece('world');
    await odd(call);
    await call.done();
  });

const once = (odd) => each((call, attempt) => (attempt === 1 ? odd(call) : greet(call)));

// ---- Tool calls of a server that follows no rule for `id`, `index` or the form of `args`.
const toolCalls = {
  async chat(call, calls) {
    await call.begin();
    for (const { index, id, args, name = 'add_clip' } of calls)
      await say.chat(call, { tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }] });
    await call.done('tools', { output: 5 });
  },
  async responses(call, calls) {
    await call.begin();
    for (const { index, id, args, name = 'add_clip' } of calls) {
      const item = { type: 'function_call', id: id && `fc_${id}`, call_id: id, name };
      const place = { output_index: index, item_id: item.id };
      await say.responses(call, 'response.output_item.added', { output_index: index, item: { ...item, arguments: '' } });
      await say.responses(call, 'response.function_call_arguments.delta', { ...place, delta: args });
      await say.responses(call, 'response.output_item.done', { output_index: index, item: { ...item, arguments: args } });
    }
    await call.done('tools', { output: 5 });
  },
  async messages(call, calls) {
    await call.begin();
    for (const { index, id, args, name = 'add_clip' } of calls) {
      const input = typeof args === 'string' ? {} : args;
      await say.messages(call, 'content_block_start', { index, content_block: { type: 'tool_use', id, name, input } });
      if (typeof args === 'string')
        await say.messages(call, 'content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: args } });
      await say.messages(call, 'content_block_stop', { index });
    }
    await call.done('tools', { output: 5 });
  },
};
const callsOf = (calls) =>
  Object.fromEntries(Object.entries(toolCalls).map(([protocol, script]) => [protocol, (call) => script(call, calls)]));

// ---- Usage, in the form that the protocol prescribes
async function greetAndCount(call, counts, before = []) {
  await call.piece('Hello, ');
  await call.piece('world');
  const protocol = Object.keys(protocols).find((name) => protocols[name] === call.protocol);
  if (protocol === 'chat') {
    await say.chat(call, {}, 'stop');
    for (const [input, output] of [...before, counts])
      await call.raw(sse({ choices: [], usage: { prompt_tokens: input, completion_tokens: output } }));
    return call.raw('data: [DONE]\n\n');
  }
  const [input_tokens, output_tokens] = counts;
  const usage = { input_tokens, output_tokens };
  if (protocol === 'responses') return say.responses(call, 'response.completed', { response: { status: 'completed', output: [], usage } });
  await say.messages(call, 'message_delta', { delta: { stop_reason: 'end_turn' }, usage });
  return say.messages(call, 'message_stop');
}

const reasons = {
  chat: async (call, reason) => {
    await say.chat(call, {}, reason);
    await call.say('usage', 7, 2);
    await call.raw('data: [DONE]\n\n');
  },
  responses: (call, reason) =>
    say.responses(call, 'response.incomplete', {
      response: { status: 'incomplete', incomplete_details: { reason }, output: [], usage: { input_tokens: 7, output_tokens: 2 } },
    }),
  messages: async (call, reason) => {
    await say.messages(call, 'message_delta', { delta: { stop_reason: reason }, usage: { output_tokens: 2 } });
    await say.messages(call, 'message_stop');
  },
};
const greetAndEnd = (names) =>
  Object.fromEntries(
    Object.entries(names).map(([protocol, reason]) => [
      protocol,
      async (call) => {
        await call.piece('Hello, ');
        await call.piece('world');
        await reasons[protocol](call, reason);
      },
    ]),
  );

const refuse = (status, body) => (call) => call.answer(status, { 'content-type': 'application/json' }, JSON.stringify(body));

const message = { type: 'message', content: [{ type: 'output_text', text }] };
const responsesUsage = { input_tokens: 7, output_tokens: 2 };
const wholeAtTheEnd = {
  async chat(call) {
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }];
    await call.raw(sse({ object: 'chat.completion', choices, usage: { prompt_tokens: 7, completion_tokens: 2 } }));
    await call.raw('data: [DONE]\n\n');
  },
  async responses(call) {
    await say.responses(call, 'response.output_text.done', { output_index: 0, content_index: 0, text });
    await say.responses(call, 'response.output_item.done', { output_index: 0, item: message });
    await say.responses(call, 'response.completed', { response: { status: 'completed', output: [message], usage: responsesUsage } });
  },
  async messages(call) {
    await say.messages(call, 'message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } });
    await say.messages(call, 'message_stop', { message: { content: [{ type: 'text', text }] } });
  },
};
const after = (before, scripts) =>
  Object.fromEntries(
    Object.entries(scripts).map(([protocol, script]) => [
      protocol,
      async (call) => {
        await before(call);
        await script(call);
      },
    ]),
  );

export const quirks = [
  // Tool calls
  {
    name: 'parallel calls under one index',
    ...callsOf([
      { index: 0, id: 'a', args: '{"seconds":1}' },
      { index: 0, id: 'b', args: '{"seconds":2}' },
    ]),
    right: acted,
  },
  {
    name: 'calls without an index',
    ...callsOf([
      { id: 'a', args: '{"seconds":1}' },
      { id: 'b', args: '{"seconds":2}' },
    ]),
    right: acted,
  },
  {
    name: 'calls without an id',
    ...callsOf([
      { index: 0, args: '{"seconds":1}' },
      { index: 1, args: '{"seconds":2}' },
    ]),
    right: acted,
  },
  { name: 'arguments as an object', ...callsOf([{ index: 0, id: 'a', args: { seconds: 1 } }]), right: actedOnce },
  {
    name: 'arguments that are spaced otherwise in the end',
    async chat(call) {
      await say.chat(call, { tool_calls: [{ index: 0, id: 'a', function: { name: 'add_clip', arguments: '{"seconds": 1}' } }] });
      const tool_calls = [{ id: 'a', type: 'function', function: { name: 'add_clip', arguments: '{"seconds":1}' } }];
      const choices = [{ index: 0, finish_reason: 'tool_calls', message: { content: null, tool_calls } }];
      await call.raw(sse({ object: 'chat.completion', choices, usage: { prompt_tokens: 7, completion_tokens: 5 } }));
    },
    async responses(call) {
      const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'add_clip' };
      await say.responses(call, 'response.output_item.added', { output_index: 0, item });
      await say.responses(call, 'response.function_call_arguments.delta', { output_index: 0, delta: '{"seconds": 1}' });
      await say.responses(call, 'response.output_item.done', { output_index: 0, item: { ...item, arguments: '{"seconds":1}' } });
      await call.done('tools', { output: 5 });
    },
    right: actedOnce,
  },
  {
    name: "a tool of the server's own",
    async chat(call) {
      await say.chat(call, { tool_calls: [{ index: 0, id: 's', type: 'web_search', function: { name: 'search', arguments: '{' } }] });
      await say.chat(call, { tool_calls: [{ index: 0, function: { arguments: '}' } }] });
      await greet(call);
    },
    async responses(call) {
      const item = { type: 'mcp_call', id: 's', name: 'search', arguments: '{}' };
      await say.responses(call, 'response.output_item.added', { output_index: 0, item });
      await say.responses(call, 'response.function_call_arguments.delta', { output_index: 0, item_id: 's', delta: '{}' });
      await say.responses(call, 'response.output_item.done', { output_index: 0, item });
      await greet(call);
    },
    async messages(call) {
      await call.begin();
      const block = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
      await say.messages(call, 'content_block_start', { index: 1, content_block: block });
      await say.messages(call, 'content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: '{"q":1}' } });
      await say.messages(call, 'content_block_start', { index: 2, content_block: { type: 'web_search_tool_result', content: [] } });
      await greet(call);
    },
    right: greeted,
  },
  {
    name: 'half of a character in a call, the other half in the next piece',
    async chat(call) {
      const piece = (args) => chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'add_clip', arguments: args } }] });
      await call.raw(withHalves(piece('{"seconds":1,"x":"<d83d>') + piece('<de00>"}')));
      await call.done('tools', { output: 5 });
    },
    async responses(call) {
      const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'add_clip' };
      await say.responses(call, 'response.output_item.added', { output_index: 0, item });
      for (const delta of ['{"seconds":1,"x":"<d83d>', '<de00>"}'])
        await call.raw(withHalves(numbered(call.state, 'response.function_call_arguments.delta', { output_index: 0, delta })));
      await call.done('tools', { output: 5 });
    },
    async messages(call) {
      await call.begin();
      const block = { type: 'tool_use', id: 'a', name: 'add_clip', input: {} };
      await say.messages(call, 'content_block_start', { index: 1, content_block: block });
      for (const partial_json of ['{"seconds":1,"x":"<d83d>', '<de00>"}'])
        await call.raw(withHalves(named('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json } })));
      await call.done('tools', { output: 5 });
    },
    right: { ...acted, actions: [{ seconds: 1, x: '😀' }] },
  },

  // Text
  {
    name: 'content as a list of parts, thoughts among them',
    async chat(call) {
      await say.chat(call, { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] });
      await say.chat(call, { content: [{ type: 'text', text: 'Hello, ' }] });
      await say.chat(call, { content: [{ type: 'text', text: 'wor' }, { type: 'text', text: 'ld' }] });
      await call.done('stop', { output: 2 });
    },
    async responses(call) {
      for (const part of ['Hello, ', 'world'])
        await say.responses(call, 'response.output_text.delta', { output_index: 0, delta: [{ type: 'output_text', text: part }] });
      await call.done('stop', { output: 2 });
    },
    right: greeted,
  },
  {
    name: 'half of a character, the other half in the next event',
    ...each(async (call) => {
      await call.begin();
      for (const piece of ['A <d83d>', '<de00> B <d83d>', '<de00>']) await call.raw(withHalves(call.protocol.piece(call.state, piece)));
      await call.done('stop', { output: 3 });
    }),
    right: { ...greeted, text: 'A 😀 B 😀' },
  },
  {
    name: 'half of a character alone',
    ...each(async (call) => {
      await call.begin();
      for (const piece of ['<de00>A', '<d83d>', 'B<d83d>']) await call.raw(withHalves(call.protocol.piece(call.state, piece)));
      await call.done('stop', { output: 3 });
    }),
    right: { ...greeted, text: '\ufffdA\ufffdB\ufffd' },
  },
  { name: 'the whole text again at the end', ...after((call) => call.piece('Hello, ').then(() => call.piece('world')), wholeAtTheEnd), right: greeted },
  { name: 'the whole text only at the end', ...after((call) => call.begin(), wholeAtTheEnd), right: greeted },
  {
    name: 'the whole text only at the beginning',
    async messages(call) {
      const usage = { input_tokens: 7, output_tokens: 1 };
      await say.messages(call, 'message_start', { message: { content: [], usage } });
      await say.messages(call, 'content_block_start', { index: 0, content_block: { type: 'text', text } });
      await call.done('stop', { output: 2 });
    },
    right: greeted,
  },

  // Events
  { name: 'empty data to keep the line open', ...everywhere((call) => call.raw('data: \n\ndata:\n\n')), right: greeted },
  {
    name: 'data that is no JSON to keep the line open',
    ...everywhere((call) => call.raw('event: ping\ndata: ping\n\ndata: [KEEPALIVE]\n\nevent: keepalive\ndata: 1764547200\n\n')),
    right: greeted,
  },
  {
    name: 'sequence numbers that are always 0, repeat, or skip',
    async responses(call) {
      const numbers = [0, 0, 0, 7, 7, 5];
      const next = (type, members) => call.raw(sse({ type, sequence_number: numbers.shift(), ...members }, type));
      await next('response.created', { response: { id: 'resp_1', status: 'in_progress' } });
      for (const delta of ['Hel', 'lo', ', world']) await next('response.output_text.delta', { output_index: 0, delta });
      await next('response.completed', { response: { status: 'completed', usage: responsesUsage } });
    },
    right: greeted,
  },

  // Counts
  {
    name: 'counts as decimals',
    // JSON.stringify cannot write 7.0.
    ...each((call) => greetAndCount({ ...call, __proto__: call, raw: (bytes) => call.raw(bytes.replace(/_tokens":(\d+)(?=[,}])/g, '_tokens":$1.0')) }, [7, 2])),
    right: greeted,
  },
  { name: 'counts as texts', ...each((call) => greetAndCount(call, ['7', '2'])), right: greeted },
  {
    name: 'a zero after a count',
    chat: (call) => greetAndCount(call, [0, 0], [[7, 2]]),
    messages: (call) => greetAndCount(call, [0, 2]),
    right: greeted,
  },
  { name: 'nothing but zeros', chat: (call) => greetAndCount(call, [0, 0]), responses: (call) => greetAndCount(call, [0, 0]), right: { ...greeted, charged: 'an estimate' } },

  // The end
  {
    name: 'no more words after the finish reason',
    async chat(call) {
      await call.piece(text);
      await say.chat(call, {}, 'stop');
      await call.say('usage', 7, 2);
    },
    async messages(call) {
      await call.piece(text);
      await say.messages(call, 'message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } });
    },
    right: greeted,
  },
  {
    name: 'a cut after the finish reason',
    async chat(call) {
      await call.piece(text);
      await say.chat(call, {}, 'stop');
      await call.say('usage', 7, 2);
      await call.wait(50);
      call.reset();
    },
    async messages(call) {
      await call.piece(text);
      await say.messages(call, 'message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } });
      await call.wait(50);
      call.reset();
    },
    right: greeted,
  },
  {
    name: 'an answer cut at the size of the window, or at a pause',
    ...greetAndEnd({ chat: 'model_length', responses: 'max_tool_calls', messages: 'pause_turn' }),
    right: { ...greeted, finish: 'length' },
  },
  {
    name: 'a finish reason that nobody knows',
    ...greetAndEnd({ chat: 'something_new', responses: 'something_new', messages: 'something_new' }),
    right: { ...greeted, finish: 'length' },
  },
  {
    name: 'a finish reason that means broken, after text',
    ...greetAndEnd({ chat: 'error', responses: 'error', messages: 'abort' }),
    right: { ...greeted, end: 'provider_broken' },
    but: { responses: { end: 'provider_unavailable' } },
  },
  {
    name: 'a finish reason that means broken, before text, once',
    chat: (call, attempt) => (attempt === 1 ? reasons.chat(call, 'abort') : greet(call)),
    responses: (call, attempt) => (attempt === 1 ? reasons.responses(call, 'error') : greet(call)),
    messages: (call, attempt) => (attempt === 1 ? reasons.messages(call, 'error') : greet(call)),
    right: { ...greeted, calls: 2 },
  },
  {
    name: 'an error within the choice',
    async chat(call) {
      await call.piece('Hello, ');
      await call.raw(sse({ choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'secret words' } }] }));
      await call.say('usage', 7, 1);
      await call.raw('data: [DONE]\n\n');
    },
    right: { end: 'provider_unavailable', text: 'Hello, ', calls: 1, charged: 'as counted' },
  },

  // Answers without text
  {
    name: 'a blank answer, once',
    ...once(async (call) => {
      await call.piece(' \n');
      await call.done();
    }),
    right: { ...greeted, calls: 2 },
  },
  {
    name: 'a thought and no answer, once',
    ...once(async (call) => {
      await call.begin();
      await call.thought('Hm.');
      await call.done('stop', { output: 1 });
    }),
    right: { ...greeted, calls: 2 },
  },
  {
    name: 'a blank answer, always',
    ...each(async (call) => {
      await call.begin();
      await call.done('stop', { output: 1 });
    }),
    right: { end: 'provider_broken', text: '', calls: 3, charged: 'as counted' },
  },
  {
    name: 'thoughts until no tokens are left for an answer',
    ...each(async (call) => {
      await call.begin();
      await call.thought('Hm.');
      await call.done('length', { output: 9 });
    }),
    right: { end: 'provider_broken', text: '', calls: 1, charged: 'as counted' },
  },

  // "Too long"
  {
    name: 'too long',
    chat: refuse(400, { error: { code: 400, message: 'request (9000 tokens) exceeds the available context size (8192 tokens)', type: 'exceed_context_size_error' } }),
    responses: refuse(400, { error: { message: 'Your input exceeds the context window of this model.', type: 'invalid_request_error' } }),
    messages: refuse(400, { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } }),
    right: tooLong,
  },
  {
    name: 'too long, under 500',
    ...each(refuse(500, { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } })),
    right: tooLong,
  },
  {
    name: 'too long, within the stream',
    ...each(async (call) => {
      await call.begin();
      await call.inStreamError('This model has a maximum context length of 8192 tokens.');
    }),
    right: { ...tooLong, charged: 'an estimate' },
  },
];

export function rightOf(quirk, protocol) {
  return quirk[protocol] ? { ...quirk.right, ...quirk.but?.[protocol] } : null;
}

function cell(quirk, protocol) {
  const right = rightOf(quirk, protocol);
  if (right === null) return 'cannot occur';
  const actions = right.actions ? ` with ${right.actions.length === 1 ? 'the action' : `${right.actions.length} actions`}` : '';
  const finish = right.finish ? `, marked \`${right.finish}\`` : '';
  return cellOf(right).replace('`complete`', `\`complete\`${actions}${finish}`);
}

export function quirkTable() {
  const rows = quirks.map((quirk) => `| ${[quirk.name, ...Object.keys(protocols).map((protocol) => cell(quirk, protocol))].join(' | ')} |`);
  return ['| quirk | Chat Completions | Responses | Messages |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
