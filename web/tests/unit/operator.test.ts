import { describe, expect, it } from 'vitest';
import { details } from '../../src/operator/changes.tsx';
import type { Entry } from '../../src/operator/usage.ts';

const entry = (target: string, change: Record<string, unknown>) => ({ when: '2026-11-30T12:00:00.000Z', who: 'ops', action: 'user.change', target, details: change as Entry['details'] });

describe('the latest changes', () => {
  it('X19: a change is said in words', () => {
    expect(details(entry('ann', { tier: { from: '', to: 'pro' }, phase: { from: 'tracking', to: null } }))).toBe('tier none → pro, phase tracking → none');
  });
  it('X19: what the row says anyway, and what is empty, is left out', () => {
    expect(details(entry('ann', { user: 'ann', reason: '', token_id: null }))).toBe('');
    expect(details(entry('ann', { user: 'ann', reason: 'Left.', ended_streams: 2 }))).toBe('reason Left., ended streams 2');
  });
  it('X19: times are in the reader’s zone', () => {
    expect(details(entry('ann', { expires: '2027-02-28T19:44:19.119Z' }))).toMatch(/^expires \d+ Feb|^expires \d+ Mar/);
  });
});
