// Sends a question until the server takes it or refuses it. One idempotency key for all attempts makes that safe.
import { isBelayError, ProblemError, type BelayError } from '../errors.js';
import { mayPass, randomKey } from '../http.js';
import { backoff, isOffline, pause } from '../wait.js';
import type { ChatBackend, Question, Running } from './backend.js';
import type { ChatState } from './state.js';

const kMaxAttempts = 20; // of a question that a busy server does not take
const kFirstDelay = 1000;
const kMaxDelay = 15_000;

export class Sending {
  private readonly end = new AbortController();
  private wakeUp: (() => void) | undefined;

  /** `onWait`: called before each wait, with what the page shows. */
  constructor(
    private readonly backend: ChatBackend,
    private readonly onWait: (waiting: NonNullable<ChatState['sending']>) => void,
  ) {}

  get isAborted(): boolean {
    return this.end.signal.aborted;
  }

  abort(): void {
    this.end.abort();
  }

  /** Tries now instead of later. */
  wake(): void {
    this.wakeUp?.();
  }

  /** Returns the answer that has begun. Throws the refusal, or the reason of the abort. */
  async start(question: Question): Promise<Running> {
    const idempotencyKey = randomKey();
    const { signal } = this.end;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.backend.start(question, { idempotencyKey, signal });
      } catch (error) {
        if (signal.aborted || !isBelayError(error) || !isBriefly(error) || attempt >= kMaxAttempts) throw error;
        const after = error instanceof ProblemError ? (error.retryAfter ?? 0) : 0;
        const delay = isOffline() ? kMaxDelay : Math.max(after, backoff(attempt, kFirstDelay, kMaxDelay));
        this.onWait({ attempt, retryAt: Date.now() + delay, error });
        await pause(delay, signal, (wake) => {
          this.wakeUp = wake;
          return () => (this.wakeUp = undefined);
        });
      }
    }
  }
}

/** Nobody has to do anything: the question can be sent again. */
const isBriefly = (error: BelayError): boolean => mayPass(error) && error.code !== 'storage_full' && error.kind !== 'protocol';
