// Characters of the private use area that stand for elements within Markdown, so that nothing must be measured.

const kKnot = '\uE0B1';
const kHold = '\uE0B2';
const kCaret = '\uE0B3';

export const markers = {
  pattern: /([\uE0B1-\uE0B3])/,
  names: { [kKnot]: 'belay-knot', [kHold]: 'belay-knot belay-knot-hold', [kCaret]: 'belay-caret' } as Record<string, string>,
};

/** Whether a place in the text is within fenced code, where a marker would be part of the code. */
function isInCode(text: string): boolean {
  const fences = text.match(/^ {0,3}(?:```|~~~)/gm);
  return fences !== null && fences.length % 2 === 1;
}

/** The text with markers where it was joined (behind the last whole word there), and at its end. */
export function marked(text: string, joints: readonly number[], end: 'caret' | 'knot' | null): string {
  let result = text.replace(/[\uE0B1-\uE0B3]/g, '\uFFFD');
  for (const joint of [...joints].sort((a, b) => b - a)) {
    const before = result.slice(0, joint).replace(/\S*$/, (word) => (word.length > 40 ? word : '')).trimEnd();
    if (before === '' || isInCode(before) || isInCode(result.slice(0, joint))) continue;
    result = before + kKnot + result.slice(before.length);
  }
  if (end === null || isInCode(result)) return result;
  const body = result.trimEnd();
  // A fence that was just closed, or the last row of a table, stays as it is.
  if (/(?:```|~~~|\|)$/.test(body)) return `${body}\n\n${end === 'caret' ? kCaret : kHold}`;
  return body + (end === 'caret' ? kCaret : kHold);
}
