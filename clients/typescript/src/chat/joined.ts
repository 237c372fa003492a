// Answers as a reader sees them: one that goes on in the next message (`continueAnswer`) is one answer.
import type { Message } from './state.js';

export interface JoinedMessage extends Message {
  /** The ids of the messages that it is made of, in order. */
  readonly parts: readonly string[];
}

// The same messages give the same object, so that views which compare them draw nothing again.
const alone = new WeakMap<Message, JoinedMessage>();
const known = new WeakMap<Message, { before: JoinedMessage; joined: JoinedMessage }>();

export function joinContinued(messages: readonly Message[]): JoinedMessage[] {
  const shown: JoinedMessage[] = [];
  for (const message of messages) {
    const before = shown.at(-1);
    if (before?.role === 'assistant' && message.role === 'assistant') shown[shown.length - 1] = join(before, message);
    else shown.push(single(message));
  }
  return shown;
}

function single(message: Message): JoinedMessage {
  let found = alone.get(message);
  if (!found) alone.set(message, (found = { ...message, parts: [message.id] }));
  return found;
}

function join(before: JoinedMessage, next: Message): JoinedMessage {
  const found = known.get(next);
  if (found?.before === before) return found.joined;
  const outputTokens = before.outputTokens === null || next.outputTokens === null ? null : before.outputTokens + next.outputTokens;
  const joined: JoinedMessage = {
    ...next,
    key: before.key,
    text: before.text + next.text,
    reasoning: before.reasoning + next.reasoning,
    state: next.state === 'waiting' && before.text !== '' ? 'streaming' : next.state,
    createdAt: before.createdAt,
    outputTokens,
    parentId: before.parentId,
    siblings: next.siblings.length > 1 ? next.siblings : before.siblings,
    appendix: [...before.appendix, ...next.appendix],
    joints: [...before.joints, ...next.joints.map(({ at, milliseconds }) => ({ at: before.text.length + at, milliseconds }))],
    parts: [...before.parts, next.id],
  };
  known.set(next, { before, joined });
  return joined;
}

/** Which of the versions of its place is shown. -1: none is known. */
export const versionOf = ({ siblings, parts }: JoinedMessage): number => siblings.findIndex((id) => parts.includes(id));
