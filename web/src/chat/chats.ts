// The caller's chats: remembered for the first paint, corrected by the server, and asked for again while the page is seen, so that a chat
// that goes on elsewhere shows it here.
import type { Schemas } from '@belay/client';
import { client } from '../lib/client.ts';
import { recall, remember } from '../lib/memory.ts';
import { signIn } from '../lib/session.ts';
import { Store } from '../lib/store.ts';

export type Chat = Schemas['Chat'] & { chatId: string };

export interface ChatList {
  readonly chats: readonly Chat[];
  readonly cursor: string | null;
  readonly known: boolean;
  readonly archived: readonly Chat[] | undefined;
  /** Deleted here, and not yet at the server: Undo is offered until then. */
  readonly leaving: ReadonlyMap<string, Chat>;
}

const kPoll = 4000;
export const kUndoTime = 5000;
const kRemembered = 60;
const empty: ChatList = { chats: [], cursor: null, known: false, archived: undefined, leaving: new Map() };

const keyOf = (): string => `chats.${signIn.get().session?.user ?? ''}`;

export const chatList = new Store<ChatList>({ ...empty, chats: recall<Chat[]>(keyOf()) ?? [] });
const observers = new Set<(chats: readonly Chat[]) => void>();

/** Called whenever the server has said what the chats are. */
export function onChats(observer: (chats: readonly Chat[]) => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

let loading: Promise<void> | undefined;
let more = 0; // pages beyond the first that were asked for

export function loadChats(): Promise<void> {
  loading ??= load().finally(() => (loading = undefined));
  return loading;
}

async function load(): Promise<void> {
  const user = signIn.get().session?.user;
  const chats: Chat[] = [];
  let cursor: string | null = null;
  for (let page = 0; page <= more; page++) {
    const found: Schemas['Chats'] = await client.call('GET', '/api/chats', { query: { limit: 100, ...(cursor && { cursor }) }, retries: 0 });
    chats.push(...(found.chats as Chat[]));
    cursor = found.nextCursor;
    if (!cursor) break;
  }
  if (signIn.get().session?.user !== user) return;
  chatList.update({ chats, cursor, known: true });
  remember(keyOf(), chats.slice(0, kRemembered));
  for (const observer of observers) observer(chats);
}

export function loadMoreChats(): void {
  more++;
  void loadChats().catch(() => {});
}

export async function loadArchived(): Promise<void> {
  const found = await client.call('GET', '/api/chats', { query: { archived: true, limit: 100 } });
  chatList.update({ archived: found.chats as Chat[] });
}

export async function searchChats(q: string, signal: AbortSignal): Promise<Chat[]> {
  const found = await client.call('GET', '/api/chats', { query: { q, limit: 50 }, signal });
  return found.chats as Chat[];
}

function put(chat: Chat): void {
  const { chats } = chatList.get();
  chatList.update({ chats: chats.map((each) => (each.chatId === chat.chatId ? chat : each)) });
}

export async function changeChat(chat: Chat, change: Schemas['ChatChange']): Promise<void> {
  const before = chatList.get();
  put({ ...chat, ...(change as Partial<Chat>) });
  try {
    put({ ...chat, ...((await client.call('PATCH', '/api/chat/{chatId}', { path: { chatId: chat.chatId }, body: change })) as Chat) });
  } catch (error) {
    chatList.set(before);
    throw error;
  }
  await loadChats().catch(() => {});
  if (change.archived !== undefined && before.archived) await loadArchived().catch(() => {});
}

const deadlines = new Map<string, ReturnType<typeof setTimeout>>();

/** The chat is gone from the list at once, and from the server when nobody has taken it back. */
export function deleteChat(chat: Chat): void {
  chatList.update({ leaving: new Map(chatList.get().leaving).set(chat.chatId, chat) });
  deadlines.set(
    chat.chatId,
    setTimeout(() => void finishDelete(chat.chatId), kUndoTime),
  );
}

export function undoDelete(chatId: string): void {
  clearTimeout(deadlines.get(chatId));
  deadlines.delete(chatId);
  const leaving = new Map(chatList.get().leaving);
  leaving.delete(chatId);
  chatList.update({ leaving });
}

async function finishDelete(chatId: string): Promise<void> {
  if (!deadlines.delete(chatId)) return;
  const before = chatList.get();
  chatList.update({ chats: before.chats.filter((each) => each.chatId !== chatId) });
  try {
    await client.call('DELETE', '/api/chat/{chatId}', { path: { chatId }, keepalive: true });
  } catch {
    // The list that is loaded next shows what is true.
  }
  undoDelete(chatId);
  await loadChats().catch(() => {});
}

/** A page that is left finishes what it has begun. */
function finishAll(): void {
  for (const [chatId, timer] of deadlines) {
    clearTimeout(timer);
    void finishDelete(chatId);
  }
}

/** Keeps the list true while the page is seen. */
export function watchChats(): () => void {
  const poll = () => {
    if (!document.hidden && signIn.get().state === 'in' && navigator.onLine) void loadChats().catch(() => {});
  };
  poll();
  const timer = setInterval(poll, kPoll);
  document.addEventListener('visibilitychange', poll);
  addEventListener('online', poll);
  addEventListener('pagehide', finishAll);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', poll);
    removeEventListener('online', poll);
    removeEventListener('pagehide', finishAll);
  };
}

signIn.subscribe(() => {
  const { state } = signIn.get();
  if (state === 'expired') return;
  more = 0;
  chatList.set({ ...empty, chats: state === 'in' ? (recall<Chat[]>(keyOf()) ?? []) : [] });
});
