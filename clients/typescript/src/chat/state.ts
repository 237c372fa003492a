// What a chat shows: plain values, never changed in place.
import type { BelayError } from '../errors.js';
import type { FinishReason } from '../events.js';
import type { ConnectionStatus } from '../log.js';
import type { Schemas } from '../types.js';

/** `submitted`: until the first word of the answer. `error`: the last question was not sent, or its answer broke off. */
export type ChatStatus = 'submitted' | 'streaming' | 'ready' | 'error';

/** `waiting`: before the first word. The last four are over. */
export type MessageState = 'waiting' | 'streaming' | 'complete' | 'failed' | 'cancelled' | 'interrupted';

export interface Message {
  /** Of the server, once it has accepted the question; before that a local one. */
  readonly id: string;
  /** The same during the whole life of a message on this page: for React's `key`. */
  readonly key: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** What the model thought before its answer, where that is shown. */
  readonly reasoning: string;
  readonly state: MessageState;
  readonly finish: FinishReason | null;
  /** Why the answer failed, if this page saw it. */
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } | null;
  readonly kind: 'chat' | 'command';
  readonly modelId: string | null;
  readonly createdAt: string;
  readonly reaction: 'like' | 'dislike' | null;
  readonly source: NonNullable<Schemas['ChatMessage']['source']> | null;
  readonly outputTokens: number | null;
  readonly parentId: string | null;
  /** The messages in this place on all branches, oldest first; empty if there is no other. */
  readonly siblings: readonly string[];
  /** Parts that the answer gives apart from its text (assistant surface). */
  readonly appendix: readonly Schemas['AppendixItem'][];
  /** It was written again after a restart of the server. */
  readonly restarted: boolean;
  /** Where the text was joined after a lost connection. */
  readonly joints: readonly { readonly at: number; readonly milliseconds: number }[];
}

/** The stream of the answer that is being read. */
export interface ChatConnection {
  /** `idle`: nothing is being read. */
  readonly status: ConnectionStatus | 'idle';
  /** The last event that the page has. */
  readonly position: string;
  readonly attempt: number;
  readonly retryAt: number | null;
  readonly lostAt: number | null;
}

export interface ChatState {
  readonly chatId: string;
  readonly messages: readonly Message[];
  readonly status: ChatStatus;
  readonly error: BelayError | null;
  /** When `error` was set (`Date.now()`): `retryAfter` counts from here. */
  readonly errorAt: number;
  /** A question that waits for a server that is busy or away. It is sent by itself. */
  readonly sending: { readonly attempt: number; readonly retryAt: number; readonly error: BelayError } | null;
  readonly connection: ChatConnection;
  /** `none`: a new chat. `missing`: the server does not know the chat. */
  readonly history: 'none' | 'loading' | 'ready' | 'missing' | 'failed';
  readonly hasOlder: boolean;
}

export const idle: ChatConnection = { status: 'idle', position: '', attempt: 0, retryAt: null, lostAt: null };

const blank = {
  text: '',
  reasoning: '',
  finish: null,
  error: null,
  kind: 'chat',
  modelId: null,
  reaction: null,
  source: null,
  outputTokens: null,
  parentId: null,
  siblings: [],
  appendix: [],
  restarted: false,
  joints: [],
} as const;

export function newMessage(role: Message['role'], id: string, fields: Partial<Message> = {}): Message {
  const state = role === 'user' ? 'complete' : 'waiting';
  return { ...blank, id, key: id, role, state, createdAt: new Date().toISOString(), ...fields };
}

/** A message of the history. `known`: the same one, as this page has it. */
export function storedMessage(stored: Schemas['ChatMessage'], known: Message | undefined): Message {
  const { id, role, content, state, finish, kind, modelId, createdAt, reaction, source, usage, parentId, siblings, reasoning } = stored;
  return {
    ...blank,
    id,
    key: known?.key ?? id,
    role,
    text: content,
    reasoning: reasoning ?? '',
    state,
    finish: finish ?? null,
    error: known?.error ?? null,
    kind,
    modelId: modelId ?? null,
    createdAt,
    reaction: reaction ?? null,
    source: source ?? null,
    outputTokens: usage?.outputTokens ?? null,
    parentId: parentId ?? null,
    siblings: siblings ?? [],
    appendix: known?.appendix ?? [],
    restarted: known?.restarted ?? false,
    joints: known?.joints ?? [],
  };
}
