// What the tests of npm's clients share, whichever API they speak.
import assert from 'node:assert/strict';
import { withProvider } from './config.mjs';
import { startCutter } from './cutter.mjs';
import { begin, until } from './deadline.mjs';
import { readersSoFar } from './metrics_page.mjs';
import { heldProvider } from './provider.mjs';
import { startServer } from './server.mjs';

// The error with which the promise must be rejected.
export async function rejection(promise) {
  const error = await promise.then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error, 'it is refused');
  return error;
}

// K12: the connection is cut while an SDK waits for a whole answer. connect(server, options): the SDK. ask(client): a question, of
// which it returns the answer's {id, text}.
export async function checkRetry(t, connect, ask) {
  const provider = await heldProvider(t);
  const server = await startServer(t, withProvider(provider));
  // Cut when its run has begun: what is cut earlier may reach the server after the second attempt.
  const waits = () => until(20000, 'the first attempt waits for the answer', async () => (await readersSoFar(server)) >= 1);
  const cutter = await startCutter(t, server.port, (number) => (number === 0 ? { at: waits() } : null));
  const client = connect(server, { origin: cutter.origin, maxRetries: 2 });
  const answer = begin(ask(client));
  await until(20000, 'the SDK comes again', () => cutter.connections > 1);
  await until(20000, 'both attempts wait for the answer', async () => (await readersSoFar(server)) >= 2);
  provider.release();
  const { id, text } = await answer;
  assert.equal(text, 'Half, whole.');
  assert.equal(provider.calls.length, 1, 'one provider call');
  assert.notEqual((await ask(client)).id, id, 'a first attempt is never an earlier run');
  assert.equal(provider.calls.length, 2);
}

// The script of a provider that calls two tools of the client, and answers in words when it gets their results.
export async function callTwoTools(its) {
  if (its.json.messages.at(-1).role === 'tool') return its.piece('It is cut.').then(() => its.done());
  await its.piece('Wait.');
  await its.toolCall(0, { id: 'provider-1', name: 'cut', pieces: ['{"from":', '1}'] });
  await its.toolCall(1, { id: 'provider-2', name: 'paste', pieces: ['{}'] });
  await its.done('tools');
}
