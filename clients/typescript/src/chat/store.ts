// The state of a chat as an external store: `subscribe` and `getSnapshot` fit `useSyncExternalStore`. Changes that come hundreds of times a
// second reach listeners once per frame.
import type { ChatState, Message } from './state.js';

const kHidden = 100; // milliseconds: a page that is not seen has no frames

export class ChatStore {
  private readonly listeners = new Set<() => void>();
  private hasPending = false; // a change that listeners do not know yet
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame: number | undefined;

  constructor(public state: ChatState) {}

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Changes the state, and says so at once. */
  change(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.hasPending = true;
    this.flush();
  }

  /** Changes the state at once; listeners are called with the next frame. */
  changeSoon(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    if (this.hasPending) return;
    this.hasPending = true;
    const flush = () => this.flush();
    this.timer = setTimeout(flush, kHidden);
    if (typeof requestAnimationFrame !== 'undefined') this.frame = requestAnimationFrame(flush);
  }

  flush(): void {
    clearTimeout(this.timer);
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
    if (!this.hasPending) return;
    this.hasPending = false;
    for (const listener of [...this.listeners]) listener();
  }

  indexOf(id: string): number {
    return this.state.messages.findIndex((message) => message.id === id);
  }

  /** The messages, with one of them changed. */
  changed(id: string, fields: Partial<Message>): readonly Message[] {
    return this.state.messages.map((message) => (message.id === id ? { ...message, ...fields } : message));
  }
}
