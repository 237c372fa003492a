// Calls of one tool, of which one is good: A8.
import { table } from './config.mjs';

export const schema = {
  type: 'object',
  properties: { bpm: { type: 'integer' } },
  required: ['bpm'],
  additionalProperties: false,
};

// Configuration of the tool as an action.
export const action = table('[[assistant.actions]]', { name: 'set_tempo', description: 'Sets the tempo', schema: JSON.stringify(schema) });

// The only call that becomes an action.
export const goodCall = { id: 'call-good', name: 'set_tempo', arguments: { bpm: 120 } };

// The script of a provider.
export async function callsOfEveryKind(call) {
  await call.piece('Faster.');
  const calls = [
    ['call-good', 'set_tempo', '{"bpm":120}'],
    ['call-wrong', 'set_tempo', '{"bpm":"fast"}'],
    ['call-broken', 'set_tempo', '{"bpm":'],
    ['call-unknown', 'format_disk', '{}'],
  ];
  for (const [index, [id, name, json]] of calls.entries())
    await call.toolCall(index, { id, name, pieces: json.match(/.{1,4}/g) });
  await call.done('tools');
}
