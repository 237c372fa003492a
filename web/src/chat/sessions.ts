// The open chats. The last few stay attached, so that going back to one is immediate and answers go on in all of them.
import { ChatController } from '@belay/client/chat';
import { client } from '../lib/client.ts';
import { signIn } from '../lib/session.ts';
import { onChats } from './chats.ts';

export interface Session {
  readonly controller: ChatController;
  readonly detach: () => void;
  /** When the chat was changed last, as the list of chats said. */
  seen: string | undefined;
}

const kKept = 10;
const sessions = new Map<string, Session>();

const isWriting = ({ controller }: Session): boolean => ['submitted', 'streaming'].includes(controller.getSnapshot().status);

function keep(controller: ChatController): ChatController {
  const { chatId } = controller.getSnapshot();
  sessions.set(chatId, { controller, detach: controller.attach(), seen: undefined });
  for (const [id, old] of sessions) {
    if (sessions.size <= kKept) break;
    if (id === chatId || isWriting(old)) continue;
    old.detach();
    sessions.delete(id);
  }
  return controller;
}

/** A chat that the server does not know yet. */
export const newSession = (): ChatController => keep(new ChatController(client));

export function sessionOf(chatId: string): ChatController {
  const session = sessions.get(chatId);
  if (!session) return keep(new ChatController(client, { chatId }));
  // The one that was used last is given up last.
  sessions.delete(chatId);
  sessions.set(chatId, session);
  return session.controller;
}

export function forgetSession(chatId: string): void {
  sessions.get(chatId)?.detach();
  sessions.delete(chatId);
}

export function forgetSessions(): void {
  for (const chatId of [...sessions.keys()]) forgetSession(chatId);
}

// What the list of chats says: somebody may have asked here from another device, or have changed the branch.
onChats((chats) => {
  for (const chat of chats) {
    const session = sessions.get(chat.chatId);
    if (!session) continue;
    const changed = session.seen !== undefined && session.seen !== chat.updatedAt;
    session.seen = chat.updatedAt;
    const { messages } = session.controller.getSnapshot();
    const isUnknown = chat.running !== undefined && !messages.some((each) => each.id === chat.running?.messageId);
    if ((changed || isUnknown) && !isWriting(session)) void session.controller.refresh();
  }
});

// After a new sign-in everything that waited goes on.
let wasExpired = false;
signIn.subscribe(() => {
  const { state } = signIn.get();
  if (state === 'in' && wasExpired) for (const { controller } of sessions.values()) void controller.resume();
  wasExpired = state === 'expired';
});
