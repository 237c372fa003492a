// Pages of the history, joined with what the page shows.
import type { Schemas } from '../types.js';
import { storedMessage, type Message } from './state.js';

export interface Newest {
  readonly messages: readonly Message[];
  /** Whether older pages that are shown stay. */
  readonly joins: boolean;
  /** An answer that is shown as this page has it, not as the history has it. */
  readonly active: Message | undefined;
}

/**
 * The newest page of the history in the place of what is shown. `reading`: the answer that is read now. `reacting`: reactions that the server
 * does not have yet.
 */
export function withNewest(
  shown: readonly Message[],
  page: readonly Schemas['ChatMessage'][],
  options: { hasMore: boolean; reading: Message | undefined; reacting: ReadonlyMap<string, Message['reaction']> },
): Newest {
  const known = new Map(shown.map((message) => [message.id, message]));
  const newest = page.map((stored) => {
    const message = storedMessage(stored, known.get(stored.id));
    const reaction = options.reacting.get(message.id);
    return reaction === undefined ? message : { ...message, reaction };
  });
  // Older pages stay if this page continues them.
  const at = newest[0] ? shown.findIndex(({ id }) => id === newest[0]!.id) : -1;
  const joins = at > 0 && options.hasMore;
  const all = joins ? [...shown.slice(0, at), ...newest] : newest;
  // The history has an answer when it is over. One that is still read here is shown as it is read.
  const active = options.reading ?? unstored(shown, newest);
  return { messages: active ? [...all.filter(({ id }) => id !== active.id), active] : all, joins, active };
}

/** An answer that has just ended, and is not in the history yet. */
function unstored(shown: readonly Message[], stored: readonly Message[]): Message | undefined {
  const last = shown.at(-1);
  const isEnd = last?.role === 'assistant' && stored.length > 0 && shown.at(-2)?.id === stored.at(-1)?.id;
  return isEnd && last.state !== 'waiting' ? last : undefined;
}
