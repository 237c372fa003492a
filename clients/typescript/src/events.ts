// The events of every surface as unions that `type` tells apart. `position` is the id of an event: with it as `lastEventId`
// a stream continues after the event.
import { ProtocolError } from './errors.js';
import type { SseEvent } from './sse.js';
import type { ResetEvent } from './stream.js';
import type { Schemas } from './types.js';

interface Positioned {
  readonly position: string;
}

export type FinishReason = Schemas['FinishReason'];

/** Names that a later server may add are left out. */
export type AssistantEvent =
  | ({ readonly type: 'status' } & Schemas['StatusEvent'] & Positioned)
  | ({ readonly type: 'stage' } & Schemas['StageEvent'] & Positioned)
  | ({ readonly type: 'response_chunk' } & Schemas['ResponseChunkEvent'] & Positioned)
  | ({ readonly type: 'action' } & Schemas['ActionEvent'] & Positioned)
  | ({ readonly type: 'complete' } & Schemas['CompleteEvent'] & Positioned)
  | ({ readonly type: 'error' } & Schemas['ErrorEvent'] & Positioned)
  | ResetEvent;

export type ChatEvent = (Schemas['ChatEvent'] & Positioned) | ResetEvent;

export type PersonaEvent =
  | ({ readonly type: 'token'; readonly content: string } & Positioned)
  | ({ readonly type: 'restarted' } & Positioned)
  | ({ readonly type: 'done'; readonly finish?: FinishReason } & Positioned)
  | ({ readonly type: 'error'; readonly code: Schemas['ErrorCode']; readonly message: string } & Positioned)
  | ResetEvent;

type CoachData<Key extends string> = Extract<Schemas['CoachEvent'], Record<Key, unknown>>;
export type CoachEvent =
  | ({ readonly type: 'processing' } & Extract<Schemas['CoachEvent'], { status: 'Processing...' | 'Still working—hang tight!' }> &
      Positioned)
  | ({ readonly type: 'partial_response' } & CoachData<'text'> & Positioned)
  | ({ readonly type: 'response' } & CoachData<'text'> & Positioned)
  | ({ readonly type: 'upload_processed' } & Exclude<CoachData<'status'>, { status: 'Processing...' | 'Still working—hang tight!' }> &
      Positioned)
  | ({ readonly type: 'visualization_suggestion' } & CoachData<'suggestion'> & Positioned)
  | ({ readonly type: 'error' } & CoachData<'error'> & Positioned)
  | ResetEvent;

type Data = Record<string, unknown>;

function dataOf(event: SseEvent): Data {
  try {
    const data: unknown = JSON.parse(event.data);
    if (typeof data === 'object' && data !== null) return data as Data;
  } catch {
    // said below
  }
  throw new ProtocolError(`The data of the event "${event.type}" is not a JSON object.`);
}

const assistantTypes = new Set(['status', 'stage', 'response_chunk', 'action', 'complete', 'error']);
const chatTypes = new Set(['typing', 'token', 'reasoning', 'done', 'error', 'restarted']);
const coachTypes = new Set([
  'processing',
  'partial_response',
  'response',
  'upload_processed',
  'visualization_suggestion',
  'error',
  'reset',
]);

const named =
  <E>(types: Set<string>) =>
  (event: SseEvent): E | undefined =>
    types.has(event.type) ? ({ ...dataOf(event), type: event.type, position: event.id } as E) : undefined;

export const decodeAssistant = named<AssistantEvent>(assistantTypes);
export const decodeCoach = named<CoachEvent>(coachTypes);

export function decodeChat(event: SseEvent): ChatEvent | undefined {
  const data = dataOf(event);
  return chatTypes.has(data['type'] as string) ? ({ ...data, position: event.id } as ChatEvent) : undefined;
}

export function decodePersona(event: SseEvent): PersonaEvent | undefined {
  const { token, restarted, done, finish, error } = dataOf(event);
  const position = event.id;
  if (typeof token === 'string') return { type: 'token', content: token, position };
  if (restarted) return { type: 'restarted', position };
  if (done) return { type: 'done', ...(finish !== undefined && { finish: finish as FinishReason }), position };
  if (error) return { type: 'error', ...(error as { code: Schemas['ErrorCode']; message: string }), position };
  return undefined;
}
