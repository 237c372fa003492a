// Every byte of useChat's routes, held against wire/usechat*.txt.
import { ann, beatsOften, prompts, upToHeartbeat } from './lib/wire/answers.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const post = 'POST /api/chat';
const user = (text, id = 'm1') => ({ id, role: 'user', parts: [{ type: 'text', text }] });
const said = (id, text, more = {}) => ({ id, messages: [user(text)], trigger: 'submit-message', ...more });
const runOf = (response) => response.header('x-workflow-run-id');
const streamOf = (id, query = '') => `GET /api/chat/${id}/stream${query}`;
const messagesOf = (id) => `GET /api/chat/${id}/messages`;
const tools = ['set_tempo', 'fly'].map((name) => ({ name, inputSchema: { type: 'object' } }));

recorded('usechat-answers', 'useChat: answers and turns', scripted(), async (wire) => {
  for (const prompt of prompts)
    await wire.send(prompt, post, { headers: ann, json: said(prompt.replaceAll(' ', '-'), prompt) });
  await wire.send('Tool calls', post, { headers: ann, json: said('calls', 'actions', { tools }) });
  const first = runOf(await wire.send('A first question', post, { headers: ann, json: said('turns', 'echo:One.') }));
  const answer = { id: `${first}-a`, role: 'assistant', parts: [{ type: 'text', text: 'One.' }] };
  const asked = [user('echo:One.'), answer, user('echo:Two.', 'm2')];
  await wire.send('A second one', post, { headers: ann, json: { id: 'turns', messages: asked } });
  await wire.send('The second answer again', post, { headers: ann, json: { id: 'turns', messages: asked, trigger: 'regenerate-message' } });
  await wire.send('The first question edited', post, { headers: ann, json: { id: 'turns', messages: [user('echo:Uno.')], messageId: 'm1' } });
  await wire.send('The newest message alone', post, { headers: ann, json: { id: 'turns', message: user('echo:Due.', 'm3') } });
  await wire.send('Without a chat, as plain text', post, { headers: { ...ann, 'Content-Type': 'text/plain;charset=UTF-8' }, body: JSON.stringify({ messages: [user('echo:Hi.')] }) });
  await wire.send('What a page begins with', messagesOf('turns'), { headers: ann });
  await wire.send('A chat with calls', messagesOf('calls'), { headers: ann });
  await wire.send('A chat that does not exist', messagesOf('none'), { headers: ann });
  await wire.send('The history of the surface', 'GET /api/chat/history?chatId=turns', { headers: ann });
});

recorded('usechat-streams', 'useChat: readers who come late, come back and stop', scripted(), async (wire) => {
  const id = runOf(await wire.send('An answer', post, { headers: ann, json: said('c', 'three pieces') }));
  await wire.send('From the beginning', streamOf('c'), { headers: ann });
  await wire.send('A page is filled', messagesOf('c'), { headers: ann });
  await wire.send('It was seen', streamOf('c'), { headers: ann });
  await wire.send('From a number on', streamOf(id, '?startIndex=3'), { headers: ann });
  await wire.send('The last two', streamOf(id, '?startIndex=-2'), { headers: ann });
  await wire.send('Behind the last message', streamOf(id, '?startIndex=10'), { headers: ann });
  await wire.send('Ahead', streamOf(id, '?startIndex=99'), { headers: ann });
  await wire.send('No number', streamOf(id, '?startIndex=three'), { headers: ann });
  await wire.send('No position', streamOf('c'), { headers: { ...ann, 'Last-Event-ID': 'three' } });
  await wire.send('HEAD of the stream', `HEAD /api/chat/${id}/stream?startIndex=0`, { headers: ann });
  await wire.send('Of a chat that does not exist', streamOf('none'), { headers: ann });
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: said('s', 'stalls') });
  await stalling.has('two');
  await wire.send('What a page begins with', messagesOf('s'), { headers: ann });
  const stop = 'POST /api/chat/s/stop';
  await wire.send('An earlier answer is stopped', stop, { headers: ann, json: { activeStreamId: id } });
  await wire.send('Somebody else stops it', stop, { headers: as('bob'), json: {} });
  await wire.send('It is stopped', stop, { headers: ann, json: { activeStreamId: runOf(stalling.response) } });
  await stalling.over('the reader sees the end');
  await wire.send('It is stopped again', stop, { headers: ann });
  await wire.send('The text is kept', messagesOf('s'), { headers: ann });
});

recorded('usechat-heartbeats', 'useChat: what a silent stream carries', beatsOften, (wire) => upToHeartbeat(wire, post, { headers: ann, json: said('c', 'stalls') }));

recorded('usechat-failures', 'useChat: what a provider can do wrong', scripted({ provider: impatient }), async (wire) => {
  for (const [i, prompt] of failures.entries()) await wire.send(prompt, post, { headers: ann, json: said(`f${i}`, prompt) });
});

recorded('usechat-refusals', 'useChat: refusals', scripted(), async (wire) => {
  const refused = (title, json, headers = ann) => wire.send(title, post, { headers, json });
  await refused('Without sign-in', said('c', 'Hi'), {});
  await wire.send('No JSON', post, { headers: ann, body: '{' });
  await refused('No messages', { id: 'c' });
  await refused('No message', { id: 'c', messages: [] });
  await refused('Nothing visible', said('c', ' '));
  await refused('An answer at the end', { id: 'c', messages: [{ id: 'a', role: 'assistant', parts: [] }] });
  await refused('Another role', { id: 'c', messages: [{ role: 'tool', parts: [] }] });
  await refused('A part that is none', { id: 'c', messages: [{ role: 'user', parts: ['Hi'] }] });
  await refused('Another trigger', said('c', 'Hi', { trigger: 'dance' }));
  await refused('An id that is none', said('a b', 'Hi'));
  await refused('A word of the API', said('history', 'Hi'));
  await refused('An unknown model', said('c', 'Hi', { model: 'none' }));
  await refused('A model of a higher tier', said('c', 'Hi', { model: 'large' }));
  await refused('Too long for the model', said('c', 'word '.repeat(2000), { model: 'narrow' }));
  await refused('An image for a model that takes none', { id: 'c', messages: [{ role: 'user', parts: [{ type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AAEC' }] }] });
  await refused('A file that is none', { id: 'c', messages: [{ role: 'user', parts: [{ type: 'file', url: 'data:text/plain,Hi' }] }] });
  await refused('Nothing to make again', { id: 'c', trigger: 'regenerate-message' });
  await refused('A problem document', { id: 'c' }, { ...ann, Accept: 'application/problem+json' });
  await wire.send('Another method', 'GET /api/chat', { headers: ann });
  await wire.send('A chat that cannot be stopped', 'POST /api/chat/none/stop', { headers: ann });
  await wire.send('A wrong cursor', 'GET /api/chat/c/messages?cursor=x', { headers: ann });
  await wire.send('No handshake of a WebSocket', 'GET /api/chat/socket', { headers: ann });
  const keyed = { ...ann, 'Idempotency-Key': 'k1' };
  await wire.send('Asked under a key', post, { headers: keyed, json: said('k', 'three pieces') });
  await wire.send('Asked again', post, { headers: keyed, json: said('k', 'three pieces') });
  await wire.send('Asked again with another body', post, { headers: keyed, json: said('k', 'code') });
});

recorded('usechat-access', 'useChat: whose request it is, and how large', scripted({ settings: { 'chat.max_messages_body': '2KiB' } }), async (wire) => {
  await wire.send('An answer', post, { headers: ann, json: said('c', 'echo:Hi.') });
  const session = await wire.send('A session', 'POST /auth/session', { headers: ann });
  const elsewhere = { Cookie: session.header('set-cookie').split(';')[0], Origin: 'https://evil.example' };
  const routes = [post, streamOf('c'), 'POST /api/chat/c/stop', messagesOf('c')];
  const large = 'x'.repeat(100000);
  for (const route of routes) {
    await wire.send('Without sign-in', route, {});
    await wire.send('From a page of another site', route, { headers: elsewhere });
    await wire.send('Too large', route, { headers: ann, body: large });
  }
  await wire.send('A stop that is no JSON', 'POST /api/chat/c/stop', { headers: ann, body: 'now' });
  await wire.send('A position of another answer', streamOf('c'), { headers: { ...ann, 'Last-Event-ID': '1-4611686018427387905' } });
  const ahead = await wire.send('The stream', streamOf('c'), { headers: ann });
  const last = [...ahead.text.matchAll(/^id: 1-(\d+)$/gm)].at(-1)[1];
  await wire.send('A position ahead', streamOf('c'), { headers: { ...ann, 'Last-Event-ID': `1-${BigInt(last) + 9n}` } });
  await wire.send('At the end', streamOf('c'), { headers: { ...ann, 'Last-Event-ID': `1-${last}` } });
});

const narrow = { 'chat.rate': 2, 'chat.max_active_per_user': 1, 'chat.max_active': 2 };

recorded('usechat-limits', 'useChat: limits', scripted({ settings: narrow }), async (wire) => {
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: said('c', 'stalls') });
  await stalling.has('two');
  await wire.send('One more at once', post, { headers: ann, json: said('d', 'three pieces') });
  const second = wire.open('Of a second user', post, { headers: as('bob'), json: said('c', 'stalls') });
  await second.has('two');
  await wire.send('The server is full', post, { headers: as('carol'), json: said('c', 'three pieces') });
  for (const [user, reader] of [['ann', stalling], ['bob', second]]) {
    await wire.send('It is stopped', 'POST /api/chat/c/stop', { headers: as(user) });
    await reader.over('the reader sees the end');
  }
});
