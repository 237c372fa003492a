// An answer while it is written: its text, how much of it is shown, and what happened to its connection.
import type { ChatEvent, Connection } from '@belay/client';
import { client } from '../lib/client.ts';
import type { Fault } from '../lib/problems.ts';
import { Store } from '../lib/store.ts';

/** A cut of the connection, and where the text was joined again. */
export interface Cut {
  /** Where the text ended. */
  readonly offset: number;
  /** The last event before it. */
  readonly position: string;
  readonly lostAt: number;
  readonly resumedAt?: number;
  /** Up to where the text came at once. */
  readonly caughtTo?: number;
}

export type LiveState = 'waiting' | 'reasoning' | 'streaming' | 'done' | 'failed' | 'stopped';

export interface Live {
  readonly state: LiveState;
  readonly text: string;
  /** How many characters are shown. */
  readonly shown: number;
  readonly reasoning: string;
  /** How long it was thinking, once the answer has begun. */
  readonly thoughtFor?: number;
  readonly position: string;
  readonly cuts: readonly Cut[];
  /** The connection is gone, and has been for a second. */
  readonly lost: boolean;
  readonly retryAt?: number | undefined;
  readonly restarted: boolean;
  /** The saved text, because the stream is no longer kept. */
  readonly finish?: string | undefined;
  readonly fault?: Fault | undefined;
  readonly tint: boolean;
  readonly startedAt: number;
}

const kRevealTime = 120; // of what is queued; all of it is shown within 250 ms
const kCatchUp = 400; // what comes within this time after a resume was written meanwhile
const kTintTime = 1500;
const kPatience = 1000; // a shorter cut is not worth a word

const initial = (): Live => ({
  state: 'waiting',
  text: '',
  shown: 0,
  reasoning: '',
  position: '',
  cuts: [],
  lost: false,
  restarted: false,
  tint: false,
  startedAt: Date.now(),
});

export class LiveAnswer {
  readonly store = new Store<Live>(initial());
  private frame = 0;
  private lastFrame = 0;
  private pending: Live = this.store.get();
  private timers = new Set<ReturnType<typeof setTimeout>>();
  private forget: (() => void) | undefined;

  /** `path`: the stream's address, to find its connection. */
  constructor(
    readonly path: string,
    private readonly clock: { now: () => number } = Date,
  ) {
    this.forget = client.connections.subscribe(() => this.onConnection());
  }

  get isOver(): boolean {
    return ['done', 'failed', 'stopped'].includes(this.pending.state);
  }

  /** The connection that reads this answer. */
  connection(): Connection | undefined {
    return client.connections.getSnapshot().findLast((each) => each.path === this.path);
  }

  take(event: ChatEvent): void {
    const live = this.pending;
    const position = 'position' in event && event.position ? event.position : live.position;
    switch (event.type) {
      case 'typing':
        return this.change({ position });
      case 'reasoning':
        return this.change({ position, state: 'reasoning', reasoning: live.reasoning + event.content });
      case 'token': {
        const thoughtFor = live.reasoning && live.thoughtFor === undefined ? { thoughtFor: this.clock.now() - live.startedAt } : {};
        return this.change({ position, state: 'streaming', text: live.text + event.content, cuts: this.caught(live, live.text.length + event.content.length), ...thoughtFor });
      }
      case 'restarted':
        return this.change({ position, text: '', shown: 0, reasoning: '', restarted: true, cuts: [] });
      case 'reset':
        return this.change({ position: '', text: '', shown: 0, reasoning: '', cuts: [] });
      case 'done':
        return this.end({ position, state: 'done', finish: event.finish });
      case 'error':
        return this.end(
          event.code === 'cancelled'
            ? { position, state: 'stopped', fault: { code: event.code } }
            : { position, state: 'failed', fault: { code: event.code, detail: event.message } },
        );
    }
  }

  /** The reading failed for good. */
  fail(fault: Fault): void {
    this.end({ state: 'failed', fault });
  }

  /** Stop was pressed: the answer of the server follows. */
  stop(): void {
    if (!this.isOver) this.change({ state: 'stopped' });
  }

  dispose(): void {
    this.forget?.();
    cancelAnimationFrame(this.frame);
    for (const timer of this.timers) clearTimeout(timer);
  }

  private end(change: Partial<Live>): void {
    this.change({ ...change, lost: false, retryAt: undefined });
    this.forget?.();
    this.forget = undefined;
  }

  /** The text that came right after a resume was written meanwhile: it is tinted for a moment. */
  private caught(live: Live, length: number): readonly Cut[] {
    const last = live.cuts.at(-1);
    if (last?.resumedAt === undefined || this.clock.now() - last.resumedAt > kCatchUp) return live.cuts;
    return [...live.cuts.slice(0, -1), { ...last, caughtTo: length }];
  }

  private onConnection(): void {
    const connection = this.connection();
    if (!connection || this.isOver) return;
    const live = this.pending;
    const open = live.cuts.at(-1);
    const isCut = open !== undefined && open.resumedAt === undefined;
    if (connection.lostAt !== undefined && !isCut) {
      const cut: Cut = { offset: live.text.length, position: connection.lastEventId || live.position, lostAt: connection.lostAt };
      this.change({ cuts: [...live.cuts, cut] });
      this.after(kPatience, () => {
        const now = this.pending.cuts.at(-1);
        if (now?.lostAt === cut.lostAt && now.resumedAt === undefined && !this.isOver) this.change({ lost: true, retryAt: this.connection()?.retryAt });
      });
    } else if (connection.lostAt !== undefined && live.lost) this.change({ retryAt: connection.retryAt });
    else if (isCut && connection.status === 'open') {
      this.change({ lost: false, retryAt: undefined, tint: true, cuts: [...live.cuts.slice(0, -1), { ...open, resumedAt: this.clock.now() }] });
      this.after(kTintTime, () => this.change({ tint: false }));
    }
  }

  private after(delay: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, delay);
    this.timers.add(timer);
  }

  private change(change: Partial<Live>): void {
    this.pending = { ...this.pending, ...change };
    if (typeof document === 'undefined' || document.hidden || this.pending.restarted !== this.store.get().restarted) return this.show(true);
    if (!this.frame) this.frame = requestAnimationFrame(this.onFrame);
  }

  /** Once per frame: what is queued is revealed within a fraction of a second, so a burst is seen at once and a trickle runs smoothly. */
  private readonly onFrame = (now: number): void => {
    this.frame = 0;
    const elapsed = Math.min(250, this.lastFrame ? now - this.lastFrame : 16);
    this.lastFrame = now;
    this.show(false, elapsed);
    if (this.pending.shown < this.pending.text.length) this.frame = requestAnimationFrame(this.onFrame);
    else this.lastFrame = 0;
  };

  private show(all: boolean, elapsed = 16): void {
    const { text, shown } = this.pending;
    const queued = text.length - shown;
    const last = this.pending.cuts.at(-1);
    const burst = all || this.isOver || last?.caughtTo === text.length;
    const step = burst ? queued : Math.max(1, Math.ceil(queued * Math.min(1, elapsed / kRevealTime)));
    let end = Math.min(text.length, shown + step);
    // Not between the halves of one character.
    if (end < text.length && /[\uDC00-\uDFFF]/.test(text[end] ?? '')) end++;
    this.pending = { ...this.pending, shown: end };
    this.store.set(this.pending);
  }
}
