// Every byte of AG-UI's routes, held against wire/agui*.txt.
import { ann, beatsOften, prompts, runOf, upToHeartbeat } from './lib/wire/answers.mjs';
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const post = 'POST /ag-ui';
const user = (content, id = 'm1') => ({ id, role: 'user', content });
const input = (threadId, runId, messages, more = {}) => ({ threadId, runId, state: {}, messages, tools: [], context: [], forwardedProps: {}, ...more });
const said = (threadId, text, runId = 'r1', more = {}) => input(threadId, runId, [user(text)], more);
const messagesOf = (threadId) => `GET /ag-ui/${threadId}/messages`;
const stopOf = (threadId) => `POST /ag-ui/${threadId}/stop`;
const tools = ['set_tempo', 'fly'].map((name) => ({ name, description: 'It.', parameters: { type: 'object' } }));

recorded('agui-answers', 'AG-UI: answers and turns', scripted(), async (wire) => {
  for (const prompt of prompts)
    await wire.send(prompt, post, { headers: ann, json: said(prompt.replaceAll(' ', '-'), prompt) });
  const calls = runOf(await wire.send('Tool calls', post, { headers: ann, json: said('calls', 'actions', 'r1', { tools }) }));
  const called = { id: `${calls}-a`, role: 'assistant', toolCalls: [{ id: `${calls}-c0`, type: 'function', function: { name: 'set_tempo', arguments: '{"bpm":120}' } }] };
  const results = [user('actions'), called, { id: 't1', role: 'tool', toolCallId: `${calls}-c0`, content: 'done' }];
  await wire.send('Their results', post, { headers: ann, json: input('calls', 'r2', results, { tools }) });
  await wire.send('A thread with calls', messagesOf('calls'), { headers: ann });
  const first = runOf(await wire.send('A first question', post, { headers: ann, json: said('turns', 'echo:One.') }));
  const asked = [user('echo:One.'), { id: `${first}-a`, role: 'assistant', content: 'One.' }, user('echo:Two.', 'm2')];
  await wire.send('A second one', post, { headers: ann, json: input('turns', 'r2', asked) });
  await wire.send('The second answer again', post, { headers: ann, json: input('turns', 'r3', asked) });
  await wire.send('The first question edited', post, { headers: ann, json: said('turns', 'echo:Uno.', 'r4') });
  await wire.send('What a page begins with', messagesOf('turns'), { headers: ann });
  await wire.send('A thread that does not exist', messagesOf('none'), { headers: ann });
  await wire.send('It is removed', 'DELETE /ag-ui/turns', { headers: ann });
  await wire.send('It is removed again', 'DELETE /ag-ui/turns', { headers: ann });
  await wire.send('Nothing is left', messagesOf('turns'), { headers: ann });
  await wire.send('Its last run again', post, { headers: ann, json: said('turns', 'echo:Uno.', 'r4') });
});

recorded('agui-replays', 'AG-UI: clients that come back and stop', scripted({ restarts: true }), async (wire) => {
  await wire.send('An answer', post, { headers: ann, json: said('t', 'three pieces') });
  await wire.send('The same run', post, { headers: ann, json: said('t', 'three pieces') });
  await wire.send('With other messages', post, { headers: ann, json: input('t', 'r1', []) });
  await wire.send('Behind an event', post, { headers: { ...ann, 'Last-Event-ID': '1-4' }, json: input('t', 'r1', []) });
  await wire.send('Behind the last one', post, { headers: { ...ann, 'Last-Event-ID': '1-8' }, json: input('t', 'r1', []) });
  await wire.send('Ahead', post, { headers: { ...ann, 'Last-Event-ID': '1-99' }, json: input('t', 'r1', []) });
  await wire.send('A position in a run that does not exist', post, { headers: { ...ann, 'Last-Event-ID': '1-4' }, json: said('t', 'Hi', 'r9') });
  await wire.send('No position', post, { headers: { ...ann, 'Last-Event-ID': 'three' }, json: said('t', 'Hi', 'r9') });
  await wire.send('A run of the same name of somebody else', post, { headers: as('bob'), json: said('t', 'echo:Mine.') });
  await wire.restart();
  await wire.send('The same run, after a crash', post, { headers: ann, json: said('t', 'three pieces') });
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: said('s', 'stalls') });
  await stalling.has('two');
  await wire.send('What a page begins with', messagesOf('s'), { headers: ann });
  const called = { id: `${runOf(stalling.response)}-a`, role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 'fly', arguments: '{}' } }] };
  const results = [user('stalls'), called, { id: 't1', role: 'tool', toolCallId: 'c', content: 'done' }];
  await wire.send('Results of an answer that is being made', post, { headers: ann, json: input('s', 'r2', results) });
  await wire.send('Another run is stopped', stopOf('s'), { headers: ann, json: { runId: 'another' } });
  await wire.send('Somebody else stops it', stopOf('s'), { headers: as('bob'), json: {} });
  await wire.send('It is stopped', stopOf('s'), { headers: ann, json: { runId: 'r1' } });
  await stalling.over('the reader sees the end');
  await wire.send('It is stopped again', stopOf('s'), { headers: ann });
  await wire.send('The text is kept', messagesOf('s'), { headers: ann });
});

recorded('agui-heartbeats', 'AG-UI: what a silent stream carries', beatsOften, (wire) => upToHeartbeat(wire, post, { headers: ann, json: said('t', 'stalls') }));

recorded('agui-failures', 'AG-UI: what a provider can do wrong', scripted({ provider: impatient }), async (wire) => {
  for (const [i, prompt] of failures.entries()) await wire.send(prompt, post, { headers: ann, json: said(`f${i}`, prompt) });
});

recorded('agui-refusals', 'AG-UI: refusals', scripted(), async (wire) => {
  const refused = (title, json, headers = ann) => wire.send(title, post, { headers, json });
  const refusedMessage = (title, ...messages) => refused(title, input('t', 'r', messages));
  await refused('Without sign-in', said('t', 'Hi'), {});
  await wire.send('No JSON', post, { headers: { ...ann, 'Content-Type': 'application/json' }, body: '{' });
  await wire.send('Another content type', post, { headers: { ...ann, 'Content-Type': 'text/plain' }, body: '{}' });
  await refused('No thread', { runId: 'r', messages: [] });
  await refused('No run', { threadId: 't', messages: [] });
  await refused('A thread that is no id', said('a b', 'Hi'));
  await refused('No messages', { threadId: 't', runId: 'r' });
  await refusedMessage('No message');
  await refusedMessage('Nothing visible', user(' '));
  await refusedMessage('An answer at the end', user('Hi'), { id: 'a', role: 'assistant', content: 'Hello.' });
  await refusedMessage('Another role', { id: 'a', role: 'bot', content: 'Hi' });
  await refusedMessage('A result without a call', user('Hi'), { id: 't', role: 'tool', toolCallId: 'c', content: 'done' });
  await refusedMessage('A part that is none', { role: 'user', content: ['Hi'] });
  await refusedMessage('A sound', { role: 'user', content: [{ type: 'audio', source: { type: 'data', value: 'AAEC', mimeType: 'audio/mp3' } }] });
  await refusedMessage('An image for a model that takes none', { role: 'user', content: [{ type: 'image', source: { type: 'data', value: 'AAEC', mimeType: 'image/png' } }] });
  await refused('An interrupt that never was', said('t', 'Hi', 'r', { resume: [{ interruptId: 'i', status: 'resolved' }] }));
  await refused('Two tools of one name', said('t', 'Hi', 'r', { tools: [tools[0], tools[0]] }));
  await refused('An unknown model', said('t', 'Hi', 'r', { forwardedProps: { model: 'none' } }));
  await refused('A model of a higher tier', said('t', 'Hi', 'r', { forwardedProps: { model: 'large' } }));
  await refused('Too long for the model', said('t', 'word '.repeat(2000), 'r', { forwardedProps: { model: 'narrow' } }));
  await wire.send('Another way to restart', 'POST /ag-ui?restarts=maybe', { headers: ann, json: said('t', 'Hi') });
  await refused('A problem document', { threadId: 't' }, { ...ann, Accept: 'application/problem+json' });
  await wire.send('Another method', 'GET /ag-ui', { headers: ann });
  await wire.send('A path that does not exist', 'GET /ag-ui/t/else', { headers: ann });
  await wire.send('A thread that cannot be stopped', stopOf('none'), { headers: ann });
  await wire.send('A wrong cursor', `${messagesOf('t')}?cursor=x`, { headers: ann });
});

recorded('agui-access', 'AG-UI: whose request it is, and how large', scripted({ settings: { 'ag_ui.max_body': '2KiB' } }), async (wire) => {
  await wire.send('An answer', post, { headers: ann, json: said('t', 'echo:Hi.') });
  const session = await wire.send('A session', 'POST /auth/session', { headers: ann });
  const elsewhere = { Cookie: session.header('set-cookie').split(';')[0], Origin: 'https://evil.example' };
  const large = 'x'.repeat(100000);
  for (const route of [post, stopOf('t'), messagesOf('t'), 'DELETE /ag-ui/t']) {
    await wire.send('Without sign-in', route, {});
    await wire.send('From a page of another site', route, { headers: elsewhere });
    await wire.send('Too large', route, { headers: ann, body: large });
  }
  await wire.send('A stop that is no JSON', stopOf('t'), { headers: ann, body: 'now' });
});

const narrow = { 'ag_ui.rate': 2, 'ag_ui.max_active_per_user': 1, 'ag_ui.max_active': 2 };

recorded('agui-limits', 'AG-UI: limits', scripted({ settings: narrow }), async (wire) => {
  const stalling = wire.open('An answer that stalls', post, { headers: ann, json: said('t', 'stalls') });
  await stalling.has('two');
  await wire.send('One more at once', post, { headers: ann, json: said('u', 'three pieces') });
  const second = wire.open('Of a second user', post, { headers: as('bob'), json: said('t', 'stalls') });
  await second.has('two');
  await wire.send('The server is full', post, { headers: as('carol'), json: said('t', 'three pieces') });
  for (const [who, reader] of [['ann', stalling], ['bob', second]]) {
    await wire.send('It is stopped', stopOf('t'), { headers: as(who) });
    await reader.over('the reader sees the end');
  }
});
