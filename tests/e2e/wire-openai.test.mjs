// Every byte of the OpenAI surface, held against wire/openai*.txt.
import { unknownId } from './lib/assistant.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const ann = as('ann');
const path = '/v1/chat/completions';
const post = `POST ${path}`;
const typed = { 'Content-Type': 'application/json' };
const said = (content, more = {}) => ({ model: 'default', messages: [{ role: 'user', content }], ...more });
const streamed = (content, more = {}) => said(content, { stream: true, ...more });
const completion = (id) => `GET ${path}/chatcmpl-${id}`;
const streamOf = (id, query = '') => `${completion(id)}?stream=true${query}`;

// The run of an answer, from its header.
const runOf = (response) => response.header('x-belay-run-id');

const tools = ['set_tempo', 'fly'].map((name) => ({ type: 'function', function: { name, parameters: { type: 'object' } } }));

recorded('openai-answers', 'the OpenAI surface: answers', scripted(), async (wire) => {
  for (const prompt of ['three pieces', 'every kind of character', 'nothing', 'cut at its longest']) {
    await wire.send(`Whole: ${prompt}`, post, { headers: ann, json: said(prompt) });
    await wire.send(`Streamed: ${prompt}`, post, { headers: ann, json: streamed(prompt) });
  }
  await wire.send('Whole: tool calls', post, { headers: ann, json: said('actions', { tools }) });
  await wire.send('Streamed: tool calls', post, { headers: ann, json: streamed('actions', { tools }) });
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
  await wire.send('The whole answer', completion(id), { headers: ann });
  await wire.send('HEAD of the stream', `HEAD ${path}/chatcmpl-${id}?stream=true`, { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('With usage', streamOf(id, '&include_usage=true'), { headers: ann });
  await wire.send('Behind the first chunk', streamOf(id, '&starting_after=1'), { headers: ann });
  await wire.send('Behind the last chunk', streamOf(id, '&starting_after=5'), { headers: ann });
  await wire.send('Behind an event', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('Ahead', streamOf(id), resumed('1-9'));
  await wire.send('No position', streamOf(id), resumed('four'));
  await wire.send('No number', streamOf(id, '&starting_after=four'), { headers: ann });
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: streamed('stalls') });
  await stalling.has('two');
  const running = runOf(stalling.response);
  await wire.send('Ahead of what there is', streamOf(running, '&starting_after=9'), { headers: ann });
  await wire.send('It is cancelled', `POST ${path}/chatcmpl-${running}/cancel`, { headers: ann });
  await stalling.over('the reader sees the end');
  await wire.send('It is cancelled again', `POST ${path}/chatcmpl-${running}/cancel`, { headers: ann });
  await wire.send('The whole answer of a cancelled run', completion(running), { headers: ann });
});

recorded(
  'openai-heartbeats',
  'the OpenAI surface: what a silent stream carries',
  scripted({ settings: { 'server.heartbeat_interval': '200ms' } }),
  async (wire) => {
    const reader = wire.open('Up to the first heartbeat', post, { headers: ann, json: streamed('stalls') });
    await reader.has('\n\n:\n');
    reader.leave('\n\n:\n');
  },
);

recorded('openai-repeats', 'the OpenAI surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  const headers = { ...ann, 'Idempotency-Key': 'key-1' };
  await wire.send('Asked under a key', post, { headers, json: streamed('three pieces') });
  await wire.send('Asked again', post, { headers, json: streamed('three pieces') });
  await wire.send('Asked again with another body', post, { headers, json: said('code') });
  await wire.send('Gone on with', post, { headers: { ...headers, 'Last-Event-ID': '1-4' }, json: streamed('three pieces') });
  await wire.send('Gone on with at the end', post, { headers: { ...headers, 'Last-Event-ID': '1-8' }, json: streamed('three pieces') });
  await wire.send('Gone on with ahead of the end', post, { headers: { ...headers, 'Last-Event-ID': '1-9' }, json: streamed('three pieces') });
  await wire.send('A position without a key', post, { headers: { ...ann, 'Last-Event-ID': '1-4' }, json: streamed('three pieces') });
  await wire.send('A position with a key that is not known', post, {
    headers: { ...ann, 'Idempotency-Key': 'key-2', 'Last-Event-ID': '1-4' },
    json: streamed('three pieces'),
  });
  await wire.restart();
  await wire.send('Asked again after the restart', post, { headers, json: streamed('three pieces') });
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
    for (const [request, body] of [
      [completion(id), {}],
      [`POST ${path}/chatcmpl-${id}/cancel`, {}],
    ]) {
      await wire.send('Without a token', request, body);
      await wire.send('For somebody else', request, { headers: as('bob') });
      await wire.send('With a body that is too large', request, { headers: ann, body: 'x'.repeat(70000) });
    }
    await wire.send('An answer that does not exist', completion(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A cancel of what does not exist', `POST ${path}/chatcmpl-${unknownId}/cancel`, { headers: ann });
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
  await wire.send('The first in the window', post, { headers: ann, json: said('three pieces') });
  const held = wire.open('The last in the window', post, { headers: ann, json: streamed('stalls') });
  await held.has('two');
  await wire.send('One more at once', post, { headers: ann, json: said('three pieces') });
  await wire.send('It is cancelled', `POST ${path}/chatcmpl-${runOf(held.response)}/cancel`, { headers: ann });
  await held.over('it ends');
  await wire.send('One more', post, { headers: ann, json: said('three pieces') });
  const others = ['bob', 'carol'].map((user) => wire.open(`Another user, ${user}`, post, { headers: as(user), json: streamed('stalls') }));
  for (const other of others) await other.has('two');
  await wire.send('The server is full', post, { headers: as('dan'), json: said('three pieces') });
});

recorded('openai-failures', 'the OpenAI surface: a provider that fails', scripted({ provider: impatient }), async (wire) => {
  for (const failure of failures) {
    await wire.send(`Whole: ${failure}`, post, { headers: ann, json: said(failure) });
    const run = runOf(await wire.send(`Streamed: ${failure}`, post, { headers: ann, json: streamed(failure) }));
    await wire.send(`The same, read again: ${failure}`, completion(run), { headers: ann });
  }
});

recorded(
  'openai-bounds',
  'the OpenAI surface: answers that last too long',
  scripted({ settings: { 'openai.wait': '1s' } }),
  async (wire) => {
    await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
  },
);
