export { ChatController, type ChatOptions } from './controller.js';
export type { ChatConnection, ChatState, ChatStatus, Message, MessageState } from './state.js';
export { joinContinued, versionOf, type JoinedMessage } from './joined.js';
