// Every byte of the Responses API, held against wire/responses*.txt.
import { unknownId } from './lib/assistant.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const ann = as('ann');
const path = '/v1/responses';
const post = `POST ${path}`;
const typed = { 'Content-Type': 'application/json' };
const said = (input, more = {}) => ({ model: 'default', input, ...more });
const streamed = (input, more = {}) => said(input, { stream: true, ...more });
const response = (id) => `GET ${path}/resp_${id}`;
const streamOf = (id, query = '') => `${response(id)}?stream=true${query}`;

// The run of an answer, from its header.
const runOf = (answer) => answer.header('x-belay-run-id');

const tools = ['set_tempo', 'fly'].map((name) => ({ type: 'function', name, parameters: { type: 'object' } }));

recorded('responses-answers', 'Responses: answers', scripted(), async (wire) => {
  for (const prompt of ['three pieces', 'every kind of character', 'nothing', 'cut at its longest']) {
    await wire.send(`Whole: ${prompt}`, post, { headers: ann, json: said(prompt) });
    await wire.send(`Streamed: ${prompt}`, post, { headers: ann, json: streamed(prompt) });
  }
  await wire.send('Whole: tool calls', post, { headers: ann, json: said('actions', { tools }) });
  await wire.send('Streamed: tool calls', post, { headers: ann, json: streamed('actions', { tools }) });
  await wire.send('All that is shown of a request', post, {
    headers: ann,
    json: said([{ role: 'developer', content: 'Be kind.' }, { role: 'user', content: [{ type: 'input_text', text: 'three pieces' }] }], {
      instructions: 'Be "brief".',
      metadata: { a: 'b' },
      max_output_tokens: 77,
      temperature: 0.5,
      top_p: 1,
      parallel_tool_calls: false,
      tools,
      tool_choice: { type: 'function', name: 'fly' },
      text: { format: { type: 'json_schema', name: 'p', schema: { type: 'object' }, strict: true } },
      reasoning: { effort: 'low' },
      store: false,
    }),
  });
  await wire.send('A model by default', post, { headers: ann, json: { input: 'three pieces' } });
});

recorded('responses-conversations', 'Responses: conversations', scripted(), async (wire) => {
  const first = runOf(await wire.send('The first', post, { headers: ann, json: said('actions', { tools, instructions: 'Only now.' }) }));
  await wire.send('What its model was given', `${response(first)}/input_items`, { headers: ann });
  const call = { type: 'function_call_output', call_id: 'call_1', output: 'Done.' };
  const next = await wire.send('The next', post, { headers: ann, json: said([call, { role: 'user', content: 'three pieces' }], { previous_response_id: `resp_${first}` }) });
  if (next.header('x-belay-run-id')) await wire.send('What its model was given', `${response(runOf(next))}/input_items`, { headers: ann });
  await wire.send('Deleted', `DELETE ${path}/resp_${first}`, { headers: ann });
  await wire.send('It is gone', response(first), { headers: ann });
  await wire.send('Nothing goes on with it', post, { headers: ann, json: said('three pieces', { previous_response_id: `resp_${first}` }) });
});

recorded('responses-streams', 'Responses: readers who come late, come back and leave', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: streamed('three pieces') }));
  const resumed = (after) => ({ headers: { ...ann, 'Last-Event-ID': after } });
  await wire.send('The whole response', response(id), { headers: ann });
  await wire.send('HEAD of the stream', `HEAD ${path}/resp_${id}?stream=true`, { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('Behind the first event', streamOf(id, '&starting_after=0'), { headers: ann });
  await wire.send('Behind an event in the middle of its message', streamOf(id, '&starting_after=8'), { headers: ann });
  await wire.send('Behind the last event', streamOf(id, '&starting_after=10'), { headers: ann });
  await wire.send('Ahead', streamOf(id, '&starting_after=11'), { headers: ann });
  await wire.send('Behind an event by its id', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('No position', streamOf(id), resumed('four'));
  await wire.send('No number', streamOf(id, '&starting_after=four'), { headers: ann });
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: streamed('stalls') });
  await stalling.has('two');
  const running = runOf(stalling.response);
  await wire.send('It is polled', response(running), { headers: ann });
  await wire.send('Nothing goes on with it yet', post, { headers: ann, json: said('three pieces', { previous_response_id: `resp_${running}` }) });
  await wire.send('It is cancelled', `POST ${path}/resp_${running}/cancel`, { headers: ann });
  await stalling.over('the reader sees the end');
  await wire.send('It is cancelled again', `POST ${path}/resp_${running}/cancel`, { headers: ann });
  await wire.send('The cancelled response', response(running), { headers: ann });
});

recorded('responses-background', 'Responses: in the background', scripted(), async (wire) => {
  const id = runOf(await wire.send('It is queued', post, { headers: ann, json: said('stalls', { background: true }) }));
  const reader = wire.open('A reader', streamOf(id), { headers: ann });
  await reader.has('two');
  await wire.send('It is polled', response(id), { headers: ann });
  await wire.send('It is deleted', `DELETE ${path}/resp_${id}`, { headers: ann });
  await reader.over('the reader sees the end');
  await wire.send('It is gone', response(id), { headers: ann });
});

recorded(
  'responses-heartbeats',
  'Responses: what a silent stream carries',
  scripted({ settings: { 'server.heartbeat_interval': '200ms' } }),
  async (wire) => {
    const reader = wire.open('Up to the first heartbeat', post, { headers: ann, json: streamed('stalls') });
    await reader.has('\n\n:\n');
    reader.leave('\n\n:\n');
  },
);

recorded('responses-repeats', 'Responses: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  const headers = { ...ann, 'Idempotency-Key': 'key-1' };
  await wire.send('Asked under a key', post, { headers, json: streamed('three pieces') });
  await wire.send('Asked again', post, { headers, json: streamed('three pieces') });
  await wire.send('Asked again with another body', post, { headers, json: said('code') });
  await wire.send('Gone on with', post, { headers: { ...headers, 'Last-Event-ID': '1-4' }, json: streamed('three pieces') });
  await wire.send('Gone on with at the end', post, { headers: { ...headers, 'Last-Event-ID': '1-8' }, json: streamed('three pieces') });
  await wire.send('Gone on with ahead of the end', post, { headers: { ...headers, 'Last-Event-ID': '1-9' }, json: streamed('three pieces') });
  await wire.restart();
  await wire.send('Asked again after the restart', post, { headers, json: streamed('three pieces') });
});

recorded(
  'responses-refusals',
  'Responses: what is refused',
  scripted({ settings: { 'openai.max_body': '2KiB' } }),
  async (wire) => {
    const refused = (cases, request = post) => wire.each(cases, request, ann);
    const raw = (body) => ({ headers: { ...ann, ...typed }, body });
    const json = said('three pieces');
    await refused([
      ['No token', { json, headers: {} }],
      ['No API key of this server', { json, headers: { 'X-Api-Key': 'nonsense' } }],
      ['A page of another site', { json, headers: { Cookie: 'belay_session=x', Origin: 'https://other.example' } }],
      ['No media type', { body: JSON.stringify(json) }],
      ['No JSON', raw('{"model":')],
      ['A body that is too large', { json: said('a'.repeat(3000)) }],
      ['No input', { json: { model: 'default' } }],
      ['Empty input', { json: said([]) }],
      ['Input that nobody sees', { json: said(' ') }],
      ['A message without a role', { json: said([{ type: 'message', content: 'Hi' }]) }],
      ['A part that is not text', { json: said([{ role: 'user', content: [{ type: 'input_audio' }] }]) }],
      ['A result without a call', { json: said([{ type: 'function_call_output', call_id: 'c', output: 'x' }]) }],
      ['A reference to nothing', { json: said([{ type: 'item_reference', id: `msg_${unknownId}_0` }]) }],
      ['Another kind of item', { json: said([{ type: 'computer_call' }]) }],
      ['Another kind of tool', { json: said('three pieces', { tools: [{ type: 'web_search' }] }) }],
      ['A conversation', { json: said('three pieces', { conversation: 'conv_1' }) }],
      ['Metadata that are no texts', { json: said('three pieces', { metadata: { a: 1 } }) }],
      ['In the background, and not stored', { json: said('three pieces', { background: true, store: false }) }],
      ['A previous response that does not exist', { json: said('three pieces', { previous_response_id: `resp_${unknownId}` }) }],
      ['A model that does not exist', { json: said('three pieces', { model: 'none' }) }],
      ['A model of a higher tier', { json: said('three pieces', { model: 'large' }) }],
      ['Input that does not fit', { json: said('世'.repeat(600), { model: 'narrow' }) }],
      ['An Idempotency-Key with a space', { json, headers: { ...ann, 'Idempotency-Key': 'a b' } }],
    ]);
    const id = runOf(await wire.send('An answer of ann', post, { headers: ann, json: said('three pieces', { store: false }) }));
    await wire.send('It was not stored', post, { headers: ann, json: said('three pieces', { previous_response_id: `resp_${id}` }) });
    for (const request of [response(id), `POST ${path}/resp_${id}/cancel`, `DELETE ${path}/resp_${id}`, `${response(id)}/input_items`]) {
      await wire.send('Without a token', request, {});
      await wire.send('For somebody else', request, { headers: as('bob') });
      await wire.send('With a body that is too large', request, { headers: ann, body: 'x'.repeat(70000) });
    }
    await wire.send('A response that does not exist', response(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A delete of what does not exist', `DELETE ${path}/resp_${unknownId}`, { headers: ann });
    await wire.send('A method that the path does not have', `PUT ${path}`, { headers: ann });
  },
);

const narrow = { 'openai.rate': 2, 'openai.rate_window': '1h', 'openai.max_active_per_user': 1 };

recorded('responses-limits', 'Responses: limits, which Chat Completions share', scripted({ settings: narrow }), async (wire) => {
  await wire.send('The first in the window', post, { headers: ann, json: said('three pieces') });
  const held = wire.open('The last in the window', post, { headers: ann, json: streamed('stalls') });
  await held.has('two');
  const chat = { headers: ann, json: { model: 'default', messages: [{ role: 'user', content: 'three pieces' }] } };
  await wire.send('One more at once', post, { headers: ann, json: said('three pieces') });
  await wire.send('A completion at once', 'POST /v1/chat/completions', chat);
  await wire.send('It is cancelled', `POST ${path}/resp_${runOf(held.response)}/cancel`, { headers: ann });
  await held.over('it ends');
  await wire.send('One more', post, { headers: ann, json: said('three pieces') });
});

recorded('responses-failures', 'Responses: a provider that fails', scripted({ provider: impatient }), async (wire) => {
  for (const failure of failures) {
    await wire.send(`Whole: ${failure}`, post, { headers: ann, json: said(failure) });
    const run = runOf(await wire.send(`Streamed: ${failure}`, post, { headers: ann, json: streamed(failure) }));
    await wire.send(`The same, read again: ${failure}`, response(run), { headers: ann });
  }
});

recorded('responses-bounds', 'Responses: answers that last too long', scripted({ settings: { 'openai.wait': '1s' } }), async (wire) => {
  await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
});
