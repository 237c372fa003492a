import { describe, expect, it } from 'vitest';
import { joinContinued, versionOf } from '../src/chat/joined.js';
import { newMessage } from '../src/chat/state.js';

const question = newMessage('user', 'q', { text: 'Count.' });
const cut = newMessage('assistant', 'a1', { text: 'one ', state: 'complete', finish: 'length', outputTokens: 1, siblings: ['a0', 'a1'], joints: [{ at: 2, milliseconds: 5 }] });
const rest = newMessage('assistant', 'a2', { text: 'two', state: 'complete', finish: 'stop', outputTokens: 2, joints: [{ at: 1, milliseconds: 7 }] });

describe('joinContinued', () => {
  it('A12: an answer that goes on is one answer: its text, its end, its tokens, and where it was joined', () => {
    const shown = joinContinued([question, cut, rest]);
    expect(shown.map(({ role, text }) => [role, text])).toEqual([['user', 'Count.'], ['assistant', 'one two']]);
    expect(shown[1]).toMatchObject({ id: 'a2', key: 'a1', parts: ['a1', 'a2'], finish: 'stop', outputTokens: 3 });
    expect(shown[1]!.joints).toEqual([{ at: 2, milliseconds: 5 }, { at: 5, milliseconds: 7 }]);
  });

  it('A12: its versions are those of its first part, or of the part that has some', () => {
    const [, joined] = joinContinued([question, cut, rest]);
    expect([joined!.siblings, versionOf(joined!)]).toEqual([['a0', 'a1'], 1]);
    const [, again] = joinContinued([question, cut, { ...rest, siblings: ['a2', 'a3'] }]);
    expect([again!.siblings, versionOf(again!)]).toEqual([['a2', 'a3'], 0]);
    expect(versionOf(joinContinued([rest])[0]!)).toBe(-1);
  });

  it('A12: while the rest is waited for, the answer is being written', () => {
    const waiting = newMessage('assistant', 'a2');
    expect(joinContinued([question, cut, waiting])[1]).toMatchObject({ text: 'one ', state: 'streaming' });
    expect(joinContinued([question, waiting])[1]).toMatchObject({ state: 'waiting' });
  });

  it('A12: the same messages give the same objects', () => {
    const first = joinContinued([question, cut, rest]);
    const second = joinContinued([question, cut, rest]);
    expect(second.every((each, index) => each === first[index])).toBe(true);
    expect(joinContinued([question, cut, { ...rest }])[1]).not.toBe(first[1]);
  });
});
