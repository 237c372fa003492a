// A chat: asks, reads answers over cuts and restarts, and keeps what a page shows. An external store without a framework:
// `subscribe` and `getSnapshot` fit `useSyncExternalStore`. Nothing happens before `attach`.
import type { BelayClient } from '../client.js';
import { isBelayError, ProblemError, ProtocolError, type BelayError } from '../errors.js';
import { randomKey } from '../http.js';
import type { Connection } from '../log.js';
import { onPageWake } from '../wait.js';
import { AssistantSurface, ChatSurface, type AnswerEvent, type ChatBackend, type Question, type Running } from './backend.js';
import { withNewest } from './history.js';
import { Sending } from './sending.js';
import { idle, newMessage, storedMessage, type ChatState, type Message } from './state.js';
import { ChatStore } from './store.js';

export interface ChatOptions {
  /** A chat that exists, or an id for a new one. Default: a new chat. */
  chatId?: string | undefined;
  /** The model of the next questions. Default: that of the chat, else the server's default. */
  modelId?: string | undefined;
  projectId?: string | undefined;
  taskId?: string | undefined;
  /** `assistant`: over `/assistant/request`, with appendix, without history, branches and reactions. */
  surface?: 'chat' | 'assistant' | undefined;
}

const kRefreshPause = 2000;

interface Reading {
  running: Running;
  end: AbortController;
  key: string; // of the message
}

export class ChatController {
  modelId: string | undefined;
  private readonly store: ChatStore;
  private readonly backend: ChatBackend;

  private attachments = 0;
  private life = new AbortController(); // ends with the last attachment
  private channel: BroadcastChannel | undefined;
  private sending: Sending | undefined;
  private reading: Reading | undefined;
  private connectionId: number | undefined; // of the stream that is being read
  /** What was being read when it broke off, for `resume`. */
  private broken: Running | undefined;
  private cursor: string | null = null;
  private refreshing: { work: Promise<void>; life: AbortController } | undefined;
  private changes = 0; // that this page made or heard of: a history from before one of them is outdated
  private readonly stopping = new Set<string>(); // answers that the server is asked to stop
  private readonly reacting = new Map<string, Message['reaction']>(); // reactions that the server does not have yet
  private refreshedAt = 0;
  private loadingOlder: Promise<void> | undefined;

  constructor(
    private readonly client: BelayClient,
    options: ChatOptions = {},
  ) {
    const { chatId = `chat_${randomKey()}`, modelId, surface, projectId, taskId } = options;
    this.modelId = modelId;
    this.backend = surface === 'assistant' ? new AssistantSurface(client, chatId) : new ChatSurface(client, chatId, { projectId, taskId });
    this.store = new ChatStore({
      chatId,
      messages: [],
      status: 'ready',
      error: null,
      errorAt: 0,
      sending: null,
      connection: idle,
      history: options.chatId !== undefined && this.backend.isStored ? 'loading' : 'none',
      hasOlder: false,
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  readonly getSnapshot = (): ChatState => this.store.state;

  /** Whether the surface has branches, reactions and a history. */
  get isStored(): boolean {
    return this.backend.isStored;
  }

  /** Loads the history, reads a running answer, and follows other tabs. Returns how to end that; answers go on at the server. */
  attach(): () => void {
    if (this.attachments++ === 0) this.begin();
    let isAttached = true;
    return () => {
      if (!isAttached) return;
      isAttached = false;
      if (--this.attachments === 0) this.end();
    };
  }

  private begin(): void {
    this.life = new AbortController();
    const { signal } = this.life;
    if (typeof BroadcastChannel !== 'undefined' && this.backend.isStored) {
      const channel = (this.channel = new BroadcastChannel(`belay:${this.store.state.chatId}`));
      channel.onmessage = () => void this.refresh();
      signal.addEventListener('abort', () => channel.close());
    }
    const forget = onPageWake(() => {
      this.sending?.wake();
      if (Date.now() - this.refreshedAt > kRefreshPause) void this.refresh();
    });
    signal.addEventListener('abort', forget);
    if (this.broken) void this.resume();
    else if (this.store.state.history !== 'none') void this.refresh();
  }

  private end(): void {
    // What was being read continues with the next attachment.
    this.broken = this.reading?.running ?? this.broken;
    this.reading = undefined;
    this.life.abort();
    this.channel = undefined;
    this.store.flush();
  }

  // ---- what a reader does

  /** Asks. Resolves with whether the server accepted it; if not, `error` says why, and nothing was added. */
  async sendMessage(text: string, options: { modelId?: string } = {}): Promise<boolean> {
    if (text.trim() === '' || this.isBusy) return false;
    const question = newMessage('user', `local-${randomKey()}`, { text });
    return this.ask({ prompt: text, ...this.model(options.modelId) }, [...this.store.state.messages, question], question);
  }

  /** Answers again, beside the answer that is there. Default: the last answer. */
  async regenerate(messageId?: string, options: { modelId?: string } = {}): Promise<boolean> {
    const { messages } = this.store.state;
    const at = messageId === undefined ? messages.findLastIndex(({ role }) => role === 'assistant') : this.store.indexOf(messageId);
    const again = messages[at];
    if (!again || this.isBusy) return false;
    const before = again.role === 'user' ? at + 1 : at;
    if (!this.backend.isStored) {
      const prompt = messages.slice(0, before).findLast(({ role }) => role === 'user')?.text ?? '';
      return this.ask({ prompt }, messages.slice(0, before));
    }
    const siblings = again.role === 'user' ? [] : again.siblings.length > 0 ? again.siblings : [again.id];
    return this.ask({ regenerate: again.id, ...this.model(options.modelId) }, messages.slice(0, before), undefined, { siblings });
  }

  /** Asks something else in the place of a question, on a branch of its own. */
  async edit(messageId: string, text: string): Promise<boolean> {
    const at = this.store.indexOf(messageId);
    const old = this.store.state.messages[at];
    if (!old || old.role !== 'user' || text.trim() === '' || this.isBusy) return false;
    const siblings = old.siblings.length > 0 ? old.siblings : [old.id];
    const question = newMessage('user', `local-${randomKey()}`, { text, parentId: old.parentId, siblings });
    const messages = [...this.store.state.messages.slice(0, at), question];
    return this.ask(this.backend.isStored ? { edit: old.id, prompt: text, ...this.model() } : { prompt: text }, messages, question);
  }

  /** Goes on with an answer that was cut off at its length, or stopped. */
  async continueAnswer(messageId: string): Promise<boolean> {
    const at = this.store.indexOf(messageId);
    if (at < 0 || this.isBusy) return false;
    return this.ask({ continue: messageId }, this.store.state.messages.slice(0, at + 1));
  }

  /** Stops what is being sent or written. The text so far is kept. */
  async stop(): Promise<void> {
    if (this.sending) return this.sending.abort();
    const reading = this.reading;
    const running = reading?.running ?? this.broken;
    if (!running) return;
    this.reading = this.broken = undefined;
    this.stopping.add(running.messageId);
    reading?.end.abort();
    this.store.change({
      status: 'ready',
      connection: idle,
      error: null,
      messages: this.store.changed(running.messageId, { state: 'cancelled' }),
    });
    try {
      await running.cancel().finally(() => this.stopping.delete(running.messageId));
      this.announce();
      await this.refresh();
    } catch (error) {
      // It is still being written, so it is still read.
      this.store.change({ messages: this.store.changed(running.messageId, { state: 'streaming' }) });
      this.broken = running;
      this.fail(error);
    }
  }

  /** Reads on after an error: a lost connection, or a new sign-in. Also tries at once what waits for the next attempt. */
  async resume(): Promise<void> {
    this.sending?.wake();
    const running = this.broken;
    this.broken = undefined;
    if (running) this.read(running);
    else await this.refresh();
  }

  /** Tries now what waits for its next attempt. */
  reconnect(): void {
    this.sending?.wake();
    if (this.connectionId !== undefined) this.client.connections.cut(this.connectionId);
  }

  /** Repeats what failed: the answer that broke off, or the history. */
  async retry(): Promise<void> {
    const last = this.store.state.messages.at(-1);
    if (this.broken || this.store.state.history === 'failed') return this.resume();
    if (last?.role === 'assistant' && last.state !== 'complete') await this.regenerate(last.id);
    else if (last?.role === 'user') await this.regenerate(last.id);
  }

  /** Shows the branch with this message. */
  async chooseBranch(messageId: string): Promise<void> {
    if (this.isBusy) return;
    try {
      await this.backend.choose(messageId);
      this.announce();
      await this.refresh();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Likes or dislikes an answer; `null` takes it back. It is shown at once, and goes back if it fails. */
  async react(messageId: string, reaction: 'like' | 'dislike' | null): Promise<void> {
    const before = this.store.state.messages[this.store.indexOf(messageId)]?.reaction ?? null;
    this.reacting.set(messageId, reaction);
    this.store.change({ messages: this.store.changed(messageId, { reaction }) });
    try {
      await this.backend.react(messageId, reaction);
    } catch (error) {
      this.store.change({ messages: this.store.changed(messageId, { reaction: before }) });
      this.note(error);
    } finally {
      this.changes++;
      if (this.reacting.get(messageId) === reaction) this.reacting.delete(messageId);
    }
  }

  dismissError(): void {
    if (this.store.state.error) this.store.change({ error: null, status: this.store.state.status === 'error' ? 'ready' : this.store.state.status });
  }

  /** Loads the page of the history before the first message. */
  loadOlder(): Promise<void> {
    return (this.loadingOlder ??= this.older().finally(() => (this.loadingOlder = undefined)));
  }

  /** Loads the newest page of the history, and reads the answer that is being written, if there is one. */
  refresh(): Promise<void> {
    if (!this.backend.isStored || this.attachments === 0 || this.sending) return Promise.resolve();
    this.changes++; // what is being loaded may be from before the reason for this call
    if (this.refreshing?.life === this.life) return this.refreshing.work;
    const refreshing = {
      life: this.life,
      work: this.loadNewest().finally(() => {
        if (this.refreshing === refreshing) this.refreshing = undefined;
      }),
    };
    this.refreshing = refreshing;
    return refreshing.work;
  }

  // ---- asking

  private get isBusy(): boolean {
    return this.sending !== undefined || this.reading !== undefined;
  }

  private model(modelId = this.modelId): { modelId?: string } {
    return modelId === undefined ? {} : { modelId };
  }

  private async ask(
    question: Question,
    messages: readonly Message[],
    asked?: Message,
    answerFields: Partial<Message> = {},
  ): Promise<boolean> {
    const before = this.store.state;
    this.changes++;
    this.broken = undefined;
    const answer = newMessage('assistant', `local-${randomKey()}`, answerFields);
    const sending = (this.sending = new Sending(this.backend, (waiting) => this.store.change({ sending: waiting })));
    this.store.change({ messages: [...messages, answer], status: 'submitted', error: null, connection: idle });
    try {
      const running = await sending.start(question);
      const own = (message: Message): Message => {
        const id = message === answer ? running.messageId : (running.userMessageId ?? message.id);
        if (message !== answer && message !== asked) return message;
        return { ...message, id, siblings: message.siblings.length > 0 ? [...message.siblings, id] : [] };
      };
      this.sending = undefined;
      this.store.change({ messages: this.store.state.messages.map(own), sending: null, history: this.backend.isStored ? 'ready' : 'none' });
      this.read(running, answer.key);
      this.announce();
      return true;
    } catch (error) {
      this.sending = undefined;
      this.store.change({ messages: before.messages, sending: null, status: 'ready' });
      if (!sending.isAborted) this.fail(error);
      return false;
    }
  }

  // ---- reading

  private read(running: Running, key?: string): void {
    if (this.reading?.running.messageId === running.messageId) return;
    this.reading?.end.abort();
    let message = this.store.state.messages.find((each) => (key === undefined ? each.id === running.messageId : each.key === key));
    if (!message) {
      message = newMessage('assistant', running.messageId);
      this.store.change({ messages: [...this.store.state.messages, message] });
    }
    const reading: Reading = { running, end: new AbortController(), key: message.key };
    this.reading = reading;
    this.broken = undefined;
    this.store.change({
      status: message.text === '' ? 'submitted' : 'streaming',
      error: null,
      connection: { ...idle, status: 'connecting' },
      messages: this.store.changed(running.messageId, { state: message.text === '' ? 'waiting' : 'streaming', error: null }),
    });
    void this.readToEnd(reading);
  }

  private async readToEnd(reading: Reading): Promise<void> {
    const { running, end } = reading;
    const signal = AbortSignal.any([end.signal, this.life.signal]);
    let cutAt = -1; // the length of the text when the connection was lost
    const onConnection = (connection: Connection) => {
      if (this.reading !== reading) return;
      this.connectionId = connection.id;
      const { status, lastEventId: position, attempt, retryAt = null, lostAt = null } = connection;
      const before = this.store.state.connection;
      const message = this.messageOf(reading);
      if (lostAt !== null && before.lostAt === null) cutAt = message?.text.length ?? 0;
      let { messages } = this.store.state;
      if (status === 'open' && before.lostAt !== null && message && cutAt > 0) {
        const joint = { at: cutAt, milliseconds: Date.now() - before.lostAt };
        messages = this.store.changed(message.id, { joints: [...message.joints, joint] });
      }
      this.store.change({ connection: { status, position, attempt, retryAt, lostAt }, messages });
    };
    try {
      // The text is built from the start: the same events give the same text. Until it has caught up, the old text is shown.
      let text = '';
      let reasoning = '';
      const shown = this.messageOf(reading)?.text.length ?? 0;
      let last: AnswerEvent | undefined;
      for await (const event of running.read({ signal, onConnection })) {
        if (this.reading !== reading) return;
        last = event;
        if (event.type === 'text') {
          text += event.content;
          if (text.length >= shown) this.grow(reading, { text });
        } else if (event.type === 'reasoning') {
          reasoning += event.content;
          this.grow(reading, { reasoning });
        } else if (event.type === 'restarted' || event.type === 'reset') {
          text = reasoning = '';
          cutAt = -1;
          const restarted = event.type === 'restarted';
          this.grow(reading, { text, reasoning, joints: [], ...(restarted && { restarted }) });
        } else if (event.type !== 'other') break;
        // `position` changes with each event; it is shown with the next change.
        if (event.position) this.store.changeSoon({ connection: { ...this.store.state.connection, position: event.position } });
      }
      if (this.reading === reading) this.finish(reading, last, text);
    } catch (error) {
      if (this.reading !== reading) return;
      this.reading = undefined;
      const isOver = error instanceof ProblemError && [404, 409, 410].includes(error.status);
      if (!isOver) this.broken = running;
      this.fail(error);
      // The stream is over, and the answer is in the history.
      if (isOver) await this.refresh();
    }
  }

  private finish(reading: Reading, last: AnswerEvent | undefined, text: string): void {
    const { messageId } = reading.running;
    this.reading = undefined;
    const change: Partial<ChatState> = { status: 'ready', connection: idle };
    if (last?.type === 'done') {
      const { finish, appendix, stale } = last;
      const source = stale ? { source: 'stale' as const } : {};
      this.store.change({ ...change, messages: this.store.changed(messageId, { text, state: 'complete', finish, appendix, ...source }) });
    } else if (last?.type === 'error') {
      const { code, message, retryable } = last;
      const state = code === 'cancelled' || code === 'interrupted' ? code : 'failed';
      const error = { code, message, retryable };
      this.store.change({
        ...change,
        status: code === 'cancelled' ? 'ready' : 'error',
        messages: this.store.changed(messageId, { text, state, error }),
      });
    } else {
      this.store.change(change); // 204: its end was read before
    }
    void this.refresh();
  }

  private grow(reading: Reading, fields: Partial<Message>): void {
    const id = reading.running.messageId;
    const isFirst = this.messageOf(reading)?.state === 'waiting';
    this.store.changeSoon({ status: 'streaming', messages: this.store.changed(id, { ...fields, state: 'streaming' }) });
    if (isFirst) this.store.flush();
  }

  // ---- history

  private async loadNewest(): Promise<void> {
    this.refreshedAt = Date.now();
    const { signal } = this.life;
    try {
      let changes;
      let page;
      do {
        changes = this.changes;
        page = await this.backend.history(null, signal);
        // After a question the history is read at the end of its answer.
        if (signal.aborted || this.sending !== undefined) return;
      } while (changes !== this.changes);
      const reading = this.reading && this.messageOf(this.reading);
      const newest = withNewest(this.store.state.messages, page.messages, { hasMore: page.cursor !== null, reading, reacting: this.reacting });
      if (!newest.joins) this.cursor = page.cursor;
      this.store.change({ messages: newest.messages, history: 'ready', hasOlder: this.cursor !== null });
      const { running } = page;
      const isKnown = running && [newest.active?.id, this.broken?.messageId, ...this.stopping].includes(running.messageId);
      if (running && !isKnown) this.read(running);
    } catch (error) {
      if (signal.aborted) return;
      const isMissing = error instanceof ProblemError && error.status === 404;
      if (this.store.state.history === 'ready' && !isMissing) return; // what is shown is still right
      if (isMissing && this.isBusy) return;
      this.store.change({ history: isMissing ? 'missing' : 'failed', ...(isMissing && { messages: [], hasOlder: false }) });
      if (!isMissing) this.fail(error);
    }
  }

  private async older(): Promise<void> {
    const { cursor } = this;
    const { signal } = this.life;
    const first = this.store.state.messages[0];
    if (cursor === null) return;
    try {
      const page = await this.backend.history(cursor, signal);
      // Another branch may be shown by now.
      if (this.cursor !== cursor || this.store.state.messages[0]?.id !== first?.id) return;
      this.cursor = page.cursor;
      const messages = [...page.messages.map((message) => storedMessage(message, undefined)), ...this.store.state.messages];
      this.store.change({ messages, hasOlder: page.cursor !== null });
    } catch (error) {
      if (!signal.aborted) this.note(error);
    }
  }

  /** Other tabs look at the history. */
  private announce(): void {
    this.channel?.postMessage('changed');
  }

  // ---- state

  private messageOf(reading: Reading): Message | undefined {
    return this.store.state.messages.find(({ key }) => key === reading.key);
  }

  private fail(error: unknown): void {
    this.store.change({ status: 'error', connection: idle, ...noted(error) });
  }

  /** An error that does not concern the answer. */
  private note(error: unknown): void {
    this.store.change(noted(error));
  }
}

function noted(error: unknown): { error: BelayError; errorAt: number } {
  const known = isBelayError(error) ? error : new ProtocolError(error instanceof Error ? error.message : String(error));
  return { error: known, errorAt: Date.now() };
}
