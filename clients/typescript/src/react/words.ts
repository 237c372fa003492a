// What people read about errors and states: what happened, what is kept, what comes next. One entry for each code.
import type { BelayError, ErrorCode } from '../errors.js';

export type Tone = 'plain' | 'live' | 'hold' | 'stop';
export type NoticeAction = 'retry' | 'edit' | 'continue' | 'sign-in' | 'new-chat' | 'resume' | 'copy';

export interface NoticeText {
  tone: Tone;
  icon: 'alert' | 'check' | 'clock' | 'fold' | 'list' | 'lock' | 'redo' | 'unplug';
  title: string;
  text: string;
  action?: { kind: NoticeAction; label: string };
  /** Milliseconds until it is over by itself, from when it happened. */
  wait?: number;
  /** It needs attention at once. */
  isAlert?: boolean;
}

type Code = ErrorCode | 'connection_lost' | 'not_understood';
interface Failure {
  code: string;
  message: string;
  retryAfter?: number | undefined;
  requestId?: string | undefined;
}
type Describe = (failure: Failure) => NoticeText;

const retry = { kind: 'retry', label: 'Try again' } as const;
const edit = { kind: 'edit', label: 'Edit question' } as const;

/** "1 second", "23 seconds", "2 minutes". */
export function inWords(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}

const busy: Describe = ({ retryAfter }) => ({
  tone: 'hold',
  icon: 'clock',
  title: 'The server is busy for a moment',
  text: 'Your text stays in the box. Send it again in a moment.',
  ...(retryAfter !== undefined && { wait: retryAfter }),
});
const serverFault: Describe = ({ requestId }) => ({
  tone: 'stop',
  icon: 'alert',
  title: 'The server has a problem',
  text: `Nothing of yours is lost.${requestId ? ` It was reported as ${requestId}.` : ''}`,
  action: retry,
  isAlert: true,
});
const modelAway: Describe = () => ({
  tone: 'stop',
  icon: 'alert',
  title: 'The model does not answer right now',
  text: 'Your connection is fine. Nothing was counted.',
  action: retry,
  isAlert: true,
});
const brokeOff: Describe = () => ({
  tone: 'stop',
  icon: 'alert',
  title: 'The answer broke off',
  text: 'The text so far is kept. It does not count as a question.',
  action: retry,
  isAlert: true,
});
const streamOver: Describe = () => ({
  tone: 'plain',
  icon: 'clock',
  title: 'The live stream of this answer is over',
  text: 'You are reading the saved answer.',
});
const asTheServerSays: Describe = ({ message }) => ({ tone: 'plain', icon: 'alert', title: message, text: 'Nothing was sent.' });
const notSent: Describe = ({ message }) => ({
  tone: 'stop',
  icon: 'alert',
  title: 'This could not be sent',
  text: message,
  isAlert: true,
});

const byCode: Record<Code, Describe> = {
  rate_limited: ({ retryAfter }) => ({
    tone: 'hold',
    icon: 'clock',
    title: 'Too many questions in a minute',
    text:
      retryAfter === undefined
        ? 'Wait a moment. Your text stays in the box.'
        : `You can send again in ${inWords(retryAfter)}. Your text stays in the box.`,
    ...(retryAfter !== undefined && { wait: retryAfter }),
  }),
  quota_exceeded: ({ message }) => ({ tone: 'plain', icon: 'lock', title: 'Your questions are used up', text: message }),
  too_many_active: () => ({
    tone: 'hold',
    icon: 'list',
    title: 'Too many answers are already running',
    text: 'Stop one, or send when one has ended. Your text stays in the box.',
  }),
  session_used_up: () => ({
    tone: 'hold',
    icon: 'clock',
    title: 'This session has had all its questions',
    text: 'The next question starts a new session.',
    action: retry,
  }),
  forbidden: ({ message }) => ({ tone: 'plain', icon: 'lock', title: 'Your plan does not allow this', text: message }),
  unauthenticated: () => ({
    tone: 'hold',
    icon: 'lock',
    title: 'Your sign-in has expired',
    text: 'An answer that is being written waits for you.',
    action: { kind: 'sign-in', label: 'Sign in' },
    isAlert: true,
  }),
  revoked: () => ({
    tone: 'stop',
    icon: 'lock',
    title: 'Your access was ended by an operator',
    text: 'What you read so far is on this page.',
    action: { kind: 'copy', label: 'Copy answer' },
    isAlert: true,
  }),
  server_full: busy,
  draining: busy,
  unavailable: busy,
  request_timeout: busy,
  storage_full: serverFault,
  internal: serverFault,
  provider_unavailable: modelAway,
  provider_timeout: modelAway,
  provider_rate_limited: modelAway,
  provider_broken: brokeOff,
  interrupted: brokeOff,
  deadline_exceeded: brokeOff,
  provider_rejected: ({ message }) => ({
    tone: 'stop',
    icon: 'alert',
    title: 'The model refused this request',
    text: message,
    action: edit,
    isAlert: true,
  }),
  provider_content_filter: () => ({
    tone: 'stop',
    icon: 'alert',
    title: 'The provider withheld the rest',
    text: 'Asking in other words may help.',
    action: edit,
    isAlert: true,
  }),
  answer_too_large: () => ({
    tone: 'plain',
    icon: 'fold',
    title: 'The answer reached its length limit',
    text: 'The text so far is kept.',
  }),
  cancelled: () => ({ tone: 'plain', icon: 'check', title: 'Stopped', text: 'The text so far is kept.' }),
  expired: streamOver,
  position_lost: streamOver,
  position_ahead: streamOver,
  not_found: () => ({
    tone: 'plain',
    icon: 'alert',
    title: 'This chat does not exist any more',
    text: 'It may have been deleted on another device.',
    action: { kind: 'new-chat', label: 'New chat' },
  }),
  payload_too_large: asTheServerSays,
  unprocessable: asTheServerSays,
  unsupported_media_type: asTheServerSays,
  invalid_request: notSent,
  conflict: notSent,
  idempotency_mismatch: notSent,
  method_not_allowed: notSent,
  not_acceptable: notSent,
  uri_too_long: notSent,
  headers_too_large: notSent,
  not_implemented: notSent,
  connection_lost: () => ({
    tone: 'hold',
    icon: 'unplug',
    title: 'The server cannot be reached',
    text: 'An answer that is being written is safe on the server.',
    action: { kind: 'resume', label: 'Try now' },
    isAlert: true,
  }),
  not_understood: ({ message }) => ({
    tone: 'stop',
    icon: 'alert',
    title: 'Something other than the server answered',
    text: message,
    action: { kind: 'resume', label: 'Try again' },
    isAlert: true,
  }),
};

/** The notice for an error, also for a code that a later server invents. */
export function describeError(failure: BelayError | Failure): NoticeText {
  return (Object.hasOwn(byCode, failure.code) ? byCode[failure.code as Code] : notSent)(failure);
}

/** The notice for a question that waits for the server. */
export function describeSending(error: BelayError, wait: number, isOffline: boolean): NoticeText {
  if (isOffline)
    return {
      tone: 'plain',
      icon: 'unplug',
      title: 'You are offline',
      text: 'You can read and write. Your question is sent by itself when the network is back.',
    };
  const title = error.kind === 'connection' ? 'The server cannot be reached' : 'The server is busy for a moment';
  return { tone: 'hold', icon: 'clock', title, text: `Your question is sent by itself in ${inWords(wait)}.`, wait };
}

export const lengthLimit: NoticeText = {
  tone: 'plain',
  icon: 'fold',
  title: 'The answer reached its length limit',
  text: 'Continue goes on in the same answer.',
  action: { kind: 'continue', label: 'Continue' },
};
export const stopped: NoticeText = {
  tone: 'plain',
  icon: 'check',
  title: 'Stopped',
  text: 'The text so far is kept.',
  action: { kind: 'continue', label: 'Continue' },
};
export const stoppedEarly: NoticeText = {
  tone: 'plain',
  icon: 'check',
  title: 'Stopped',
  text: 'Nothing was written yet.',
  action: retry,
};
export const restartedAgain: NoticeText = {
  tone: 'live',
  icon: 'redo',
  title: 'Started again after a restart of the server',
  text: 'The model could not go on mid-sentence; this text is new.',
};
