// What the recordings of several surfaces do alike: those that answer a POST, whole or streamed, and give the answer again by its id.
import { as, failures, scripted } from './configuration.mjs';

export const ann = as('ann');
export const typed = { 'Content-Type': 'application/json' };
// What the scripted provider answers in full.
export const prompts = ['three pieces', 'every kind of character', 'nothing', 'cut at its longest'];
// Server options for upToHeartbeat().
export const beatsOften = scripted({ settings: { 'server.heartbeat_interval': '200ms' } });

// The run of an answer, from its header.
export const runOf = (response) => response.header('x-belay-run-id');

// The requests of a surface. prefix: what stands before the run in an answer's id. said(prompt, more): the body of a question, with
// more members.
export function surfaceAt(path, prefix, said) {
  const post = `POST ${path}`;
  const answerOf = (run) => `GET ${path}/${prefix}${run}`;
  return {
    post,
    said,
    streamed: (prompt, more = {}) => said(prompt, { stream: true, ...more }),
    answerOf,
    streamOf: (run, query = '') => `${answerOf(run)}?stream=true${query}`,
    headOf: (run) => `HEAD ${path}/${prefix}${run}?stream=true`,
    cancelOf: (run) => `${post}/${prefix}${run}/cancel`,
  };
}

export async function answersBothWays(wire, { post, said, streamed }, tools) {
  for (const prompt of prompts) {
    await wire.send(`Whole: ${prompt}`, post, { headers: ann, json: said(prompt) });
    await wire.send(`Streamed: ${prompt}`, post, { headers: ann, json: streamed(prompt) });
  }
  await wire.send('Whole: tool calls', post, { headers: ann, json: said('actions', { tools }) });
  await wire.send('Streamed: tool calls', post, { headers: ann, json: streamed('actions', { tools }) });
}

// An answer is cancelled while it is read. meanwhile(run): what is asked before that. Returns its run.
export async function cancels(wire, { post, streamed, cancelOf }, meanwhile = () => {}) {
  const reader = wire.open('An answer that stalls', post, { headers: ann, json: streamed('stalls') });
  await reader.has('two');
  const run = runOf(reader.response);
  await meanwhile(run);
  await wire.send('It is cancelled', cancelOf(run), { headers: ann });
  await reader.over('the reader sees the end');
  await wire.send('It is cancelled again', cancelOf(run), { headers: ann });
  return run;
}

// beat: what a stream carries while nothing is said.
export async function upToHeartbeat(wire, request, options, beat = '\n\n:\n') {
  const reader = wire.open('Up to the first heartbeat', request, options);
  await reader.has(beat);
  reader.leave(beat);
}

const keyed = { ...ann, 'Idempotency-Key': 'key-1' };
const goingOn = (headers, position) => ({ ...headers, 'Last-Event-ID': position });

export async function asksUnderKey(wire, { post, said, streamed }) {
  const json = streamed('three pieces');
  await wire.send('Asked under a key', post, { headers: keyed, json });
  await wire.send('Asked again', post, { headers: keyed, json });
  await wire.send('Asked again with another body', post, { headers: keyed, json: said('code') });
  await wire.send('Gone on with', post, { headers: goingOn(keyed, '1-4'), json });
  await wire.send('Gone on with at the end', post, { headers: goingOn(keyed, '1-8'), json });
  await wire.send('Gone on with ahead of the end', post, { headers: goingOn(keyed, '1-9'), json });
}

export async function asksWithoutThatKey(wire, { post, streamed }) {
  const json = streamed('three pieces');
  await wire.send('A position without a key', post, { headers: goingOn(ann, '1-4'), json });
  await wire.send('A position with a key that is not known', post, { headers: goingOn({ ...ann, 'Idempotency-Key': 'key-2' }, '1-4'), json });
}

export async function asksAfterRestart(wire, { post, streamed }) {
  await wire.restart();
  await wire.send('Asked again after the restart', post, { headers: keyed, json: streamed('three pieces') });
}

// Each of the requests is for something of ann's.
export async function refusesOthers(wire, requests) {
  for (const request of requests) {
    await wire.send('Without a token', request, {});
    await wire.send('For somebody else', request, { headers: as('bob') });
    await wire.send('With a body that is too large', request, { headers: ann, body: 'x'.repeat(70000) });
  }
}

// A user may ask two times in the window, and once at a time. meanwhile(): more that is refused while an answer is being made.
export async function limitsOfUser(wire, { post, said, streamed, cancelOf }, meanwhile = () => {}) {
  await wire.send('The first in the window', post, { headers: ann, json: said('three pieces') });
  const held = wire.open('The last in the window', post, { headers: ann, json: streamed('stalls') });
  await held.has('two');
  await wire.send('One more at once', post, { headers: ann, json: said('three pieces') });
  await meanwhile();
  await wire.send('It is cancelled', cancelOf(runOf(held.response)), { headers: ann });
  await held.over('it ends');
  await wire.send('One more', post, { headers: ann, json: said('three pieces') });
}

// All users together may ask two times at once.
export async function limitOfServer(wire, { post, said, streamed }) {
  const others = ['bob', 'carol'].map((user) => wire.open(`Another user, ${user}`, post, { headers: as(user), json: streamed('stalls') }));
  for (const other of others) await other.has('two');
  await wire.send('The server is full', post, { headers: as('dan'), json: said('three pieces') });
}

export async function failuresBothWays(wire, { post, said, streamed, answerOf }) {
  for (const failure of failures) {
    await wire.send(`Whole: ${failure}`, post, { headers: ann, json: said(failure) });
    const run = runOf(await wire.send(`Streamed: ${failure}`, post, { headers: ann, json: streamed(failure) }));
    await wire.send(`The same, read again: ${failure}`, answerOf(run), { headers: ann });
  }
}
