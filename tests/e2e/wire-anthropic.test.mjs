// Every byte of the Anthropic surface, held against wire/anthropic*.txt.
import { unknownId } from './lib/assistant.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const ann = as('ann');
const path = '/v1/messages';
const post = `POST ${path}`;
const count = `${post}/count_tokens`;
const typed = { 'Content-Type': 'application/json' };
const said = (content, more = {}) => ({ model: 'default', max_tokens: 1000, messages: [{ role: 'user', content }], ...more });
const streamed = (content, more = {}) => said(content, { stream: true, ...more });
const message = (id) => `GET ${path}/msg_${id}`;
const streamOf = (id) => `${message(id)}?stream=true`;

// The run of an answer, from its header.
const runOf = (response) => response.header('x-belay-run-id');

const tools = ['set_tempo', 'fly'].map((name) => ({ name, input_schema: { type: 'object' } }));

recorded('anthropic-answers', 'the Anthropic surface: answers', scripted(), async (wire) => {
  for (const prompt of ['three pieces', 'every kind of character', 'nothing', 'cut at its longest']) {
    await wire.send(`Whole: ${prompt}`, post, { headers: ann, json: said(prompt) });
    await wire.send(`Streamed: ${prompt}`, post, { headers: ann, json: streamed(prompt) });
  }
  await wire.send('Whole: tool calls', post, { headers: ann, json: said('actions', { tools }) });
  await wire.send('Streamed: tool calls', post, { headers: ann, json: streamed('actions', { tools }) });
  await wire.send('A model by default', post, { headers: ann, json: { max_tokens: 1000, messages: said('three pieces').messages } });
  await wire.send('By an API key', post, { headers: { 'X-Api-Key': 'dev:ann' }, json: said('three pieces') });
  await wire.send('Tokens', count, { headers: ann, json: { model: 'default', system: 'Be brief.', messages: said('Hi').messages, tools } });
});

recorded('anthropic-streams', 'the Anthropic surface: readers who come late, come back and leave', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: streamed('three pieces') }));
  const resumed = (after) => ({ headers: { ...ann, 'Last-Event-ID': after } });
  await wire.send('The whole answer', message(id), { headers: ann });
  await wire.send('HEAD of the stream', `HEAD ${path}/msg_${id}?stream=true`, { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('Behind an event', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('Ahead', streamOf(id), resumed('1-9'));
  await wire.send('No position', streamOf(id), resumed('four'));
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: streamed('stalls') });
  await stalling.has('two');
  const running = runOf(stalling.response);
  await wire.send('It is cancelled', `${post}/msg_${running}/cancel`, { headers: ann });
  await stalling.over('the reader sees the end');
  await wire.send('It is cancelled again', `${post}/msg_${running}/cancel`, { headers: ann });
  await wire.send('The whole answer of a cancelled run', message(running), { headers: ann });
});

recorded(
  'anthropic-heartbeats',
  'the Anthropic surface: what a silent stream carries',
  scripted({ settings: { 'server.heartbeat_interval': '200ms' } }),
  async (wire) => {
    const reader = wire.open('Up to the first heartbeat', post, { headers: ann, json: streamed('stalls') });
    await reader.has('\n\n:\n');
    reader.leave('\n\n:\n');
  },
);

recorded('anthropic-repeats', 'the Anthropic surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
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
  'anthropic-refusals',
  'the Anthropic surface: what is refused',
  scripted({ settings: { 'anthropic.max_body': '2KiB' } }),
  async (wire) => {
    const raw = (body) => ({ headers: { ...ann, ...typed }, body });
    const json = said('three pieces');
    const common = [
      ['No token', { json, headers: {} }],
      ['No token of this server', { json, headers: { Authorization: 'Bearer nonsense' } }],
      ['No API key of this server', { json, headers: { 'X-Api-Key': 'nonsense' } }],
      ['No media type', { body: JSON.stringify(json) }],
      ['No JSON', raw('{"model":')],
      ['A body that is too large', { json: said('a'.repeat(3000)) }],
      ['No messages', { json: { model: 'default', max_tokens: 1 } }],
      ['A message without a role', { json: said('', { messages: [{ content: 'Hi' }] }) }],
      ['A block that is not taken', { json: said([{ type: 'search_result' }]) }],
      ['A result without a call', { json: said([{ type: 'tool_result', tool_use_id: 'c', content: 'x' }]) }],
      ['MCP servers', { json: said('three pieces', { mcp_servers: [{ type: 'url', url: 'https://example.com' }] }) }],
      ['A model that does not exist', { json: said('three pieces', { model: 'none' }) }],
    ];
    await wire.each(
      [
        ...common,
        ['A page of another site', { json, headers: { Cookie: 'belay_session=x', Origin: 'https://other.example' } }],
        ['No max_tokens', { json: said('three pieces', { max_tokens: undefined }) }],
        ['Messages that nobody sees', { json: said(' ') }],
        ['A model of a higher tier', { json: said('three pieces', { model: 'large' }) }],
        ['Messages that do not fit', { json: said('世'.repeat(300), { model: 'narrow' }) }],
        ['An Idempotency-Key with a space', { json, headers: { ...ann, 'Idempotency-Key': 'a b' } }],
      ],
      post,
      ann,
    );
    await wire.each(common, count, ann);
    const id = runOf(await wire.send('An answer of ann', post, { headers: ann, json }));
    for (const [request, body] of [
      [message(id), {}],
      [`${post}/msg_${id}/cancel`, {}],
    ]) {
      await wire.send('Without a token', request, body);
      await wire.send('For somebody else', request, { headers: as('bob') });
      await wire.send('With a body that is too large', request, { headers: ann, body: 'x'.repeat(70000) });
    }
    await wire.send('An answer that does not exist', message(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A cancel of what does not exist', `${post}/msg_${unknownId}/cancel`, { headers: ann });
    await wire.send('A path that does not exist', `GET ${path}/a/b/c`, { headers: ann });
    await wire.send('A method that the path does not have', `DELETE ${path}`, { headers: ann });
    await wire.send('A path of the other API', 'GET /v1/messagesx', { headers: ann });
  },
);

const narrow = { 'anthropic.rate': 2, 'anthropic.rate_window': '1h', 'anthropic.max_active_per_user': 1, 'anthropic.max_active': 2 };

recorded('anthropic-limits', 'the Anthropic surface: limits', scripted({ settings: narrow }), async (wire) => {
  await wire.send('The first in the window', post, { headers: ann, json: said('three pieces') });
  const held = wire.open('The last in the window', post, { headers: ann, json: streamed('stalls') });
  await held.has('two');
  await wire.send('One more at once', post, { headers: ann, json: said('three pieces') });
  await wire.send('It is cancelled', `${post}/msg_${runOf(held.response)}/cancel`, { headers: ann });
  await held.over('it ends');
  await wire.send('One more', post, { headers: ann, json: said('three pieces') });
  const others = ['bob', 'carol'].map((user) => wire.open(`Another user, ${user}`, post, { headers: as(user), json: streamed('stalls') }));
  for (const other of others) await other.has('two');
  await wire.send('The server is full', post, { headers: as('dan'), json: said('three pieces') });
});

recorded('anthropic-failures', 'the Anthropic surface: a provider that fails', scripted({ provider: impatient }), async (wire) => {
  for (const failure of failures) {
    await wire.send(`Whole: ${failure}`, post, { headers: ann, json: said(failure) });
    const run = runOf(await wire.send(`Streamed: ${failure}`, post, { headers: ann, json: streamed(failure) }));
    await wire.send(`The same, read again: ${failure}`, message(run), { headers: ann });
  }
});

recorded(
  'anthropic-bounds',
  'the Anthropic surface: answers that last too long',
  scripted({ settings: { 'anthropic.wait': '1s' } }),
  async (wire) => {
    await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
  },
);
