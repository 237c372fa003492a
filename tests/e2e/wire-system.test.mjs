// Every byte of what belongs to no surface, held against wire/system*.txt: health, metrics and documentation; shutdowns, crashes
// and disks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { withProvider } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { fullDisk } from './lib/full_disk.mjs';
import { startProvider } from './lib/provider.mjs';
import { as, scripted, steady } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const repository = new URL('../../', import.meta.url);
const openapi = await readFile(new URL('docs/openapi.json', repository), 'utf8');
// A page of metrics without its values. They, and the version, change its length.
const length = (text) => text.replace(/(?<=Content-Length: )\d+/, '<length>');
const names = (text) =>
  text.replace(/^([a-z_]+(?:\{.*\})?) \S+$/gm, '$1 <value>').replace(/(?<=\{version=")[^"]+/, '<version>');
const metrics = (text) => length(names(text));
// A document that stands in the repository.
const asIn = (file) => ({ replaced: () => `(the bytes of ${file})`, edit: length });

recorded('system', 'health, metrics and documentation', scripted(), async (wire) => {
  const get = (title, path, options = {}) => wire.send(title, `GET ${path}`, options);
  await get('Does it live?', '/healthz');
  await get('Is it ready?', '/readyz');
  const description = await get('The description', '/openapi.json', asIn('docs/openapi.json'));
  assert.ok(description.text === openapi, '/openapi.json is docs/openapi.json');
  assert.equal(description.header('content-length'), String(Buffer.byteLength(openapi)));
  const page = await get('The page', '/docs', asIn('src/ops/docs_page/index.html'));
  assert.ok(
    page.text === (await readFile(new URL('src/ops/docs_page/index.html', repository), 'utf8')),
    '/docs is its file',
  );
  const { text: first } = await get('The metrics', '/metrics', { edit: metrics });
  const known = new Set(names(first).split('\n'));
  const more = (text) =>
    [
      '(what the first page holds, and this:)',
      ...names(text)
        .split('\n')
        .filter((line) => !known.has(line)),
    ].join('\n');
  const sameMetrics = (title, path, options = {}) => get(title, path, { ...options, replaced: more, edit: length });
  await sameMetrics('The metrics, where the chat surface has them', '/api/metrics');
  await get('The metrics through a proxy', '/metrics', { headers: { 'X-Forwarded-For': '192.0.2.7' } });
  await get('The metrics through a proxy, elsewhere', '/api/metrics', { headers: { Via: '1.1 proxy' } });
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs', '/metrics'])
    await wire.send(`HEAD of ${path}`, `HEAD ${path}`, { edit: length });
  const { json: run } = await wire.send('Something is asked', 'POST /assistant/request', {
    headers: alice,
    json: { prompt: 'three pieces', mode: 'chat' },
  });
  await get('It is answered', `/assistant/stream/${run.request_id}`, { headers: alice });
  await sameMetrics('The metrics after that', '/metrics');

  const { port } = await until(5000, 'the other listener is there', () =>
    wire.server.logs().find((line) => line.event === 'operations_listening'),
  );
  for (const path of ['/healthz', '/readyz']) await get(`${path} of the other listener`, path, { port });
  await sameMetrics('The metrics of the other listener', '/metrics', { port });
  await sameMetrics('/api/metrics of the other listener', '/api/metrics', { port });
  await get('Nothing else is there', '/docs', { port });
  await get('It under another name', '/metrics', { port, headers: { Host: 'rebound.example.com' } });
});

recorded(
  'system-development',
  'what the scripted provider says by itself',
  scripted({ provider: { script_file: '' } }),
  async (wire) => {
    for (const prompt of ['Hello', 'echo:3 words @1000/s', 'Say this:\necho:2 words', 'echo:3 words @0/s']) {
      const { json } = await wire.send(`Asked: ${JSON.stringify(prompt)}`, 'POST /assistant/request', {
        headers: alice,
        json: { prompt, mode: 'chat' },
      });
      await wire.send('Answered', `GET /assistant/stream/${json.request_id}`, { headers: alice });
    }
  },
);

recorded(
  'system-counters',
  'too many users to count',
  scripted({ settings: { 'limits.max_keys': 1, 'limits.full_sweep_every': '1h' } }),
  async (wire) => {
    const breath = { intensity: 0.5, phase: 'main' };
    await wire.send('A user who has a place', 'POST /coach', {
      headers: alice,
      json: breath,
      edit: (text) => length(text.replace(/(?<="line":")[^"]+/, '<one of its lines>')),
    });
    const bob = as('bob');
    await wire.send('The coach', 'POST /coach', { headers: bob, json: breath });
    await wire.send('The assistant surface', 'POST /assistant/request', {
      headers: bob,
      json: { prompt: 'three pieces', mode: 'chat' },
    });
    await wire.send('The chat surface', 'POST /api/chat/start', {
      headers: bob,
      json: { prompt: 'three pieces', modelId: 'default' },
    });
    await wire.send('The persona surface', 'POST /chat/start', { headers: bob, json: {} });
  },
);

// Speaks one piece, and the rest only in a later call, which comes after a restart.
async function interrupted(t) {
  const calls = new Map();
  const provider = await startProvider(t, async (call) => {
    const number = (calls.get(call.prompt) ?? 0) + 1;
    calls.set(call.prompt, number);
    await call.piece('One,');
    if (number === 1) await call.stall();
    await call.piece(' two.');
    await call.done();
  });
  const settings = { ...steady, 'process.drain_time': '60s' };
  return { ...withProvider(provider), settings, restarts: true };
}

// Asks on each surface and begins to read: {readers, streams}.
async function readEverywhere(wire, headers) {
  const sse = { ...headers, Accept: 'text/event-stream' };
  const { json: run } = await wire.send('Asked on the assistant surface', 'POST /assistant/request', {
    headers,
    json: { prompt: 'one', mode: 'chat' },
  });
  const { json: chat } = await wire.send('Asked on the chat surface', 'POST /api/chat/start', {
    headers,
    json: { prompt: 'two', modelId: 'default' },
  });
  const { json: other } = await wire.send('Asked there by a client that can restart', 'POST /api/chat/start', {
    headers,
    json: { prompt: 'three', modelId: 'default', restarts: true },
  });
  const { json: session } = await wire.send('A session of the persona surface', 'POST /chat/start', {
    headers,
    json: {},
  });
  const { json: second } = await wire.send('Another', 'POST /chat/start', { headers, json: {} });
  const streams = [
    ['the assistant surface', `GET /assistant/stream/${run.request_id}`],
    ['the chat surface', `GET /api/chat/stream?sessionId=${chat.sessionId}`],
    ['the chat surface, with restarts', `GET /api/chat/stream?sessionId=${other.sessionId}`],
    ['the persona surface', `GET /chat/stream?session_id=${session.session_id}`],
  ];
  const asked = wire.open('Asked on the persona surface', 'POST /chat/stream', {
    headers: sse,
    json: { session_id: session.session_id, message: 'four' },
  });
  await asked.has('One,');
  const readers = streams
    .slice(0, 3)
    .map(([surface, request]) => wire.open(`A reader on ${surface}`, request, { headers }));
  for (const reader of readers) await reader.has('One,');
  const whole = wire.open('A whole answer', 'POST /chat/message', {
    headers,
    json: { session_id: second.session_id, message: 'five' },
  });
  await wire.logged('run_started', 5);
  return { streams, readers: [...readers, asked, whole] };
}

async function readAgain(wire, headers, streams) {
  for (const [surface, request] of streams) {
    const after = (id) => ({ headers: { ...headers, Accept: 'text/event-stream', 'Last-Event-ID': id } });
    await wire.send(`Resumed on ${surface}`, request, after('1-4'));
    await wire.send(`From the beginning on ${surface}`, request, {
      headers: { ...headers, Accept: 'text/event-stream' },
    });
  }
}

recorded('system-drain', 'a shutdown, and what comes after it', interrupted, async (wire) => {
  const headers = { Authorization: `Bearer ${wire.server.tokenFor('alice')}` };
  const { streams, readers } = await readEverywhere(wire, headers);
  const ending = begin(wire.server.sigterm());
  wire.say('the server is asked to end, and drains');
  await wire.until('it drains', 'GET /readyz', {}, ({ status }) => status === 503);
  await wire.send('Is it ready?', 'GET /readyz', {});
  await wire.send('Does it live?', 'GET /healthz', {});
  await wire.send('One more on the assistant surface', 'POST /assistant/request', {
    headers,
    json: { prompt: 'six', mode: 'chat' },
  });
  await wire.send('One more on the chat surface', 'POST /api/chat/start', {
    headers,
    json: { prompt: 'six', modelId: 'default' },
  });
  await wire.send('One more session of the persona surface', 'POST /chat/start', { headers, json: {} });
  wire.server.child.kill('SIGTERM');
  wire.say('it is asked again, and ends at once');
  await Promise.all(readers.map((reader) => reader.over('the readers see the shutdown')));
  assert.equal((await ending).code, 0);
  await wire.server.start();
  wire.say('it is started again');
  await readAgain(wire, headers, streams);
});

recorded('system-crash', 'a crash, and what comes after it', interrupted, async (wire) => {
  const headers = { Authorization: `Bearer ${wire.server.tokenFor('alice')}` };
  const { streams, readers } = await readEverywhere(wire, headers);
  await wire.restart();
  await Promise.all(readers.map((reader) => reader.over('the readers see the crash')));
  await readAgain(wire, headers, streams);
});

const degraded = (wire, reason) =>
  wire.until(`the server says ${reason}`, 'GET /readyz', {}, ({ json }) =>
    reason === null ? json.degraded?.length === 0 : json.degraded?.includes(reason),
  );

// One request of each kind that needs the disk: [title, request, options].
function needy({ run, chat, session }) {
  const sse = { Accept: 'text/event-stream' };
  return [
    [
      'A question on the assistant surface',
      'POST /assistant/request',
      { headers: alice, json: { prompt: 'three pieces', mode: 'chat' } },
    ],
    [
      'The same under a key',
      'POST /assistant/request',
      { headers: { ...alice, 'Idempotency-Key': 'key-1' }, json: { prompt: 'three pieces', mode: 'chat' } },
    ],
    ['An answer of before', `GET /assistant/stream/${run}`, { headers: alice }],
    ['Its cancel', `DELETE /assistant/request/${run}`, { headers: alice }],
    [
      'A question on the chat surface',
      'POST /api/chat/start',
      { headers: alice, json: { prompt: 'three pieces', modelId: 'default' } },
    ],
    [
      'One in a session',
      'POST /api/chat/start',
      { headers: alice, json: { prompt: 'three pieces', modelId: 'default', sessionId: chat } },
    ],
    ['Its stream', `GET /api/chat/stream?sessionId=${chat}`, { headers: alice }],
    ['A cancel', `DELETE /api/chat/stream?sessionId=${chat}`, { headers: alice }],
    ['A history', 'GET /api/chat/history?chatId=the-chat', { headers: alice }],
    ['The chats', 'GET /api/chats', { headers: alice }],
    ['The models', 'GET /api/chat/models', { headers: alice }],
    ['A reaction', `PUT /api/chat/messages/${run}-a/reaction`, { headers: alice, json: { reaction: 'like' } }],
    ['A reaction taken back', `DELETE /api/chat/messages/${run}-a/reaction`, { headers: alice }],
    ['A file', 'GET /api/chat/the-chat/export', { headers: alice }],
    ['A session of the persona surface', 'POST /chat/start', { json: { user_id: 'user-1' } }],
    [
      'A question in one',
      'POST /chat/stream',
      { headers: sse, json: { session_id: session, message: 'three pieces' } },
    ],
    ['A whole answer', 'POST /chat/message', { json: { session_id: session, message: 'three pieces' } }],
    ['Its newest answer', `GET /chat/stream?session_id=${session}`, { headers: sse }],
    ['A cancel of the session', `DELETE /chat/stream?session_id=${session}`, {}],
    ['The personas', 'GET /chat/personas', {}],
    ['A title', 'PATCH /api/chat/the-chat', { headers: alice, json: { title: 'x' } }],
    ['A branch', 'PUT /api/chat/the-chat/branch', { headers: alice, json: { messageId: `${run}-a` } }],
    ['A chat is deleted', 'DELETE /api/chat/the-chat', { headers: alice }],
    ['All chats are deleted', 'DELETE /api/chats', { headers: alice }],
    ['A conversation is deleted', 'DELETE /assistant/conversation/talk', { headers: alice }],
    ['A session is deleted', `DELETE /chat/session?session_id=${session}`, {}],
    ['Everything is deleted', 'DELETE /api/me', { headers: alice }],
  ];
}

// The same of the SendSage surface, whose stream is answered from memory when the disk is full.
function needyCoach({ run }) {
  const mark = as('mark', 'premium');
  const csv = { 'Content-Type': 'text/csv' };
  return [
    ['A question to the coach', 'POST /chat/basic', { headers: alice, json: { prompt: 'three pieces' } }],
    ['A Premium question', 'POST /chat/premium', { headers: mark, json: { prompt: 'three pieces' } }],
    ['The stream of the coach', 'GET /stream', { headers: alice }],
    ['What is left', 'GET /chat/quota', { headers: alice }],
    ['A question is cancelled', `DELETE /chat/request/${run}`, { headers: alice }],
    ['A conversation with the coach is deleted', 'DELETE /chat/conversation/c', { headers: alice }],
    ['A file', 'POST /api/uploads?filename=log.csv', { headers: { ...mark, ...csv }, body: 'grade\nV5\n' }],
    ['The files', 'GET /api/uploads', { headers: mark }],
    ['A file of before', `GET /api/uploads/${'0'.repeat(32)}`, { headers: mark }],
    ['Its content', `GET /api/uploads/${'0'.repeat(32)}/content`, { headers: mark }],
    ['A file is deleted', `DELETE /api/uploads/${'0'.repeat(32)}`, { headers: mark }],
    ['The context', 'GET /api/context', { headers: alice }],
    ['A new context', 'PUT /api/context', { headers: alice, json: { goals: ['V6'] } }],
    ...['grade-pyramid', 'training-trends', 'performance'].map((view) => [
      'A view of it',
      `GET /api/visualizations/${view}`,
      { headers: alice },
    ]),
  ];
}

// Something of each surface, which is stored.
async function stored(wire) {
  const ask = async (request, json) => (await wire.send('Something is asked', request, { headers: alice, json })).json;
  const { request_id: run } = await ask('POST /assistant/request', { prompt: 'three pieces', mode: 'chat' });
  const { sessionId: chat } = await ask('POST /api/chat/start', {
    prompt: 'three pieces',
    modelId: 'default',
    chatId: 'the-chat',
  });
  const { json } = await wire.send('A session', 'POST /chat/start', { json: { user_id: 'user-1' } });
  await wire.send('Its answer', 'POST /chat/message', {
    json: { session_id: json.session_id, message: 'three pieces' },
  });
  const isStored = ({ text }) => Number(/^belay_store_settlements_total (\d+)$/m.exec(text)[1]) === 3;
  await wire.until('all are stored', 'GET /metrics', {}, isStored);
  return { run, chat, session: json.session_id };
}

const hasty = { 'store.max_stall': '1s', 'engine.max_log_wait': '1s', 'engine.settle_wait': '1s' };

async function onDisk(t) {
  const disk = await fullDisk(t);
  return { ...scripted({ settings: hasty, env: disk.env }), disk };
}

recorded('system-disk-stalled', 'a disk that does not answer', onDisk, async (wire, { disk }) => {
  const before = await stored(wire);
  const all = [...needy(before), ...needyCoach(before)];
  await disk.stall();
  wire.say('the disk does not answer');
  // This one finds out.
  await wire.send('A question on the chat surface, at first', 'POST /api/chat/start', {
    headers: alice,
    json: { prompt: 'three pieces', modelId: 'default' },
  });
  await degraded(wire, 'store_stalled');
  for (const [title, request, options] of all) await wire.send(title, request, options);
  // Which tier alice has is known.
  await wire.send('What is left, of a user who has not asked before', 'GET /chat/quota', { headers: { authorization: 'Bearer dev:zoe' } });
  await degraded(wire, 'store_failing');
  await wire.send('Ready?', 'GET /readyz', {});
  await disk.go();
});

recorded('system-disk-full', 'a disk that is full', onDisk, async (wire, { disk }) => {
  const all = needy(await stored(wire));
  await disk.fill();
  wire.say('the disk is full');
  await degraded(wire, 'storage_full');
  await wire.send('Ready?', 'GET /readyz', {});
  for (const [title, request, options] of all) await wire.send(title, request, options);
  await disk.empty();
});
