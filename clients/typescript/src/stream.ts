// Streams that survive: read from the last event on, however often the connection or the server goes away.
import { ConnectionError, ProblemError, ProtocolError, problemOf, type ErrorCode } from './errors.js';
import { addressOf, type Http } from './http.js';
import type { Connection } from './log.js';
import { readSse, SseParser, type SseEvent } from './sse.js';
import { backoff, isOffline, onPageWake, pause } from './wait.js';

/** Drop the text so far: the position is not known to the server any more, and everything follows once more from the start. */
export interface ResetEvent {
  readonly type: 'reset';
  readonly position: string;
  readonly reason: string;
}

export interface StreamOptions {
  /** Ends the reading. Whether the answer is cancelled too is said where the option is taken. */
  signal?: AbortSignal | undefined;
  /** Continue after this event. */
  lastEventId?: string | undefined;
  /** Called when the connection's status changes. */
  onConnection?: ((connection: Connection) => void) | undefined;
}

export interface Stream<E> {
  path: string;
  query?: Record<string, unknown>;
  /** Of a stream that is not read with GET. It is sent each time, so it must be safe to repeat. */
  request?: { method: string; headers: Record<string, string>; body: string };
  /** A typed event, or undefined if this one is not known. Throws if the data is not what it should be. */
  decode: (event: SseEvent) => E | undefined;
  /** Whether this event is the last one. Without it the stream has no end. */
  isLast?: (event: E) => boolean;
}

const kFirstDelay = 1000;
const kMaxRetryAfter = 60_000;
const kSilence = 20_000; // longer than between two heartbeats

let streams = 0;

/**
 * Reads a stream to its last event. Yields each event once and in order. Throws a ProblemError if the server refuses for good, a
 * ConnectionError if it makes no progress for too long, a ProtocolError if something else answers, or the signal's reason.
 */
export async function* resume<E>(
  http: Http,
  stream: Stream<E>,
  { signal, lastEventId = '', onConnection }: StreamOptions = {},
): AsyncGenerator<E | ResetEvent, void, undefined> {
  const { idleTimeout = 40_000, patience = 300_000, maxDelay = 15_000 } = http.options;
  const { connections } = http;
  const id = ++streams;
  const path = addressOf(stream.path, undefined, stream.query);
  let position = lastEventId;
  let attempt = 0;
  let downtime = 0; // without a connection, since the last progress
  let downSince = Date.now();
  let base: number | undefined; // what the server wants between two attempts
  let wasReset = false; // since the last event
  let current: AbortController | undefined;
  let silentSince = 0;
  let floor = 0; // of the next delay
  let hurry = false; // the next attempt follows at once
  let wakeUp: (() => void) | undefined;

  const update = (change: Partial<Connection>) => {
    connections.set(id, change);
    if (change.status) onConnection?.(connections.get(id)!);
  };
  const drop = (reason: unknown, delay = 0) => {
    hurry = delay === 0;
    floor = delay;
    current?.abort(reason);
    if (hurry) wakeUp?.();
  };
  const forget = onPageWake((reason) => {
    // The time while the page slept does not count. A connection that was quiet, or from before a change of network, may be dead.
    attempt = downtime = 0;
    downSince = Date.now();
    if (wakeUp || reason !== 'visible' || Date.now() - silentSince > kSilence) drop(new Error(`The page woke up: ${reason}.`));
  });
  connections.add(
    {
      id,
      path,
      status: 'connecting',
      lastEventId: position,
      attempt: 0,
      retryAt: undefined,
      lostAt: undefined,
      resumed: 0,
      events: 0,
      bytes: 0,
      openedAt: Date.now(),
      reason: undefined,
    },
    drop,
  );

  try {
    for (let opened = 0; ;) {
      signal?.throwIfAborted();
      const parser = new SseParser(position);
      const attemptEnd = (current = new AbortController());
      const abort = () => attemptEnd.abort(signal?.reason);
      signal?.addEventListener('abort', abort);
      silentSince = Date.now();
      let timer: ReturnType<typeof setTimeout>;
      const watch = () => {
        const left = silentSince + idleTimeout - Date.now();
        if (left <= 0) attemptEnd.abort(new Error('The stream was silent for too long.'));
        else timer = setTimeout(watch, left);
      };
      watch();
      hurry = false;
      let retryAfter = 0;
      let reason: unknown;
      let isReading = false;
      update({ status: 'connecting' });
      http.log({ type: 'opening', stream: id, path, lastEventId: position });
      try {
        const response = await http.send(path, {
          ...stream.request,
          signal: attemptEnd.signal,
          headers: { ...stream.request?.headers, accept: 'text/event-stream', ...(position && { 'last-event-id': position }) },
        });
        if (response.status === 204) return;
        if (!response.ok) throw await problemOf(response);
        if (!response.body || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? ''))
          throw new ProtocolError('The server did not answer with an event stream.');
        isReading = true;
        downtime += Date.now() - downSince;
        update({ status: 'open', resumed: opened++, retryAt: undefined, lostAt: undefined });
        http.log({ type: 'open', stream: id });
        const onBytes = (count: number) => {
          silentSince = Date.now();
          update({ bytes: (connections.get(id)?.bytes ?? 0) + count });
        };
        for await (const raw of readSse(response.body, parser, onBytes)) {
          signal?.throwIfAborted(); // also between events that arrived together
          http.log({ type: 'event', stream: id, id: raw.id, event: raw.type, data: raw.data });
          const event = stream.decode(raw);
          const isLast = event !== undefined && stream.isLast?.(event);
          // An end without an id is the end of this reader, not of the answer.
          if (isLast && raw.id === position && typeof event === 'object' && 'code' in event!) {
            const { code, message } = event as { code: ErrorCode; message?: string };
            throw new ProblemError(code === 'unauthenticated' || code === 'revoked' ? 401 : 503, { code, detail: message ?? '' });
          }
          position = raw.id;
          attempt = downtime = 0;
          wasReset = false;
          update({ lastEventId: position, events: (connections.get(id)?.events ?? 0) + 1, attempt: 0 });
          if (event !== undefined) yield event;
          if (isLast) return;
        }
        reason = new Error('The stream ended before its last event.');
        downSince = Date.now();
      } catch (error) {
        signal?.throwIfAborted();
        reason = attemptEnd.signal.aborted ? attemptEnd.signal.reason : error;
        if (error instanceof RangeError) throw new ProtocolError('The server sent an event that is too long.', { cause: error });
        if (isReading && error instanceof ProtocolError) throw error;
        if (isReading) downSince = Date.now();
        if (error instanceof ProblemError) {
          const isPosition = error.status === 410 || (error.status === 409 && error.code === 'position_ahead');
          if (isPosition && position && !wasReset) {
            http.log({ type: 'reset', stream: id, code: error.code });
            position = '';
            wasReset = true;
            update({ lastEventId: '' });
            yield { type: 'reset', position, reason: error.code };
            continue;
          }
          if (!error.retryable) throw error;
          retryAfter = Math.min(error.retryAfter ?? 0, kMaxRetryAfter);
        }
      } finally {
        clearTimeout(timer!);
        signal?.removeEventListener('abort', abort);
        attemptEnd.abort();
      }
      // A block with an id alone counts too.
      position = parser.lastEventId;
      base = Math.min(parser.retry ?? base ?? kFirstDelay, maxDelay);

      http.log({ type: 'lost', stream: id, reason });
      const lostAt = connections.get(id)?.lostAt ?? Date.now();
      update({ lastEventId: position, lostAt, reason });
      if (hurry) continue;
      if (downtime + Date.now() - downSince > patience)
        throw reason instanceof ProtocolError ? reason : new ConnectionError(attempt, reason);
      attempt++;
      const delay = Math.max(isOffline() ? maxDelay : backoff(attempt, base, maxDelay), retryAfter, floor);
      floor = 0;
      http.log({ type: 'retry', stream: id, attempt, delay });
      update({ status: isOffline() ? 'offline' : 'waiting', attempt, retryAt: Date.now() + delay });
      await pause(delay, signal, (wake) => {
        wakeUp = wake;
        return () => (wakeUp = undefined);
      });
    }
  } finally {
    forget();
    http.log({ type: 'closed', stream: id, lastEventId: position });
    update({ status: 'closed', retryAt: undefined, lostAt: undefined });
  }
}
