// Every byte of the Responses API, held against wire/responses*.txt.
import { unknownId } from './lib/assistant.mjs';
import {
  ann,
  answersBothWays,
  asksAfterRestart,
  asksUnderKey,
  beatsOften,
  cancels,
  failuresBothWays,
  limitsOfUser,
  refusesOthers,
  runOf,
  surfaceAt,
  typed,
  upToHeartbeat,
} from './lib/wire/answers.mjs';
import { impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const path = '/v1/responses';
const surface = surfaceAt(path, 'resp_', (input, more = {}) => ({ model: 'default', input, ...more }));
const { post, said, streamed, answerOf, streamOf, headOf, cancelOf } = surface;
const tools = ['set_tempo', 'fly'].map((name) => ({ type: 'function', name, parameters: { type: 'object' } }));

recorded('responses-answers', 'Responses: answers', scripted(), async (wire) => {
  await answersBothWays(wire, surface, tools);
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
  await wire.send('What its model was given', `${answerOf(first)}/input_items`, { headers: ann });
  const call = { type: 'function_call_output', call_id: 'call_1', output: 'Done.' };
  const next = await wire.send('The next', post, { headers: ann, json: said([call, { role: 'user', content: 'three pieces' }], { previous_response_id: `resp_${first}` }) });
  if (next.header('x-belay-run-id')) await wire.send('What its model was given', `${answerOf(runOf(next))}/input_items`, { headers: ann });
  await wire.send('Deleted', `DELETE ${path}/resp_${first}`, { headers: ann });
  await wire.send('It is gone', answerOf(first), { headers: ann });
  await wire.send('Nothing goes on with it', post, { headers: ann, json: said('three pieces', { previous_response_id: `resp_${first}` }) });
});

recorded('responses-streams', 'Responses: readers who come late, come back and leave', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: streamed('three pieces') }));
  const resumed = (after) => ({ headers: { ...ann, 'Last-Event-ID': after } });
  await wire.send('The whole response', answerOf(id), { headers: ann });
  await wire.send('HEAD of the stream', headOf(id), { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('Behind the first event', streamOf(id, '&starting_after=0'), { headers: ann });
  await wire.send('Behind an event in the middle of its message', streamOf(id, '&starting_after=8'), { headers: ann });
  await wire.send('Behind the last event', streamOf(id, '&starting_after=10'), { headers: ann });
  await wire.send('Ahead', streamOf(id, '&starting_after=11'), { headers: ann });
  await wire.send('Behind an event by its id', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('No position', streamOf(id), resumed('four'));
  await wire.send('No number', streamOf(id, '&starting_after=four'), { headers: ann });
  const running = await cancels(wire, surface, async (run) => {
    await wire.send('It is polled', answerOf(run), { headers: ann });
    await wire.send('Nothing goes on with it yet', post, { headers: ann, json: said('three pieces', { previous_response_id: `resp_${run}` }) });
  });
  await wire.send('The cancelled response', answerOf(running), { headers: ann });
});

recorded('responses-background', 'Responses: in the background', scripted(), async (wire) => {
  const id = runOf(await wire.send('It is queued', post, { headers: ann, json: said('stalls', { background: true }) }));
  const reader = wire.open('A reader', streamOf(id), { headers: ann });
  await reader.has('two');
  await wire.send('It is polled', answerOf(id), { headers: ann });
  await wire.send('It is deleted', `DELETE ${path}/resp_${id}`, { headers: ann });
  await reader.over('the reader sees the end');
  await wire.send('It is gone', answerOf(id), { headers: ann });
});

recorded('responses-heartbeats', 'Responses: what a silent stream carries', beatsOften, (wire) => upToHeartbeat(wire, post, { headers: ann, json: streamed('stalls') }));

recorded('responses-repeats', 'Responses: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  await asksUnderKey(wire, surface);
  await asksAfterRestart(wire, surface);
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
      ['An input that may be cut', { json: said('three pieces', { truncation: 'auto' }) }],
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
    await refusesOthers(wire, [answerOf(id), cancelOf(id), `DELETE ${path}/resp_${id}`, `${answerOf(id)}/input_items`]);
    await wire.send('Items in an order that does not exist', `${answerOf(id)}/input_items?order=up`, { headers: ann });
    await wire.send('A response that does not exist', answerOf(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A delete of what does not exist', `DELETE ${path}/resp_${unknownId}`, { headers: ann });
    await wire.send('A method that the path does not have', `PUT ${path}`, { headers: ann });
  },
);

const narrow = { 'openai.rate': 2, 'openai.rate_window': '1h', 'openai.max_active_per_user': 1 };

recorded('responses-limits', 'Responses: limits, which Chat Completions share', scripted({ settings: narrow }), async (wire) => {
  const chat = { headers: ann, json: { model: 'default', messages: [{ role: 'user', content: 'three pieces' }] } };
  await limitsOfUser(wire, surface, () => wire.send('A completion at once', 'POST /v1/chat/completions', chat));
});

recorded('responses-failures', 'Responses: a provider that fails', scripted({ provider: impatient }), (wire) => failuresBothWays(wire, surface));

recorded('responses-bounds', 'Responses: answers that last too long', scripted({ settings: { 'openai.wait': '1s' } }), async (wire) => {
  await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
});
