// Every byte of the assistant surface, held against wire/assistant*.txt.
import { unknownId } from './lib/assistant.mjs';
import { beatsOften, upToHeartbeat } from './lib/wire/answers.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const ask = 'POST /assistant/request';
const chat = (prompt, more = {}) => ({ prompt, mode: 'chat', ...more });
const streamOf = (id) => `GET /assistant/stream/${id}`;
const requestOf = (id) => `DELETE /assistant/request/${id}`;

async function accepted(wire, title, json, headers = alice) {
  return (await wire.send(title, ask, { headers, json })).json.request_id;
}

// Asks and reads the answer to its end.
async function answered(wire, title, json, headers = alice) {
  const id = await accepted(wire, title, json, headers);
  await wire.send(`${title}: the answer`, streamOf(id), { headers });
  return id;
}

const refused = (wire, cases, request = ask) => wire.each(cases, request, alice);

const actions = `
[[assistant.actions]]
name = "set_tempo"
description = "Sets the tempo."
schema = '{"type":"object","properties":{"bpm":{"type":"number"}},"required":["bpm"]}'
`;

recorded('assistant-answers', 'the assistant surface: answers', scripted({ more: actions }), async (wire) => {
  await answered(wire, 'An answer of three pieces', chat('three pieces'));
  await answered(wire, 'Every kind of character', chat('every kind of character'));
  await answered(wire, 'Code is repeated in the appendix', chat('code'));
  await answered(wire, 'Actions: one that was offered, one that was not', chat('actions'));
  await answered(wire, 'An empty answer', chat('nothing'));
  await answered(wire, 'Cut at its longest', chat('cut at its longest'));
  await answered(wire, 'Numbered words', chat('echo:5 words'));
  await answered(wire, 'All fields', {
    ...chat('three pieces', { track_id: 'track-7', conversation_id: 'song:1', context: { bpm: 120, key: 'D♭' } }),
  });
  await answered(wire, 'The conversation goes on', chat('three pieces', { conversation_id: 'song:1' }));
  await answered(
    wire,
    'Fields that are null',
    chat('three pieces', { track_id: null, conversation_id: null, context: null }),
  );
  await answered(wire, 'The mode edit', { prompt: 'three pieces', mode: 'edit' });
  await answered(wire, 'The mode generate', { prompt: 'three pieces', mode: 'generate' });
});

recorded(
  'assistant-streams',
  'the assistant surface: readers who come late, come back and leave',
  scripted(),
  async (wire) => {
    const id = await answered(wire, 'An answer', chat('three pieces'));
    const resumed = (after) => ({ headers: { ...alice, 'Last-Event-ID': after } });
    await wire.send('A second reader, after the end', streamOf(id), { headers: alice });
    await wire.send('HEAD of the stream', `HEAD /assistant/stream/${id}`, { headers: alice });
    await wire.send('Resumed from the beginning', streamOf(id), resumed('1-0'));
    await wire.send('Resumed in the middle', streamOf(id), resumed('1-4'));
    await wire.send('Resumed in the middle, by a parameter', `${streamOf(id)}?last_event_id=1-4`, { headers: alice });
    await wire.send('Both: the header counts', `${streamOf(id)}?last_event_id=1-2`, resumed('1-5'));
    await wire.send('An empty id is none', streamOf(id), resumed(''));
    await wire.send('Resumed before the end', streamOf(id), resumed('1-7'));
    await wire.send('Resumed at the end', streamOf(id), resumed('1-8'));
    await wire.send('HEAD at the end', `HEAD /assistant/stream/${id}`, resumed('1-8'));
    await wire.send('Ahead of the stream', streamOf(id), resumed('1-9'));
    await wire.send('An epoch that does not exist', streamOf(id), resumed('2-4'));
    await wire.send('No position', streamOf(id), resumed('four'));
    await wire.send('No position, in a parameter', `${streamOf(id)}?last_event_id=0-1`, { headers: alice });

    const stalling = await accepted(wire, 'An answer that stalls', chat('stalls'));
    const first = wire.open('Its first reader', streamOf(stalling), { headers: alice });
    await first.has('two');
    const second = wire.open('A second reader joins', streamOf(stalling), { headers: alice });
    await second.has('two');
    const third = wire.open('A third reader resumes', streamOf(stalling), resumed('1-4'));
    await third.has('two');
    const leaving = wire.open('A reader leaves', streamOf(stalling), resumed('1-2'));
    await leaving.has(' two,"}\n\n');
    leaving.leave();
    await wire.send('HEAD while it is under way', `HEAD /assistant/stream/${stalling}`, { headers: alice });
    await wire.send('Ahead of what there is', streamOf(stalling), resumed('1-6'));
    await wire.send('It is cancelled', requestOf(stalling), { headers: alice });
    await Promise.all([first, second, third].map((reader) => reader.over('the readers see the end')));
    await wire.send('It is cancelled again', requestOf(stalling), { headers: alice });
    await wire.send('A reader after the cancel', streamOf(stalling), { headers: alice });
    await wire.send('What is over can be cancelled', requestOf(id), { headers: alice });
  },
);

recorded(
  'assistant-heartbeats',
  'the assistant surface: what a silent stream carries',
  beatsOften,
  async (wire) => {
    const id = await accepted(wire, 'An answer that stalls', chat('stalls'));
    await upToHeartbeat(wire, streamOf(id), { headers: alice }, '\n\n:\n\n');
  },
);

const small = { 'assistant.max_prompt': '64B', 'assistant.max_body': '1KiB' };

recorded(
  'assistant-refusals',
  'the assistant surface: what is refused',
  scripted({ settings: small }),
  async (wire) => {
    const json = chat('three pieces');
    const typed = (type) => ({ headers: { ...alice, 'Content-Type': type }, body: JSON.stringify(json) });
    const key = (value) => ({ json, headers: { ...alice, 'Idempotency-Key': value } });
    await refused(wire, [
      ['No token', { json, headers: {} }],
      ['Another scheme', { json, headers: { Authorization: 'Basic YWxpY2U6' } }],
      ['A scheme without a token', { json, headers: { Authorization: 'Bearer' } }],
      ['No token of this server', { json, headers: { Authorization: 'Bearer nonsense' } }],
      ['A development token without a name', { json, headers: { Authorization: 'Bearer dev:' } }],
      ['No media type', { body: JSON.stringify(json) }],
      ['Another media type', typed('text/plain')],
      ['Another charset', typed('application/json; charset=latin1')],
      ['A coding of the body', { json, headers: { ...alice, 'Content-Encoding': 'gzip' } }],
      ['No body', { headers: { ...alice, 'Content-Type': 'application/json' } }],
      ['No JSON', { headers: { ...alice, 'Content-Type': 'application/json' }, body: '{"prompt":' }],
      ['No object', { json: ['three pieces'] }],
      [
        'A member twice',
        { headers: { ...alice, 'Content-Type': 'application/json' }, body: '{"mode":"chat","mode":"chat"}' },
      ],
      [
        'No UTF-8',
        { headers: { ...alice, 'Content-Type': 'application/json' }, body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) },
      ],
      ['Nested too deeply', { json: JSON.parse('['.repeat(200) + ']'.repeat(200)) }],
      ['No prompt', { json: { mode: 'chat' } }],
      ['A prompt that is a number', { json: chat(7) }],
      ['A prompt that is null', { json: chat(null) }],
      ['An empty prompt', { json: chat('') }],
      ['A prompt that nobody sees', { json: chat(' \u200b\n') }],
      ['A NUL in the prompt', { json: chat('a\0b') }],
      ['A prompt that is too long', { json: chat('a'.repeat(65)) }],
      ['A body that is too large', { json: chat('a'.repeat(2000)) }],
      ['No mode', { json: { prompt: 'three pieces' } }],
      ['An unknown mode', { json: { prompt: 'three pieces', mode: 'sing' } }],
      ['A mode that is true', { json: { prompt: 'three pieces', mode: true } }],
      ['A track_id that is an array', { json: chat('a', { track_id: [] }) }],
      ['A track_id that is too long', { json: chat('a', { track_id: 't'.repeat(257) }) }],
      ['A context that is no object', { json: chat('a', { context: 'loud' }) }],
      ['A conversation_id with a space', { json: chat('a', { conversation_id: 'a b' }) }],
      ['An empty conversation_id', { json: chat('a', { conversation_id: '' }) }],
      ['A conversation_id that is an object', { json: chat('a', { conversation_id: {} }) }],
      ['An Idempotency-Key with a space', key('a b')],
      ['An Idempotency-Key that is too long', key('k'.repeat(256))],
      ['A Last-Event-ID', { json, headers: { ...alice, 'Last-Event-ID': '1-1' } }],
    ]);

    const id = await answered(wire, 'An answer of alice', json);
    await refused(
      wire,
      [
        ['Her stream without a token', { headers: {} }],
        ['Her stream for somebody else', { headers: as('bob') }],
        ['Her stream with a body', { body: 'ignored' }],
        ['Her stream with a body that is too large', { body: 'x'.repeat(70000) }],
      ],
      streamOf(id),
    );
    await refused(
      wire,
      [
        ['Her request cancelled without a token', { headers: {} }],
        ['Her request cancelled by somebody else', { headers: as('bob') }],
      ],
      requestOf(id),
    );
    for (const [what, wrong] of [
      ['that does not exist', unknownId],
      ['of another form', 'nonsense'],
    ]) {
      await wire.send(`A stream ${what}`, streamOf(wrong), { headers: alice });
      await wire.send(`A request ${what} cancelled`, requestOf(wrong), { headers: alice });
    }
  },
);

const narrow = { 'assistant.rate_generate': 2, 'assistant.max_active_per_user': 1, 'assistant.max_active': 2 };

recorded('assistant-limits', 'the assistant surface: limits', scripted({ settings: narrow }), async (wire) => {
  const generate = { prompt: 'three pieces', mode: 'generate' };
  await answered(wire, 'The first in the window', generate);
  await answered(wire, 'The last in the window', generate);
  await wire.send('One more', ask, { headers: alice, json: generate });
  await accepted(wire, 'Another mode has a window of its own', chat('stalls'));
  await wire.send('One more at once', ask, { headers: alice, json: chat('three pieces') });
  await accepted(wire, 'Another user', chat('stalls'), as('bob'));
  await wire.send('The server is full', ask, { headers: as('carol'), json: chat('three pieces') });
});

recorded('assistant-repeats', 'the assistant surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  const headers = { ...alice, 'Idempotency-Key': 'key-1' };
  const id = await answered(wire, 'Asked under a key', chat('three pieces'), headers);
  await wire.send('Asked again', ask, { headers, json: chat('three pieces') });
  await wire.send('Asked again with another body', ask, { headers, json: chat('code') });
  await answered(wire, 'The same key of somebody else', chat('code'), { ...as('bob'), 'Idempotency-Key': 'key-1' });
  await wire.restart();
  await wire.send('Asked again after the restart', ask, { headers, json: chat('three pieces') });
  await wire.send('With another body after the restart', ask, { headers, json: chat('code') });
  await wire.send('The stream after the restart', streamOf(id), { headers: alice });
  await wire.send('Resumed after the restart', streamOf(id), { headers: { ...alice, 'Last-Event-ID': '1-5' } });
  await wire.send('Resumed at the end after the restart', streamOf(id), {
    headers: { ...alice, 'Last-Event-ID': '1-8' },
  });
  await wire.send('Ahead after the restart', streamOf(id), { headers: { ...alice, 'Last-Event-ID': '1-9' } });
  await wire.send('Cancelled after the restart', requestOf(id), { headers: alice });
});

recorded(
  'assistant-failures',
  'the assistant surface: a provider that fails',
  scripted({ provider: impatient }),
  async (wire) => {
    for (const failure of failures) await answered(wire, `A provider: ${failure}`, chat(failure));
    await answered(wire, 'An echo that asks for too much', chat('echo:99999999 words'));
  },
);

recorded(
  'assistant-bounds',
  'the assistant surface: answers that grow or last too long',
  scripted({ settings: { 'engine.max_answer': '1KiB', 'engine.run_deadline': '1s' } }),
  async (wire) => {
    await answered(wire, 'An answer that is too long', chat('echo:210 words'));
    await answered(wire, 'An answer that takes too long', chat('stalls'));
  },
);

recorded(
  'assistant-unopened',
  'the assistant surface: an answer that nobody opens',
  scripted({ settings: { 'engine.unopened_expiry': '1s' } }),
  async (wire) => {
    const id = await accepted(wire, 'An answer that stalls', chat('stalls'));
    await wire.logged('run_ended');
    await wire.send('Opened too late', streamOf(id), { headers: alice });
    await wire.send('Cancelled too late', requestOf(id), { headers: alice });
  },
);
