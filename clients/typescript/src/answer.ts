// One answer that is being read: events for those who want each of them, the whole answer for those who wait.
import { AnswerError, type ErrorCode } from './errors.js';

interface AnyEvent {
  readonly type: string;
}

export interface AnswerOptions<E> {
  /** Called for each event, before it is yielded. */
  onEvent?: ((event: E) => void) | undefined;
  /** Called with the whole text so far, whenever it changes. */
  onText?: ((text: string) => void) | undefined;
}

/**
 * Iterate over it, or await `done`, or both. It is read once: begins with the first of them. Leaving the iteration ends the
 * reading, and the answer goes on at the server; `stop` cancels it there.
 */
export class AnswerStream<E extends AnyEvent, Last extends E> implements AsyncIterable<E> {
  /** The text so far. Empty again when the answer is written again (`restarted`, `reset`). */
  text = '';
  /** The last event that was read. */
  position = '';

  private readonly ending: Promise<Last>;
  private resolve!: (last: Last) => void;
  private reject!: (error: unknown) => void;
  private isStarted = false;
  private last: Last | undefined;
  private failure: AnswerError | undefined;

  constructor(
    private readonly source: AsyncGenerator<E, void, undefined>,
    private readonly cancel: () => Promise<void>,
    private readonly options: AnswerOptions<E> = {},
  ) {
    this.ending = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.ending.catch(() => {}); // those who iterate get the error there
  }

  /** The last event of the whole answer. Rejects with an AnswerError if the answer failed or was cancelled. */
  get done(): Promise<Last> {
    if (!this.isStarted) void this.drain();
    return this.ending;
  }

  /** Cancels the answer at the server. Its last event, an error with the code `cancelled`, comes as usual. */
  stop(): Promise<void> {
    return this.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    if (this.isStarted) throw new Error('An answer can be iterated once. Ask for its stream again.');
    this.isStarted = true;
    try {
      for await (const event of this.source) {
        this.take(event);
        yield event;
      }
      this.settle(new AnswerError('expired', 'The end of the answer was read before.', false, this.text));
    } catch (error) {
      this.settle(error);
      throw error;
    } finally {
      this.settle(new DOMException('The reading was ended.', 'AbortError'));
    }
  }

  private async drain(): Promise<void> {
    try {
      for await (const _ of this) void _;
    } catch {
      // `ending` has it
    }
  }

  /** Once the stream is closed. The last event counts, also if the reader leaves at it. */
  private settle(error: unknown): void {
    if (this.last) this.resolve(this.last);
    else this.reject(this.failure ?? error);
  }

  private take(event: E): void {
    const { content, status, position, code, message, retryable } = event as Fields;
    const before = this.text;
    if (position) this.position = position;
    if (event.type === 'response_chunk' || event.type === 'token') this.text += content;
    else if (event.type === 'restarted' || event.type === 'reset' || status === 'restarted') this.text = '';
    else if (event.type === 'complete') this.text = content ?? this.text;
    this.options.onEvent?.(event);
    if (this.text !== before) this.options.onText?.(this.text);
    if (event.type === 'complete' || event.type === 'done') this.last = event as Last;
    if (event.type === 'error') this.failure = new AnswerError(code ?? 'internal', message ?? '', retryable ?? false, this.text);
  }
}

interface Fields {
  content?: string;
  status?: string;
  position?: string;
  code?: ErrorCode;
  message?: string;
  retryable?: boolean;
}
