import { describe, expect, test } from 'vitest';
import { changeOf } from '../../src/climbing/coach.ts';
import { withGaps } from '../../src/climbing/charts.tsx';
import { nextGrade, performanceFinding, pyramidFinding, pyramidRows, trendsFinding, type System } from '../../src/climbing/findings.ts';
import { columnsOf } from '../../src/climbing/uploads.ts';
import { gapsOf, stretches } from '../../src/developer/panel.tsx';
import type { Row } from '../../src/developer/record.ts';
import { apply, delayAfter } from '../../src/goals/socket.ts';
import { nextMeeting, type Meeting } from '../../src/goals/plans.ts';

const grade = (name: string, sent: number, tried = 0) => ({ grade: name, climbs: sent + tried, sent, not_sent: tried });
const system = (...grades: ReturnType<typeof grade>[]): System => ({ system: 'V-scale', grades });

describe('S10: findings are computed from the data', () => {
  test('a thin base names what is missing', () => {
    const found = pyramidFinding(system(grade('V8', 0, 4), grade('V7', 1), grade('V6', 1), grade('V5', 14)));
    expect(found).toBe('Three more V6 and one more V7 sends make a base for V8.');
  });
  test('a wide base says so', () => {
    expect(pyramidFinding(system(grade('V5', 3), grade('V4', 9), grade('V3', 20)))).toBe('Your base below V5 is wide enough for V6.');
  });
  test('too little data says nothing', () => {
    expect(pyramidFinding(system(grade('V5', 1)))).toBeUndefined();
    expect(trendsFinding({ view: 'training-trends', months: [], trend: null })).toBeUndefined();
    expect(performanceFinding({ view: 'performance', months: [], best: [] }, 'V-scale')).toBeUndefined();
  });
  test('rows, grades and months', () => {
    expect(pyramidRows(system(grade('V8', 0, 4), grade('V7', 1), grade('V6', 5)))).toEqual([
      { grade: 'V8', sent: 0, tried: 4, base: 0 },
      { grade: 'V7', sent: 1, tried: 0, base: 2 },
      { grade: 'V6', sent: 5, tried: 0, base: 4 },
    ]);
    expect(nextGrade('V-scale', 'V9')).toBe('V10');
    expect(nextGrade('Font', '7A')).toBeUndefined();
    expect(withGaps([{ month: '2025-11' }, { month: '2026-02' }], (month) => ({ month })).map((each) => each.month)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
  });
  test('a trend compares the two halves', () => {
    const half = (from: string, climbs: number) => ({ from, to: from, climbs, sent: climbs, not_sent: 0 });
    expect(trendsFinding({ view: 'training-trends', months: [], trend: { recent: half('2026-10-21', 12), previous: half('2026-10-01', 8) } })).toBe('You climb more than before: 12 climbs since 21 October, 8 in the time before.');
  });
});

describe('S10: uploads and events', () => {
  test('columns of a file that was refused', () => {
    expect(columnsOf('a.csv', '\uFEFFdate;route;result\n1;2;3')).toBe('Columns found: date, route, result');
    expect(columnsOf('a.csv', '')).toBe('The file is empty.');
    expect(columnsOf('a.json', '[{"date": 1, "name": "x"}]')).toBe('Fields found: date, name');
    expect(columnsOf('a.txt', 'V5')).toBeUndefined();
  });
  test('parts add up, and the whole answer replaces them', () => {
    const metadata = { timestamp: '', response_length: 0, processing_time: 0 };
    const first = changeOf(undefined, { type: 'partial_response', text: 'A. ', metadata, position: '1-1' });
    expect(first).toEqual({ text: 'A. ', state: 'streaming' });
    expect(changeOf(undefined, { type: 'response', text: 'A. B.', metadata, position: '1-2' })).toEqual({ text: 'A. B.', state: 'complete' });
  });
});

describe('G2: messages of the goal coach', () => {
  test('pieces grow one answer, and its end replaces them', () => {
    let messages = apply([], { type: 'typing', content: 'Thinking', message_id: 'a' });
    messages = apply(messages, { type: 'response_chunk', content: 'One ', message_id: 'a' });
    messages = apply(messages, { type: 'response_chunk', content: 'two', message_id: 'a' });
    expect(messages.map(({ text, state }) => ({ text, state }))).toEqual([{ text: 'One two', state: 'streaming' }]);
    messages = apply(messages, { type: 'response', content: 'One two.', message_id: 'a', tokens_used: 3 });
    expect(messages[0]).toMatchObject({ text: 'One two.', state: 'complete', tokens: 3 });
    expect(apply(messages, { type: 'error', error: 'cancelled', message_id: 'b' })[1]).toMatchObject({ state: 'cancelled' });
  });
  test('close codes', () => {
    expect(delayAfter(1001, '{"retry":700}', 3)).toBe(700);
    expect(delayAfter(4003, '', 0)).toBeUndefined();
    expect(delayAfter(1006, '', 0, 1)).toBe(1000);
    expect(delayAfter(1006, '', 9, 1)).toBeLessThanOrEqual(8000);
  });
  test('the next meeting is the first that has not ended', () => {
    const meeting = (id: string, start: string, end: string, status: 'scheduled' | 'cancelled' = 'scheduled') => ({ id, start, end, status }) as Meeting;
    const now = Date.parse('2026-12-01T10:10:00Z');
    const list = [meeting('late', '2026-12-02T10:00:00Z', '2026-12-02T10:30:00Z'), meeting('now', '2026-12-01T10:00:00Z', '2026-12-01T10:30:00Z'), meeting('off', '2026-12-01T10:05:00Z', '2026-12-01T10:30:00Z', 'cancelled')];
    expect(nextMeeting(list, now)?.id).toBe('now');
  });
});

describe('A12: the developer panel', () => {
  const row = (at: number, kind: Row['kind'], position = '', type = 'token'): Row => ({ at, kind, position, type, data: '' });
  test('cuts, with what came at once after them', () => {
    const rows = [row(0, 'event', '1-1'), row(10, 'event', '1-2'), row(20, 'lost', '1-2'), row(30, 'lost', '1-2'), row(500, 'resumed', '1-2'), row(505, 'event', '1-3'), row(506, 'event', '1-4'), row(700, 'event', '1-5')];
    expect(stretches(rows)).toEqual([{ from: 20, to: 500, count: 2, position: '1-2', caught: 2 }]);
  });
  test('the time without a connection is no gap between tokens', () => {
    const { gaps, median } = gapsOf([row(0, 'event'), row(10, 'event'), row(15, 'lost'), row(900, 'resumed'), row(901, 'event'), row(911, 'event')]);
    expect(gaps.map((each) => each.gap)).toEqual([10, 10]);
    expect(median).toBe(10);
  });
});
