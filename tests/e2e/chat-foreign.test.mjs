// On every route of the chat surface, another user's chat, session, message, reaction or export looks as if it did not exist.
//
// The test reads the routes from the server's API description, and compares that with the source. So a new route fails here until
// `table` says how the test requests another user's data on it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Chat } from './lib/chat.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';

const model = 'grok-2';
const unknownRun = '20200101T000000000Z-00000000-0000-4000-8000-000000000000';

// The requests for each route. They are sent once with another user's ids and once with ids that never existed. 'own': the route
// has no id of another user; it returns only the caller's data.
const table = {
  'POST /api/chat/start': [
    (it) => ['/api/chat/start', { modelId: model, prompt: 'echo:x', sessionId: it.sessionId }],
  ],
  'GET /api/chat/stream': [
    (it) => [`/api/chat/stream?chatId=${it.chatId}`],
    (it) => [`/api/chat/stream?sessionId=${it.sessionId}`],
    (it) => [`/api/chat/stream?sessionId=${it.sessionId}&last_event_id=1-1`],
  ],
  'DELETE /api/chat/stream': [
    (it) => [`/api/chat/stream?sessionId=${it.sessionId}`],
    (it) => [`/api/chat/stream?chatId=${it.chatId}`],
  ],
  'GET /api/chat/history': [
    (it) => [`/api/chat/history?chatId=${it.chatId}`],
    (it) => [`/api/chat/history?projectId=${it.projectId}`],
    (it) => [`/api/chat/history?taskId=${it.taskId}`],
  ],
  'PUT /api/chat/messages/{id}/reaction': [
    (it) => [`/api/chat/messages/${it.answerId}/reaction`, { reaction: 'like' }],
    (it) => [`/api/chat/messages/${it.questionId}/reaction`, { reaction: 'like' }],
  ],
  'DELETE /api/chat/messages/{id}/reaction': [(it) => [`/api/chat/messages/${it.answerId}/reaction`]],
  'GET /api/chat/{chatId}/export': ['json', 'md', 'pdf'].map(
    (format) => (it) => [`/api/chat/${it.chatId}/export?format=${format}`],
  ),
  'PATCH /api/chat/{chatId}': [(it) => [`/api/chat/${it.chatId}`, { title: 'mine now' }]],
  'DELETE /api/chat/{chatId}': [(it) => [`/api/chat/${it.chatId}`]],
  'PUT /api/chat/{chatId}/branch': [(it) => [`/api/chat/${it.chatId}/branch`, { messageId: it.answerId }]],
  'POST /api/chat': [
    (it) => ['/api/chat', { id: it.chatId, trigger: 'regenerate-message', messageId: it.answerId }],
    (it) => ['/api/chat', { trigger: 'regenerate-message', messageId: it.answerId }],
  ],
  'GET /api/chat/{id}/stream': [
    (it) => [`/api/chat/${it.chatId}/stream`],
    (it) => [`/api/chat/${it.answerId.slice(0, -2)}/stream`],
    (it) => [`/api/chat/${it.answerId.slice(0, -2)}/stream?startIndex=1`],
  ],
  'POST /api/chat/{id}/stop': [
    (it) => [`/api/chat/${it.chatId}/stop`, {}],
    (it) => [`/api/chat/${it.answerId.slice(0, -2)}/stop`, {}],
  ],
  'GET /api/chat/{id}/messages': [(it) => [`/api/chat/${it.chatId}/messages`]],
  'GET /api/chat/socket': 'own',
  'DELETE /api/chats': 'own',
  'DELETE /api/me': 'own',
  'GET /api/chats': 'own',
  'GET /api/chat/models': 'own',
  'GET /api/metrics': 'own',
};

async function routesOf(server) {
  const { json } = await call(server.port, 'GET', '/openapi.json');
  return Object.entries(json.paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, { tags }]) => ({ method, path, tags })))
    .filter(({ tags }) => tags.includes('chat') || tags.includes('operations'))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
}

// The routes in the surface's source: lines of the form {"GET", chat + "/history", …}.
async function routesInSource() {
  const files = ['routes.cpp', 'ui/routes.cpp'].map((name) => readFile(new URL(`../../src/surfaces/chat/${name}`, import.meta.url), 'utf8'));
  const source = (await Promise.all(files)).join('\n');
  const found = [...source.matchAll(/\{"([A-Z]+)", (?:chat|base)(?: \+ "([^"]*)")?, /g)];
  return found.map(([, method, rest = '']) => `${method} /api/chat${rest}`);
}

// Everything in a response by which a client could see a difference.
function facts(answer) {
  const body = answer.json ?? answer.text;
  if (typeof body === 'object') {
    delete body.instance;
    delete body.request_id;
    for (const name of ['chatId', 'projectId', 'taskId']) delete body[name];
  }
  return { status: answer.status, type: answer.headers['content-type'], body };
}

test('the table knows every route of the surface', { timeout: 20000 }, async (t) => {
  const server = await startServer(t);
  assert.deepEqual((await routesOf(server)).sort(), Object.keys(table).sort());
  const source = await routesInSource();
  assert.ok(source.length >= 8, 'the source is read');
  for (const route of source) assert.ok(route in table, `${route} is described and in the table`);
});

test('C1, C3, C9: what is another user’s is answered as what never was, on every route', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'chat.rate': 1000 } });
  const owner = new Chat(server, 'owner', { model });
  const fields = { chatId: 'secret-chat', projectId: 'secret-project', taskId: 'secret-task' };
  const { sessionId } = await owner.ask('echo:secret words', fields);
  const [question, answer] = (await owner.history({ chatId: fields.chatId })).messages;
  const foreign = { ...fields, sessionId, questionId: question.id, answerId: answer.id };
  const never = {
    chatId: 'never-chat',
    projectId: 'never-project',
    taskId: 'never-task',
    sessionId: 'cs_00000000000000000000000000000000',
    questionId: `${unknownRun}-u`,
    answerId: `${unknownRun}-a`,
  };
  const stranger = new Chat(server, 'stranger', { model });
  const nobody = new Chat(server, '', { token: null, model });
  for (const [route, asks] of Object.entries(table)) {
    if (asks === 'own') continue;
    const [method] = route.split(' ');
    for (const ask of asks) {
      const answers = [];
      for (const things of [foreign, never]) {
        const [path, json] = ask(things);
        answers.push(facts(await stranger.call(method, path, { json })));
      }
      assert.deepEqual(answers[0], answers[1], `${route}: nothing tells them apart`);
      assert.ok(!JSON.stringify(answers[0]).includes('secret'), route);
      const [path, json] = ask(foreign);
      assert.equal((await nobody.call(method, path, { json })).status, 401, `${route} without sign-in`);
    }
  }
  assert.deepEqual((await stranger.call('GET', '/api/chats')).json.chats, []);
  const after = (await owner.history({ chatId: fields.chatId })).messages;
  assert.deepEqual(after, [question, answer], 'and nothing was changed');
  const same = await stranger.ask('echo:mine', { chatId: fields.chatId });
  assert.equal(same.chatId, fields.chatId, 'the same id is another chat');
  assert.equal((await owner.history({ chatId: fields.chatId })).messages.length, 2);
});
