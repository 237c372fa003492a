// The calls of every surface. `call` reaches every path of docs/openapi.json; the methods here are those that need more than
// one request: streams, and questions with their answers.
import { AnswerStream, type AnswerOptions } from './answer.js';
import {
  decodeAssistant,
  decodeChat,
  decodeCoach,
  decodePersona,
  type AssistantEvent,
  type ChatEvent,
  type CoachEvent,
  type PersonaEvent,
} from './events.js';
import { Http, randomKey } from './http.js';
import { resume, type StreamOptions } from './stream.js';
import type { Schemas } from './types.js';
import { abortable, pause } from './wait.js';

export type AssistantAnswer = AnswerStream<AssistantEvent, Extract<AssistantEvent, { type: 'complete' }>>;
export type ChatAnswer = AnswerStream<ChatEvent, Extract<ChatEvent, { type: 'done' }>>;
export type PersonaAnswer = AnswerStream<PersonaEvent, Extract<PersonaEvent, { type: 'done' }>>;

export interface StartOptions {
  /** Ends the request. An answer that it started already is cancelled. */
  signal?: AbortSignal | undefined;
  /** Default: a random key, so that the request is safe to repeat. */
  idempotencyKey?: string;
  /** How often the request is repeated after a temporary failure. Default: 2. */
  retries?: number;
}

const kLateAnswer = 5000;
const kCancelTime = 1000;

const isLast = (event: { type: string }) => event.type === 'complete' || event.type === 'done' || event.type === 'error';

export class BelayClient extends Http {
  // ---- assistant

  /** Starts an answer. Read it with `streamAssistantResponse`. */
  requestAssistant(request: Schemas['AssistantRequest'], options: StartOptions = {}): Promise<Schemas['AssistantAccepted']> {
    return this.start(
      options,
      (safe) => this.call('POST', '/assistant/request', { body: request, ...safe }),
      ({ request_id }) => this.cancelAssistantRequest(request_id),
    );
  }

  /** Reads an answer. The signal ends the reading only: others may read it too. */
  streamAssistantResponse(requestId: string, options: StreamOptions & AnswerOptions<AssistantEvent> = {}): AssistantAnswer {
    const stream = { path: `/assistant/stream/${encodeURIComponent(requestId)}`, decode: decodeAssistant, isLast };
    return new AnswerStream(resume(this, stream, options), () => this.cancelAssistantRequest(requestId), options);
  }

  /** Both steps. The signal cancels the answer at any stage. */
  interactWithAssistant(
    request: Schemas['AssistantRequest'],
    options: StartOptions & AnswerOptions<AssistantEvent> & { onAccepted?: (accepted: Schemas['AssistantAccepted']) => void } = {},
  ): AssistantAnswer {
    return this.startAndRead(
      (own) => this.requestAssistant(request, { ...options, ...own }),
      ({ request_id }, signal) => this.streamAssistantResponse(request_id, { signal }),
      options,
    );
  }

  /** May be repeated. */
  async cancelAssistantRequest(requestId: string): Promise<void> {
    await this.call('DELETE', '/assistant/request/{request_id}', { path: { request_id: requestId }, keepalive: true });
  }

  // ---- chat

  /** Asks, regenerates, edits or continues. The answer is written again after a crash that it cannot continue after, unless `restarts` is false. */
  startChat(request: Schemas['ChatStart'], options: StartOptions = {}): Promise<Schemas['ChatStarted']> {
    return this.start(
      options,
      (safe) => this.call('POST', '/api/chat/start', { body: { restarts: true, ...request }, ...safe }),
      ({ sessionId }) => this.cancelChat({ sessionId }),
    );
  }

  /** Reads the newest answer of a session or of a chat. The signal ends the reading only. */
  streamChat(of: { sessionId: string } | { chatId: string }, options: StreamOptions & AnswerOptions<ChatEvent> = {}): ChatAnswer {
    const stream = { path: '/api/chat/stream', query: of, decode: decodeChat, isLast };
    return new AnswerStream(resume(this, stream, options), () => this.cancelChat(of), options);
  }

  /** Both steps. The signal cancels the answer at any stage. */
  chat(
    request: Schemas['ChatStart'],
    options: StartOptions & AnswerOptions<ChatEvent> & { onStarted?: (started: Schemas['ChatStarted']) => void } = {},
  ): ChatAnswer {
    return this.startAndRead(
      (own) => this.startChat(request, { ...options, ...own }),
      ({ sessionId }, signal) => this.streamChat({ sessionId }, { signal }),
      options,
    );
  }

  /** May be repeated. */
  async cancelChat(of: { sessionId: string } | { chatId: string }): Promise<void> {
    await this.call('DELETE', '/api/chat/stream', { query: of, keepalive: true });
  }

  // ---- personas

  /** Asks a persona, and reads the answer. The signal cancels the answer. */
  askPersona(request: Schemas['PersonaAsk'], options: StreamOptions & StartOptions & AnswerOptions<PersonaEvent> = {}): PersonaAnswer {
    const { session_id } = request;
    // A repeated POST with the same key reads the same answer: it is asked once.
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': options.idempotencyKey ?? randomKey() },
      body: JSON.stringify(request),
    };
    const stream = { path: '/chat/stream', query: { restarts: 1 }, request: post, decode: decodePersona, isLast };
    const cancel = () => this.cancelPersona(session_id);
    return new AnswerStream(cancelling(resume(this, stream, options), cancel, options.signal), cancel, options);
  }

  /** Reads the newest answer of a persona's session. The signal ends the reading only. */
  streamPersona(sessionId: string, options: StreamOptions & AnswerOptions<PersonaEvent> = {}): PersonaAnswer {
    const stream = { path: '/chat/stream', query: { session_id: sessionId }, decode: decodePersona, isLast };
    return new AnswerStream(resume(this, stream, options), () => this.cancelPersona(sessionId), options);
  }

  private async cancelPersona(sessionId: string): Promise<void> {
    await this.call('DELETE', '/chat/stream', { query: { session_id: sessionId }, keepalive: true });
  }

  // ---- climbing coach

  /** Reads the answers to all questions of the user. It has no end: the signal ends it. */
  streamCoaching(options: StreamOptions = {}): AsyncGenerator<CoachEvent, void, undefined> {
    return resume<CoachEvent>(this, { path: '/stream', decode: decodeCoach }, options);
  }

  // ----

  /** A POST that starts an answer. If the signal comes too late to stop it, the answer is cancelled. */
  private async start<T>(
    { signal, idempotencyKey = randomKey(), retries }: StartOptions,
    post: (options: { idempotencyKey: string; signal: AbortSignal; retries?: number }) => Promise<T>,
    cancel: (started: T) => Promise<void>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const tooLate = new AbortController();
    const started = post({ idempotencyKey, signal: tooLate.signal, ...(retries !== undefined && { retries }) });
    try {
      return await abortable(started, signal);
    } catch (error) {
      if (signal?.aborted) {
        const timer = setTimeout(() => tooLate.abort(), kLateAnswer);
        started
          .then(cancel)
          .catch(() => {})
          .finally(() => clearTimeout(timer));
      }
      throw error;
    }
  }

  private startAndRead<T, E extends { type: string }, L extends E>(
    start: (options: { signal: AbortSignal }) => Promise<T>,
    read: (started: T, signal: AbortSignal) => AnswerStream<E, L>,
    options: StartOptions & AnswerOptions<E> & { onAccepted?: (started: T) => void; onStarted?: (started: T) => void },
  ): AnswerStream<E, L> {
    const starting = new AbortController(); // ended by stop()
    const signal = options.signal ? AbortSignal.any([options.signal, starting.signal]) : starting.signal;
    let answer: AnswerStream<E, L> | undefined;
    const events = async function* (): AsyncGenerator<E, void, undefined> {
      const started = await start({ signal });
      options.onAccepted?.(started);
      options.onStarted?.(started);
      answer = read(started, signal);
      const { stop } = answer;
      yield* cancelling(answer[Symbol.asyncIterator](), stop.bind(answer), options.signal);
    };
    // Before the answer has an id, stopping is aborting: `start` cancels what it may still start.
    const stop = async () => (answer ? answer.stop() : starting.abort(new DOMException('The answer was stopped.', 'AbortError')));
    return new AnswerStream(events(), stop, options);
  }
}

/** Cancels the answer if the signal ends its reading, and waits a moment for that: a program may end right after. */
async function* cancelling<E>(
  source: AsyncGenerator<E, void, undefined>,
  cancel: () => Promise<void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<E, void, undefined> {
  try {
    yield* source;
  } finally {
    if (signal?.aborted) await Promise.race([cancel().catch(() => {}), pause(kCancelTime)]);
  }
}

export const createClient = (options: ConstructorParameters<typeof BelayClient>[0] = {}): BelayClient => new BelayClient(options);
