// Every byte of the SendSage surface, held against wire/sendsage*.txt.
import assert from 'node:assert/strict';
import { beatsOften, upToHeartbeat } from './lib/wire/answers.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { until } from './lib/deadline.mjs';
import { recorded } from './lib/wire/wire.mjs';

const basic = 'POST /chat/basic';
const premium = 'POST /chat/premium';
const stream = 'GET /stream';
const sse = { Accept: 'text/event-stream' };
const jane = as('jane');
const mark = as('mark', 'premium');
const patient = { 'sendsage.slow_after': '0ms' };

// Asks, and returns the path of the stream and the id of the question.
async function asked(wire, title, request, prompt, { headers = jane, ...fields } = {}) {
  const answer = await wire.send(title, request, { headers, json: { prompt, ...fields } });
  assert.equal(answer.status, 202, `${title}: ${answer.text}`);
  return { ...answer.json, read: `GET ${answer.json.stream}` };
}

// Until a question's last event is there in full.
async function hasEnd(title, reader) {
  const isOver = () => /event: (response|error)\n.*\}\}\n\n/.test(reader.response?.text ?? '');
  await until(20000, () => `${title}: the last event; there was ${reader.response?.text}`, isOver, 5);
}

// The events of a question, up to the last one.
async function read(wire, title, question, { headers = jane } = {}) {
  const reader = wire.open(title, question.read, { headers: { ...sse, ...headers } });
  await hasEnd(title, reader);
  reader.leave();
}

recorded('sendsage-answers', 'the SendSage surface: questions and answers', scripted({ settings: patient }), async (wire) => {
  const first = await asked(wire, 'A question', basic, 'echo:Climb.');
  await read(wire, 'Its events', first);
  const named = await asked(wire, 'A question in a conversation', basic, 'echo:More.', { conversation_id: 'c:1' });
  await read(wire, 'Its events', named);
  const plan = await asked(wire, 'A question of a Premium user', premium, 'echo:Climb.', { headers: mark });
  await read(wire, 'Its events', plan, { headers: mark });
  await asked(wire, 'A short question of a Premium user', basic, 'echo:Climb.', { headers: mark });
  await asked(wire, 'A conversation_id that is null', basic, 'echo:Climb.', { conversation_id: null });
  await wire.send('What is left', 'GET /chat/quota', { headers: jane });
  await wire.send('What is left of a Premium user', 'GET /chat/quota', { headers: mark });
  await wire.send('A conversation is deleted', 'DELETE /chat/conversation/c:1', { headers: jane });
  await wire.send('It is deleted again', 'DELETE /chat/conversation/c:1', { headers: jane });
});

recorded('sendsage-streams', 'the SendSage surface: streams', scripted({ settings: patient }), async (wire) => {
  await wire.send('HEAD of the stream', 'HEAD /stream', { headers: { ...sse, ...as('kim') } });
  const question = await asked(wire, 'A question that stalls', premium, 'stalls', { headers: mark });
  const id = question.request_id;
  const reader = wire.open('A tab', stream, { headers: { ...sse, ...mark } });
  await reader.has('Processing...');
  await wire.send('It is cancelled', `DELETE /chat/request/${id}`, { headers: mark });
  await reader.has('"code":"cancelled"');
  await hasEnd('A tab', reader);
  reader.leave();
  await wire.send('It is cancelled again', `DELETE /chat/request/${id}`, { headers: mark });
  const epoch = /last_event_id=(\d+)-/.exec(question.stream)[1];
  const resumed = (title, position) => read(wire, title, { read: stream }, { headers: { ...mark, 'Last-Event-ID': position } });
  await resumed('Resumed behind the first event', `${epoch}-2`);
  await resumed('Ahead of the channel: of an earlier one', `${epoch}-99`);
  await wire.send('No position', stream, { headers: { ...mark, 'Last-Event-ID': 'four' } });
});

recorded(
  'sendsage-heartbeats',
  'the SendSage surface: what a silent stream carries',
  beatsOften,
  async (wire) => {
    await upToHeartbeat(wire, stream, { headers: { ...sse, ...jane } }, '\n\n:\n\n');
  },
);

recorded(
  'sendsage-failures',
  'the SendSage surface: a provider that fails',
  scripted({ provider: impatient, settings: { ...patient, 'sendsage.quota_basic': 1000, 'sendsage.rate_basic': 1000 } }),
  async (wire) => {
    for (const failure of failures) {
      const question = await asked(wire, `A provider: ${failure}`, basic, failure);
      await read(wire, 'Its events', question);
    }
  },
);

const small = { 'sendsage.max_prompt': '64B', 'sendsage.max_body': '1KiB' };
const typed = { 'Content-Type': 'application/json' };

recorded('sendsage-refusals', 'the SendSage surface: what is refused', scripted({ settings: small }), async (wire) => {
  const ask = { prompt: 'three pieces' };
  const wrong = [
    ['no prompt', { json: {} }],
    ['a prompt that is a number', { json: { prompt: 1 } }],
    ['an empty prompt', { json: { prompt: '' } }],
    ['a prompt that is too long', { json: { prompt: 'a'.repeat(65) } }],
    ['a conversation_id with a space', { json: { ...ask, conversation_id: 'a b' } }],
    ['an empty conversation_id', { json: { ...ask, conversation_id: '' } }],
    ['a body that is too large', { json: { prompt: 'a'.repeat(2000) } }],
    ['no media type', { body: JSON.stringify(ask) }],
    ['no JSON', { headers: { ...typed }, body: '{' }],
    ['a Last-Event-ID', { json: ask, headers: { 'Last-Event-ID': '1-1' } }],
    ['an Idempotency-Key with a space', { json: ask, headers: { 'Idempotency-Key': 'a b' } }],
  ];
  for (const [what, request, who] of [
    ['A question', basic, jane],
    ['A Premium question', premium, mark],
  ]) {
    for (const [title, { headers, ...options }] of wrong)
      await wire.send(`${what}: ${title}`, request, { headers: { ...who, ...headers }, ...options });
    await wire.send(`${what}: not signed in`, request, { json: ask });
    await wire.send(`${what}: no token of this server`, request, { json: ask, headers: { Authorization: 'Bearer x' } });
    const key = { ...who, 'Idempotency-Key': 'k' };
    await wire.send(`${what}: under a key`, request, { json: { ...ask, conversation_id: 'c' }, headers: key });
    await wire.send(`${what}: again under the key`, request, { json: { ...ask, conversation_id: 'c' }, headers: key });
    await wire.send(`${what}: another body under the key`, request, { json: ask, headers: key });
  }
  await wire.send('A Premium question of a Basic user', premium, { json: ask, headers: jane });
  for (const [title, request] of [
    ['The stream', stream],
    ['The quota', 'GET /chat/quota'],
    ['A cancel', 'DELETE /chat/request/20200101T000000000Z-00000000-0000-4000-8000-000000000000'],
    ['A deletion', 'DELETE /chat/conversation/c'],
  ]) {
    await wire.send(`${title}: not signed in`, request, {});
    await wire.send(`${title}: a body that is too large`, request, { headers: jane, body: 'x'.repeat(70000) });
  }
  await wire.send('A cancel: no id', 'DELETE /chat/request/seven', { headers: jane });
  await wire.send('A cancel: an unknown id', 'DELETE /chat/request/20200101T000000000Z-00000000-0000-4000-8000-000000000000', {
    headers: jane,
  });
});

recorded(
  'sendsage-limits',
  'the SendSage surface: limits',
  scripted({
    settings: {
      ...patient,
      'sendsage.quota_basic': 2,
      'sendsage.rate_premium': 1,
      'sendsage.max_active_per_user': 1,
      'sendsage.max_active': 2,
    },
  }),
  async (wire) => {
    await asked(wire, 'The first of two', basic, 'stalls');
    await wire.send('One is being answered', basic, { json: { prompt: 'stalls' }, headers: jane });
    await asked(wire, 'Of another user', basic, 'stalls', { headers: as('kim') });
    await wire.send('The server is full', basic, { json: { prompt: 'stalls' }, headers: as('lee') });
    await wire.send('A Premium user, too: the server is full', premium, { json: { prompt: 'stalls' }, headers: mark });
    await wire.send('The rate of a Premium user', premium, { json: { prompt: 'stalls' }, headers: mark });
    const ended = await wire.until('hers is cancelled', 'GET /chat/quota', jane, ({ json }) => json.used === 1);
    assert.ok(ended);
  },
);

recorded(
  'sendsage-quota',
  'the SendSage surface: a month without questions left',
  scripted({ settings: { ...patient, 'sendsage.quota_basic': 1, 'sendsage.rate_premium': 1 } }),
  async (wire) => {
    const first = await asked(wire, 'The only one', basic, 'echo:Climb.');
    await read(wire, 'Its events', first);
    await wire.send('One more', basic, { json: { prompt: 'echo:Climb.', conversation_id: 'c' }, headers: jane });
    await read(wire, 'What the stream says of it', { read: `${first.read.replace(/-\d+$/, '-3')}` });
    await wire.send('What is left', 'GET /chat/quota', { headers: jane });
    await asked(wire, 'The only one of a minute of a Premium user', premium, 'echo:Climb.', { headers: mark });
    await wire.send('One more of a Premium user', premium, { json: { prompt: 'echo:Climb.' }, headers: mark });
  },
);

const log = 'date,grade,style\n2026-10-01,V5,sent\n2026-11-02,V4,attempt\n';
const file = (content, name = 'log.csv', type = 'text/csv') => ({
  request: `POST /api/uploads?filename=${name}`,
  options: { headers: { ...mark, 'Content-Type': type }, body: content },
});
const narrow = { 'uploads.max_files_per_user': 2, 'uploads.max_file': '1KiB', 'uploads.max_active_per_user': 1 };

recorded('sendsage-uploads', 'the SendSage surface: uploads', scripted({ settings: narrow }), async (wire) => {
  const put = (title, { request, options }) => wire.send(title, request, options);
  await wire.send('Not signed in', 'POST /api/uploads?filename=log.csv', { headers: typed, body: log });
  await wire.send('A Basic user', 'POST /api/uploads?filename=log.csv', { headers: { ...jane, ...typed }, body: log });
  await put('Another format', file('x', 'log.pdf'));
  await put('No grades', file('date,route\n2026-10-01,Blue\n'));
  await put('Too large', file('V5\n'.repeat(400), 'log.txt', 'text/plain'));
  await wire.send('None', 'GET /api/uploads', { headers: mark });
  const { json } = await put('A file', file(log));
  const one = `/api/uploads/${json.id}`;
  await wire.send('All', 'GET /api/uploads', { headers: mark });
  await wire.send('One', `GET ${one}`, { headers: mark });
  await wire.send('As it was', `GET ${one}/content`, { headers: mark });
  await wire.send('That of another user', `GET ${one}`, { headers: as('kim', 'premium') });
  await wire.send('What another user uploaded', `GET ${one}/content`, { headers: as('kim', 'premium') });

  const held = wire.connect({ method: 'POST' });
  const head = `POST /api/uploads?filename=a.csv HTTP/1.1\r\nHost: 127.0.0.1:${wire.server.port}\r\nAuthorization: ${mark.Authorization}\r\n`;
  held.write(`${head}Content-Type: text/csv\r\nContent-Length: 900\r\n\r\ngrade\n`);
  await wire.until('its place is taken', `GET ${one}/content`, mark, ({ status }) => status === 429);
  await put('Another at the same time', file(log));
  await wire.send('A file is sent at the same time', `GET ${one}/content`, { headers: mark });
  held.socket.destroy();
  await wire.until('its place is free', `GET ${one}/content`, mark, ({ status }) => status === 200);
  await put('Another file', file('V5\n', 'log.txt', 'text/plain'));
  await put('One too many', file(log));
  await wire.send('It is removed', `DELETE ${one}`, { headers: mark });
  await wire.send('It is removed again', `DELETE ${one}`, { headers: mark });
  await wire.send('It is no more', `GET ${one}`, { headers: mark });
});

const views = ['grade-pyramid', 'training-trends', 'performance'];

recorded(
  'sendsage-context',
  'the SendSage surface: what is known about a user',
  scripted({ settings: { 'context.max_document': '1KiB' } }),
  async (wire) => {
    const put = (title, options) => wire.send(title, 'PUT /api/context', options);
    await put('Not signed in', { json: { goals: ['V6'] } });
    await wire.send('Nothing', 'GET /api/context', { headers: jane });
    for (const view of views) await wire.send('Nothing to see', `GET /api/visualizations/${view}`, { headers: jane });
    await put('No JSON', { headers: { ...jane, ...typed }, body: '{' });
    await put('An unknown field', { headers: jane, json: { shoes: 'tight' } });
    await put('Too large', { headers: jane, json: { goals: ['V6'.repeat(1000)] } });
    const climbs = ['09', '10'].map((month, i) => ({ date: `2026-${month}-01`, grade: `V${4 + i}`, sent: true }));
    await put('A document', { headers: jane, json: { goals: ['V6'], climbs } });
    await wire.send('As it was put', 'GET /api/context', { headers: jane });
    for (const view of views) await wire.send('What is to see', `GET /api/visualizations/${view}`, { headers: jane });
  },
);

recorded(
  'sendsage-context-elsewhere',
  'the SendSage surface: the product knows its users',
  scripted({ settings: { 'context.url': 'http://127.0.0.1:9/users/{user}' } }),
  async (wire) => {
    await wire.send('It is not changed here', 'PUT /api/context', { headers: jane, json: { goals: ['V6'] } });
  },
);
