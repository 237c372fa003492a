// Every byte of the persona surface, held against wire/persona*.txt.
import assert from 'node:assert/strict';
import { table, withScripted } from './lib/config.mjs';
import { sleep } from './lib/deadline.mjs';
import { beatsOften, upToHeartbeat } from './lib/wire/answers.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const start = 'POST /chat/start';
const stream = 'POST /chat/stream';
const message = 'POST /chat/message';
const coach = 'POST /coach';
const joined = (session) => `GET /chat/stream?session_id=${session}`;
const cancelOf = (session) => `DELETE /chat/stream?session_id=${session}`;
const sse = { Accept: 'text/event-stream' };
// The id of an event of the session's answer of that number, from 0.
const turn = (number, offset) => `1-${number * 2 ** 40 + offset}`;
const resumed = (after, headers = sse) => ({ ...headers, 'Last-Event-ID': after });
const nowhere = `session_${'0'.repeat(32)}`; // of the right form

// The coach says one of several lines, by chance.
const anyLine = (text) =>
  text.replace(/(?<="line":")[^"]+(?=")/, '<one of its lines>').replace(/(?<=Content-Length: )\d+/, '<length>');

async function started(wire, title, json = { user_id: 'user-1' }, headers = {}) {
  const { status, text, json: session } = await wire.send(title, start, { headers, json });
  assert.equal(status, 200, `${title}: ${text}`);
  return session.session_id;
}

function said(wire, title, session, text, { headers = sse, ...more } = {}) {
  return wire.send(title, stream, { headers, json: { session_id: session, message: text, ...more } });
}

recorded('persona-answers', 'the persona surface: sessions and answers', scripted(), async (wire) => {
  await wire.send('The personas', 'GET /chat/personas', {});
  await wire.send('The personas, signed in', 'GET /chat/personas', { headers: as('alice') });
  const session = await started(wire, 'A session');
  await started(wire, 'A session with a persona', { user_id: 'user-1', persona: 'drill_sergeant' });
  await started(wire, 'A persona that does not exist', { user_id: 'user-1', persona: 'nobody' });
  await started(wire, 'A persona that is null', { user_id: 'user-1', persona: null });
  await said(wire, 'An answer with ids', session, 'three pieces');
  await said(wire, 'An answer without ids', session, 'three pieces', { headers: {} });
  await said(wire, 'A list of media types', session, 'three pieces', {
    headers: { Accept: 'text/html, Text/Event-Stream;q=0.9' },
  });
  await said(wire, 'Every kind of character', session, 'every kind of character');
  await said(wire, 'With the breathing level', session, 'three pieces', { breathing: 'heavy' });
  await said(wire, 'A breathing level that is null', session, 'three pieces', { breathing: null });
  await said(wire, 'Cut at its longest', session, 'cut at its longest');
  await said(wire, 'An empty answer', session, 'nothing');
  await said(wire, 'Actions are not offered', session, 'actions');
  await wire.send('A client that can restart', `${stream}?restarts=1`, {
    headers: sse,
    json: { session_id: session, message: 'code' },
  });
  await wire.send('A whole answer', message, { json: { session_id: session, message: 'three pieces' } });
  await wire.send('A whole answer of every kind', message, {
    json: { session_id: session, message: 'every kind of character' },
  });
  await wire.send('A whole answer that was cut', message, {
    json: { session_id: session, message: 'cut at its longest' },
  });
  await wire.send('A whole answer, accepted as a stream', message, {
    headers: sse,
    json: { session_id: session, message: 'code' },
  });

  await wire.send('A line of the coach', coach, { json: { intensity: 0.5, phase: 'main' }, edit: anyLine });
  await wire.send('A line of the coach for a persona', coach, {
    json: { intensity: 0.9, phase: 'cooldown', persona: 'calm_coach' },
    edit: anyLine,
  });

  const alice = as('alice');
  const hers = await started(wire, 'A session of somebody who is signed in', {}, alice);
  await started(wire, 'Her name again', { user_id: 'alice' }, alice);
  await said(wire, 'Her answer', hers, 'three pieces', { headers: { ...sse, ...alice } });
  await wire.send('Her whole answer', message, { headers: alice, json: { session_id: hers, message: 'three pieces' } });
});

recorded(
  'persona-streams',
  'the persona surface: readers who come late, come back and leave',
  scripted(),
  async (wire) => {
    const session = await started(wire, 'A session');
    await wire.send('Nothing is asked yet', joined(session), { headers: sse });
    await wire.send('Nothing to cancel', cancelOf(session), {});
    await said(wire, 'A first question', session, 'three pieces');
    await said(wire, 'A second question', session, 'three pieces');
    await wire.send('The newest answer', joined(session), { headers: sse });
    await wire.send('The newest answer without ids', joined(session), {});
    await wire.send('HEAD of the stream', `HEAD /chat/stream?session_id=${session}`, { headers: sse });
    await wire.send('Resumed in the first answer', joined(session), { headers: resumed('1-4') });
    await wire.send('Resumed at the end of the first answer', joined(session), { headers: resumed('1-8') });
    await wire.send('Resumed in the second answer', joined(session), { headers: resumed(turn(1, 5)) });
    await wire.send('Resumed by a parameter', `${joined(session)}&last_event_id=${turn(1, 6)}`, { headers: sse });
    await wire.send('Resumed without ids', joined(session), { headers: resumed(turn(1, 5), {}) });
    await wire.send('Resumed at its end', joined(session), { headers: resumed(turn(1, 8)) });
    await wire.send('Ahead of the answer', joined(session), { headers: resumed(turn(1, 9)) });
    await wire.send('Ahead of the session', joined(session), { headers: resumed(turn(2, 1)) });
    await wire.send('No position', joined(session), { headers: resumed('four') });
    await said(wire, 'Resumed by POST', session, 'three pieces', { headers: resumed(turn(1, 5)) });
    await wire.send('Resumed by POST, by a parameter', `${stream}?last_event_id=${turn(1, 6)}`, {
      headers: sse,
      json: { session_id: session },
    });
    await said(wire, 'Resumed by POST at the end', session, 'three pieces', { headers: resumed(turn(1, 8)) });
    await said(wire, 'Resumed by POST ahead', session, 'three pieces', { headers: resumed(turn(1, 9)) });
    await said(wire, 'Resumed by POST from no position', session, 'three pieces', { headers: resumed('four') });

    const first = wire.open('An answer that stalls', stream, {
      headers: sse,
      json: { session_id: session, message: 'stalls' },
    });
    await first.has('two');
    const second = wire.open('A second reader joins', joined(session), { headers: sse });
    await second.has('two');
    const third = wire.open('A third reader resumes', joined(session), { headers: resumed(turn(2, 4)) });
    await third.has('two');
    const leaving = wire.open('A reader leaves', joined(session), { headers: {} });
    await leaving.has(' two,"}\n\n');
    leaving.leave();
    const whole = wire.open('A whole answer that stalls', message, {
      json: { session_id: session, message: 'stalls' },
    });
    await wire.logged('run_started', 4);
    await wire.send('All are cancelled', cancelOf(session), {});
    await Promise.all([first, second, third, whole].map((reader) => reader.over('the readers see the end')));
    await wire.send('They are cancelled again', cancelOf(session), {});
    await wire.send('A reader after the cancel', joined(session), { headers: sse });
  },
);

recorded(
  'persona-heartbeats',
  'the persona surface: what a silent stream carries',
  beatsOften,
  async (wire) => {
    const session = await started(wire, 'A session');
    await upToHeartbeat(wire, stream, { json: { session_id: session, message: 'stalls' } }, '\n\n:\n\n');
  },
);

recorded(
  'persona-failures',
  'the persona surface: a provider that fails',
  scripted({ provider: impatient }),
  async (wire) => {
    const session = await started(wire, 'A session');
    for (const failure of failures) await said(wire, `A provider: ${failure}`, session, failure);
    await said(wire, 'Without ids', session, 'fails after text', { headers: {} });
    for (const failure of failures.filter((each) => each !== 'fails once'))
      await wire.send(`A whole answer: ${failure}`, message, { json: { session_id: session, message: failure } });
  },
);

recorded(
  'persona-bounds',
  'the persona surface: answers that grow or last too long',
  scripted({ settings: { 'engine.max_answer': '1KiB', 'engine.run_deadline': '1s' } }),
  async (wire) => {
    const session = await started(wire, 'A session');
    await said(wire, 'An answer that is too long', session, 'echo:210 words');
    await wire.send('A whole answer that is too long', message, {
      json: { session_id: session, message: 'echo:210 words' },
    });
    const late = wire.open('An answer that takes too long', stream, {
      headers: sse,
      json: { session_id: session, message: 'stalls' },
    });
    await late.has('two');
    const whole = wire.open('A whole answer that takes too long', message, {
      json: { session_id: session, message: 'stalls' },
    });
    await Promise.all([late, whole].map((reader) => reader.over('it ends')));
  },
);

const small = { 'persona.max_message': '64B', 'persona.max_body': '1KiB' };
const typed = { 'Content-Type': 'application/json' };

recorded('persona-refusals', 'the persona surface: what is refused', scripted({ settings: small }), async (wire) => {
  const user = { user_id: 'user-1' };
  await wire.each(
    [
      ['A session: no user_id', { json: {} }],
      ['A session: a user_id that is a number', { json: { user_id: 1 } }],
      ['A session: an empty user_id', { json: { user_id: '' } }],
      ['A session: a user_id that is too long', { json: { user_id: 'u'.repeat(129) } }],
      ['A session: a user_id with a control character', { json: { user_id: 'a\tb' } }],
      ['A session: a persona that is a number', { json: { ...user, persona: 1 } }],
      ['A session: the name of a persona that is too long', { json: { ...user, persona: 'p'.repeat(65) } }],
      ['A session: no media type', { body: JSON.stringify(user) }],
      ['A session: no JSON', { headers: typed, body: '{' }],
      ['A session: a body that is too large', { json: { user_id: 'u'.repeat(2000) } }],
      ['A session: no token of this server', { json: user, headers: { Authorization: 'Bearer nonsense' } }],
      ['A session: another user_id than the token has', { json: user, headers: as('alice') }],
    ],
    start,
  );

  const session = await started(wire, 'A session', user);
  const asked = { session_id: session, message: 'three pieces' };
  const questions = [
    ['no session_id', { json: { message: 'a' } }],
    ['a session_id that is a number', { json: { ...asked, session_id: 1 } }],
    ['a session_id of another form', { json: { ...asked, session_id: 'cs_1' } }],
    ['a session that does not exist', { json: { ...asked, session_id: nowhere } }],
    ['the session of somebody who is not signed in', { json: asked, headers: as('alice') }],
    ['no message', { json: { session_id: session } }],
    ['a message that is a number', { json: { ...asked, message: 1 } }],
    ['an empty message', { json: { ...asked, message: '' } }],
    ['a NUL in the message', { json: { ...asked, message: 'a\0b' } }],
    ['a message that is too long', { json: { ...asked, message: 'a'.repeat(65) } }],
    ['another breathing level', { json: { ...asked, breathing: 'wild' } }],
    ['a breathing level that is a number', { json: { ...asked, breathing: 1 } }],
    ['a body that is too large', { json: { ...asked, message: 'a'.repeat(2000) } }],
    ['no media type', { body: JSON.stringify(asked) }],
    ['no JSON', { headers: typed, body: '[' }],
    ['no token of this server', { json: asked, headers: { Authorization: 'Bearer nonsense' } }],
    ['an Idempotency-Key with a space', { json: asked, headers: { 'Idempotency-Key': 'a b' } }],
  ];
  for (const [what, request] of [
    ['A question', stream],
    ['A whole answer', message],
  ]) {
    await wire.each(
      questions.map(([title, options]) => [`${what}: ${title}`, options]),
      request,
    );
    await wire.send(`${what}: restarts that is no number`, `${request}?restarts=yes`, { json: asked });
  }
  await wire.send('A whole answer: a Last-Event-ID', message, { json: asked, headers: { 'Last-Event-ID': '1-1' } });
  for (const [what, request] of [
    ['A reader', joined],
    ['A cancel', cancelOf],
  ]) {
    await wire.send(`${what}: no session_id`, request('').replace('?session_id=', ''), {});
    await wire.send(`${what}: an empty session_id`, request(''), {});
    await wire.send(`${what}: a session that does not exist`, request(nowhere), {});
    await wire.send(`${what}: the session of somebody else`, request(session), { headers: as('alice') });
    await wire.send(`${what}: no token of this server`, request(session), {
      headers: { Authorization: 'Bearer nonsense' },
    });
    await wire.send(`${what}: a body that is too large`, request(session), { body: 'x'.repeat(70000) });
  }
  await wire.send('The personas: no token of this server', 'GET /chat/personas', {
    headers: { Authorization: 'Bearer nonsense' },
  });

  const breath = { intensity: 0.5, phase: 'main' };
  await wire.each(
    [
      ['The coach: no intensity', { json: { phase: 'main' } }],
      ['The coach: an intensity that is null', { json: { ...breath, intensity: null } }],
      ['The coach: an intensity that is text', { json: { ...breath, intensity: '0.5' } }],
      ['The coach: an intensity that is too high', { json: { ...breath, intensity: 1.1 } }],
      ['The coach: a negative zero', { headers: typed, body: '{"intensity":-0.0,"phase":"main"}' }],
      ['The coach: a volume that is too low', { json: { ...breath, volume: -1 } }],
      ['The coach: a tempo that is too high', { json: { ...breath, tempo: 121 } }],
      ['The coach: a silence that is too long', { json: { ...breath, silence: 601 } }],
      ['The coach: no phase', { json: { intensity: 0.5 } }],
      ['The coach: another phase', { json: { ...breath, phase: 'rest' } }],
      ['The coach: a persona that is a number', { json: { ...breath, persona: 1 } }],
      ['The coach: an empty user_id', { json: { ...breath, user_id: '' } }],
      ['The coach: another user_id than the token has', { json: { ...breath, user_id: 'bob' }, headers: as('alice') }],
      ['The coach: no token of this server', { json: breath, headers: { Authorization: 'Bearer nonsense' } }],
      ['The coach: no media type', { body: JSON.stringify(breath) }],
      ['The coach: no JSON', { headers: typed, body: '{"intensity":.5}' }],
      ['The coach: a body that is too large', { json: { ...breath, persona: 'p'.repeat(2000) } }],
      ['The coach: a Last-Event-ID', { json: breath, headers: { 'Last-Event-ID': '1-1' } }],
    ],
    coach,
  );
});

// One line for each phase and level, so that nothing is left to chance.
const lines = ['warmup', 'main', 'cooldown']
  .flatMap((phase) => ['calm', 'moderate', 'heavy', 'breathless'].map((intensity) => ({ phase, intensity })))
  .map((row) => table('[[coach_lines]]', { ...row, lines: [`The line for ${row.phase}, ${row.intensity}.`] }))
  .join('\n');

recorded('persona-coach', 'the persona surface: the coach, by lines', scripted({ more: lines }), async (wire) => {
  await wire.each(
    [
      ['Calm', { json: { intensity: 0, phase: 'warmup' } }],
      ['Moderate', { json: { intensity: 0.25, phase: 'main' } }],
      ['Heavy', { json: { intensity: 0.55, phase: 'cooldown' } }],
      ['Breathless', { json: { intensity: 1, phase: 'main' } }],
      ['All measurements', { json: { intensity: 0.6, volume: 0.1, tempo: 50, silence: 0, phase: 'main' } }],
      ['Silence', { json: { intensity: 0.6, volume: 1, tempo: 120, silence: 600, phase: 'main' } }],
      [
        'Measurements that are null',
        { json: { intensity: 0.6, volume: null, tempo: null, silence: null, phase: 'main' } },
      ],
      ['A persona', { json: { intensity: 0.5, phase: 'main', persona: 'drill_sergeant' } }],
      ['A persona that does not exist', { json: { intensity: 0.5, phase: 'main', persona: 'nobody' } }],
      ['A user_id', { json: { intensity: 0.5, phase: 'main', user_id: 'user-1' } }],
      ['Signed in', { json: { intensity: 0.5, phase: 'main' }, headers: as('alice') }],
      [
        'Signed in, with the same user_id',
        { json: { intensity: 0.5, phase: 'main', user_id: 'alice' }, headers: as('alice') },
      ],
    ],
    coach,
  );
});

recorded(
  'persona-coach-provider',
  'the persona surface: the coach, by a model',
  scripted({ settings: { 'persona.coach': 'provider', 'persona.coach_wait': '1s' }, more: lines }),
  async (wire) => {
    await wire.send('A line of the model', coach, { json: { intensity: 0.5, phase: 'main' } });
    await wire.send('The model fails', coach, { json: { intensity: 0.95, phase: 'main' } });
    await wire.send('The model takes too long', coach, { json: { intensity: 0.9, phase: 'main' } });
  },
);

const narrow = {
  'persona.rate': 4,
  'persona.rate_coach': 1,
  'persona.max_new_sessions_per_user': 1,
  'persona.max_active_per_user': 1,
  'persona.max_messages_per_address': 4,
  'persona.max_coach_calls_per_address': 1,
  'persona.max_new_sessions_per_address': 2,
  'persona.max_active_per_address': 1,
  'persona.max_active': 2,
  'persona.session_requests': 2,
};

recorded('persona-limits', 'the persona surface: limits', scripted({ settings: narrow, more: lines }), async (wire) => {
  const breath = { intensity: 0.5, phase: 'main' };
  const stalled = [];
  for (const [who, headers] of [
    ['An address', {}],
    ['A user', as('alice')],
  ]) {
    const user = headers.Authorization ? {} : { user_id: 'user-1' };
    const session = await started(wire, `${who}: a session`, user, headers);
    const second = headers.Authorization ? null : await started(wire, `${who}: the last new session`, user, headers);
    await wire.send(`${who}: one more session`, start, { headers, json: user });
    await said(wire, `${who}: the first of the session`, session, 'three pieces', { headers });
    await said(wire, `${who}: the last of the session`, session, 'three pieces', { headers });
    await said(wire, `${who}: the session is used up`, session, 'three pieces', { headers });
    await wire.send(`${who}: the session is used up for whole answers`, message, {
      headers,
      json: { session_id: session, message: 'a' },
    });
    if (second !== null) {
      await wire.send(`${who}: a whole answer`, message, {
        headers,
        json: { session_id: second, message: 'three pieces' },
      });
      const reader = wire.open(`${who}: the last in the window`, stream, {
        headers,
        json: { session_id: second, message: 'stalls' },
      });
      await reader.has('two');
      stalled.push(reader);
    }
    await wire.send(`${who}: the coach`, coach, { headers, json: { ...breath, ...user } });
    await wire.send(`${who}: one more call of the coach`, coach, { headers, json: { ...breath, ...user } });
  }
  stalled.forEach((reader) => reader.leave(' two,"}\n\n'));
});

const crowded = {
  'persona.max_active': 2,
  'persona.max_active_per_address': 1,
  'persona.max_active_per_user': 1,
  'persona.max_messages_per_address': 2,
};

recorded('persona-crowd', 'the persona surface: too many at once', scripted({ settings: crowded }), async (wire) => {
  const alice = as('alice');
  const hers = await started(wire, 'A session of a user', {}, alice);
  const anonymous = await started(wire, 'A session of an address');
  const bobs = await started(wire, 'A session of another user', {}, as('bob'));
  const one = wire.open('An answer of the user', stream, {
    headers: alice,
    json: { session_id: hers, message: 'stalls' },
  });
  await one.has('two');
  await said(wire, 'The user: one more at once', hers, 'three pieces', { headers: alice });
  await wire.send('The user: one more whole answer at once', message, {
    headers: alice,
    json: { session_id: hers, message: 'a' },
  });
  const other = wire.open('An answer of the address', stream, { json: { session_id: anonymous, message: 'stalls' } });
  await other.has('two');
  await said(wire, 'The address: one more at once', anonymous, 'three pieces', { headers: {} });
  await said(wire, 'The server is full', bobs, 'three pieces', { headers: as('bob') });
  await wire.send('The server is full: a session', start, { headers: as('carol'), json: {} });
  await wire.send('The answer of the address is cancelled', cancelOf(anonymous), {});
  await other.over('it ends');
  await said(wire, 'The address: the last in the window', anonymous, 'three pieces', { headers: {} });
  await said(wire, 'The address: one more', anonymous, 'three pieces', { headers: {} });
  await wire.send('The answer of the user is cancelled', cancelOf(hers), { headers: alice });
  await one.over('it ends');
});

recorded('persona-repeats', 'the persona surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  const key = (name) => ({ ...sse, 'Idempotency-Key': name });
  const session = await started(wire, 'A session');
  await said(wire, 'Asked under a key', session, 'three pieces', { headers: key('key-1') });
  await said(wire, 'Asked again', session, 'three pieces', { headers: key('key-1') });
  await said(wire, 'Asked again with another message', session, 'code', { headers: key('key-1') });
  const whole = { session_id: session, message: 'three pieces' };
  await wire.send('The same key on another path', message, { headers: key('key-1'), json: whole });
  await wire.send('A whole answer under a key', message, { headers: key('key-2'), json: whole });
  await wire.send('The whole answer again', message, { headers: key('key-2'), json: whole });
  await wire.restart();
  await said(wire, 'Asked again after the restart', session, 'three pieces', { headers: key('key-1') });
  await wire.send('The whole answer after the restart', message, { headers: key('key-2'), json: whole });
  await wire.send('With another message after the restart', message, {
    headers: key('key-2'),
    json: { ...whole, message: 'code' },
  });
  await wire.send('The newest answer after the restart', joined(session), { headers: sse });
  await wire.send('Resumed after the restart', joined(session), { headers: resumed('1-5') });
  await wire.send('Resumed at the end after the restart', joined(session), { headers: resumed('1-8') });
  await said(wire, 'The session goes on', session, 'three pieces');
});

recorded(
  'persona-expiry',
  'the persona surface: a session that has ended',
  scripted({ settings: { 'persona.session_time': '4s' } }),
  async (wire) => {
    const session = await started(wire, 'A session');
    await said(wire, 'An answer', session, 'three pieces');
    await sleep(4100);
    wire.say('the session ends');
    await said(wire, 'A question', session, 'three pieces');
    await wire.send('A whole answer', message, { json: { session_id: session, message: 'three pieces' } });
    await wire.send('Its newest answer', joined(session), { headers: sse });
    await wire.send('Its newest answer, resumed', joined(session), { headers: resumed('1-4') });
    await wire.send('A cancel', cancelOf(session), {});
  },
);

recorded(
  'persona-signed-in',
  'the persona surface: callers who are not signed in, where they must be',
  withScripted(),
  async (wire) => {
    await wire.send('The personas', 'GET /chat/personas', {});
    await wire.send('A session', start, { json: { user_id: 'user-1' } });
    await wire.send('A question', stream, { json: { session_id: nowhere, message: 'a' } });
    await wire.send('A whole answer', message, { json: { session_id: nowhere, message: 'a' } });
    await wire.send('A reader', joined(nowhere), {});
    await wire.send('A cancel', cancelOf(nowhere), {});
    await wire.send('The coach', coach, { json: { intensity: 0.5, phase: 'main' } });
  },
);

const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

recorded('persona-socket', 'the persona surface: handshakes that are refused', scripted(), async (wire) => {
  const session = await started(wire, 'A session');
  const socket = (id, more = '') => `GET /chat/ws?session_id=${id}${more}`;
  await wire.send('No handshake', socket(session), {});
  const { Upgrade, ...without } = handshake;
  await wire.send('No upgrade', socket(session), { headers: without });
  await wire.send('Another protocol', socket(session), { headers: { ...handshake, Upgrade: 'h2c' } });
  await wire.send('Another version', socket(session), { headers: { ...handshake, 'Sec-WebSocket-Version': '8' } });
  await wire.send('A broken key', socket(session), { headers: { ...handshake, 'Sec-WebSocket-Key': 'short' } });
  await wire.send('Another site', socket(session), { headers: { ...handshake, Origin: 'https://evil.example' } });
  await wire.send('No token of this server', socket(session), { headers: { ...handshake, Authorization: 'Bearer nonsense' } });
  await wire.send('No session_id', 'GET /chat/ws', { headers: handshake });
  await wire.send('A session that does not exist', socket(nowhere), { headers: handshake });
  await wire.send('The session of somebody else', socket(session), { headers: { ...handshake, ...as('alice') } });
  await wire.send('No position', socket(session, '&last_event_id=four'), { headers: handshake });
  await wire.send('A body that is too large', socket(session), { headers: handshake, body: 'x'.repeat(70000) });
});
