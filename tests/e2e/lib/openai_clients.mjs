// Clients of OpenAI's APIs, as npm has them: for the tests of Chat Completions and of Responses.
import assert from 'node:assert/strict';
import { begin } from './deadline.mjs';
import { rejection } from './sdk.mjs';

// What the clients need. They say that they need Node 22, and run on 20.
export const skip = Number(process.versions.node.split('.')[0]) < 20 && 'the clients need Node 20';
// name: of a package, or of a module in this directory.
export const load = (name) => (skip ? {} : import(name));
export const { default: OpenAI } = await load('openai');
export const { ChatOpenAI } = await load('@langchain/openai');

export function openai(server, { user = 'alice', origin = server.origin, ...options } = {}) {
  return new OpenAI({ baseURL: `${origin}/v1`, apiKey: server.tokenFor(user), maxRetries: 0, ...options });
}

// cases: each is [the request's promise, the class of its error, its code, its param if any].
export async function checkErrors(cases) {
  for (const [request, type, code, param] of cases.map(([request, ...rest]) => [begin(request), ...rest])) {
    const error = await rejection(request);
    assert.ok(error instanceof type, `${code}: ${error}`);
    assert.equal(error.code, code);
    if (param) assert.equal(error.param, param);
    assert.match(error.requestID, /^[0-9a-f]{32}$/);
  }
}
