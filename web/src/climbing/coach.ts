// Questions to the climbing coach and their answers. All answers of a user come on one stream, so every open tab shows them. The server
// keeps no list of them: the tab keeps its own, with the place in the stream, over a reload.
import type { CoachEvent, Connection, Schemas } from '@belay/client';
import { randomKey } from '@belay/client';
import type { ChatConnection, MessageState } from '@belay/client/chat';
import { client, signedIn } from '../lib/client.ts';
import { faultOf, type Fault } from '../lib/problems.ts';
import { signIn } from '../lib/session.ts';
import { Store } from '../lib/store.ts';
import { extraLive } from '../parts/shell.tsx';

export interface CoachTurn {
  readonly id: string;
  /** Not known if it was asked elsewhere. */
  readonly prompt: string | undefined;
  readonly conversation: string | undefined;
  readonly text: string;
  readonly state: MessageState;
  readonly joints: readonly { readonly at: number; readonly milliseconds: number }[];
  readonly slow: string | undefined;
  readonly suggestions: readonly { readonly words: string; readonly chart: string }[];
  readonly uploaded: string | undefined;
  readonly fault: Fault | undefined;
}

export interface Coach {
  readonly turns: readonly CoachTurn[];
  readonly connection: ChatConnection;
  readonly quota: Schemas['CoachQuota'] | undefined;
  readonly sending: boolean;
  readonly fault: Fault | undefined;
}

const kKept = 100;
const idle: ChatConnection = { status: 'idle', position: '', attempt: 0, retryAt: null, lostAt: null };

export const coach = new Store<Coach>({ turns: [], connection: idle, quota: undefined, sending: false, fault: undefined });
/** Counts what changes the charts: a file was processed. */
export const dataVersion = new Store(0);

const isOpen = (turn: CoachTurn): boolean => turn.state === 'waiting' || turn.state === 'streaming';
const blank = (id: string): CoachTurn => ({ id, prompt: undefined, conversation: undefined, text: '', state: 'waiting', joints: [], slow: undefined, suggestions: [], uploaded: undefined, fault: undefined });

export function chartOf(url: string): string {
  return url.split('/').pop()?.split('?')[0] ?? '';
}

function change(id: string, fields: Partial<CoachTurn>): void {
  const { turns } = coach.get();
  const known = turns.some((turn) => turn.id === id);
  const next = known ? turns.map((turn) => (turn.id === id ? { ...turn, ...fields } : turn)) : [...turns, { ...blank(id), ...fields }];
  coach.update({ turns: next.slice(-kKept) });
  extraLive.set(next.some(isOpen));
}

/** What an event changes of its question. */
export function changeOf(turn: CoachTurn | undefined, event: CoachEvent): Partial<CoachTurn> {
  switch (event.type) {
    case 'processing':
      return event.status === 'Processing...' ? {} : { slow: event.status };
    case 'partial_response':
      return { text: (turn?.text ?? '') + event.text, state: 'streaming' };
    case 'response':
      return { text: event.text, state: 'complete' };
    case 'upload_processed':
      return { uploaded: event.status };
    case 'visualization_suggestion':
      return { suggestions: [...(turn?.suggestions ?? []).filter((each) => each.words !== event.suggestion), { words: event.suggestion, chart: chartOf(event.url) }] };
    case 'error':
      return { state: event.code === 'cancelled' ? 'cancelled' : 'failed', fault: { code: event.code, detail: event.error } };
    case 'reset':
      return {};
  }
}

// ---- the stream

const key = (): string => `belay.coach.${signIn.get().session?.user ?? ''}`;

function save(): void {
  try {
    const { turns, connection } = coach.get();
    sessionStorage.setItem(key(), JSON.stringify({ turns, position: connection.position }));
  } catch {
    // It lasts as long as the page.
  }
}

function restore(): string {
  try {
    const saved = JSON.parse(sessionStorage.getItem(key()) ?? 'null') as { turns: CoachTurn[]; position: string } | null;
    if (saved) coach.update({ turns: saved.turns, connection: { ...idle, position: saved.position } });
    return saved?.position ?? '';
  } catch {
    return '';
  }
}

let cutAt = 0;
function onConnection(connection: Connection): void {
  const before = coach.get().connection;
  const { status, lastEventId: position, attempt, retryAt = null, lostAt = null } = connection;
  const open = coach.get().turns.find(isOpen);
  if (lostAt !== null && before.lostAt === null) cutAt = open?.text.length ?? 0;
  coach.update({ connection: { status, position, attempt, retryAt, lostAt } });
  if (status === 'open' && before.lostAt !== null && open && cutAt > 0) change(open.id, { joints: [...open.joints, { at: cutAt, milliseconds: Date.now() - before.lostAt }] });
}

let watchers = 0;
let end: AbortController | undefined;
let savedFor = '';

/** Reads the stream while a screen shows it. */
export function watchCoach(): () => void {
  if (watchers++ === 0) {
    end = new AbortController();
    if (savedFor !== key()) {
      coach.set({ turns: [], connection: idle, quota: undefined, sending: false, fault: undefined });
      restore();
      savedFor = key();
    }
    void read(end.signal);
    void loadQuota();
    addEventListener('pagehide', save);
  }
  return () => {
    if (--watchers > 0) return;
    end?.abort();
    removeEventListener('pagehide', save);
    save();
  };
}

async function read(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const lastEventId = coach.get().connection.position;
      for await (const event of client.streamCoaching({ signal, onConnection, ...(lastEventId && { lastEventId }) })) {
        take(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      const fault = faultOf(error);
      if (fault.code === 'unauthenticated') {
        await signedIn();
        continue;
      }
      coach.update({ fault, connection: { ...coach.get().connection, status: 'closed' } });
      return;
    }
  }
}

/** Reads the stream again after it was given up. */
export function reconnect(): void {
  coach.update({ fault: undefined });
  const live = client.connections.getSnapshot().findLast((each) => each.path === '/stream' && each.status !== 'closed');
  if (live) client.connections.cut(live.id);
  else if (end && !end.signal.aborted) void read(end.signal);
}

function take(event: CoachEvent): void {
  if ('position' in event && event.position) coach.update({ connection: { ...coach.get().connection, position: event.position } });
  if (event.type === 'reset' || !('request_id' in event) || !event.request_id) {
    // A refusal without a question: the answer to the request said it already.
    return;
  }
  const id = event.request_id;
  const turn = coach.get().turns.find((each) => each.id === id);
  change(id, { conversation: event.conversation_id, ...changeOf(turn, event) });
  if (event.type === 'upload_processed') dataVersion.set(dataVersion.get() + 1);
  if (event.type === 'response' || event.type === 'error') {
    void loadQuota();
    save();
  }
}

// ---- asking

export async function loadQuota(): Promise<void> {
  try {
    coach.update({ quota: await client.call('GET', '/chat/quota') });
  } catch {
    // What is left is not shown.
  }
}

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('belay-coach');
if (channel) {
  channel.onmessage = ({ data }: MessageEvent<{ key: string; id: string; prompt: string }>) => {
    if (data.key === key() && watchers > 0) change(data.id, { prompt: data.prompt });
  };
}

export async function ask(prompt: string): Promise<boolean> {
  const { turns, quota } = coach.get();
  const conversation = turns.findLast((turn) => turn.conversation !== undefined)?.conversation;
  coach.update({ sending: true, fault: undefined });
  const body = { prompt, ...(conversation && { conversation_id: conversation }) };
  const options = { body, idempotencyKey: randomKey() };
  try {
    const isPremium = quota?.unlimited ?? false;
    const accepted = isPremium ? await client.call('POST', '/chat/premium', options) : await client.call('POST', '/chat/basic', options);
    change(accepted.request_id, { prompt, conversation: accepted.conversation_id });
    channel?.postMessage({ key: key(), id: accepted.request_id, prompt });
    coach.update({ sending: false });
    return true;
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code === 'quota_exceeded') await loadQuota();
    coach.update({ sending: false, fault });
    return false;
  }
}

export async function stop(): Promise<void> {
  const open = coach.get().turns.filter(isOpen);
  for (const turn of open) {
    change(turn.id, { state: 'cancelled' });
    await client.call('DELETE', '/chat/request/{request_id}', { path: { request_id: turn.id } }).catch(() => {});
  }
}

/** Forgets the conversation, here and at the server. */
export async function startAgain(): Promise<void> {
  const conversations = new Set(coach.get().turns.map((turn) => turn.conversation));
  coach.update({ turns: [], fault: undefined });
  save();
  for (const id of conversations) if (id) await client.call('DELETE', '/chat/conversation/{conversation_id}', { path: { conversation_id: id } }).catch(() => {});
}

export function dismiss(): void {
  coach.update({ fault: undefined });
}
