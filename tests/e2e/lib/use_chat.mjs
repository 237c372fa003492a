// Pages with `useChat`: the Chat class behind the hook, of version 7 and 6 of the AI SDK, over any transport.
import assert from 'node:assert/strict';
import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { AbstractChat as AbstractChat6, DefaultChatTransport as DefaultChatTransport6 } from 'ai6';
import { call } from './http.mjs';

class State6 {
  status = 'ready';
  error = undefined;
  constructor(messages = []) {
    this.messages = messages;
  }
  pushMessage(message) {
    this.messages = [...this.messages, message];
  }
  popMessage() {
    this.messages = this.messages.slice(0, -1);
  }
  replaceMessage(index, message) {
    this.messages = this.messages.with(index, structuredClone(message));
  }
  snapshot(value) {
    return structuredClone(value);
  }
}
class Chat6 extends AbstractChat6 {
  constructor({ messages, ...init }) {
    super({ ...init, state: new State6(messages) });
  }
}

export const versions = { 7: { Chat, Transport: DefaultChatTransport }, 6: { Chat: Chat6, Transport: DefaultChatTransport6 } };

// A page of the user. The chat has `parts`, the numbers of the chunks that arrived by type, and `finished`, what onFinish got.
export function page(server, { id, user = 'alice', version = 7, origin = server.origin, transport, messages, ...options } = {}) {
  const { Chat: Kind, Transport } = versions[version];
  const headers = { Authorization: `Bearer ${server.tokenFor(user)}` };
  const finished = [];
  const chat = new Kind({
    id,
    messages,
    transport: transport ?? new Transport({ api: `${origin}/api/chat`, headers, ...options }),
    onFinish: (end) => finished.push(end),
    onError: () => {},
  });
  chat.finished = finished;
  return chat;
}

export const textOf = (message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('');

// The conversation as a page shows it: ['user: Hi', 'assistant: Hello.'].
export const shown = (chat) => (chat.messages ?? chat).map((message) => `${message.role}: ${textOf(message)}`);

export function api(server, user = 'alice') {
  const headers = { authorization: `Bearer ${server.tokenFor(user)}` };
  return async (method, path, json) => {
    const answer = await call(server.port, method, path, { headers, json });
    return answer;
  };
}

// What GET …/messages gives to a page.
export async function hydrated(server, id, user = 'alice') {
  const { status, json } = await api(server, user)('GET', `/api/chat/${id}/messages`);
  assert.equal(status, 200);
  return json;
}
