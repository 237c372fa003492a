export { BelayClient, createClient, type AssistantAnswer, type ChatAnswer, type PersonaAnswer, type StartOptions } from './client.js';
export { AnswerStream, type AnswerOptions } from './answer.js';
export { AnswerError, ConnectionError, ProblemError, ProtocolError, isBelayError, type BelayError, type ErrorCode } from './errors.js';
export type { AssistantEvent, ChatEvent, CoachEvent, FinishReason, PersonaEvent } from './events.js';
export { randomKey, type ClientOptions } from './http.js';
export { ConnectionStore, type Connection, type ConnectionStatus, type LogEntry } from './log.js';
export { SseParser, readSse, type SseEvent } from './sse.js';
export { resume, type ResetEvent, type Stream, type StreamOptions } from './stream.js';
export type { CallArguments, CallOptions, CallResult, Method, Operation, Path, Schemas } from './types.js';
