// On every route of the assistant, the personas, the coaching, the goal coach and AG-UI, what is another user's looks as if it did not
// exist. chat-foreign.test.mjs does the same for the chat surface.
//
// The routes come from the server's API description. So a new route fails here until `table` says how the test asks for another
// user's things on it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { withUploads } from './lib/config.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';

const unknownRun = '20200101T000000000Z-00000000-0000-4000-8000-000000000000';

// The requests for each route. Each is sent with another user's ids and with ids that never existed: [path, body]. 'own': the
// route has no id of another user; it returns only the caller's data. 'open': everybody may.
const table = {
  'POST /assistant/request': [(it) => ['/assistant/request', { prompt: 'echo:x', mode: 'chat', conversation_id: it.conversation }]],
  'GET /assistant/stream/{request_id}': [
    (it) => [`/assistant/stream/${it.run}`],
    (it) => [`/assistant/stream/${it.run}?last_event_id=1-1`],
  ],
  'DELETE /assistant/request/{request_id}': [(it) => [`/assistant/request/${it.run}`]],
  'DELETE /assistant/conversation/{conversation_id}': [(it) => [`/assistant/conversation/${it.conversation}`]],
  'POST /chat/start': 'own',
  'POST /chat/stream': [(it) => ['/chat/stream', { session_id: it.session, message: 'echo:x' }]],
  'GET /chat/stream': [(it) => [`/chat/stream?session_id=${it.session}`]],
  'DELETE /chat/stream': [(it) => [`/chat/stream?session_id=${it.session}`]],
  'GET /chat/ws': 'own', // websocket.test.mjs
  'DELETE /chat/session': [(it) => [`/chat/session?session_id=${it.session}`]],
  'POST /chat/message': [(it) => [`/chat/message`, { session_id: it.session, message: 'echo:x' }]],
  'GET /chat/personas': 'own',
  'POST /coach': 'own',
  'GET /stream': 'own',
  'POST /chat/basic': 'own',
  'POST /chat/premium': 'own',
  'GET /chat/quota': 'own',
  'DELETE /chat/request/{request_id}': [(it) => [`/chat/request/${it.question}`]],
  'DELETE /chat/conversation/{conversation_id}': [(it) => [`/chat/conversation/${it.coaching}`]],
  'POST /api/uploads': 'own',
  'GET /api/uploads': 'own',
  'GET /api/uploads/{id}': [(it) => [`/api/uploads/${it.upload}`]],
  'DELETE /api/uploads/{id}': [(it) => [`/api/uploads/${it.upload}`]],
  'GET /api/uploads/{id}/content': [(it) => [`/api/uploads/${it.upload}/content`]],
  'GET /api/context': 'own',
  'PUT /api/context': 'own',
  'GET /api/visualizations/grade-pyramid': 'own',
  'GET /api/visualizations/training-trends': 'own',
  'GET /api/visualizations/performance': 'own',
  'GET /api/v1/chat/access': 'own',
  'GET /api/v1/chat/history': 'own',
  'DELETE /api/v1/chat/history': 'own',
  'POST /api/v1/chat/send': 'own',
  'GET /api/v1/chat/ws': 'own', // goal-coach.test.mjs
  'GET /api/v1/docs': 'open',
  'GET /api/v1/me': 'own',
  'PUT /api/v1/me': 'own',
  'GET /api/v1/goals': 'own',
  'POST /api/v1/goals': 'own',
  ...Object.fromEntries(
    ['goals', 'meetings'].flatMap((noun) => [
      [`GET /api/v1/${noun}/{id}`, [(it) => [`/api/v1/${noun}/${it[noun]}`]]],
      [`PATCH /api/v1/${noun}/{id}`, [(it) => [`/api/v1/${noun}/${it[noun]}`, { title: 'mine now' }]]],
      [`DELETE /api/v1/${noun}/{id}`, [(it) => [`/api/v1/${noun}/${it[noun]}`]]],
    ]),
  ),
  'GET /api/v1/meetings': 'own',
  'POST /api/v1/meetings': 'own',
  'POST /api/v1/calendar/import': 'own',
  'GET /api/v1/calendar/export': 'own',
  'GET /api/v1/calendar/feed': 'own',
  'POST /api/v1/calendar/feed': 'own',
  'DELETE /api/v1/calendar/feed': 'own',
  // With a threadId and runId of somebody else's it is a run of one's own: ag-ui.test.mjs.
  'POST /ag-ui': [(it) => ['/ag-ui', { threadId: it.thread, runId: 'secret-run', messages: [] }]],
  'POST /ag-ui/{threadId}/stop': [(it) => [`/ag-ui/${it.thread}/stop`], (it) => [`/ag-ui/${it.thread}/stop`, { runId: 'secret-run' }]],
  'GET /ag-ui/{threadId}/messages': [(it) => [`/ag-ui/${it.thread}/messages`]],
  'DELETE /ag-ui/{threadId}': [(it) => [`/ag-ui/${it.thread}`]],
  // The secret in the address is the sign-in.
  'GET /api/v1/calendar/feeds/{secret}': 'open',
};

const tags = ['assistant', 'personas', 'coaching', 'goal-coach', 'ag-ui'];

// Everything in a response by which a client could see a difference.
function facts(answer) {
  const body = answer.json ?? answer.text;
  if (typeof body === 'object') for (const name of ['instance', 'request_id', 'requestId', 'stream_url', 'conversation_id']) delete body[name];
  return { status: answer.status, type: answer.headers['content-type'], body };
}

test('the table knows every route of these surfaces', { timeout: 20000 }, async (t) => {
  const server = await startServer(t);
  const { json } = await call(server.port, 'GET', '/openapi.json');
  const routes = Object.entries(json.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, about]) => about.tags.some((tag) => tags.includes(tag)))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(routes.sort(), Object.keys(table).sort());
});

test('X12: what is another user’s is answered as what never was, on every route', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withUploads({}));
  const as = (user) => (method, path, json) =>
    call(server.port, method, path, { headers: user === null ? {} : { authorization: `Bearer dev:${user}` }, ...(json === undefined ? {} : { json }) });
  const [owner, stranger, nobody] = [as('owner:premium'), as('stranger:premium'), as(null)];
  const made = async (method, path, json, status) => {
    const answer = await owner(method, path, json);
    assert.equal(answer.status, status, `${path}: ${answer.text}`);
    return answer.json;
  };
  const asked = await made('POST', '/assistant/request', { prompt: 'echo:secret words', mode: 'chat', conversation_id: 'secret-talk' }, 201);
  await owner('GET', `/assistant/stream/${asked.request_id}`);
  const started = await made('POST', '/chat/start', { user_id: 'owner', persona: 'fitness_coach' }, 200);
  await made('POST', '/chat/message', { session_id: started.session_id, message: 'echo:secret words' }, 200);
  const question = await made('POST', '/chat/basic', { prompt: 'echo:secret words', conversation_id: 'secret-coaching' }, 202);
  const sent = await call(server.port, 'POST', '/api/uploads?filename=secret.csv', {
    headers: { authorization: 'Bearer dev:owner:premium', 'content-type': 'text/csv' },
    body: 'grade,notes\nV5,secret\n',
  });
  assert.equal(sent.status, 201, sent.text);
  const upload = sent.json;
  const run = { threadId: 'secret-thread', runId: 'secret-run', messages: [{ id: 'm', role: 'user', content: 'echo:secret words' }] };
  assert.equal((await owner('POST', '/ag-ui', run)).status, 200);
  const goal = await made('POST', '/api/v1/goals', { title: 'secret goal' }, 201);
  const meeting = await made('POST', '/api/v1/meetings', { title: 'secret meeting', start: '2099-01-01T10:00:00Z', duration_minutes: 30 }, 201);
  const foreign = {
    run: asked.request_id,
    conversation: 'secret-talk',
    session: started.session_id,
    question: question.request_id,
    coaching: 'secret-coaching',
    thread: 'secret-thread',
    upload: upload.id,
    goals: goal.id,
    meetings: meeting.id,
  };
  const never = {
    run: unknownRun,
    conversation: 'never-talk',
    session: started.session_id.replace(/.{8}$/, 'AAAAAAAA'),
    question: unknownRun,
    coaching: 'never-coaching',
    thread: 'never-thread',
    upload: upload.id.replace(/[0-9a-f]{8}$/, '00000000'),
    goals: goal.id.replace(/[0-9a-f]{8}$/, '00000000'),
    meetings: meeting.id.replace(/[0-9a-f]{8}$/, '00000000'),
  };
  for (const [name, id] of Object.entries(foreign)) assert.ok(id && id !== never[name], `${name}: ${id}`);
  for (const [route, asks] of Object.entries(table)) {
    if (!Array.isArray(asks)) continue;
    const [method] = route.split(' ');
    for (const ask of asks) {
      const answers = [];
      for (const things of [foreign, never]) answers.push(facts(await stranger(method, ...ask(things))));
      assert.deepEqual(answers[0], answers[1], `${route}: nothing tells them apart`);
      assert.ok(!JSON.stringify(answers[0]).includes('secret'), route);
      const refused = facts(await nobody(method, ...ask(foreign)));
      // In development mode the personas need no sign-in: then the same holds.
      if (refused.status !== 401) assert.deepEqual(refused, answers[1], `${route} without sign-in`);
    }
  }
  for (const path of ['/api/uploads', '/api/v1/goals', '/api/v1/meetings?from=2098-01-01T00:00:00Z&to=2100-01-01T00:00:00Z', '/api/v1/chat/history', '/api/v1/calendar/export']) {
    const answer = await stranger('GET', path);
    assert.equal(answer.status, 200, path);
    assert.ok(!answer.text.includes('secret'), path);
  }
  // Nothing was changed.
  assert.equal((await owner('GET', `/api/v1/goals/${goal.id}`)).json.title, 'secret goal');
  assert.equal((await owner('GET', `/api/v1/meetings/${meeting.id}`)).json.title, 'secret meeting');
  assert.equal((await owner('GET', `/api/uploads/${upload.id}`)).status, 200);
  assert.match((await owner('GET', '/ag-ui/secret-thread/messages')).text, /secret words/);
  const stream = await owner('GET', `/assistant/stream/${asked.request_id}`);
  assert.match(stream.text, /secret/);
});
