// Every error in words: what happened, what is kept, what comes next. docs/guides/errors.md has the same table for developers.
import { isBelayError, ProblemError } from '@belay/client';
import { day } from './words.ts';

export type Tone = 'live' | 'hold' | 'stop' | 'plain';
/** What the notice offers. The place that shows it knows how. */
export type Offer = 'retry' | 'edit' | 'continue' | 'sign-in' | 'new-chat' | 'copy' | 'show-running' | 'choose-file' | 'premium' | 'use-model';

export interface Words {
  readonly tone: Tone;
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly offer?: Offer;
  /** The request may be repeated by itself at this time. */
  readonly at?: number;
}

export interface Fault {
  readonly code: string;
  readonly detail?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  readonly field?: string | undefined;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof ProblemError)
    return { code: error.code, detail: error.message, retryAfter: error.retryAfter, requestId: error.requestId, field: error.field };
  if (isBelayError(error)) return { code: error.code, detail: error.message };
  return { code: 'internal', detail: error instanceof Error ? error.message : String(error) };
}

export interface About {
  /** The caller's plan. */
  readonly tier?: string;
  readonly model?: string;
  readonly needs?: string;
  readonly quota?: { used: number | null; limit: number | null; renews: string | null } | undefined;
}

const seconds = (milliseconds: number | undefined): number => Math.max(1, Math.ceil((milliseconds ?? 5000) / 1000));
const inSeconds = (milliseconds: number | undefined): string => (seconds(milliseconds) === 1 ? '1 second' : `${seconds(milliseconds)} seconds`);

export function wordsFor(fault: Fault, about: About = {}, now = Date.now()): Words {
  const { code, detail = '', retryAfter } = fault;
  const at = now + seconds(retryAfter) * 1000;
  switch (code) {
    case 'rate_limited':
      return { tone: 'hold', icon: 'clock', title: 'Too many questions in a minute', text: `You can send again in ${inSeconds(retryAfter)}. Your text stays in the box.`, at };
    case 'quota_exceeded': {
      const { quota } = about;
      const used = quota?.limit ? `${quota.used ?? quota.limit} of ${quota.limit} used.` : '';
      const renews = quota?.renews ? ` New ones on ${day(quota.renews)}.` : '';
      return { tone: 'plain', icon: 'lock', title: detail || 'All questions of this month are used', text: `${used}${renews}`.trim(), offer: 'premium' };
    }
    case 'budget_exceeded':
      return { tone: 'plain', icon: 'lock', title: 'Today’s budget is used up', text: detail };
    case 'too_many_active':
      return { tone: 'hold', icon: 'list', title: 'Too many answers are running', text: 'Stop one, or send when one has ended.', offer: 'show-running' };
    case 'forbidden':
      return about.model
        ? { tone: 'plain', icon: 'lock', title: `${about.model} needs ${about.needs ?? 'a higher plan'}`, text: `Your plan is ${about.tier ?? 'Basic'}.`, offer: 'use-model' }
        : { tone: 'plain', icon: 'lock', title: 'This is not part of your plan', text: detail };
    case 'unauthenticated':
      return { tone: 'hold', icon: 'lock', title: 'Your sign-in has expired', text: 'The answer is still being written and waits for you.', offer: 'sign-in' };
    case 'revoked':
      return { tone: 'stop', icon: 'lock', title: 'Your access was ended by an operator', text: 'What you read so far is on this page.', offer: 'copy' };
    case 'server_full':
    case 'draining':
    case 'unavailable':
    case 'request_timeout':
      return { tone: 'hold', icon: 'clock', title: 'The server is busy for a moment', text: `Your question is sent by itself in ${inSeconds(retryAfter)}.`, at };
    case 'storage_full':
    case 'internal':
    case 'not_implemented':
      return {
        tone: 'stop',
        icon: 'alert',
        title: 'The server has a problem',
        text: `Nothing of yours is lost.${fault.requestId ? ` It was reported as ${fault.requestId}.` : ''}`,
        offer: 'retry',
      };
    case 'connection_lost':
      return { tone: 'hold', icon: 'unplug', title: 'The server cannot be reached', text: 'Your text is kept. Try again when the connection is back.', offer: 'retry' };
    case 'provider_unavailable':
    case 'provider_timeout':
    case 'provider_rate_limited':
      return { tone: 'stop', icon: 'alert', title: 'The model does not answer right now', text: 'Your connection is fine. Nothing was counted.', offer: 'retry' };
    case 'provider_broken':
    case 'interrupted':
    case 'deadline_exceeded':
      return { tone: 'stop', icon: 'alert', title: 'The answer broke off', text: 'The text so far is kept. It does not count as a question.', offer: 'retry' };
    case 'provider_rejected':
      return { tone: 'stop', icon: 'alert', title: 'The model refused this request', text: detail, offer: 'edit' };
    case 'provider_content_filter':
      return { tone: 'stop', icon: 'alert', title: 'The provider withheld the rest', text: 'Asking in other words may help.', offer: 'edit' };
    case 'length':
      return { tone: 'plain', icon: 'fold', title: 'The answer reached its length limit', text: 'Continue goes on in the same answer.', offer: 'continue' };
    case 'answer_too_large':
      return { tone: 'plain', icon: 'fold', title: 'The answer reached its length limit', text: 'The text so far is kept.' };
    case 'cancelled':
      return { tone: 'plain', icon: 'check', title: 'Stopped', text: 'The text so far is kept.', offer: 'continue' };
    case 'restarted':
      return { tone: 'live', icon: 'redo', title: 'Started again after a restart of the server', text: 'The model could not go on mid-sentence; this text is new.' };
    case 'expired':
    case 'position_lost':
    case 'position_ahead':
      return { tone: 'plain', icon: 'clock', title: 'The live stream of this answer is over', text: 'You are reading the saved answer.' };
    case 'not_found':
      return { tone: 'plain', icon: 'clock', title: 'This chat does not exist any more', text: 'It may have been deleted on another device.', offer: 'new-chat' };
    case 'payload_too_large':
    case 'unprocessable':
    case 'unsupported_media_type':
      return { tone: 'stop', icon: 'alert', title: detail, text: '', offer: 'choose-file' };
    default:
      return { tone: 'stop', icon: 'alert', title: 'This could not be sent', text: detail, offer: 'edit' };
  }
}
