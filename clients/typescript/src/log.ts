// What developer tools see: a hook that gets every step, and a store of the open streams.

/** One step. Tokens and prompts are not in it; `event` has the data of answers. */
export type LogEntry = { readonly time: number } & (
  | { readonly type: 'request'; readonly id: number; readonly method: string; readonly path: string }
  | { readonly type: 'response'; readonly id: number; readonly status: number; readonly milliseconds: number }
  | { readonly type: 'refresh' }
  | { readonly type: 'opening'; readonly stream: number; readonly path: string; readonly lastEventId: string }
  | { readonly type: 'open'; readonly stream: number }
  | { readonly type: 'event'; readonly stream: number; readonly id: string; readonly event: string; readonly data: string }
  | { readonly type: 'reset'; readonly stream: number; readonly code: string }
  | { readonly type: 'lost'; readonly stream: number; readonly reason: unknown }
  | { readonly type: 'retry'; readonly stream: number; readonly attempt: number; readonly delay: number }
  | { readonly type: 'closed'; readonly stream: number; readonly lastEventId: string }
);

/** `connecting`: also for the first time. `waiting`: until the next attempt. `offline`: the same, without a network. */
export type ConnectionStatus = 'connecting' | 'open' | 'waiting' | 'offline' | 'closed';

export interface Connection {
  readonly id: number;
  readonly path: string;
  readonly status: ConnectionStatus;
  readonly lastEventId: string;
  /** Attempts since the last progress; 0 when all is well. */
  readonly attempt: number;
  /** When the next attempt begins (`Date.now()`), while `waiting` or `offline`. */
  readonly retryAt: number | undefined;
  /** Since when the stream is interrupted, if it is. */
  readonly lostAt: number | undefined;
  /** How often the stream was opened again. */
  readonly resumed: number;
  readonly events: number;
  readonly bytes: number;
  readonly openedAt: number;
  /** Why the last connection ended. */
  readonly reason: unknown;
}

const kKeptClosed = 20;

/** The streams of a client: an external store, for `useSyncExternalStore` or anything else. */
export class ConnectionStore {
  private readonly entries = new Map<number, { state: Connection; cut: (reason: unknown, delay?: number) => void }>();
  private readonly listeners = new Set<() => void>();
  private snapshot: readonly Connection[] = [];
  private isStale = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The open streams and the newest closed ones, oldest first. The same array until something changes. */
  readonly getSnapshot = (): readonly Connection[] => {
    if (this.isStale) this.snapshot = [...this.entries.values()].map((entry) => entry.state);
    this.isStale = false;
    return this.snapshot;
  };

  get(id: number): Connection | undefined {
    return this.entries.get(id)?.state;
  }

  /** Drops the connection of a stream, or of all. Each continues by itself after its last event, in `delay` milliseconds at the earliest. */
  cut(id?: number, delay = 0): void {
    for (const [key, entry] of this.entries)
      if (id === undefined || key === id) entry.cut(new Error('The connection was cut by hand.'), delay);
  }

  /** @internal */
  add(state: Connection, cut: (reason: unknown, delay?: number) => void): void {
    this.entries.set(state.id, { state, cut });
    const closed = [...this.entries.values()].filter((entry) => entry.state.status === 'closed');
    for (const entry of closed.slice(0, -kKeptClosed)) this.entries.delete(entry.state.id);
    this.changed();
  }

  /** @internal */
  set(id: number, change: Partial<Connection>): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.state = { ...entry.state, ...change };
    this.changed();
  }

  private changed(): void {
    this.isStale = true;
    for (const listener of this.listeners) listener();
  }
}
