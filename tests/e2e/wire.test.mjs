// The recordings of tests/e2e/wire as a whole: none that is no longer made, and every route of docs/openapi.json in one of them.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { directory, isRecording } from './lib/wire/recording.mjs';

const skip = isRecording && 'the recordings are being made';
const here = new URL('.', import.meta.url);
const names = async (where, form) => (await readdir(where)).filter((name) => form.test(name)).sort();

test('each recording of what is on the wire is made by a test', { skip }, async () => {
  const made = new Set();
  for (const file of await names(here, /^wire-.*\.test\.mjs$/)) {
    const text = await readFile(new URL(file, here), 'utf8');
    for (const [, name] of text.matchAll(/^recorded\(\s*'([\w-]+)'/gm)) {
      assert.ok(!made.has(name), `two tests make the recording ${name}.txt`);
      assert.ok(
        file === `wire-${name.split('-')[0]}.test.mjs`,
        `${name}.txt is made by ${file}: its name begins otherwise`,
      );
      made.add(name);
    }
  }
  for (const name of await names(directory, /\.txt$/))
    assert.ok(made.has(name.replace(/\.txt$/, '')), `no test makes wire/${name}: delete it, or bring its test back`);
});

// Statuses that the document names and that nothing here provokes.
const unseen = [
  'DELETE /assistant/request/{request_id} 410',
  'DELETE /chat/request/{request_id} 410',
  'GET /chat/stream 410',
  'GET /v1/chat/completions/{completion_id} 410',
  'GET /v1/messages/{message_id} 410',
  ...['GET /v1/responses/{response_id}', 'DELETE /v1/responses/{response_id}', 'POST /v1/responses/{response_id}/cancel', 'GET /v1/responses/{response_id}/input_items'].flatMap(
    (route) => [`${route} 410`, `${route} 503`],
  ),
  'POST /v1/messages/count_tokens 503',
  'POST /v1/messages/{message_id}/cancel 503',
  ...[410, 503].flatMap((status) => [`GET /v1/stream/{run_id} ${status}`, `GET /v1/stream/{run_id}/text ${status}`]),
  // The store answers these beside its writes.
  'POST /v1/chat/completions/{completion_id}/cancel 503',
  'GET /v1/models 503',
  'GET /v1/models/{model} 503',
  // What a WebSocket carries is in websocket.test.mjs.
  'GET /chat/ws 101',
  'GET /chat/ws 503',
  // The chat is being removed.
  'POST /api/chat 409',
  // What a WebSocket carries is in use-chat.test.mjs.
  ...[101, 400, 401, 403, 413, 503].map((status) => `GET /api/chat/socket ${status}`),
  // The store answers these beside its writes, also when the disk takes none.
  ...['GET /api/chat/{id}/stream', 'POST /api/chat/{id}/stop', 'GET /api/chat/{id}/messages'].map((route) => `${route} 503`),
  // The store answers these beside its writes.
  ...['POST /ag-ui/{threadId}/stop', 'GET /ag-ui/{threadId}/messages', 'DELETE /ag-ui/{threadId}'].map((route) => `${route} 503`),
  // What a WebSocket carries is in goal-coach.test.mjs.
  ...[101, 401, 403, 503].map((status) => `GET /api/v1/chat/ws ${status}`),
  // Operators' notices are in goal-coach.test.mjs.
  ...[200, 401, 413, 503].map((status) => `POST /api/admin/notices ${status}`),
  // The goal coach's data: the store's failures and the limits of a user are in surfaces/goal_coach and services/goals.
  'POST /api/v1/chat/send 409',
  ...['GET /api/v1/chat/access', 'GET /api/v1/chat/history', 'DELETE /api/v1/chat/history', 'GET /api/v1/me', 'PUT /api/v1/me'].map(
    (route) => `${route} 503`,
  ),
  ...['goals', 'meetings'].flatMap((noun) => [
    ...['GET', 'POST'].map((method) => `${method} /api/v1/${noun} 503`),
    ...['GET', 'PATCH', 'DELETE'].map((method) => `${method} /api/v1/${noun}/{id} 503`),
    `POST /api/v1/${noun} 429`,
    `PATCH /api/v1/${noun}/{id} 422`,
    `PATCH /api/v1/${noun}/{id} 429`,
  ]),
  'PUT /api/v1/me 429',
  'DELETE /api/v1/meetings/{id} 429',
  ...[409, 413, 429, 503].map((status) => `POST /api/v1/calendar/import ${status}`),
  'GET /api/v1/calendar/export 503',
  ...['GET', 'POST', 'DELETE'].map((method) => `${method} /api/v1/calendar/feed 503`),
  'POST /api/v1/calendar/feed 429',
  'GET /api/v1/calendar/feeds/{secret} 503',
  // The store answers these beside its writes, also when the disk takes none.
  ...['/api/uploads', '/api/uploads/{id}', '/api/uploads/{id}/content', '/api/context'].map((path) => `GET ${path} 503`),
  ...['grade-pyramid', 'training-trends', 'performance'].map((view) => `GET /api/visualizations/${view} 503`),
  'DELETE /api/uploads/{id} 503',
];

// {'GET /healthz': the statuses of its recorded answers}
async function recordedStatuses() {
  const statuses = new Map();
  for (const name of await names(directory, /\.txt$/)) {
    const text = await readFile(directory + name, 'utf8');
    for (const [, exchange] of text.matchAll(/^(> [^]*?)(?=^## |$(?![^]))/gm)) {
      const request = /^> ([A-Z]+ [^ ?]+)(?:\?.*)? HTTP\/1\.1$/m.exec(exchange)?.[1];
      const status = /^< HTTP\/1\.1 ([2-5]\d\d) /m.exec(exchange)?.[1];
      if (request && status) statuses.set(request, (statuses.get(request) ?? new Set()).add(status));
    }
  }
  return statuses;
}

test('each route of docs/openapi.json, and each status it names, stands in a recording', { skip }, async () => {
  const recorded = await recordedStatuses();
  const { paths } = JSON.parse(await readFile(new URL('../../docs/openapi.json', here), 'utf8'));
  for (const [path, operations] of Object.entries(paths)) {
    const form = path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+');
    for (const [method, { responses }] of Object.entries(operations)) {
      const route = `${method.toUpperCase()} ${path}`;
      const isIt = new RegExp(`^${method.toUpperCase()} ${form}$`);
      const statuses = new Set([...recorded].flatMap(([request, each]) => (isIt.test(request) ? [...each] : [])));
      for (const status of Object.keys(responses)) {
        if (unseen.includes(`${route} ${status}`)) continue;
        assert.ok(
          statuses.has(status),
          `no recording of tests/e2e/wire shows ${route} answering ${status}: add it to a wire-*.test.mjs`,
        );
      }
    }
  }
});
