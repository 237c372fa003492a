// Every byte of the assistant surface, held against wire/assistant*.txt.
import { unknownId } from './lib/assistant.mjs';
import { as, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const ask = 'POST /assistant/request';
const chat = (prompt, more = {}) => ({ prompt, mode: 'chat', ...more });

// Asks and reads the answer to its end.
async function answered(wire, title, json, headers = alice) {
  const { json: accepted } = await wire.send(title, ask, { headers, json });
  await wire.send(`${title}: the answer`, `GET /assistant/stream/${accepted.request_id}`, { headers });
  return accepted.request_id;
}

const actions = `
[[assistant.actions]]
name = "set_tempo"
description = "Sets the tempo."
schema = '{"type":"object","properties":{"bpm":{"type":"number"}},"required":["bpm"]}'
`;

recorded('assistant-answers', 'the assistant surface: answers and their streams', scripted({ more: actions }), async (wire) => {
  const id = await answered(wire, 'An answer of three pieces', chat('three pieces'));
  const stream = `GET /assistant/stream/${id}`;
  await wire.send('A second reader, after the end', stream, { headers: as('alice') });
  await wire.send('Resumed in the middle', stream, { headers: { ...alice, 'Last-Event-ID': '1-3' } });
  await wire.send('Resumed in the middle, by a parameter', `${stream}?last_event_id=1-4`, { headers: alice });
  await wire.send('Resumed at the end', stream, { headers: { ...alice, 'Last-Event-ID': '1-6' } });
  await wire.send('An empty id is none', stream, { headers: { ...alice, 'Last-Event-ID': '' } });
});
