// Requests: address, sign-in, refusals, and repetition where that is safe.
import { ConnectionError, isBelayError, ProblemError, ProtocolError, problemOf } from './errors.js';
import { ConnectionStore, type LogEntry } from './log.js';
import type { CallArguments, CallResult, Method, Operation, Path } from './types.js';
import { abortable, backoff, pause } from './wait.js';

export interface ClientOptions {
  /** The server's origin, such as `https://chat.example`, with a path if it has one. Default: where the page comes from. */
  baseUrl?: string;
  /**
   * The bearer token, or how to get one. After a 401 the function is called with `expired: true`, once for all requests that
   * wait; it returns a new token, or nothing if the user must sign in. Without a token the session cookie is used.
   */
  token?: string | ((request: { expired: boolean }) => string | null | undefined | Promise<string | null | undefined>);
  /** Whether cookies are sent to another origin. Default: `same-origin`. */
  credentials?: RequestCredentials;
  headers?: Record<string, string>;
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Gets every step, for developer tools. */
  log?: (entry: LogEntry) => void;
  /** A request without an answer is given up after so many milliseconds. Default: 30,000. */
  timeout?: number;
  /** A stream that is silent for so long is opened again. The server sends a heartbeat every 15 s. Default: 40,000. */
  idleTimeout?: number;
  /** A stream that makes no progress for so long is given up. Each event starts this time again. Default: 300,000. */
  patience?: number;
  /** The longest time between two attempts. Default: 15,000. */
  maxDelay?: number;
}

const kRetries = 2;
const kMaxRetryAfter = 30_000;

type Distribute<T> = T extends unknown ? Omit<T, 'time'> : never;
export type NewLogEntry = Distribute<LogEntry>;

/** A key for `Idempotency-Key`. `randomUUID` is missing on pages without TLS. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A temporary failure, of the server or of a proxy in front of it: the same request may work soon. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ProblemError) || (error.retryable && error.status !== 500 && error.status !== 429);
}

export class Http {
  readonly connections = new ConnectionStore();
  private token: Promise<string | null | undefined> | undefined;
  private requests = 0;

  constructor(readonly options: Readonly<ClientOptions>) {}

  log(entry: NewLogEntry): void {
    try {
      this.options.log?.({ time: Date.now(), ...entry } as LogEntry);
    } catch (error) {
      console.error(error); // a fault of the hook must not end a stream
    }
  }

  /** Sends a request that `docs/openapi.json` describes, and returns the body of its answer: JSON as it is typed, other texts as a string. */
  call<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: CallArguments<Operation<M, P>>
  ): Promise<CallResult<Operation<M, P>>> {
    return this.exchange(method, path, options[0] ?? {}, (response) => bodyOf(response) as Promise<CallResult<Operation<M, P>>>);
  }

  /** The same, with the response itself: for files and headers. Throws a ProblemError if the server refuses. */
  fetch<M extends Method, P extends Path<M>>(method: M, path: P, ...options: CallArguments<Operation<M, P>>): Promise<Response> {
    return this.exchange(method, path, options[0] ?? {}, (response) => response);
  }

  private async exchange<T>(method: string, path: string, options: LooseOptions, read: (response: Response) => T | Promise<T>): Promise<T> {
    const { query, path: names, body, headers, signal, idempotencyKey, retries, timeout, keepalive, fetch: own } = options;
    const isJson = body !== undefined && (body === null || Object.getPrototypeOf(body) === Object.prototype || Array.isArray(body));
    const init = {
      method,
      headers: {
        ...(isJson && { 'content-type': 'application/json' }),
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
      ...(keepalive && { keepalive }),
    };
    const address = addressOf(path, names, query);
    const limit = timeout ?? (body === undefined || isJson ? (this.options.timeout ?? 30_000) : 0);
    const left = retries ?? (method === 'POST' && !idempotencyKey ? 0 : kRetries);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const late = new AbortController();
      const abort = () => late.abort(new Error(`The server did not answer in ${limit} ms.`));
      const timer = limit > 0 ? setTimeout(abort, limit) : undefined;
      try {
        const both = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
        const response = await this.send(address, { ...init, signal: both }, own);
        if (!response.ok) throw await problemOf(response);
        return await read(response);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ProblemError && !mayPass(error)) throw error;
        if (attempt > left) throw isBelayError(error) ? error : new ConnectionError(attempt, error);
        const after = error instanceof ProblemError ? (error.retryAfter ?? 0) : 0;
        await pause(Math.min(kMaxRetryAfter, Math.max(after, backoff(attempt, 500, 5000))), signal);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /** One request, and after a 401 another one with a new token. `path` may have a query. */
  async send(path: string, init: SentRequest, own?: typeof fetch): Promise<Response> {
    const used = (this.token ??= this.askForToken(false));
    const token = await abortable(used, init.signal);
    const response = await this.sendWith(token, path, init, own);
    if (response.status !== 401) return response;
    // One refresh for all requests that were refused with the same token.
    if (this.token === used) {
      this.log({ type: 'refresh' });
      this.token = this.askForToken(true);
    }
    const next = await abortable((this.token ??= this.askForToken(false)), init.signal);
    if (!next || next === token) return response;
    await response.body?.cancel();
    return this.sendWith(next, path, init, own);
  }

  private async sendWith(
    token: string | null | undefined,
    path: string,
    init: SentRequest,
    own: typeof fetch | undefined,
  ): Promise<Response> {
    const id = ++this.requests;
    const begin = Date.now();
    const { baseUrl = '', credentials = 'same-origin', headers } = this.options;
    this.log({ type: 'request', id, method: init.method ?? 'GET', path });
    const response = await (own ?? this.options.fetch ?? fetch)(baseUrl.replace(/\/+$/, '') + path, {
      cache: 'no-store',
      credentials,
      ...init,
      headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }), ...init.headers },
    });
    this.log({ type: 'response', id, status: response.status, milliseconds: Date.now() - begin });
    return response;
  }

  private async askForToken(expired: boolean): Promise<string | null | undefined> {
    const { token } = this.options;
    if (typeof token !== 'function') return token;
    let found;
    try {
      found = await token({ expired });
    } finally {
      if (!found) this.token = undefined; // the next request asks again
    }
    return found;
  }
}

/** No answer of the API is a page: a page comes from something between here and the server. */
async function bodyOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status === 204) return undefined;
  if (/^text\/html\b/.test(type)) throw new ProtocolError('A page of HTML came instead of an answer.');
  const text = await response.text();
  if (!/[/+]json\b/.test(type)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ProtocolError('The answer is not the JSON that it says it is.', { cause: error });
  }
}

interface LooseOptions {
  query?: Record<string, unknown>;
  path?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  idempotencyKey?: string;
  retries?: number;
  timeout?: number;
  keepalive?: boolean;
  fetch?: typeof fetch;
}
type SentRequest = RequestInit & { headers: Record<string, string> };

/** Fills the names in a path, and appends the query. */
export function addressOf(path: string, names?: Record<string, unknown>, query?: Record<string, unknown>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = names?.[name];
    if (value === undefined || value === '') throw new ProtocolError(`The path ${path} needs a value for "${name}".`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined && value !== null) search.set(name, String(value));
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}
