// Every byte of the chat surface, held against wire/chat*.txt.
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
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
  return (await wire.send(title, start, { headers, json })).json;
}

// Asks and reads the answer to its end.
async function answered(wire, title, json, headers = alice) {
  const session = await started(wire, title, json, headers);
  await wire.send(`${title}: the answer`, streamOf(session.sessionId), { headers });
  return session;
}

// Until so many messages of a chat are kept.
function kept(wire, chat, count, headers = alice) {
  const enough = ({ json }) => json.messages?.filter((each) => each.role === 'assistant').length === count;
  return wire.until(`${count} answers are kept`, historyOf(chat), headers, enough);
}

recorded('chat-answers', 'the chat surface: answers', scripted(), async (wire) => {
  const { sessionId, chatId } = await answered(wire, 'A first question', say('three pieces'));
  await answered(wire, 'The session goes on', { prompt: 'every kind of character', sessionId });
  await answered(wire, 'With its chat and a model', say('code', { sessionId, chatId }));
  await answered(wire, 'A new session of the same chat', { prompt: 'three pieces', chatId });
  await answered(wire, 'A chat with a name of its own', say('three pieces', { chatId: 'my:chat-1', projectId: 'p-1', taskId: 't.1' }));
  await answered(wire, 'Fields that are null', say('three pieces', { chatId: null, sessionId: null, projectId: null, taskId: null, restarts: null }));
  await answered(wire, 'Cut at its longest', say('cut at its longest'));
  await answered(wire, 'An empty answer', say('nothing'));
  await answered(wire, 'Actions are not offered', say('actions'));
  await answered(wire, 'A client that can restart', say('three pieces', { restarts: true }));
  const restarts = await wire.send('The same by a parameter', `${start}?restarts=1`, { headers: alice, json: say('three pieces') });
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
  await wire.send('An epoch that is not', streamOf(id), resumed('2-3'));
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

recorded('chat-failures', 'the chat surface: a provider that fails', scripted({ provider: impatient }), async (wire) => {
  for (const failure of failures) await answered(wire, `A provider: ${failure}`, say(failure));
  const withRestarts = say('fails after text', { restarts: true });
  await answered(wire, 'A client that can restart', withRestarts);
});

recorded('chat-commands', 'the chat surface: commands', scripted(), async (wire) => {
  const { sessionId, chatId } = await answered(wire, 'Help, in a session without a model', { prompt: '/help' });
  const commands = [
    ['The model, when none is chosen', '/model'],
    ['A model is chosen', '/model default'],
    ['A model of a higher tier', '/model large'],
    ['A model that there is not', '/model tiny'],
    ['The model that is chosen', '/model'],
    ['The persona', '/persona'],
    ['A persona is chosen', '/persona coach'],
    ['A persona that there is not', '/persona nobody'],
  ];
  for (const [title, prompt] of commands) await answered(wire, title, { prompt, sessionId });
  await kept(wire, chatId, 9);
  const more = [
    ['Nothing to sum up', '/summary'],
    ['A command that there is not', '/sing'],
    ['A command with words behind it', '/help me with this'],
    ['A path is no command', '/usr/bin/env'],
    ['A command that is sent to the model', '//help'],
    ['What was used', '/usage'],
    ['As a file', '/export'],
  ];
  const next = await answered(wire, 'A new session of the chat', { prompt: 'three pieces', chatId });
  for (const [title, prompt] of more) await answered(wire, title, { prompt, sessionId: next.sessionId });
  await kept(wire, chatId, 9 + 8);
  const last = await answered(wire, 'A summary', { prompt: '/summary', chatId });
  await kept(wire, chatId, 9 + 9);
  await answered(wire, 'It is forgotten', { prompt: '/clear', sessionId: last.sessionId });
  await answered(wire, 'There is nothing to forget', say('/clear'));
  await answered(wire, 'Nothing to sum up in a new chat', say('/summary'));
  await wire.send('A summary without a model', start, { headers: alice, json: { prompt: '/summary' } });
});
