// The finding of each chart in one sentence, computed from the same data. It is left out when the data does not carry it.
import type { Schemas } from '@belay/client';
import { day, plural } from '../lib/words.ts';

export type Pyramid = Schemas['GradePyramid'];
export type Trends = Schemas['TrainingTrends'];
export type Performance = Schemas['Performance'];
export type System = Pyramid['systems'][number];

export interface PyramidRow {
  readonly grade: string;
  readonly sent: number;
  readonly tried: number;
  /** Sends that a base for the next grade would have. */
  readonly base: number;
}

const kBase = 3; // grades below the hardest one that a base is counted for

export const mainSystem = (pyramid: Pyramid): System | undefined =>
  [...pyramid.systems].sort((a, b) => sum(b.grades.map((each) => each.climbs)) - sum(a.grades.map((each) => each.climbs)))[0];

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** From hard to easy. A base has twice as many sends at each grade below the hardest. */
export function pyramidRows(system: System): PyramidRow[] {
  const top = system.grades.findIndex((each) => each.sent > 0);
  return system.grades.map((each, index) => {
    const step = index - top;
    const base = top < 0 || step < 0 || step > kBase - 1 ? 0 : 2 ** (step + 1);
    return { grade: each.grade, sent: each.sent, tried: Math.max(0, each.climbs - each.sent), base: Math.max(0, base) };
  });
}

const list = (parts: readonly string[]): string => (parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`);
const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const inWords = (value: number): string => numbers[value] ?? String(value);
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export function nextGrade(system: string, grade: string): string | undefined {
  const found = /^V(\d+)$/.exec(grade);
  return system === 'V-scale' && found ? `V${Number(found[1]) + 1}` : undefined;
}

export function pyramidFinding(system: System): string | undefined {
  const rows = pyramidRows(system);
  const top = rows.find((row) => row.sent > 0);
  const total = sum(rows.map((row) => row.sent + row.tried));
  if (!top) return total > 0 ? 'No send yet; every try counts for the next grade.' : undefined;
  if (total < 3) return undefined;
  const short = rows.filter((row) => row.base > row.sent).reverse();
  const next = nextGrade(system.system, top.grade);
  if (short.length > 0) {
    const parts = short.map((row) => `${inWords(row.base - row.sent)} more ${row.grade}`);
    const isOne = short.length === 1 && short[0]!.base - short[0]!.sent === 1;
    return capital(`${list(parts)} ${isOne ? 'send makes' : 'sends make'} a base for ${next ?? 'the next grade'}.`);
  }
  return `Your base below ${top.grade} is wide enough for ${next ?? 'the next grade'}.`;
}

export function trendsFinding(trends: Trends): string | undefined {
  const { trend } = trends;
  if (!trend) return trends.months.length === 1 ? 'More after the next session.' : undefined;
  const { recent, previous } = trend;
  if (recent.climbs + previous.climbs < 4) return undefined;
  const more = recent.climbs - previous.climbs;
  const word = more > 0 ? 'more' : more < 0 ? 'less' : 'as much';
  const amount = `${plural(recent.climbs, 'climb')} since ${day(recent.from)}, ${previous.climbs} in the time before`;
  return `You climb ${word}${more === 0 ? ' as before' : ' than before'}: ${amount}.`;
}

export const monthOf = (month: string): Date => new Date(`${month}-15T12:00:00Z`);
const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' });

export function performanceFinding(performance: Performance, system: string | undefined): string | undefined {
  const months = performance.months.filter((each) => each.hardest && each.hardest.system === system);
  if (months.length === 0) return undefined;
  const best = months.reduce((top, each) => (each.hardest!.rank > top.hardest!.rank ? each : top));
  const first = months[0]!;
  if (months.length === 1) return `${best.hardest!.grade} in ${monthName.format(monthOf(best.month))}. More after the next session.`;
  if (best.hardest!.rank > first.hardest!.rank)
    return `From ${first.hardest!.grade} in ${monthName.format(monthOf(first.month))} to ${best.hardest!.grade} in ${monthName.format(monthOf(best.month))}.`;
  return `${best.hardest!.grade} in ${monthName.format(monthOf(best.month))} is your hardest send.`;
}
