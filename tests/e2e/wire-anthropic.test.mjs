// Every byte of the Anthropic surface, held against wire/anthropic*.txt.
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
import { impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const path = '/v1/messages';
const surface = surfaceAt(path, 'msg_', (content, more = {}) => ({ model: 'default', max_tokens: 1000, messages: [{ role: 'user', content }], ...more }));
const { post, said, streamed, answerOf, streamOf, headOf, cancelOf } = surface;
const count = `${post}/count_tokens`;
const tools = ['set_tempo', 'fly'].map((name) => ({ name, input_schema: { type: 'object' } }));

recorded('anthropic-answers', 'the Anthropic surface: answers', scripted(), async (wire) => {
  await answersBothWays(wire, surface, tools);
  await wire.send('A model by default', post, { headers: ann, json: { max_tokens: 1000, messages: said('three pieces').messages } });
  await wire.send('By an API key', post, { headers: { 'X-Api-Key': 'dev:ann' }, json: said('three pieces') });
  await wire.send('Tokens', count, { headers: ann, json: { model: 'default', system: 'Be brief.', messages: said('Hi').messages, tools } });
});

recorded('anthropic-streams', 'the Anthropic surface: readers who come late, come back and leave', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: streamed('three pieces') }));
  const resumed = (after) => ({ headers: { ...ann, 'Last-Event-ID': after } });
  await wire.send('The whole answer', answerOf(id), { headers: ann });
  await wire.send('HEAD of the stream', headOf(id), { headers: ann });
  await wire.send('From the beginning', streamOf(id), { headers: ann });
  await wire.send('Behind an event', streamOf(id), resumed('1-4'));
  await wire.send('At the end', streamOf(id), resumed('1-8'));
  await wire.send('Ahead', streamOf(id), resumed('1-9'));
  await wire.send('No position', streamOf(id), resumed('four'));
  const running = await cancels(wire, surface);
  await wire.send('The whole answer of a cancelled run', answerOf(running), { headers: ann });
});

recorded('anthropic-heartbeats', 'the Anthropic surface: what a silent stream carries', beatsOften, (wire) => upToHeartbeat(wire, post, { headers: ann, json: streamed('stalls') }));

recorded('anthropic-repeats', 'the Anthropic surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  await asksUnderKey(wire, surface);
  await asksWithoutThatKey(wire, surface);
  await asksAfterRestart(wire, surface);
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
    await refusesOthers(wire, [answerOf(id), cancelOf(id)]);
    await wire.send('An answer that does not exist', answerOf(unknownId), { headers: ann });
    await wire.send('No id', `GET ${path}/nonsense`, { headers: ann });
    await wire.send('A cancel of what does not exist', cancelOf(unknownId), { headers: ann });
    await wire.send('A path that does not exist', `GET ${path}/a/b/c`, { headers: ann });
    await wire.send('A method that the path does not have', `DELETE ${path}`, { headers: ann });
    await wire.send('A path of the other API', 'GET /v1/messagesx', { headers: ann });
  },
);

const narrow = { 'anthropic.rate': 2, 'anthropic.rate_window': '1h', 'anthropic.max_active_per_user': 1, 'anthropic.max_active': 2 };

recorded('anthropic-limits', 'the Anthropic surface: limits', scripted({ settings: narrow }), async (wire) => {
  await limitsOfUser(wire, surface);
  await limitOfServer(wire, surface);
});

recorded('anthropic-failures', 'the Anthropic surface: a provider that fails', scripted({ provider: impatient }), (wire) => failuresBothWays(wire, surface));

recorded(
  'anthropic-bounds',
  'the Anthropic surface: answers that last too long',
  scripted({ settings: { 'anthropic.wait': '1s' } }),
  async (wire) => {
    await wire.send('A whole answer that takes too long', post, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: said('stalls') });
  },
);
