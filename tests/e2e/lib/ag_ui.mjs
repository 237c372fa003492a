// Clients of AG-UI: HttpAgent of @ag-ui/client, as npm has it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { HttpAgent } from '@ag-ui/client';
import { call } from './http.mjs';

export const optionsOf = (server, { threadId, user = 'alice', messages = [], origin = server.origin, query = '' }) => ({
  url: `${origin}/ag-ui${query}`,
  headers: { Authorization: `Bearer ${server.tokenFor(user)}` },
  threadId,
  initialMessages: messages,
});

export const agent = (server, options) => new HttpAgent(optionsOf(server, options));

export const said = (content, id = randomUUID()) => ({ id, role: 'user', content });

// Runs the agent. Returns {events, result, newMessages}, or {events, error} if the client throws.
export async function run(agent, parameters = {}, subscriber = {}) {
  const events = [];
  const onEvent = ({ event }) => void events.push(event);
  try {
    return { events, ...(await agent.runAgent(parameters, { ...subscriber, onEvent })) };
  } catch (error) {
    return { events, error };
  }
}

// The same behind a message of the user.
export function ask(agent, text, parameters, subscriber) {
  agent.addMessage(said(text));
  return run(agent, parameters, subscriber);
}

export const textOf = (message) => (typeof message.content === 'string' ? message.content : '');
// A list as a page shows it: ['user: Hi', 'assistant: Hello.'].
export const shown = (list) => (list.messages ?? list).map((message) => `${message.role}: ${textOf(message)}`);

// What the client complains about while the test runs. Its errors are expected where a test says so.
export function watchWarnings(t) {
  const { warn, error } = console;
  const warnings = [];
  console.warn = (...words) => void warnings.push(words.join(' '));
  console.error = () => {};
  t.after(() => Object.assign(console, { warn, error }));
  return warnings;
}

export function api(server, user = 'alice') {
  const headers = { authorization: `Bearer ${server.tokenFor(user)}` };
  return (method, path, json, more = {}) => call(server.port, method, path, { headers: { ...headers, ...more }, json });
}

// What GET …/messages gives to a page.
export async function hydrated(server, threadId, user = 'alice') {
  const { status, json } = await api(server, user)('GET', `/ag-ui/${threadId}/messages`);
  assert.equal(status, 200);
  return json;
}

// Agents in a thread of their own: when a connection is reset, HttpAgent leaves an unhandled rejection behind.
export class CuttableAgents {
  constructor(t) {
    this.worker = new Worker(new URL('./ag_ui_worker.mjs', import.meta.url));
    this.waiting = new Map();
    this.runs = 0;
    this.worker.on('message', ({ number, ...outcome }) => {
      this.waiting.get(number)(outcome);
      this.waiting.delete(number);
    });
    t.after(() => this.worker.terminate());
  }

  // A new agent for each run. Returns {types, messages, error?}; types: those of the events that came.
  run(options, runId) {
    const number = ++this.runs;
    this.worker.postMessage({ number, options, runId });
    return new Promise((resolve) => this.waiting.set(number, resolve));
  }
}
