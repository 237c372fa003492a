// Every byte of what users do with their conversations, held against wire/conversations.txt.
import assert from 'node:assert/strict';
import { as, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const start = 'POST /api/chat/start';

recorded('conversations', 'conversations: branches, titles, removal', scripted(), async (wire) => {
  const send = (title, what, json) => wire.send(title, what, { headers: alice, json });
  const ask = async (title, json) => {
    const begun = await send(title, start, { modelId: 'default', ...json });
    assert.equal(begun.status, 201, begun.text);
    await send(`${title}: the answer`, `GET /api/chat/stream?sessionId=${begun.json.sessionId}`);
    return begun.json;
  };
  const one = await ask('a question', { prompt: 'three pieces', chatId: 'the-chat' });
  await ask('the answer is made again', { regenerate: one.messageId });
  await ask('the question is edited', { edit: one.userMessageId, prompt: 'every kind of character' });
  await send('all fields at once', start, { regenerate: one.messageId, continue: one.messageId });
  await send('an answer that is complete goes on', start, { continue: one.messageId });
  const otherDigit = one.messageId.at(-3) === '0' ? '1' : '0';
  await send('a message that is unknown', start, { regenerate: `${one.messageId.slice(0, -3)}${otherDigit}-a` });
  await send('the history', 'GET /api/chat/history?chatId=the-chat');
  await send('another branch', 'PUT /api/chat/the-chat/branch', { messageId: one.messageId });
  await send('a branch without a message', 'PUT /api/chat/the-chat/branch', {});
  await send('a branch of an unknown chat', 'PUT /api/chat/no-chat/branch', { messageId: one.messageId });
  await send('a branch of an unknown chat, by no id of a message', 'PUT /api/chat/no-chat/branch', { messageId: 'nonsense' });
  const { json: running } = await send('an answer that stalls', start, { modelId: 'default', prompt: 'stalls', chatId: 'at-work' });
  for (const how of ['regenerate', 'continue'])
    await send(`${how}, while it is being written`, start, { [how]: running.messageId });
  await send('a reaction to it', `PUT /api/chat/messages/${running.messageId}/reaction`, { reaction: 'like' });
  await send('its reaction is taken back', `DELETE /api/chat/messages/${running.messageId}/reaction`);
  await send('the branch with it', 'PUT /api/chat/at-work/branch', { messageId: running.messageId });
  await send('it is running', 'GET /api/chat/history?chatId=at-work');
  await send('it is stopped', 'DELETE /api/chat/stream?chatId=at-work');
  await send('its end', `GET /api/chat/stream?sessionId=${running.sessionId}`);
  await send('it is not running any more', 'GET /api/chat/history?chatId=at-work');
  await send('all branches', 'GET /api/chat/the-chat/export?format=json&branches=all');
  await send('the newest answer of the chat', 'GET /api/chat/stream?chatId=the-chat');
  await send('what runs in the chat is stopped', 'DELETE /api/chat/stream?chatId=the-chat');
  await send('a title', 'PATCH /api/chat/the-chat', { title: 'Ropes', pinned: true, archived: true });
  await send('a change of nothing', 'PATCH /api/chat/the-chat', {});
  await send('a change of an unknown chat', 'PATCH /api/chat/no-chat', { title: 'x' });
  await send('the archived chats', 'GET /api/chats?archived=true');
  await send('the chat is deleted', 'DELETE /api/chat/the-chat');
  await send('and again', 'DELETE /api/chat/the-chat');
  await send('its history', 'GET /api/chat/history?chatId=the-chat');
  await send('its stream', `GET /api/chat/stream?sessionId=${one.sessionId}`);
  await send('all chats are deleted', 'DELETE /api/chats');
  await send('everything is deleted', 'DELETE /api/me');
  await send('a conversation of the assistant', 'DELETE /assistant/conversation/talk');
  const session = await send('a persona session', 'POST /chat/start', { user_id: 'alice' });
  await send('it is deleted', `DELETE /chat/session?session_id=${session.json.session_id}`);
  await send('a session without its id', 'DELETE /chat/session');
  for (const request of ['PATCH /api/chat/the-chat', 'PUT /api/chat/the-chat/branch', 'DELETE /chat/session?session_id=x'])
    await wire.send('not signed in', request, { json: request.startsWith('D') ? undefined : {}, headers: { authorization: 'Bearer nonsense' } });
});
