// Places in a text that is still written: where the stream was cut or resumed, what was caught up, where the end is. They are noncharacters
// of Unicode in the source, so they pass the Markdown parser and come out at the same letter, and no model can write them.
export const kCaret = '\uFDD0';
export const kKnot = '\uFDD1';
export const kHeld = '\uFDD2'; // the knot of an open cut
export const kTint = '\uFDD3'; // begin of what was caught up
export const kTintEnd = '\uFDD4';
const kAll = /[\uFDD0-\uFDEF]/g;

export interface Place {
  readonly offset: number;
  readonly mark: string;
}

export const withoutMarks = (text: string): string => text.replace(kAll, '');

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);

/**
 * The nearest offset at or before `offset` where a mark changes nothing of the Markdown: behind a word, not in a list marker, a fence or a
 * link's address. 0 if there is none.
 */
export function safeOffset(text: string, offset: number): number {
  for (let at = Math.min(offset, text.length); at > 0; at--) {
    if (!isWord(text[at - 1]) || isWord(text[at])) continue;
    const lineStart = text.lastIndexOf('\n', at - 1) + 1;
    const before = text.slice(lineStart, at);
    if (/^\s*(\d+|[-*+])$/.test(before) || /^\s*(```|~~~)/.test(before) || /\]\([^)]*$/.test(before)) continue;
    return at;
  }
  return 0;
}

/** The text with marks at their places. Marks that the text has already are removed: they are ours. */
export function placeMarks(text: string, places: readonly Place[]): string {
  const clean = withoutMarks(text);
  const sorted = places
    .map(({ offset, mark }) => ({ mark, offset: mark === kCaret || offset >= clean.length ? Math.min(offset, clean.length) : safeOffset(clean, offset) }))
    .sort((a, b) => a.offset - b.offset);
  let result = '';
  let from = 0;
  for (const { offset, mark } of sorted) {
    result += clean.slice(from, offset) + mark;
    from = offset;
  }
  return result + clean.slice(from);
}

/** Closes what the end of an unfinished text has opened, so that half an emphasis or half a link is not seen as stars and brackets. */
export function repairEnd(block: string): string {
  const tail = /[\uFDD0-\uFDEF]+$/.exec(block)?.[0] ?? '';
  let text = tail ? block.slice(0, -tail.length) : block;
  if (/^\s*(```|~~~)/.test(text)) return block; // an open fence is drawn as a block
  // A list marker whose text has not come yet.
  text = text.replace(/\n[ \t]*(?:\d{1,9}[.)]?|[-*+]|#{1,6})[ \t]*$/, '');
  const line = text.slice(text.lastIndexOf('\n\n') + 1);
  const code = (line.match(/(?<!`)`(?!`)/g) ?? []).length;
  if (code % 2 === 1) return /`$/.test(text) ? text.slice(0, -1) + tail : `${text}${tail}\``;
  text = text.replace(/!?\[([^\][]*)(\]\([^)\s]*)?$/, '$1');
  const bare = line.replace(/`[^`]*`/g, '');
  const open = (pattern: RegExp) => (bare.match(pattern) ?? []).length % 2 === 1;
  if (/(\*\*|__|~~|\*|_)$/.test(text) && /(^|[\s(])(\*\*|__|~~|\*|_)$/.test(text)) return text.replace(/(\*\*|__|~~|\*|_)$/, '') + tail;
  if (open(/\*\*/g)) return `${text.replace(/\*$/, '')}${tail}**`;
  if (open(/~~/g)) return `${text.replace(/~$/, '')}${tail}~~`;
  if (open(/(?<!\*)\*(?![\s*])/g) && !/^\s*\*\s/m.test(line)) return `${text}${tail}*`;
  return text + tail;
}
