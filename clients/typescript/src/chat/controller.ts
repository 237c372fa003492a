// A chat: asks, reads answers over cuts and restarts, and keeps what a page shows. An external store without a framework:
// `subscribe` and `getSnapshot` fit `useSyncExternalStore`. Nothing happens before `attach`.
import type { BelayClient } from '../client.js';
import { isBelayError, ProblemError, ProtocolError, type BelayError } from '../errors.js';
import { mayPass, randomKey } from '../http.js';
import type { Connection } from '../log.js';
import { backoff, isOffline, onPageWake, pause } from '../wait.js';
import { AssistantSurface, ChatSurface, type AnswerEvent, type ChatBackend, type Question, type Running } from './backend.js';
import { idle, newMessage, storedMessage, type ChatState, type Message } from './state.js';

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

const kMaxAttempts = 20; // of a question that a busy server does not take
const kFirstDelay = 1000;
const kMaxDelay = 15_000;
const kRefreshPause = 2000;

interface Reading {
  running: Running;
  end: AbortController;
  key: string; // of the message
}

export class ChatController {
  modelId: string | undefined;
  private state: ChatState;
  private readonly backend: ChatBackend;
  private readonly listeners = new Set<() => void>();
  private hasPending = false; // a change that listeners do not know yet
  private pendingTimer: ReturnType<typeof setTimeout> | undefined;
  private pendingFrame: number | undefined;

  private attachments = 0;
  private life = new AbortController(); // ends with the last attachment
  private channel: BroadcastChannel | undefined;
  private sendingEnd: AbortController | undefined;
  private wakeSending: (() => void) | undefined;
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
    this.state = {
      chatId,
      messages: [],
      status: 'ready',
      error: null,
      errorAt: 0,
      sending: null,
      connection: idle,
      history: options.chatId !== undefined && this.backend.isStored ? 'loading' : 'none',
      hasOlder: false,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): ChatState => this.state;

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
      const channel = (this.channel = new BroadcastChannel(`belay:${this.state.chatId}`));
      channel.onmessage = () => void this.refresh();
      signal.addEventListener('abort', () => channel.close());
    }
    const forget = onPageWake(() => {
      this.wakeSending?.();
      if (Date.now() - this.refreshedAt > kRefreshPause) void this.refresh();
    });
    signal.addEventListener('abort', forget);
    if (this.broken) void this.resume();
    else if (this.state.history !== 'none') void this.refresh();
  }

  private end(): void {
    // What was being read continues with the next attachment.
    this.broken = this.reading?.running ?? this.broken;
    this.reading = undefined;
    this.life.abort();
    this.channel = undefined;
    this.flush();
  }

  // ---- what a reader does

  /** Asks. Resolves with whether the server accepted it; if not, `error` says why, and nothing was added. */
  async sendMessage(text: string, options: { modelId?: string } = {}): Promise<boolean> {
    if (text.trim() === '' || this.isBusy) return false;
    const question = newMessage('user', `local-${randomKey()}`, { text });
    return this.ask({ prompt: text, ...this.model(options.modelId) }, [...this.state.messages, question], question);
  }

  /** Answers again, beside the answer that is there. Default: the last answer. */
  async regenerate(messageId?: string, options: { modelId?: string } = {}): Promise<boolean> {
    const { messages } = this.state;
    const at = messageId === undefined ? messages.findLastIndex(({ role }) => role === 'assistant') : this.indexOf(messageId);
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
    const at = this.indexOf(messageId);
    const old = this.state.messages[at];
    if (!old || old.role !== 'user' || text.trim() === '' || this.isBusy) return false;
    const siblings = old.siblings.length > 0 ? old.siblings : [old.id];
    const question = newMessage('user', `local-${randomKey()}`, { text, parentId: old.parentId, siblings });
    const messages = [...this.state.messages.slice(0, at), question];
    return this.ask(this.backend.isStored ? { edit: old.id, prompt: text, ...this.model() } : { prompt: text }, messages, question);
  }

  /** Goes on with an answer that was cut off at its length, or stopped. */
  async continueAnswer(messageId: string): Promise<boolean> {
    const at = this.indexOf(messageId);
    if (at < 0 || this.isBusy) return false;
    return this.ask({ continue: messageId }, this.state.messages.slice(0, at + 1));
  }

  /** Stops what is being sent or written. The text so far is kept. */
  async stop(): Promise<void> {
    if (this.sendingEnd) return this.sendingEnd.abort();
    const reading = this.reading;
    const running = reading?.running ?? this.broken;
    if (!running) return;
    this.reading = this.broken = undefined;
    this.stopping.add(running.messageId);
    reading?.end.abort();
    this.change({
      status: 'ready',
      connection: idle,
      error: null,
      messages: this.changed(running.messageId, { state: 'cancelled' }),
    });
    try {
      await running.cancel().finally(() => this.stopping.delete(running.messageId));
      this.announce();
      await this.refresh();
    } catch (error) {
      // It is still being written, so it is still read.
      this.change({ messages: this.changed(running.messageId, { state: 'streaming' }) });
      this.broken = running;
      this.fail(error);
    }
  }

  /** Reads on after an error: a lost connection, or a new sign-in. Also tries at once what waits for the next attempt. */
  async resume(): Promise<void> {
    this.wakeSending?.();
    const running = this.broken;
    this.broken = undefined;
    if (running) this.read(running);
    else await this.refresh();
  }

  /** Tries now what waits for its next attempt. */
  reconnect(): void {
    this.wakeSending?.();
    if (this.connectionId !== undefined) this.client.connections.cut(this.connectionId);
  }

  /** Repeats what failed: the answer that broke off, or the history. */
  async retry(): Promise<void> {
    const last = this.state.messages.at(-1);
    if (this.broken || this.state.history === 'failed') return this.resume();
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
    const before = this.state.messages[this.indexOf(messageId)]?.reaction ?? null;
    this.reacting.set(messageId, reaction);
    this.change({ messages: this.changed(messageId, { reaction }) });
    try {
      await this.backend.react(messageId, reaction);
    } catch (error) {
      this.change({ messages: this.changed(messageId, { reaction: before }) });
      this.note(error);
    } finally {
      this.changes++;
      if (this.reacting.get(messageId) === reaction) this.reacting.delete(messageId);
    }
  }

  dismissError(): void {
    if (this.state.error) this.change({ error: null, status: this.state.status === 'error' ? 'ready' : this.state.status });
  }

  /** Loads the page of the history before the first message. */
  loadOlder(): Promise<void> {
    return (this.loadingOlder ??= this.older().finally(() => (this.loadingOlder = undefined)));
  }

  /** Loads the newest page of the history, and reads the answer that is being written, if there is one. */
  refresh(): Promise<void> {
    if (!this.backend.isStored || this.attachments === 0 || this.sendingEnd) return Promise.resolve();
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
    return this.sendingEnd !== undefined || this.reading !== undefined;
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
    const before = this.state;
    this.changes++;
    this.broken = undefined;
    const answer = newMessage('assistant', `local-${randomKey()}`, answerFields);
    const end = (this.sendingEnd = new AbortController());
    this.change({ messages: [...messages, answer], status: 'submitted', error: null, connection: idle });
    try {
      const running = await this.start(question, end.signal);
      const own = (message: Message): Message => {
        const id = message === answer ? running.messageId : (running.userMessageId ?? message.id);
        if (message !== answer && message !== asked) return message;
        return { ...message, id, siblings: message.siblings.length > 0 ? [...message.siblings, id] : [] };
      };
      this.sendingEnd = undefined;
      this.change({ messages: this.state.messages.map(own), sending: null, history: this.backend.isStored ? 'ready' : 'none' });
      this.read(running, answer.key);
      this.announce();
      return true;
    } catch (error) {
      this.sendingEnd = undefined;
      this.change({ messages: before.messages, sending: null, status: 'ready' });
      if (!end.signal.aborted) this.fail(error);
      return false;
    }
  }

  /** Sends the question until the server takes it or refuses it. The key makes that safe. */
  private async start(question: Question, signal: AbortSignal): Promise<Running> {
    const idempotencyKey = randomKey();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.backend.start(question, { idempotencyKey, signal });
      } catch (error) {
        if (signal.aborted || !isBelayError(error) || !isBriefly(error) || attempt >= kMaxAttempts) throw error;
        const after = error instanceof ProblemError ? (error.retryAfter ?? 0) : 0;
        const delay = isOffline() ? kMaxDelay : Math.max(after, backoff(attempt, kFirstDelay, kMaxDelay));
        this.change({ sending: { attempt, retryAt: Date.now() + delay, error } });
        await pause(delay, signal, (wake) => {
          this.wakeSending = wake;
          return () => (this.wakeSending = undefined);
        });
      }
    }
  }

  // ---- reading

  private read(running: Running, key?: string): void {
    if (this.reading?.running.messageId === running.messageId) return;
    this.reading?.end.abort();
    let message = this.state.messages.find((each) => (key === undefined ? each.id === running.messageId : each.key === key));
    if (!message) {
      message = newMessage('assistant', running.messageId);
      this.change({ messages: [...this.state.messages, message] });
    }
    const reading: Reading = { running, end: new AbortController(), key: message.key };
    this.reading = reading;
    this.broken = undefined;
    this.change({
      status: message.text === '' ? 'submitted' : 'streaming',
      error: null,
      connection: { ...idle, status: 'connecting' },
      messages: this.changed(running.messageId, { state: message.text === '' ? 'waiting' : 'streaming', error: null }),
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
      const before = this.state.connection;
      const message = this.messageOf(reading);
      if (lostAt !== null && before.lostAt === null) cutAt = message?.text.length ?? 0;
      let { messages } = this.state;
      if (status === 'open' && before.lostAt !== null && message && cutAt > 0) {
        const joint = { at: cutAt, milliseconds: Date.now() - before.lostAt };
        messages = this.changed(message.id, { joints: [...message.joints, joint] });
      }
      this.change({ connection: { status, position, attempt, retryAt, lostAt }, messages });
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
        if (event.position) this.setSoon({ connection: { ...this.state.connection, position: event.position } });
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
      this.change({ ...change, messages: this.changed(messageId, { text, state: 'complete', finish, appendix, ...source }) });
    } else if (last?.type === 'error') {
      const { code, message, retryable } = last;
      const state = code === 'cancelled' || code === 'interrupted' ? code : 'failed';
      const error = { code, message, retryable };
      this.change({
        ...change,
        status: code === 'cancelled' ? 'ready' : 'error',
        messages: this.changed(messageId, { text, state, error }),
      });
    } else {
      this.change(change); // 204: its end was read before
    }
    void this.refresh();
  }

  private grow(reading: Reading, fields: Partial<Message>): void {
    const id = reading.running.messageId;
    const isFirst = this.messageOf(reading)?.state === 'waiting';
    this.setSoon({ status: 'streaming', messages: this.changed(id, { ...fields, state: 'streaming' }) });
    if (isFirst) this.flush();
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
        if (signal.aborted || this.sendingEnd !== undefined) return;
      } while (changes !== this.changes);
      const { messages } = this.state;
      const known = new Map(messages.map((message) => [message.id, message]));
      const newest = page.messages.map((stored) => {
        const message = storedMessage(stored, known.get(stored.id));
        const reaction = this.reacting.get(message.id);
        return reaction === undefined ? message : { ...message, reaction };
      });
      // Older pages stay if this page continues them.
      const at = newest[0] ? messages.findIndex(({ id }) => id === newest[0]!.id) : -1;
      const joins = at > 0 && page.cursor !== null;
      if (!joins) this.cursor = page.cursor;
      const all = joins ? [...messages.slice(0, at), ...newest] : newest;
      // The history has an answer when it is over. One that is still read here is shown as it is read.
      const active = (this.reading && this.messageOf(this.reading)) ?? unstored(messages, newest);
      const shown = active ? [...all.filter(({ id }) => id !== active.id), active] : all;
      this.change({ messages: shown, history: 'ready', hasOlder: this.cursor !== null });
      const { running } = page;
      const isKnown = running && [active?.id, this.broken?.messageId, ...this.stopping].includes(running.messageId);
      if (running && !isKnown) this.read(running);
    } catch (error) {
      if (signal.aborted) return;
      const isMissing = error instanceof ProblemError && error.status === 404;
      if (this.state.history === 'ready' && !isMissing) return; // what is shown is still right
      if (isMissing && this.isBusy) return;
      this.change({ history: isMissing ? 'missing' : 'failed', ...(isMissing && { messages: [], hasOlder: false }) });
      if (!isMissing) this.fail(error);
    }
  }

  private async older(): Promise<void> {
    const { cursor } = this;
    const { signal } = this.life;
    const first = this.state.messages[0];
    if (cursor === null) return;
    try {
      const page = await this.backend.history(cursor, signal);
      // Another branch may be shown by now.
      if (this.cursor !== cursor || this.state.messages[0]?.id !== first?.id) return;
      this.cursor = page.cursor;
      const messages = [...page.messages.map((message) => storedMessage(message, undefined)), ...this.state.messages];
      this.change({ messages, hasOlder: page.cursor !== null });
    } catch (error) {
      if (!signal.aborted) this.note(error);
    }
  }

  /** Other tabs look at the history. */
  private announce(): void {
    this.channel?.postMessage('changed');
  }

  // ---- state

  private indexOf(id: string): number {
    return this.state.messages.findIndex((message) => message.id === id);
  }

  private messageOf(reading: Reading): Message | undefined {
    return this.state.messages.find(({ key }) => key === reading.key);
  }

  private changed(id: string, fields: Partial<Message>): readonly Message[] {
    return this.state.messages.map((message) => (message.id === id ? { ...message, ...fields } : message));
  }

  private fail(error: unknown): void {
    this.change({ status: 'error', connection: idle, ...noted(error) });
  }

  /** An error that does not concern the answer. */
  private note(error: unknown): void {
    this.change(noted(error));
  }

  private change(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.hasPending = true;
    this.flush();
  }

  /** For changes that come hundreds of times a second: listeners are called once per frame. */
  private setSoon(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    if (this.hasPending) return;
    this.hasPending = true;
    const flush = () => this.flush();
    // A page that is not seen has no frames.
    this.pendingTimer = setTimeout(flush, 100);
    if (typeof requestAnimationFrame !== 'undefined') this.pendingFrame = requestAnimationFrame(flush);
  }

  private flush(): void {
    clearTimeout(this.pendingTimer);
    if (this.pendingFrame !== undefined) cancelAnimationFrame(this.pendingFrame);
    this.pendingFrame = undefined;
    if (!this.hasPending) return;
    this.hasPending = false;
    for (const listener of [...this.listeners]) listener();
  }
}

/** Nobody has to do anything: the question can be sent again. */
const isBriefly = (error: BelayError): boolean => mayPass(error) && error.code !== 'storage_full' && error.kind !== 'protocol';

/** An answer that has just ended, and is not in the history yet. */
function unstored(shown: readonly Message[], stored: readonly Message[]): Message | undefined {
  const last = shown.at(-1);
  const isEnd = last?.role === 'assistant' && stored.length > 0 && shown.at(-2)?.id === stored.at(-1)?.id;
  return isEnd && last.state !== 'waiting' ? last : undefined;
}

function noted(error: unknown): { error: BelayError; errorAt: number } {
  const known = isBelayError(error) ? error : new ProtocolError(error instanceof Error ? error.message : String(error));
  return { error: known, errorAt: Date.now() };
}
