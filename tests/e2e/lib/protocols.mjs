// The three provider protocols, from the provider's side: the bytes that a script's call sends in each protocol.
//
// Each protocol is a set of functions. Each function returns the bytes of one part of an answer. `state` belongs to the call and
// records what has been sent.

// What the user said last. It may stand behind context and questions without an answer.
const newest = (content) => content.split('\n\n').at(-1);

export const sse = (value, event) => `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(value)}\n\n`;

export function chunk(delta, finishReason = null, more = {}) {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return sse({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'fake', choices, ...more });
}

const chat = {
  path: '/v1/chat/completions',
  begin: () => chunk({ role: 'assistant', content: '' }),
  piece: (state, content) => chunk({ content }),
  thought: (state, text) => chunk({ reasoning_content: text }),
  ping: () => ': ping\n\n',
  toolCall: (state, index, { id, name, pieces }) =>
    chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }) +
    pieces.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })).join(''),
  usage: (state, input, output) =>
    sse({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'fake',
      choices: [],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    }),
  end: (state, reason, input, output) =>
    chunk({}, { stop: 'stop', length: 'length', tools: 'tool_calls', filter: 'content_filter' }[reason]) +
    chat.usage(state, input, output) +
    'data: [DONE]\n\n',
  // Everything except the end.
  almostEnd: () => chunk({}),
  error: (state, type, message) => sse({ error: { message, type, code: null } }),
  errorBody: (type, message) => ({ error: { message, type, param: null, code: type } }),
  whole: (content, input, output) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }),
  promptOf: (json) => newest(json.messages.at(-1).content),
};

export function numbered(state, type, members = {}) {
  state.number = (state.number ?? -1) + 1;
  return sse({ type, sequence_number: state.number, ...members }, type);
}

const response = (status, more = {}) => ({
  id: 'resp_1',
  object: 'response',
  status,
  error: null,
  incomplete_details: null,
  usage: null,
  ...more,
});

const responseUsage = (input, output) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: input + output,
});

const responses = {
  path: '/v1/responses',
  begin: (state) =>
    numbered(state, 'response.created', { response: response('in_progress') }) +
    numbered(state, 'response.in_progress', { response: response('in_progress') }),
  piece: (state, delta) =>
    numbered(state, 'response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta }),
  thought: (state, delta) =>
    numbered(state, 'response.reasoning_summary_text.delta', { item_id: 'rs_1', output_index: 0, delta }),
  ping: () => ': ping\n\n',
  toolCall: (state, index, { id, name, pieces }) => {
    const item = { type: 'function_call', id: `fc_${index}`, call_id: id, name, arguments: '' };
    const at = { output_index: index + 1, item_id: item.id };
    return (
      numbered(state, 'response.output_item.added', { output_index: index + 1, item }) +
      pieces
        .map((delta) => numbered(state, 'response.function_call_arguments.delta', { ...at, delta }))
        .join('') +
      numbered(state, 'response.function_call_arguments.done', { ...at, arguments: pieces.join('') }) +
      numbered(state, 'response.output_item.done', {
        output_index: index + 1,
        item: { ...item, arguments: pieces.join('') },
      })
    );
  },
  end: (state, reason, input, output) => {
    const usage = responseUsage(input, output);
    if (reason === 'length' || reason === 'filter') {
      const why = reason === 'length' ? 'max_output_tokens' : 'content_filter';
      return numbered(state, 'response.incomplete', {
        response: response('incomplete', { incomplete_details: { reason: why }, usage }),
      });
    }
    return numbered(state, 'response.completed', { response: response('completed', { usage }) });
  },
  almostEnd: (state) => numbered(state, 'response.output_text.done', { output_index: 0, content_index: 0, text: '' }),
  error: (state, code, message) => numbered(state, 'error', { code, message, param: null }),
  errorBody: (type, message) => ({ error: { message, type, param: null, code: type } }),
  whole: (text, input, output) =>
    response('completed', {
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
      usage: responseUsage(input, output),
    }),
  promptOf: (json) => newest(json.input.at(-1).content),
};

export const named = (type, members = {}) => sse({ type, ...members }, type);

const messages = {
  path: '/v1/messages',
  begin: () =>
    named('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'fake',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 7, output_tokens: 1 },
      },
    }) + named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  piece: (state, text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  thought: (state, thinking) => named('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking } }),
  ping: () => named('ping'),
  toolCall: (state, index, { id, name, pieces }) =>
    named('content_block_start', { index: index + 1, content_block: { type: 'tool_use', id, name, input: {} } }) +
    pieces
      .map((piece) =>
        named('content_block_delta', { index: index + 1, delta: { type: 'input_json_delta', partial_json: piece } }),
      )
      .join('') +
    named('content_block_stop', { index: index + 1 }),
  end: (state, reason, input, output) =>
    named('content_block_stop', { index: 0 }) +
    named('message_delta', {
      delta: {
        stop_reason: { stop: 'end_turn', length: 'max_tokens', tools: 'tool_use', filter: 'refusal' }[reason],
        stop_sequence: null,
      },
      usage: { input_tokens: input, output_tokens: output },
    }) +
    named('message_stop'),
  almostEnd: () => named('content_block_stop', { index: 0 }),
  error: (state, type, message) => named('error', { error: { type, message }, request_id: 'req_1' }),
  errorBody: (type, message) => ({ type: 'error', error: { type, message }, request_id: 'req_1' }),
  whole: (text, input, output) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: input, output_tokens: output },
  }),
  promptOf: (json) => newest(json.messages.at(-1).content),
};

export const protocols = { chat, responses, messages };
// The `kind` of provider in the configuration that uses each protocol.
export const kinds = { chat: 'openai', responses: 'responses', messages: 'anthropic' };
