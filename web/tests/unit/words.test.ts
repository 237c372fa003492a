import { ProblemError } from '@belay/client';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nameOf } from '../../src/lib/keys.ts';
import { faultOf, wordsFor } from '../../src/lib/problems.ts';
import { parseRoute } from '../../src/lib/route.ts';
import { rolesOf } from '../../src/lib/session.ts';
import { ago, bytes, countdown, period, plural } from '../../src/lib/words.ts';
import { Sentences } from '../../src/parts/announce.ts';

describe('A12: errors in words', () => {
  const description = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as { components: { schemas: { ErrorCode: { enum: string[] } } } };

  test.each(description.components.schemas.ErrorCode.enum)('%s has a title and no full stop in it', (code) => {
    const { title, text } = wordsFor({ code, detail: 'What the server says.' });
    expect(title.length).toBeGreaterThan(3);
    expect(code === 'quota_exceeded' || ['payload_too_large', 'unprocessable', 'unsupported_media_type'].includes(code) || !title.endsWith('.')).toBe(true);
    expect(`${title} ${text}`).not.toMatch(/oops|sorry|response|generation/i);
  });

  test('the time to wait is a time, so that a ring can count it', () => {
    const fault = faultOf(new ProblemError(429, { code: 'rate_limited' }, 23_000));
    const words = wordsFor(fault, {}, 1000);
    expect(words.text).toContain('23 seconds');
    expect(words.at).toBe(24_000);
  });

  test('the quota names the day', () => {
    const words = wordsFor({ code: 'quota_exceeded', detail: 'Upgrade to Premium for unlimited coaching!' }, { quota: { used: 10, limit: 10, renews: '2026-12-01T12:00:00Z' } });
    expect(words.title).toBe('Upgrade to Premium for unlimited coaching!');
    expect(words.text).toBe('10 of 10 used. New ones on 1 December.');
  });
});

describe('A12: routes, keys, numbers', () => {
  test('routes', () => {
    expect(parseRoute('')).toEqual({ place: 'chats' });
    expect(parseRoute('#/chats/a%20b')).toEqual({ place: 'chats', chatId: 'a b' });
    expect(parseRoute('#/climbing/grade-pyramid')).toEqual({ place: 'climbing', chart: 'grade-pyramid' });
    expect(parseRoute('#/nowhere')).toEqual({ place: 'chats' });
  });

  test('names of keys', () => {
    const key = (key: string, more: Partial<KeyboardEvent> = {}) => nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
    expect(key('/')).toBe('/');
    expect(key('?', { shiftKey: true })).toBe('?');
    expect(key('o', { metaKey: true, shiftKey: true })).toBe('Ctrl+Shift+O');
    expect(key('ArrowLeft', { altKey: true })).toBe('Alt+ArrowLeft');
  });

  test('amounts and times', () => {
    expect(bytes(1_100_000)).toBe('1.1 MB');
    expect(countdown(42 * 60_000 + 18_000)).toBe('42:18');
    expect(countdown(134 * 60_000)).toBe('2 h 14 min');
    expect(plural(1, 'file')).toBe('1 file');
    const now = Date.parse('2026-11-30T12:00:00');
    expect(period('2026-11-30T01:00:00', now)).toBe('Today');
    expect(period('2026-11-29T23:00:00', now)).toBe('Yesterday');
    expect(period('2026-10-02T10:00:00', now)).toBe('October');
    expect(period('2025-10-02T10:00:00', now)).toBe('October 2025');
    expect(ago('2026-11-30T11:58:00', now)).toBe('2 min ago');
  });

  test('roles of a token, and none of anything else', () => {
    const token = `x.${btoa(JSON.stringify({ roles: ['operator'] })).replace(/=+$/, '')}.y`;
    expect(rolesOf(token)).toEqual(['operator']);
    expect(rolesOf('dev:ann:pro')).toEqual([]);
    expect(rolesOf('a.b.c')).toEqual([]);
  });
});

describe('A12: what a screen reader hears', () => {
  test('whole sentences, each once; code as its length', () => {
    const sentences = new Sentences();
    expect(sentences.take('One. Tw', false)).toEqual(['One.']);
    expect(sentences.take('One. Two. ', false)).toEqual(['Two.']);
    const code = 'One. Two. \n```js\na\nb\n```\nEnd';
    expect(sentences.take(code, false)).toEqual(['Code block, 2 lines.']);
    expect(sentences.take(code, true)).toEqual(['End']);
    expect(sentences.take(code, true)).toEqual([]);
  });
});
