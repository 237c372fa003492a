// Everything that can go wrong, as a union that `kind` tells apart. An abort is not among them: it throws the reason of
// the AbortSignal, as `fetch` does.
import type { components } from './generated/openapi.js';

/** The codes of the server. Later versions may have more. */
export type ErrorCode = components['schemas']['ErrorCode'];

type Problem = components['schemas']['Problem'];

const isRetryableStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The server refused a request (RFC 9457). */
export class ProblemError extends Error {
  readonly kind = 'problem';
  override readonly name = 'ProblemError';
  readonly code: ErrorCode;
  readonly title: string;
  /** The field, parameter or header at fault. */
  readonly field: string | undefined;
  /** The name of the limit that was hit. */
  readonly limit: string | undefined;
  /** The name of the exchange in the server's log. */
  readonly requestId: string | undefined;

  constructor(
    readonly status: number,
    problem: Partial<Problem>,
    /** Milliseconds until the same request may succeed, if the server says so. */
    readonly retryAfter?: number,
  ) {
    super(problem.detail || problem.title || `The server answered with status ${status}.`);
    this.code = problem.code ?? (status === 401 ? 'unauthenticated' : status >= 500 ? 'unavailable' : 'invalid_request');
    this.title = problem.title ?? '';
    this.field = problem.field;
    this.limit = problem.limit;
    this.requestId = problem.request_id;
  }

  /** Whether the same request may succeed later without a change. */
  get retryable(): boolean {
    return isRetryableStatus(this.status) && this.code !== 'quota_exceeded' && this.code !== 'session_used_up';
  }
}

/** An answer ended with an error: the model failed, or somebody cancelled it. Text that came before is kept. */
export class AnswerError extends Error {
  readonly kind = 'answer';
  override readonly name = 'AnswerError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryable: boolean,
    /** The text before the error. */
    readonly text: string,
  ) {
    super(message);
  }
}

/** The server could not be reached. An answer that was being read is safe on the server. */
export class ConnectionError extends Error {
  readonly kind = 'connection';
  override readonly name = 'ConnectionError';
  readonly code = 'connection_lost';
  readonly retryable = true;
  constructor(
    /** How often it was tried since the last progress. */
    readonly attempts: number,
    cause: unknown,
  ) {
    super('The server cannot be reached.', { cause });
  }
}

/** Something else than Belay answered, or a newer version of it. */
export class ProtocolError extends Error {
  readonly kind = 'protocol';
  override readonly name = 'ProtocolError';
  readonly code = 'not_understood';
  readonly retryable = false;
}

export type BelayError = ProblemError | AnswerError | ConnectionError | ProtocolError;

export function isBelayError(error: unknown): error is BelayError {
  return (
    error instanceof ProblemError || error instanceof AnswerError || error instanceof ConnectionError || error instanceof ProtocolError
  );
}

/** Reads a refusal. The body may be anything: a proxy may have written it. */
export async function problemOf(response: Response): Promise<ProblemError> {
  let problem: Partial<Problem> = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) problem = body;
  } catch {
    // not JSON
  }
  const after = response.headers.get('retry-after');
  const seconds = after === null ? NaN : Number(after);
  const wait = Number.isNaN(seconds) && after !== null ? Date.parse(after) - Date.now() : seconds * 1000;
  return new ProblemError(response.status, problem, Number.isNaN(wait) ? undefined : Math.max(0, wait));
}
