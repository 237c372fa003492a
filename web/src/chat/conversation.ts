// One chat: its messages on the chosen branch, the answer that is being written, and what can be done with both.
import { randomKey, type Schemas } from '@belay/client';
import { client, signedIn } from '../lib/client.ts';
import { faultOf, type Fault } from '../lib/problems.ts';
import { Store } from '../lib/store.ts';
import { loadChats, onChats } from './chats.ts';
import { LiveAnswer } from './live.ts';

export type Message = Schemas['ChatMessage'];
type ChatRequest = Parameters<typeof client.startChat>[0];

export interface Conversation {
  readonly messages: readonly Message[];
  /** Where older messages are. */
  readonly cursor: string | null;
  readonly loading: 'first' | 'older' | undefined;
  /** Nothing of it is at the server yet. */
  readonly isNew: boolean;
  /** The answer that is being written, or the last one that this page saw being written. */
  readonly live: LiveAnswer | undefined;
  readonly liveId: string | undefined;
  readonly sending: boolean;
  /** Why nothing could be sent or loaded. */
  readonly fault: Fault | undefined;
  /** What was asked and refused: it goes back into the box. */
  readonly refused: string | undefined;
}

const kPage = 60;
const kKept = 12;
const kNewest = 30;

export class ChatSession {
  readonly store: Store<Conversation>;
  private reading: AbortController | undefined;
  private key: string | undefined;
  private resend: ChatRequest | undefined;
  modelId: string | undefined;

  constructor(
    readonly chatId: string,
    isNew: boolean,
  ) {
    this.store = new Store<Conversation>({ messages: [], cursor: null, loading: undefined, isNew, live: undefined, liveId: undefined, sending: false, fault: undefined, refused: undefined });
    if (!isNew) void this.load();
  }

  private get state(): Conversation {
    return this.store.get();
  }

  get isWriting(): boolean {
    return this.state.live !== undefined && !this.state.live.isOver;
  }

  /** Reads the newest page, and follows an answer that is being written. */
  async load(): Promise<void> {
    if (this.state.messages.length === 0) this.store.update({ loading: 'first' });
    try {
      await this.refresh(kPage, true);
      this.store.update({ loading: undefined, isNew: false, fault: undefined });
    } catch (error) {
      const fault = faultOf(error);
      if (fault.code === 'unauthenticated') return void signedIn().then(() => this.load());
      this.store.update({ loading: undefined, fault });
    }
  }

  async loadOlder(): Promise<void> {
    const { cursor, loading } = this.state;
    if (!cursor || loading) return;
    this.store.update({ loading: 'older' });
    try {
      const page = await client.call('GET', '/api/chat/history', { query: { chatId: this.chatId, limit: 100, cursor } });
      const known = new Set(this.state.messages.map((each) => each.id));
      this.store.update({ loading: undefined, cursor: page.nextCursor, messages: [...page.messages.filter((each) => !known.has(each.id)), ...this.state.messages] });
    } catch {
      this.store.update({ loading: undefined });
    }
  }

  /** The newest messages as the server has them. `whole`: the branch may be another one, so older messages are not kept. */
  private async refresh(limit: number, whole = false): Promise<void> {
    const page = await client.call('GET', '/api/chat/history', { query: { chatId: this.chatId, limit } });
    const ids = new Set(page.messages.map((each) => each.id));
    const first = page.messages[0]?.id;
    const before = this.state.messages;
    const at = before.findIndex((each) => each.id === first);
    const keepsOlder = !whole && at > 0;
    const kept = keepsOlder ? before.slice(0, at).filter((each) => !ids.has(each.id)) : [];
    this.store.update({ messages: [...kept, ...page.messages], cursor: keepsOlder ? this.state.cursor : page.nextCursor });
    const { running } = page;
    if (running && running.messageId !== this.state.liveId) this.follow(running.sessionId, running.messageId);
  }

  /** What the list of chats says: somebody else may have asked here, or this page missed an end. */
  onList(chat: { running?: { sessionId: string; messageId: string } | undefined; updatedAt?: string }): void {
    const { running } = chat;
    if (this.state.sending || this.state.loading) return;
    const isUnknown = running && running.messageId !== this.state.liveId;
    const last = this.state.messages.at(-1);
    const isNewer = !running && !this.isWriting && this.seen !== undefined && chat.updatedAt !== this.seen && last !== undefined;
    this.seen = chat.updatedAt ?? this.seen;
    if (isUnknown || isNewer) void this.refresh(kNewest, true).catch(() => {});
  }
  private seen: string | undefined;

  ask(prompt: string): Promise<boolean> {
    const question: Message = { id: `new-${randomKey()}`, chatId: this.chatId, role: 'user', content: prompt, state: 'complete', kind: 'chat', createdAt: new Date().toISOString() };
    return this.start({ prompt }, [...this.state.messages, question], prompt);
  }

  edit(message: Message, prompt: string): Promise<boolean> {
    const at = this.state.messages.findIndex((each) => each.id === message.id);
    const question: Message = { ...message, id: `new-${randomKey()}`, content: prompt };
    return this.start({ edit: message.id, prompt }, [...this.state.messages.slice(0, at), question]);
  }

  regenerate(message: Message): Promise<boolean> {
    const at = this.state.messages.findIndex((each) => each.id === message.id);
    return this.start({ regenerate: message.id }, this.state.messages.slice(0, at));
  }

  goOn(messageId: string): Promise<boolean> {
    return this.start({ continue: messageId }, this.state.messages);
  }

  /** The same request with the same key: it is run once, however often it arrives. */
  again(): Promise<boolean> {
    return this.resend ? this.start(this.resend, this.state.messages, this.resend.prompt, true) : Promise.resolve(false);
  }

  private async start(request: ChatRequest, messages: readonly Message[], text?: string, isRepeat = false): Promise<boolean> {
    if (this.state.sending) return false;
    const before = this.state.messages;
    if (!isRepeat) {
      this.key = randomKey();
      this.resend = request;
    }
    this.reading?.abort();
    this.state.live?.dispose();
    this.store.update({ messages, sending: true, fault: undefined, refused: undefined, live: undefined, liveId: undefined });
    try {
      const { chatId } = this;
      const started = await client.startChat({ ...request, chatId, ...(this.modelId && { modelId: this.modelId }) }, { idempotencyKey: this.key! });
      this.resend = undefined;
      const named = messages.map((each) => (each.id.startsWith('new-') ? { ...each, id: started.userMessageId } : each));
      this.store.update({ messages: named, sending: false, isNew: false });
      this.follow(started.sessionId, started.messageId, request.continue);
      void loadChats().catch(() => {});
      return true;
    } catch (error) {
      const fault = faultOf(error);
      this.store.update({ messages: isRepeat ? this.state.messages.filter((each) => !each.id.startsWith('new-')) : before, sending: false, fault, refused: text });
      return false;
    }
  }

  private follow(sessionId: string, messageId: string, continued?: string): void {
    this.reading?.abort();
    this.state.live?.dispose();
    const reading = (this.reading = new AbortController());
    const answer = new LiveAnswer(`/api/chat/stream?${new URLSearchParams({ sessionId })}`);
    const { messages } = this.state;
    // An answer that goes on replaces the one that it continues.
    const shown = continued ? messages.filter((each) => each.id !== continued) : messages;
    this.store.update({ live: answer, liveId: messageId, messages: shown.filter((each) => each.id !== messageId) });
    void this.read(answer, sessionId, reading.signal);
  }

  private async read(answer: LiveAnswer, sessionId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        for await (const event of client.streamChat({ sessionId }, { signal, ...(answer.store.get().position && { lastEventId: answer.store.get().position }) })) answer.take(event);
        if (!answer.isOver) answer.fail({ code: 'expired' });
      } catch (error) {
        if (signal.aborted) return;
        const fault = faultOf(error);
        if (fault.code === 'unauthenticated') {
          await signedIn();
          continue;
        }
        // The answer ended with an error: `take` has it already.
        if (!answer.isOver) answer.fail(fault);
      }
      break;
    }
    await this.refresh(kNewest).catch(() => {});
    void loadChats().catch(() => {});
  }

  /** Stops at once, and keeps the text. */
  stop(): void {
    const { live } = this.state;
    if (!live || live.isOver) return;
    live.stop();
    void client.cancelChat({ chatId: this.chatId }).catch(() => {});
  }

  async showBranch(messageId: string): Promise<void> {
    await client.call('PUT', '/api/chat/{chatId}/branch', { path: { chatId: this.chatId }, body: { messageId } });
    this.state.live?.dispose();
    this.store.update({ live: undefined, liveId: undefined });
    await this.refresh(kPage, true);
  }

  /** Shown at once; taken back if the server refuses. */
  async react(message: Message, reaction: 'like' | 'dislike' | undefined): Promise<void> {
    const put = (value: Message['reaction']) =>
      this.store.update({
        messages: this.state.messages.map((each) => {
          if (each.id !== message.id) return each;
          const { reaction: _old, ...rest } = each;
          return value ? { ...rest, reaction: value } : rest;
        }),
      });
    const before = message.reaction;
    put(reaction);
    try {
      const path = { id: message.id };
      if (reaction) await client.call('PUT', '/api/chat/messages/{id}/reaction', { path, body: { reaction } });
      else await client.call('DELETE', '/api/chat/messages/{id}/reaction', { path });
    } catch (error) {
      put(before);
      this.store.update({ fault: { ...faultOf(error), code: 'reaction' } });
    }
  }

  dismiss(): void {
    this.resend = undefined;
    this.store.update({ fault: undefined, refused: undefined });
  }

  close(): void {
    this.reading?.abort();
    this.state.live?.dispose();
  }
}

const sessions = new Map<string, ChatSession>();

/** The session of a chat. The last few stay open, so that going back to a chat is immediate. */
export function sessionOf(chatId: string, isNew = false): ChatSession {
  let session = sessions.get(chatId);
  if (session) sessions.delete(chatId);
  else session = new ChatSession(chatId, isNew);
  sessions.set(chatId, session);
  for (const [id, old] of sessions) {
    if (sessions.size <= kKept) break;
    if (id === chatId || old.isWriting) continue;
    old.close();
    sessions.delete(id);
  }
  return session;
}

export function forgetSession(chatId: string): void {
  sessions.get(chatId)?.close();
  sessions.delete(chatId);
}

export function forgetSessions(): void {
  for (const chatId of [...sessions.keys()]) forgetSession(chatId);
}

export const newChatId = (): string => `chat_${randomKey()}`;

onChats((chats) => {
  for (const chat of chats) sessions.get(chat.chatId)?.onList(chat);
});
