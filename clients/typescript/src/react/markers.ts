// Characters of the private use area that stand for elements within Markdown, so that nothing must be measured.

const kKnot = '\uE0B1';
const kHold = '\uE0B2';
// The caret is another element each time: one that moves would count as a shift of the layout.
const kCarets = ['\uE0B3', '\uE0B4'] as const;

export const markers = {
  pattern: /([\uE0B1-\uE0B4])/,
  elements: {
    [kKnot]: ['span', 'belay-knot'],
    [kHold]: ['span', 'belay-knot belay-knot-hold'],
    [kCarets[0]]: ['span', 'belay-caret'],
    [kCarets[1]]: ['i', 'belay-caret'],
  } as Record<string, readonly [tagName: string, className: string]>,
};

/** Whether a place in the text is within fenced code, where a marker would be part of the code. */
function isInCode(text: string): boolean {
  const fences = text.match(/^ {0,3}(?:```|~~~)/gm);
  return fences !== null && fences.length % 2 === 1;
}

/** The text with markers where it was joined (behind the last whole word there), and at its end. `caret`: which of the two. */
export function marked(text: string, joints: readonly number[], end: 'caret' | 'knot' | null, caret: 0 | 1 = 0): string {
  let result = text.replace(/[\uE0B1-\uE0B4]/g, '\uFFFD');
  for (const joint of [...joints].sort((a, b) => b - a)) {
    const before = result
      .slice(0, joint)
      .replace(/\S*$/, (word) => (word.length > 40 ? word : ''))
      .trimEnd();
    if (isInCode(before) || isInCode(result.slice(0, joint))) continue;
    // Not within what makes a line a list item, a heading or a quotation.
    const line = before.lastIndexOf('\n') + 1;
    const prefix = /^[\s>]*(?:(?:[-*+]|\d+[.)]|#{1,6})[ \t]+)?/.exec(result.slice(line))![0];
    const at = Math.max(before.length, line + prefix.length);
    result = result.slice(0, at) + kKnot + result.slice(at);
  }
  if (end === null || isInCode(result)) return result;
  const body = result.trimEnd();
  const marker = end === 'caret' ? kCarets[caret] : kHold;
  // A fence that was just closed, or the last row of a table, stays as it is. A list item or a heading that begins gets its space.
  if (/(?:```|~~~|\|)$/.test(body)) return `${body}\n\n${marker}`;
  return /(?:^|\n)[\s>]*(?:[-*+>]|\d+[.)]|#{1,6})$/.test(body) ? `${body} ${marker}` : body + marker;
}
