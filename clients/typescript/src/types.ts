// The types of calls, from the description of the API.
import type { components, paths } from './generated/openapi.js';

export type Schemas = components['schemas'];

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
/** The paths that have this method. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<Lowercase<M>, object> ? P : never;
}[keyof paths];
export type Operation<M extends Method, P extends Path<M>> = paths[P] extends Record<Lowercase<M>, infer O> ? O : never;

type ContentOf<T> = T extends { content: infer Content } ? Content : never;
type JsonOf<T> = ContentOf<T> extends { 'application/json': infer Json } ? Json : never;

type RequestBody<O> = O extends { requestBody?: infer Body } ? NonNullable<Body> : never;
type BodyOf<O> =
  | JsonOf<RequestBody<O>>
  | (ContentOf<RequestBody<O>> extends { 'multipart/form-data': unknown } ? FormData : never)
  | (ContentOf<RequestBody<O>> extends { 'text/csv': unknown } | { 'text/calendar': unknown } ? Blob | string : never);

type ParametersOf<O, In extends string> = O extends { parameters: { [K in In]?: infer Values } } ? NonNullable<Values> : never;

interface CommonOptions {
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
  /** Makes a POST safe to repeat: the server runs it once. */
  idempotencyKey?: string;
  /** How often the request is repeated after a temporary failure. Default: 2, but 0 for a POST without a key. */
  retries?: number;
  /** Milliseconds until the answer begins; 0: no limit. Default: that of the client, and no limit for files. */
  timeout?: number;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
  /** Instead of the client's `fetch`: `uploading()` of `@belay/client/upload`, for example. */
  fetch?: typeof fetch;
}
/** A member that may be left out if all of it may be. */
type Member<Name extends string, Value> = [Value] extends [never]
  ? { [N in Name]?: never }
  : object extends Value
    ? { [N in Name]?: Value }
    : { [N in Name]: Value };
type BodyMember<O> = O extends { requestBody: unknown }
  ? { body: BodyOf<O> }
  : [RequestBody<O>] extends [never]
    ? { body?: never }
    : { body?: BodyOf<O> };

export type CallOptions<O> = CommonOptions &
  Member<'path', ParametersOf<O, 'path'>> &
  Member<'query', ParametersOf<O, 'query'>> &
  BodyMember<O>;
/** The options as an argument: it may be left out if nothing is required. */
export type CallArguments<O> = object extends CallOptions<O> ? [options?: CallOptions<O>] : [options: CallOptions<O>];

type Success = 200 | 201 | 202;
type ResponsesOf<O> = O extends { responses: infer Responses } ? Responses : never;
/** JSON as it is described; other texts as a string; nothing for 204. */
export type CallResult<O> = ResultOf<ResponsesOf<O>>;
type ResultOf<Responses> = {
  [Status in keyof Responses & (Success | 204)]: Status extends 204
    ? undefined
    : [JsonOf<Responses[Status]>] extends [never]
      ? string
      : JsonOf<Responses[Status]>;
}[keyof Responses & (Success | 204)];
