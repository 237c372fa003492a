// Every byte of the chat surface, held against wire/chat*.txt.
import assert from 'node:assert/strict';
import { unknownId } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { sleep } from './lib/deadline.mjs';
import { startProvider } from './lib/provider.mjs';
import { as, failures, impatient, scripted, steady } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const start = 'POST /api/chat/start';
const say = (prompt, more = {}) => ({ prompt, modelId: 'default', ...more });
const streamOf = (session) => `GET /api/chat/stream?sessionId=${session}`;
const cancelOf = (session) => `DELETE /api/chat/stream?sessionId=${session}`;
const historyOf = (chat) => `GET /api/chat/history?chatId=${chat}`;
const resumed = (after) => ({ headers: { ...alice, 'Last-Event-ID': after } });

// The id of an event of the session's answer of that number, from 0.
const turn = (number, offset) => `1-${number * 2 ** 40 + offset}`;

async function started(wire, title, json, headers = alice) {
  const { status, text, json: session } = await wire.send(title, start, { headers, json });
  assert.equal(status, 201, `${title}: ${text}`);
  return session;
}

// Asks and reads the answer to its end.
async function answered(wire, title, json, headers = alice) {
  const session = await started(wire, title, json, headers);
  await wire.send(`${title}: the answer`, streamOf(session.sessionId), { headers });
  return session;
}

// Until so many answers of a chat are kept.
function kept(wire, chat, count, headers = alice) {
  const enough = ({ json }) => json.messages?.filter((each) => each.role === 'assistant').length === count;
  return wire.until(`${count} answers are kept`, historyOf(chat), headers, enough);
}

recorded('chat-answers', 'the chat surface: answers', scripted(), async (wire) => {
  const { sessionId, chatId } = await answered(wire, 'A first question', say('three pieces'));
  await answered(wire, 'The session goes on', { prompt: 'every kind of character', sessionId });
  await answered(wire, 'With its chat and a model', say('code', { sessionId, chatId }));
  await wire.send('A new session of the same chat, without a model', start, {
    headers: alice,
    json: { prompt: 'three pieces', chatId },
  });
  await answered(wire, 'A new session of the same chat', say('three pieces', { chatId }));
  await answered(
    wire,
    'A chat with a name of its own',
    say('three pieces', { chatId: 'my:chat-1', projectId: 'p-1', taskId: 't.1' }),
  );
  await answered(
    wire,
    'Fields that are null',
    say('three pieces', { chatId: null, sessionId: null, projectId: null, taskId: null, restarts: null }),
  );
  await answered(wire, 'Cut at its longest', say('cut at its longest'));
  await answered(wire, 'An empty answer', say('nothing'));
  await answered(wire, 'Actions are not offered', say('actions'));
  await answered(wire, 'A client that can restart', say('three pieces', { restarts: true }));
  const restarts = await wire.send('The same by a parameter', `${start}?restarts=1`, {
    headers: alice,
    json: say('three pieces'),
  });
  await wire.send('The same by a parameter: the answer', streamOf(restarts.json.sessionId), { headers: alice });
  await answered(wire, 'A model of a higher tier', say('three pieces', { modelId: 'large' }), as('paula', 'pro'));
});

recorded('chat-streams', 'the chat surface: readers who come late, come back and leave', scripted(), async (wire) => {
  const { sessionId: id, chatId } = await answered(wire, 'A first question', say('three pieces'));
  await answered(wire, 'A second question', { prompt: 'code', sessionId: id });
  await wire.send('Without a position: the newest answer', streamOf(id), { headers: alice });
  await wire.send('HEAD of the stream', `HEAD /api/chat/stream?sessionId=${id}`, { headers: alice });
  await wire.send('Resumed in the first answer', streamOf(id), resumed('1-2'));
  await wire.send('Resumed at the end of the first answer', streamOf(id), resumed('1-8'));
  await wire.send('Resumed in the second answer', streamOf(id), resumed(turn(1, 6)));
  await wire.send('Resumed by a parameter', `${streamOf(id)}&last_event_id=${turn(1, 12)}`, { headers: alice });
  await wire.send('Resumed at its end', streamOf(id), resumed(turn(1, 14)));
  await wire.send('HEAD at its end', `HEAD /api/chat/stream?sessionId=${id}`, resumed(turn(1, 14)));
  await wire.send('Ahead of the answer', streamOf(id), resumed(turn(1, 15)));
  await wire.send('Ahead of the session', streamOf(id), resumed(turn(2, 1)));
  await wire.send('An epoch that does not exist', streamOf(id), resumed('2-3'));
  await wire.send('No position', streamOf(id), resumed('four'));

  const { sessionId: stalling } = await started(wire, 'An answer that stalls', say('stalls', { chatId }));
  const first = wire.open('Its first reader', streamOf(stalling), { headers: alice });
  await first.has('two');
  const second = wire.open('A second reader joins', streamOf(stalling), { headers: alice });
  await second.has('two');
  const leaving = wire.open('A reader leaves', streamOf(stalling), { headers: alice });
  await leaving.has(' two,"}\n\n');
  leaving.leave();
  await wire.send('It is cancelled', cancelOf(stalling), { headers: alice });
  await Promise.all([first, second].map((reader) => reader.over('the readers see the end')));
  await wire.send('It is cancelled again', cancelOf(stalling), { headers: alice });
  await wire.send('A reader after the cancel', streamOf(stalling), { headers: alice });
  await kept(wire, chatId, 3);
  await wire.send('What is kept', historyOf(chatId), { headers: alice });
});

recorded(
  'chat-failures',
  'the chat surface: a provider that fails',
  scripted({ provider: impatient }),
  async (wire) => {
    for (const failure of failures) await answered(wire, `A provider: ${failure}`, say(failure));
    const withRestarts = say('fails after text', { restarts: true });
    await answered(wire, 'A client that can restart', withRestarts);
  },
);

recorded('chat-commands', 'the chat surface: commands', scripted(), async (wire) => {
  let answers = 0;
  const command = async (title, prompt, more) => {
    const { chatId, sessionId } = await answered(wire, title, { prompt, ...more });
    await kept(wire, chatId, ++answers);
    return { chatId, sessionId };
  };
  const { sessionId, chatId } = await command('Help, in a session without a model', '/help');
  await command('The model, when none is chosen', '/model', { sessionId });
  await command('A model is chosen', '/model default', { sessionId });
  await command('A model of a higher tier', '/model large', { sessionId });
  await command('A model that does not exist', '/model tiny', { sessionId });
  await command('The model that is chosen', '/model', { sessionId });
  await command('The persona', '/persona', { sessionId });
  await command('A persona is chosen', '/persona calm_coach', { sessionId });
  await command('A persona that does not exist', '/persona nobody', { sessionId });
  await command('The persona that is chosen', '/PERSONA', { sessionId });

  const next = await command('A new session of the chat', 'three pieces', { chatId });
  await command('The model and the persona are remembered', '/persona', { sessionId: next.sessionId });
  await command('A command that does not exist', '/sing', { sessionId: next.sessionId });
  await command('A command with words behind it', '/help me with this', { sessionId: next.sessionId });
  await command('A path is no command', '/usr/bin/env', { sessionId: next.sessionId });
  await command('A command that is sent to the model', '//help', { sessionId: next.sessionId });
  await command('What was used', '/usage', { sessionId: next.sessionId });
  await command('As a file', '/export', { sessionId: next.sessionId });
  await command('A summary', '/summary', { sessionId: next.sessionId });
  await wire.send('What is kept', historyOf(chatId), { headers: alice });
  await answered(wire, 'It is forgotten', { prompt: '/clear', sessionId: next.sessionId });
  await answered(wire, 'There is nothing to forget', say('/clear'));
  await answered(wire, 'Nothing to sum up in a new chat', say('/summary'));
  await wire.send('A summary without a model', start, { headers: alice, json: { prompt: '/summary' } });
});

recorded('chat-history', 'the chat surface: what is kept', scripted(), async (wire) => {
  const get = (title, request, headers = alice) => wire.send(title, request, { headers });
  const list = 'GET /api/chats';
  await get('No chats', list);
  await get('The models', 'GET /api/chat/models');
  await get('The models of a higher tier', 'GET /api/chat/models', as('paula', 'pro'));
  await get('The models by an alias of the tier', 'GET /api/chat/models', as('paula', 'premium'));
  const chatId = 'the-chat';
  const { sessionId: older } = await answered(wire, 'A first question', say('three pieces', { chatId, projectId: 'p-1', taskId: 't-1' }));
  await kept(wire, chatId, 1);
  await answered(wire, 'A second question', say('every kind of character', { chatId, projectId: 'p-1' }));
  await kept(wire, chatId, 2);
  await answered(wire, 'One that fails', say('fails after text', { chatId }));
  await kept(wire, chatId, 3);
  await answered(wire, 'A command', say('/model', { chatId }));
  await kept(wire, chatId, 4);
  await answered(wire, 'Another chat', say('code', { chatId: 'other', taskId: 't-1' }));
  await kept(wire, 'other', 1);

  const { json: history } = await get('The whole chat', historyOf(chatId));
  const { json: page } = await get('Its newest three messages', `${historyOf(chatId)}&limit=3`);
  await get('Three that are older', `${historyOf(chatId)}&limit=3&cursor=${page.nextCursor}`);
  await get('A cursor of another chat', `${historyOf('other')}&cursor=${page.nextCursor}`);
  await get('A cursor of a chat for a task', `GET /api/chat/history?taskId=t-1&cursor=${page.nextCursor}`);
  await get('The messages of a project', 'GET /api/chat/history?projectId=p-1');
  await get('The messages of a task', 'GET /api/chat/history?taskId=t-1');
  await get('The messages of a task that does not exist', 'GET /api/chat/history?taskId=t-2');
  await get('HEAD of the history', `HEAD /api/chat/history?chatId=${chatId}`);
  await get('The chats', list);
  const { json: first } = await get('The newest chat', `${list}?limit=1`);
  await get('The next chat', `${list}?limit=1&cursor=${first.nextCursor}`);
  await get('The chats of somebody else', list, as('bob'));

  const [question, answer] = history.messages;
  const reaction = (method, id) => `${method} /api/chat/messages/${id}/reaction`;
  const react = (title, id, json) => wire.send(title, reaction('PUT', id), { headers: alice, json });
  await react('An answer is liked', answer.id, { reaction: 'like' });
  await get('The like is kept', `${historyOf(chatId)}&limit=7`);
  await react('It is disliked', answer.id, { reaction: 'dislike' });
  await get('The dislike is kept', historyOf('the-chat'));
  await get('The reaction is taken back', reaction('DELETE', answer.id));
  await get('It is taken back again', reaction('DELETE', answer.id));
  await get('No reaction is kept', historyOf(chatId));
  await react('A question is liked', question.id, { reaction: 'like' });
  await get('A reaction to a question is taken back', reaction('DELETE', question.id));
  await react('Another reaction', answer.id, { reaction: 'love' });
  await react('No reaction', answer.id, {});
  await react('A reaction that is a number', answer.id, { reaction: 1 });
  await react('A message that does not exist', `${unknownId}-a`, { reaction: 'like' });
  await react('No id of a message', 'nonsense', { reaction: 'like' });
  await wire.send('A reaction that is too large', reaction('PUT', answer.id), {
    headers: alice,
    json: { reaction: 'x'.repeat(2000) },
  });
  await wire.send('A reaction of another media type', reaction('PUT', answer.id), { headers: alice, body: 'like' });
  await wire.send('A reaction of somebody else', reaction('PUT', answer.id), {
    headers: as('bob'),
    json: { reaction: 'like' },
  });
  await wire.send('A reaction without a token', reaction('PUT', answer.id), { json: { reaction: 'like' } });
  await get('A reaction to a message that does not exist is taken back', reaction('DELETE', `${unknownId}-a`));
  await get('A reaction of somebody else is taken back', reaction('DELETE', answer.id), as('bob'));
  await wire.send('A reaction taken back without a token', reaction('DELETE', answer.id), {});

  const file = (format) => `/api/chat/${chatId}/export${format ? `?format=${format}` : ''}`;
  await get('The chat as a file', `GET ${file()}`);
  await get('As JSON', `GET ${file('json')}`);
  await get('As Markdown', `GET ${file('md')}`);
  const { text } = await wire.send('As PDF', `GET ${file('pdf')}`, { headers: alice, replaced: () => '(a PDF)' });
  assert.ok(text.startsWith('%PDF-'), 'it begins like a PDF');
  await get('HEAD of a file', `HEAD ${file('md')}`);
  await get('Another format', `GET ${file('docx')}`);
  await get('A chat that does not exist', 'GET /api/chat/nothing/export');
  await get('The chat of somebody else as a file', `GET ${file('md')}`, as('bob'));
  await get('A file without a token', `GET ${file('md')}`, {});

  await answered(wire, 'The chat is cleared', say('/clear', { chatId }));
  await wire.until('the chat is empty', historyOf(chatId), alice, ({ json }) => json.messages.length <= 2);
  await kept(wire, chatId, 1);
  await get('What is left of it', historyOf(chatId));
  await get('The chats after that', list);
  await get('As Markdown after that', `GET ${file('md')}`);

  await get('The stream of an older session', streamOf(older));
  await get('It is cancelled', cancelOf(older));

  await get('No filter', 'GET /api/chat/history');
  await get('No id of a project', 'GET /api/chat/history?projectId=a%20b');
  await get('No id of a task', 'GET /api/chat/history?taskId=a/b');
  await get('Two filters', `${historyOf(chatId)}&projectId=p-1`);
  await get('No number of messages', `${historyOf(chatId)}&limit=all`);
  await get('No message at all', `${historyOf(chatId)}&limit=0`);
  await get('Too many messages', `${historyOf(chatId)}&limit=501`);
  await get('No cursor', `${historyOf(chatId)}&cursor=nonsense`);
  await get('A history that does not exist', historyOf('nothing'));
  await get('The history of somebody else', historyOf(chatId), as('bob'));
  await get('The history without a token', historyOf(chatId), {});
  await get('The chats without a token', list, {});
  await get('The chats: no number', `${list}?limit=-1`);
  await get('The chats: no cursor', `${list}?cursor=1.x`);
  await get('The models without a token', 'GET /api/chat/models', {});
});

const small = { 'chat.max_prompt': '64B', 'chat.max_body': '1KiB' };

recorded('chat-refusals', 'the chat surface: what is refused', scripted({ settings: small }), async (wire) => {
  const json = say('three pieces');
  const body = JSON.stringify(json);
  const key = (value) => ({ json, headers: { ...alice, 'Idempotency-Key': value } });
  await wire.each(
    [
      ['No token', { json, headers: {} }],
      ['No token of this server', { json, headers: { Authorization: 'Bearer nonsense' } }],
      ['No media type', { body }],
      ['Another media type', { body, headers: { ...alice, 'Content-Type': 'text/plain' } }],
      ['No JSON', { headers: { ...alice, 'Content-Type': 'application/json' }, body: '{"prompt": three}' }],
      ['No object', { json: 'three pieces' }],
      ['No prompt', { json: { modelId: 'default' } }],
      ['A prompt that is a number', { json: say(7) }],
      ['An empty prompt', { json: say('') }],
      ['A NUL in the prompt', { json: say('a\0b') }],
      ['A prompt that is too long', { json: say('a'.repeat(65)) }],
      ['A body that is too large', { json: say('a'.repeat(2000)) }],
      ['No model', { json: { prompt: 'three pieces' } }],
      ['A model that does not exist', { json: say('three pieces', { modelId: 'tiny' }) }],
      ['A model that is a number', { json: say('three pieces', { modelId: 1 }) }],
      ['The name of a model that is too long', { json: say('three pieces', { modelId: 'm'.repeat(129) }) }],
      ['A model of a higher tier', { json: say('three pieces', { modelId: 'large' }) }],
      ['A chatId with a space', { json: say('a', { chatId: 'a b' }) }],
      ['An empty chatId', { json: say('a', { chatId: '' }) }],
      ['A sessionId that is a number', { json: say('a', { sessionId: 1 }) }],
      ['A session that does not exist', { json: say('a', { sessionId: 'cs_nothing' }) }],
      ['A projectId with a slash', { json: say('a', { projectId: 'a/b' }) }],
      ['A taskId that is too long', { json: say('a', { taskId: 't'.repeat(129) }) }],
      ['An empty regenerate', { json: { regenerate: '' } }],
      ['An empty edit', { json: say('a', { edit: '' }) }],
      ['An empty continue', { json: { continue: '' } }],
      ['restarts that is a number', { json: say('a', { restarts: 1 }) }],
      ['An Idempotency-Key with a space', key('a b')],
      ['A Last-Event-ID', { json, headers: { ...alice, 'Last-Event-ID': '1-1' } }],
    ],
    start,
    alice,
  );
  await wire.send('restarts that is no number', `${start}?restarts=yes`, { headers: alice, json });

  const { sessionId } = await answered(wire, 'An answer of alice', json);
  await wire.send('Her session with another chat', start, {
    headers: alice,
    json: say('a', { sessionId, chatId: 'other' }),
  });
  await wire.send('Her session for somebody else', start, { headers: as('bob'), json: say('a', { sessionId }) });
  for (const [what, request] of [
    ['stream', streamOf],
    ['cancel', cancelOf],
  ]) {
    await wire.send(`${what}: without a token`, request(sessionId), {});
    await wire.send(`${what}: for somebody else`, request(sessionId), { headers: as('bob') });
    await wire.send(`${what}: a session that does not exist`, request('cs_nothing'), { headers: alice });
    await wire.send(`${what}: no session`, request(''), { headers: alice });
    await wire.send(`${what}: no parameter`, request('').replace('?sessionId=', ''), { headers: alice });
    await wire.send(`${what}: a body that is too large`, request(sessionId), {
      headers: alice,
      body: 'x'.repeat(70000),
    });
  }
});

recorded('chat-window', 'the chat surface: a message that fits into no window', scripted(), async (wire) => {
  await wire.send('Too long for its model', start, {
    headers: alice,
    json: say('w'.repeat(20000), { modelId: 'narrow' }),
  });
});

const narrow = {
  'chat.rate': 3,
  'chat.max_new_sessions_per_user': 2,
  'chat.max_active_per_user': 1,
  'chat.max_active': 2,
  'chat.session_requests': 2,
};

recorded('chat-limits', 'the chat surface: limits', scripted({ settings: narrow }), async (wire) => {
  const { sessionId } = await answered(wire, 'The first of the session', say('three pieces'));
  await answered(wire, 'The last of the session', say('three pieces', { sessionId }));
  await wire.send('The session is used up', start, { headers: alice, json: say('three pieces', { sessionId }) });
  const { sessionId: second } = await answered(wire, 'The last in the window', say('three pieces'));
  await wire.send('One more', start, { headers: alice, json: say('three pieces', { sessionId: second }) });
  const bob = as('bob');
  await answered(wire, 'A session of another user', say('three pieces'), bob);
  const { sessionId: third } = await started(wire, 'Their last new session', say('stalls'), bob);
  await wire.send('One more at once', start, { headers: bob, json: say('three pieces', { sessionId: third }) });
  await started(wire, 'A command beside it', say('/help', { sessionId: third }), bob);
  await wire.logged('run_ended', 5);
  const carol = as('carol');
  await answered(wire, 'A session of a third user', say('three pieces'), carol);
  await answered(wire, 'Their last new session', say('three pieces'), carol);
  await wire.send('One more session', start, { headers: carol, json: say('three pieces') });
  await started(wire, 'A fourth user', say('stalls'), as('dave'));
  await wire.send('The server is full', start, { headers: as('erin'), json: say('three pieces') });
});

recorded(
  'chat-exports-limits',
  'the chat surface: limits of exports',
  scripted({ settings: { 'exports.max_active_per_user': 1, 'exports.max_active': 2, 'server.send_buffer': '16KiB' } }),
  async (wire) => {
    const file = 'GET /api/chat/long/export?format=md';
    const users = ['alice', 'bob'];
    for (const user of users) {
      await started(wire, `A long answer for ${user}`, say('echo:200000 words', { chatId: 'long' }), as(user));
      await kept(wire, 'long', 1, as(user));
    }
    await wire.hold(file, alice);
    await wire.send('One more at once', file, { headers: alice });
    await wire.hold(file, as('bob'));
    await started(wire, 'A third user', say('three pieces', { chatId: 'long' }), as('carol'));
    await kept(wire, 'long', 1, as('carol'));
    await wire.send('The server is full', file, { headers: as('carol') });
  },
);

recorded(
  'chat-expiry',
  'the chat surface: a session that has ended',
  scripted({ settings: { 'chat.session_time': '4s' } }),
  async (wire) => {
    const { sessionId, chatId } = await answered(wire, 'An answer', say('three pieces'));
    const { sessionId: stalling } = await started(wire, 'An answer that stalls', say('stalls'));
    await sleep(4100);
    wire.say('the sessions end');
    await wire.send('Asked in it', start, { headers: alice, json: say('three pieces', { sessionId }) });
    await wire.send('Its stream', streamOf(sessionId), { headers: alice });
    await wire.send('Its stream, resumed', streamOf(sessionId), resumed('1-4'));
    await wire.send('A cancel', cancelOf(sessionId), { headers: alice });
    const reader = wire.open('A stream that goes on', streamOf(stalling), { headers: alice });
    await reader.has('two');
    await wire.send('It is cancelled', cancelOf(stalling), { headers: alice });
    await reader.over('it ends');
    await answered(wire, 'A new session of the chat', say('three pieces', { chatId }));
  },
);

recorded('chat-repeats', 'the chat surface: Idempotency-Key', scripted({ restarts: true }), async (wire) => {
  const headers = { ...alice, 'Idempotency-Key': 'key-1' };
  const { sessionId } = await answered(wire, 'Asked under a key', say('three pieces'), headers);
  await wire.send('Asked again', start, { headers, json: say('three pieces') });
  await wire.send('Asked again with another body', start, { headers, json: say('code') });
  await answered(wire, 'The same key of somebody else', say('code'), { ...as('bob'), 'Idempotency-Key': 'key-1' });
  await wire.send('A refusal is not kept', start, {
    headers: { ...alice, 'Idempotency-Key': 'key-2' },
    json: say('x', { modelId: 'tiny' }),
  });
  await wire.send('Its key can be used', start, {
    headers: { ...alice, 'Idempotency-Key': 'key-2' },
    json: say('three pieces'),
  });
  await wire.restart();
  await wire.send('Asked again after the restart', start, { headers, json: say('three pieces') });
  await wire.send('With another body after the restart', start, { headers, json: say('code') });
  await wire.send('The stream after the restart', streamOf(sessionId), { headers: alice });
  await wire.send('Resumed after the restart', streamOf(sessionId), resumed('1-5'));
  await wire.send('Resumed at the end after the restart', streamOf(sessionId), resumed('1-8'));
  await answered(wire, 'The session goes on', say('three pieces', { sessionId }));
});

recorded(
  'chat-cache',
  'the chat surface: answers that are given again',
  scripted({ settings: { 'cache.scope': 'everybody' } }),
  async (wire) => {
    await answered(wire, 'Asked for the first time', say('three pieces', { chatId: 'one' }));
    await kept(wire, 'one', 1);
    await answered(wire, 'Asked again', say('three pieces', { chatId: 'two' }));
    await kept(wire, 'two', 1);
    await wire.send('What is kept of it', historyOf('two'), { headers: alice });
    await answered(wire, 'Asked by somebody else', say('three pieces', { chatId: 'two' }), as('bob'));
    await kept(wire, 'two', 1, as('bob'));
    await wire.send('What is kept of that', historyOf('two'), { headers: as('bob') });
    const { sessionId: first } = await started(wire, 'An answer that stalls', say('stalls', { chatId: 'three' }));
    const one = wire.open('Its reader', streamOf(first), { headers: alice });
    await one.has('two');
    const { sessionId: second } = await started(
      wire,
      'Somebody else asks the same',
      say('stalls', { chatId: 'three' }),
      as('bob'),
    );
    const other = wire.open('Their reader', streamOf(second), { headers: as('bob') });
    await other.has('two');
    await wire.send('The first is cancelled', cancelOf(first), { headers: alice });
    await one.over('the first ends');
    await kept(wire, 'three', 1);
    await wire.send('The second is cancelled', cancelOf(second), { headers: as('bob') });
    await other.over('the second ends');
    await kept(wire, 'three', 1, as('bob'));
    await answered(wire, 'What was used', say('/usage'));
    await answered(wire, 'What somebody else used', say('/usage'), as('bob'));
  },
);

// A provider that fails from its second call on.
async function failingLater(t) {
  const provider = await startProvider(t, async (call) => {
    if (call.number > 1) return call.refuse(500, 'server_error');
    await call.piece('It was so.');
    await call.done();
  });
  const settings = { ...steady, 'cache.scope': 'user', 'cache.lifetime': '1s', 'cache.stale_if_error': '1h' };
  return { ...withProvider(provider, { max_retries: 0 }), settings };
}

recorded('chat-stale', 'the chat surface: an answer of before, when the provider fails', failingLater, async (wire) => {
  const headers = { Authorization: `Bearer ${wire.server.tokenFor('alice')}` };
  await answered(wire, 'Asked for the first time', say('Is it so?', { chatId: 'one' }), headers);
  await kept(wire, 'one', 1, headers);
  await sleep(1100);
  wire.say('the answer is no longer fresh, and the provider fails');
  await answered(wire, 'Asked again', say('Is it so?', { chatId: 'two' }), headers);
  await kept(wire, 'two', 1, headers);
  await wire.send('What is kept of it', historyOf('two'), { headers });
  await answered(wire, 'Another question', say('Will it be so?'), headers);
});
