export { ChatWindow, type ChatWindowProps } from './ChatWindow.js';
export { useBelay, useBelayController, type Belay, type UseBelayOptions } from './useBelay.js';
export { ChatController, type ChatOptions } from '../chat/controller.js';
export type { ChatConnection, ChatState, ChatStatus, Message, MessageState } from '../chat/state.js';
// The parts, for pages that arrange them in their own way.
export { Answer, type AnswerProps } from './Answer.js';
export { Branches, type BranchesProps } from './Branches.js';
export { CopyButton, IconButton, copyText, type IconButtonProps } from './Button.js';
export { Composer, type ComposerHandle, type ComposerProps } from './Composer.js';
export { ConnectionState } from './ConnectionState.js';
export { Icon, type IconName } from './icons.js';
export { Notice, type NoticeProps } from './Notice.js';
export { Question, type QuestionProps } from './Question.js';
export { useAnnouncements } from './useAnnouncements.js';
export { useFollow, type Follow } from './useFollow.js';
export { useNow } from './useNow.js';
export { useOnline } from './useOnline.js';
export { useSmoothText } from './useSmoothText.js';
export { describeError, describeSending, inWords, type NoticeAction, type NoticeText, type Tone } from './words.js';
