import { describe, expect, test } from 'vitest';
import { kCaret, kKnot, kTint, kTintEnd, placeMarks, repairEnd, safeOffset, withoutMarks } from '../../src/lib/marks.ts';

describe('A12: marks in a text that is written', () => {
  test('a mark stands behind the last whole word', () => {
    const text = 'One two three';
    expect(safeOffset(text, 6)).toBe(3);
    expect(safeOffset(text, 7)).toBe(7);
    expect(placeMarks(text, [{ offset: 7, mark: kKnot }])).toBe(`One two${kKnot} three`);
  });

  test('it stands in no list marker, fence or address', () => {
    expect(safeOffset('One.\n\n2. Two', 8)).toBe(3);
    expect(safeOffset('Text\n```ts', 10)).toBe(4);
    expect(safeOffset('See [it](https://a.b/c', 20)).toBe(7);
  });

  test('the caret is at the very end, and marks of the text itself are removed', () => {
    expect(placeMarks(`a${kKnot}b `, [{ offset: Infinity, mark: kCaret }])).toBe(`ab ${kCaret}`);
    expect(withoutMarks(placeMarks('a b c', [{ offset: 1, mark: kTint }, { offset: 3, mark: kTintEnd }]))).toBe('a b c');
  });

  test('an unfinished end is closed', () => {
    expect(repairEnd('a **bold')).toBe('a **bold**');
    expect(repairEnd(`a **bold${kCaret}`)).toBe(`a **bold${kCaret}**`);
    expect(repairEnd('a `code')).toBe('a `code`');
    expect(repairEnd('a **')).toBe('a ');
    expect(repairEnd('see [the page](https://exa')).toBe('see the page');
    expect(repairEnd('1. one\n2.')).toBe('1. one');
    expect(repairEnd('2 * 3 = 6')).toBe('2 * 3 = 6');
    expect(repairEnd('```ts\nconst a = `x')).toBe('```ts\nconst a = `x');
  });
});
