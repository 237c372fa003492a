// The goal coach's socket: opened again by itself, continued behind the last message that was seen, with questions that are sent again
// until the server says that it has them.
import { randomKey, type Schemas } from '@belay/client';
import type { ChatConnection, MessageState } from '@belay/client/chat';
import { client, signedIn } from '../lib/client.ts';
import { faultOf, type Fault } from '../lib/problems.ts';
import { expire, signIn } from '../lib/session.ts';
import { Store } from '../lib/store.ts';
import { extraLive } from '../parts/shell.tsx';

export interface CoachMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly state: MessageState;
  readonly joints: readonly { readonly at: number; readonly milliseconds: number }[];
  readonly tokens?: number | undefined;
  readonly fault?: Fault | undefined;
  readonly slow?: string | undefined;
}

export interface GoalChat {
  readonly messages: readonly CoachMessage[];
  readonly cursor: string | null;
  readonly known: boolean;
  readonly access: Schemas['CoachAccess'] | undefined;
  readonly connection: ChatConnection;
  readonly fault: Fault | undefined;
  /** From an operator, to everybody. */
  readonly notice: string | undefined;
}

const idle: ChatConnection = { status: 'idle', position: '', attempt: 0, retryAt: null, lostAt: null };
const blank: GoalChat = { messages: [], cursor: null, known: false, access: undefined, connection: idle, fault: undefined, notice: undefined };
export const goalChat = new Store<GoalChat>(blank);

/** What the server sends. */
export interface Incoming {
  readonly type: string;
  readonly content?: string;
  readonly message_id?: string;
  readonly position?: string;
  readonly error?: string;
  readonly key?: string;
  readonly tokens_used?: number;
}

const kFirstDelay = 1000;
const kMaxDelay = 8000;
const kPing = 25_000;
const kSilence = 60_000;
const isOpen = (message: CoachMessage): boolean => message.role === 'assistant' && (message.state === 'waiting' || message.state === 'streaming');

// ---- what a message changes

export function apply(messages: readonly CoachMessage[], event: Incoming): readonly CoachMessage[] {
  const id = event.message_id;
  if (!id) return messages;
  const put = (fields: Partial<CoachMessage>): readonly CoachMessage[] =>
    messages.some((each) => each.id === id)
      ? messages.map((each) => (each.id === id ? { ...each, ...fields } : each))
      : [...messages, { id, role: 'assistant', text: '', state: 'waiting', joints: [], ...fields }];
  const known = messages.find((each) => each.id === id);
  switch (event.type) {
    case 'typing':
      return put({ slow: event.content });
    case 'response_chunk':
      return put({ text: (known?.text ?? '') + (event.content ?? ''), state: 'streaming' });
    case 'response':
      return put({ text: event.content ?? '', state: 'complete', tokens: event.tokens_used });
    case 'error':
      return put({ state: event.error === 'cancelled' ? 'cancelled' : 'failed', fault: { code: event.error ?? 'internal', detail: event.content } });
    default:
      return messages;
  }
}

// ---- the socket

let socket: WebSocket | undefined;
let watchers = 0;
let user = '';
let attempt = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let pingTimer: ReturnType<typeof setInterval> | undefined;
let heardAt = 0;
let position = '';
let cutAt = 0;
const unsent = new Map<string, { content: string; localId: string }>();

const update = (change: Partial<GoalChat>): void => {
  goalChat.update(change);
  if (change.messages) extraLive.set(change.messages.some(isOpen));
};
const connection = (change: Partial<ChatConnection>): void => update({ connection: { ...goalChat.get().connection, ...change } });

export function watchGoalChat(): () => void {
  if (watchers++ === 0) {
    const now = signIn.get().session?.user ?? '';
    if (now !== user) {
      user = now;
      position = '';
      unsent.clear();
      goalChat.set(blank);
    }
    void loadHistory();
    void loadAccess();
    connect();
    addEventListener('online', hurry);
    document.addEventListener('visibilitychange', onVisible);
  }
  return () => {
    if (--watchers > 0) return;
    removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', onVisible);
    clearTimeout(retryTimer);
    clearInterval(pingTimer);
    const old = socket;
    socket = undefined;
    old?.close(1000);
    connection({ status: 'idle', lostAt: null, retryAt: null });
  };
}

const onVisible = (): void => {
  if (document.hidden) return;
  void loadAccess();
  if (Date.now() - heardAt > kSilence) socket?.close();
};

/** Tries at once. */
export function hurry(): void {
  if (watchers === 0 || socket) return;
  clearTimeout(retryTimer);
  connect();
}

function connect(): void {
  const query = position ? `?${new URLSearchParams({ position })}` : '';
  const next = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/chat/ws${query}`);
  socket = next;
  connection({ status: 'connecting' });
  next.onmessage = ({ data }: MessageEvent<string>) => {
    if (socket !== next) return;
    heardAt = Date.now();
    let event: Incoming;
    try {
      event = JSON.parse(data) as Incoming;
    } catch {
      return;
    }
    receive(event);
  };
  next.onclose = (event) => {
    if (socket === next) closed(event);
  };
  clearInterval(pingTimer);
  pingTimer = setInterval(() => {
    if (next.readyState !== WebSocket.OPEN) return;
    if (Date.now() - heardAt > kSilence) next.close();
    else next.send('{"type":"ping"}');
  }, kPing);
}

function receive(event: Incoming): void {
  const state = goalChat.get();
  if (event.type === 'connected') {
    attempt = 0;
    const { lostAt } = state.connection;
    const open = state.messages.find(isOpen);
    if (lostAt !== null && open && cutAt > 0) {
      const joint = { at: cutAt, milliseconds: Date.now() - lostAt };
      update({ messages: state.messages.map((each) => (each === open ? { ...each, joints: [...each.joints, joint] } : each)) });
    }
    connection({ status: 'open', attempt: 0, retryAt: null, lostAt: null });
    if (!position) {
      // A socket without a position shows running answers from their beginning.
      update({ messages: goalChat.get().messages.filter((each) => !isOpen(each) || each.id.startsWith('local-')) });
      if (event.position) position = event.position;
    }
    for (const [key, { content }] of unsent) send({ type: 'message', content, key });
    return;
  }
  if (event.type === 'resumed' || event.type === 'reset') {
    if (event.type === 'reset') {
      position = event.position ?? '';
      update({ messages: goalChat.get().messages.filter((each) => !isOpen(each)) });
      void loadHistory();
    }
    return;
  }
  if (event.type === 'access') {
    void loadAccess();
    return;
  }
  if (event.type === 'notice') return update({ notice: event.content });
  if (event.type === 'accepted') {
    if (event.key) unsent.delete(event.key);
    return;
  }
  if (event.type === 'error' && !event.position) {
    // A refusal, to this socket alone.
    for (const [key, { localId }] of unsent) {
      unsent.delete(key);
      update({ messages: goalChat.get().messages.filter((each) => each.id !== localId) });
    }
    update({ fault: { code: event.error ?? 'invalid_request', detail: event.content } });
    void loadAccess();
    return;
  }
  if (event.position) {
    position = event.position;
    connection({ position });
  }
  update({ messages: apply(goalChat.get().messages, event) });
  if (event.type === 'response' || (event.type === 'error' && event.message_id)) void loadHistory();
}

function send(message: Record<string, unknown>): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** How long until the next attempt, by the close code; undefined: none. */
export function delayAfter(code: number, reason: string, attempts: number, random = Math.random()): number | undefined {
  if ([1002, 1003, 1007, 1009, 4003].includes(code)) return undefined;
  try {
    const { retry } = JSON.parse(reason) as { retry?: number };
    if (typeof retry === 'number') return Math.min(kMaxDelay, retry);
  } catch {
    // no reason was given
  }
  return Math.min(kMaxDelay, kFirstDelay * 2 ** Math.min(attempts, 4)) * (0.5 + random / 2);
}

function closed({ code, reason }: CloseEvent): void {
  socket = undefined;
  clearInterval(pingTimer);
  if (watchers === 0) return;
  const state = goalChat.get();
  if (state.connection.lostAt === null) {
    cutAt = state.messages.find(isOpen)?.text.length ?? 0;
    connection({ lostAt: Date.now() });
  }
  if (code === 4007) {
    position = '';
    void loadHistory();
  }
  if (code === 4003) return update({ fault: { code: 'revoked' }, connection: { ...goalChat.get().connection, status: 'closed' } });
  if (code === 4001) expire();
  const delay = delayAfter(code, reason, attempt);
  if (delay === undefined) return update({ fault: { code: 'invalid_request', detail: `The server closed the connection (${code}).` } });
  attempt++;
  connection({ status: navigator.onLine ? 'waiting' : 'offline', attempt, retryAt: Date.now() + delay });
  retryTimer = setTimeout(() => {
    if (signIn.get().state === 'in') connect();
    else void signedIn().then(() => watchers > 0 && !socket && connect());
  }, delay);
}

// ---- requests

let loading: Promise<void> | undefined;
export function loadHistory(): Promise<void> {
  loading ??= history().finally(() => (loading = undefined));
  return loading;
}

const stored = (message: Schemas['CoachMessage']): CoachMessage => ({
  id: message.id,
  role: message.role,
  text: message.content,
  state: message.role === 'user' ? 'complete' : (message.state as MessageState),
  joints: [],
  tokens: message.metadata?.tokens_used,
});

async function history(): Promise<void> {
  try {
    const page = await client.call('GET', '/api/v1/chat/history', { query: { limit: 50 } });
    const known = new Map(goalChat.get().messages.map((each) => [each.id, each]));
    const fresh = page.messages.map((each) => ({ ...stored(each), ...(known.get(each.id)?.fault && { fault: known.get(each.id)!.fault }) }));
    const ids = new Set(fresh.map((each) => each.id));
    // A running answer, and a question that is on its way, are not in the history yet.
    const rest = goalChat.get().messages.filter((each) => !ids.has(each.id) && (isOpen(each) || [...unsent.values()].some(({ localId }) => localId === each.id)));
    const lastQuestion = fresh.findLast((each) => each.role === 'user');
    const local = goalChat.get().messages.findLast((each) => each.id.startsWith('local-'));
    const waits = local && !rest.includes(local) && rest.some(isOpen) && lastQuestion?.text !== local.text ? [local] : [];
    update({ messages: [...fresh, ...waits, ...rest], cursor: page.next_cursor, known: true });
  } catch {
    update({ known: true });
  }
}

export async function loadOlder(): Promise<void> {
  const { cursor } = goalChat.get();
  if (!cursor) return;
  update({ cursor: null });
  try {
    const page = await client.call('GET', '/api/v1/chat/history', { query: { limit: 100, cursor } });
    const ids = new Set(goalChat.get().messages.map((each) => each.id));
    update({ messages: [...page.messages.filter((each) => !ids.has(each.id)).map(stored), ...goalChat.get().messages], cursor: page.next_cursor });
  } catch {
    update({ cursor });
  }
}

export async function loadAccess(): Promise<void> {
  try {
    update({ access: await client.call('GET', '/api/v1/chat/access') });
  } catch {
    // The last known window is shown.
  }
}

/** While it connects, the question is kept and sent after that. False: there is no connection. */
export function say(content: string): boolean {
  if (!socket || socket.readyState > WebSocket.OPEN) return false;
  const key = randomKey();
  const localId = `local-${key}`;
  unsent.set(key, { content, localId });
  update({ messages: [...goalChat.get().messages, { id: localId, role: 'user', text: content, state: 'complete', joints: [] }], fault: undefined });
  send({ type: 'message', content, key });
  return true;
}

export function stop(): void {
  update({ messages: goalChat.get().messages.map((each) => (isOpen(each) ? { ...each, state: 'cancelled' } : each)) });
  send({ type: 'cancel' });
}

export async function forgetHistory(): Promise<void> {
  try {
    await client.call('DELETE', '/api/v1/chat/history');
    position = '';
    update({ messages: [], cursor: null });
  } catch (error) {
    update({ fault: faultOf(error) });
  }
}

export function dismiss(): void {
  update({ fault: undefined });
}
