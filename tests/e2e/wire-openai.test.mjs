// Every byte of the OpenAI surface, held against wire/openai*.txt.
import { unknownId } from './lib/assistant.mjs';
import {
  ann,
  answersBothWays,
  asksAfterRestart,
  asksUnderKey,
  asksWithoutThatKey,
  beatsOften,
  cancels,
  failuresBothWays,
  limitOfServer,
  limitsOfUser,
  refusesOthers,
  runOf,
  surfaceAt,
  typed,
  upToHeartbeat,
} from './lib/wire/answers.mjs';
import { as, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const path = '/v1/chat/completions';
const surface = surfaceAt(path, 'chatcmpl-', (content, more = {}) => ({ model: 'default', messages: [{ role: 'user', content }], ...more }));
const { post, said, streamed, answerOf, streamOf, headOf, cancelOf } = surface;
const tools = ['set_tempo', 'fly'].map((name) => ({ type: 'function', function: { name, parameters: { type: 'object' } } }));

recorded('openai-answers', 'the OpenAI surface: answers', scripted(), async (wire) => {
  await answersBothWays(wire, surface, tools);
  await wire.send('Streamed with usage', post, { headers: ann, json: streamed('three pieces', { stream_options: { include_usage: true } }) });
  await wire.send('A model by default', post, { headers: ann, json: { messages: said('three pieces').messages } });
  await wire.send('By an API key', post, { headers: { 'X-Api-Key': 'dev:ann' }, json: said('three pieces') });
  await wire.send('Models', 'GET /v1/models', { headers: ann });
  await wire.send('Models of a higher tier', 'GET /v1/models', { headers: as('ann', 'pro') });
  await wire.send('One model', 'GET /v1/models/default', { headers: ann });
});

recorded('openai-streams', 'the OpenAI surface: readers who come late, come back and leave', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: streamed('three pieces') }));
  const resumed = (after) => ({ headers: { ...ann, 'Last-Event-ID': after } });
  await wire.send('The whole answer', answerOf(id), { headers: ann });
  await wire.send('HEAD of the stream', headOf(id), { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('With usage', streamOf(id, '&include_usage=true'), { headers: ann });
  await wire.send('Behind the first chunk', streamOf(id, '&starting_after=1'), { headers: ann });
  await wire.send('Behind the last chunk', streamOf(id, '&starting_after=5'), { headers: ann });
  await wire.send('Behind an event', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('Ahead', streamOf(id), resumed('1-9'));
  await wire.send('No position', streamOf(id), resumed('four'));
  await wire.send('No number', streamOf(id, '&starting_after=four'), { headers: ann });
  const running = await cancels(wire, surface, (run) => wire.send('Ahead of what there is', streamOf(run, '&starting_after=9'), { headers: ann }));
  await wire.send('The whole answer of a cancelled run', answerOf(running), { headers: ann });
});

recorded('openai-heartbeats', 'the OpenAI surface: what a silent stream carries', beatsOften, (wire) => upToHeartbeat(wire, post, { headers: ann, json: streamed('stalls') }));

recorded('openai-repeats', 'the OpenAI surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  await asksUnderKey(wire, surface);
  await asksWithoutThatKey(wire, surface);
  await asksAfterRestart(wire, surface);
});

recorded(
  'openai-refusals',
  'the OpenAI surface: what is refused',
  scripted({ settings: { 'openai.max_body': '2KiB' } }),
  async (wire) => {
    const refused = (cases, request = post) => wire.each(cases, request, ann);
    const raw = (body) => ({ headers: { ...ann, ...typed }, body });
    const json = said('three pieces');
    await refused([
      ['No token', { json, headers: {} }],
      ['No token of this server', { json, headers: { Authorization: 'Bearer nonsense' } }],
      ['No API key of this server', { json, headers: { 'X-Api-Key': 'nonsense' } }],
      ['A page of another site', { json, headers: { Cookie: 'belay_session=x', Origin: 'https://other.example' } }],
      ['No media type', { body: JSON.stringify(json) }],
      ['A coding of the body', { json, headers: { ...ann, 'Content-Encoding': 'gzip' } }],
      ['No body', { headers: { ...ann, ...typed } }],
      ['No JSON', raw('{"model":')],
      ['A body that is too large', { json: said('a'.repeat(3000)) }],
      ['No messages', { json: { model: 'default' } }],
      ['Empty messages', { json: { model: 'default', messages: [] } }],
      ['Messages that nobody sees', { json: said(' ') }],
      ['A message without a role', { json: { messages: [{ content: 'Hi' }] } }],
      ['A part that is not text', { json: { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] } }],
      ['A result without a call', { json: { messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] } }],
      ['Two answers', { json: said('three pieces', { n: 2 }) }],
      ['Log probabilities', { json: said('three pieces', { logprobs: true }) }],
      ['A model that does not exist', { json: said('three pieces', { model: 'none' }) }],
      ['A model of a higher tier', { json: said('three pieces', { model: 'large' }) }],
      ['Messages that do not fit', { json: said('世'.repeat(600), { model: 'narrow' }) }],
      ['An Idempotency-Key with a space', { json, headers: { ...ann, 'Idempotency-Key': 'a b' } }],
    ]);
    const id = runOf(await wire.send('An answer of ann', post, { headers: ann, json }));
    await refusesOthers(wire, [answerOf(id), cancelOf(id)]);
    await wire.send('An answer that does not exist', answerOf(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A cancel of what does not exist', cancelOf(unknownId), { headers: ann });
    await wire.send('Models without a token', 'GET /v1/models');
    await wire.send('A model without a token', 'GET /v1/models/default');
    await wire.send('A model that does not exist', 'GET /v1/models/none', { headers: ann });
    await wire.send('A path that does not exist', 'GET /v1/nothing', { headers: ann });
    await wire.send('A method that the path does not have', 'DELETE /v1/models', { headers: ann });
    await wire.send('No path of this API', 'GET /v1x', { headers: ann });
  },
);

const narrow = { 'openai.rate': 2, 'openai.rate_window': '1h', 'openai.max_active_per_user': 1, 'openai.max_active': 2 };

recorded('openai-limits', 'the OpenAI surface: limits', scripted({ settings: narrow }), async (wire) => {
  await limitsOfUser(wire, surface);
  await limitOfServer(wire, surface);
});

recorded('openai-failures', 'the OpenAI surface: a provider that fails', scripted({ provider: impatient }), (wire) => failuresBothWays(wire, surface));

recorded(
  'openai-bounds',
  'the OpenAI surface: answers that last too long',
  scripted({ settings: { 'openai.wait': '1s' } }),
  async (wire) => {
    await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
  },
);
