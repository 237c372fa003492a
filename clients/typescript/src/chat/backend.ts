// What a chat needs from a surface. The chat surface can do all of it; the assistant surface asks and reads.
import type { BelayClient } from '../client.js';
import type { AssistantEvent, ChatEvent, FinishReason } from '../events.js';
import type { StreamOptions } from '../stream.js';
import type { Schemas } from '../types.js';

/** What an answer says, in the terms of any surface. */
export type AnswerEvent =
  | { type: 'text' | 'reasoning'; content: string; position: string }
  | { type: 'restarted' | 'reset' | 'other'; position: string }
  | { type: 'done'; finish: FinishReason | null; appendix: Schemas['AppendixItem'][]; stale: boolean; position: string }
  | { type: 'error'; code: string; message: string; retryable: boolean; position: string };

/** An answer that the server writes. */
export interface Running {
  readonly messageId: string;
  readonly userMessageId: string | null;
  read(options: StreamOptions): AsyncIterable<AnswerEvent>;
  cancel(): Promise<void>;
}

export interface Question {
  prompt?: string;
  modelId?: string | undefined;
  /** A message that is answered again, edited or continued. */
  regenerate?: string;
  edit?: string;
  continue?: string;
}

export interface HistoryPage {
  messages: Schemas['ChatMessage'][];
  cursor: string | null;
  running: Running | null;
}

export interface ChatBackend {
  /** Whether there are branches, reactions and a history. */
  readonly isStored: boolean;
  start(question: Question, options: { idempotencyKey: string; signal: AbortSignal }): Promise<Running>;
  history(cursor: string | null, signal: AbortSignal): Promise<HistoryPage>;
  choose(messageId: string): Promise<void>;
  react(messageId: string, reaction: 'like' | 'dislike' | null): Promise<void>;
}

const kPage = 100;

export interface ChatSurfaceOptions {
  projectId?: string | undefined;
  taskId?: string | undefined;
}

export class ChatSurface implements ChatBackend {
  readonly isStored = true;
  constructor(
    private readonly client: BelayClient,
    private readonly chatId: string,
    private readonly options: ChatSurfaceOptions = {},
  ) {}

  async start(question: Question, options: { idempotencyKey: string; signal: AbortSignal }): Promise<Running> {
    const { projectId, taskId } = this.options;
    const { modelId, ...rest } = question;
    const body: Schemas['ChatStart'] = {
      chatId: this.chatId,
      ...(modelId !== undefined && { modelId }),
      ...(projectId !== undefined && { projectId }),
      ...(taskId !== undefined && { taskId }),
      ...rest,
    };
    return this.running(await this.client.startChat(body, { ...options, retries: 0 }));
  }

  async history(cursor: string | null, signal: AbortSignal): Promise<HistoryPage> {
    const page = await this.client.call('GET', '/api/chat/history', {
      query: { chatId: this.chatId, limit: kPage, ...(cursor !== null && { cursor }) },
      signal,
    });
    return { messages: page.messages, cursor: page.nextCursor, running: page.running ? this.running(page.running) : null };
  }

  async choose(messageId: string): Promise<void> {
    await this.client.call('PUT', '/api/chat/{chatId}/branch', { path: { chatId: this.chatId }, body: { messageId } });
  }

  async react(messageId: string, reaction: 'like' | 'dislike' | null): Promise<void> {
    const path = { id: messageId };
    if (reaction) await this.client.call('PUT', '/api/chat/messages/{id}/reaction', { path, body: { reaction } });
    else await this.client.call('DELETE', '/api/chat/messages/{id}/reaction', { path });
  }

  private running(started: { sessionId: string | null; messageId: string; userMessageId?: string }): Running {
    const { sessionId, messageId, userMessageId } = started;
    const { client } = this;
    // An answer that another client asked for may have no session. Then it is the newest one of its chat.
    const of = sessionId === null ? { chatId: this.chatId } : { sessionId };
    return {
      messageId,
      userMessageId: userMessageId ?? null,
      read: (options) => translated(client.streamChat(of, options), fromChat),
      cancel: () => client.cancelChat(of),
    };
  }
}

export class AssistantSurface implements ChatBackend {
  readonly isStored = false;
  constructor(
    private readonly client: BelayClient,
    private readonly conversationId: string,
    private readonly request: Partial<Omit<Schemas['AssistantRequest'], 'prompt'>> = {},
  ) {}

  async start(question: Question, options: { idempotencyKey: string; signal: AbortSignal }): Promise<Running> {
    const body: Schemas['AssistantRequest'] = {
      mode: 'chat',
      conversation_id: this.conversationId,
      ...this.request,
      prompt: question.prompt ?? '',
    };
    const { client } = this;
    const { request_id: id } = await client.requestAssistant(body, { ...options, retries: 0 });
    return {
      messageId: id,
      userMessageId: null,
      read: (read) => translated(client.streamAssistantResponse(id, read), fromAssistant),
      cancel: () => client.cancelAssistantRequest(id),
    };
  }

  history(): Promise<HistoryPage> {
    return Promise.resolve({ messages: [], cursor: null, running: null });
  }
  choose(): Promise<void> {
    return Promise.resolve();
  }
  react(): Promise<void> {
    return Promise.resolve();
  }
}

async function* translated<E>(events: AsyncIterable<E>, translate: (event: E) => AnswerEvent): AsyncGenerator<AnswerEvent> {
  for await (const event of events) yield translate(event);
}

function fromChat(event: ChatEvent): AnswerEvent {
  const { position } = event;
  switch (event.type) {
    case 'token':
      return { type: 'text', content: event.content, position };
    case 'reasoning':
    case 'error':
      return event;
    case 'done':
      return { type: 'done', finish: event.finish ?? null, appendix: [], stale: event.source === 'stale', position };
    case 'restarted':
    case 'reset':
      return { type: event.type, position };
    default:
      return { type: 'other', position };
  }
}

function fromAssistant(event: AssistantEvent): AnswerEvent {
  const { position } = event;
  switch (event.type) {
    case 'response_chunk':
      return { type: 'text', content: event.content, position };
    case 'complete':
      return { type: 'done', finish: event.finish, appendix: event.appendix, stale: false, position };
    case 'error':
      return event;
    case 'status':
      return { type: event.status === 'restarted' ? 'restarted' : 'other', position };
    case 'reset':
      return { type: 'reset', position };
    default:
      return { type: 'other', position };
  }
}
