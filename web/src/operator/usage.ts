// What the operator's page shows, as the API answers it, and how figures are written.
import type { Schemas } from '@belay/client';
import { client } from '../lib/client.ts';

export type Run = Schemas['AdminRuns']['runs'][number];
export type User = Schemas['AdminUser'];
export type Usage = Schemas['AdminUsage']['usage'][number] & { day?: string; model?: string };
export type Entry = Schemas['AdminAudit']['entries'][number];
export type Revocation = Schemas['AdminRevocation'];

export const kShown = 6; // rows of a table before "Show all"
export const kDays = 14;

export const money = (value: number): string => `$${value.toFixed(value > 0 && value < 0.1 ? 4 : 2)}`;
export const short = (value: number): string => (value >= 1e6 ? `${+(value / 1e6).toFixed(1)} M` : value >= 1e3 ? `${+(value / 1e3).toFixed(1)} K` : String(value));

export interface DayOfModels {
  readonly day: string;
  readonly models: readonly Usage[];
}

const past = new Map<string, readonly Usage[]>(); // days that are over: their figures do not change any more
const dayAt = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The usage of the last days by model, oldest first. A day that is over is asked for once. */
export async function loadDays(signal: AbortSignal): Promise<DayOfModels[]> {
  const now = Date.now();
  const days = Array.from({ length: kDays }, (_, index) => dayAt(now - (kDays - 1 - index) * 86_400_000));
  const found: DayOfModels[] = [];
  for (const day of days) {
    const next = dayAt(Date.parse(day) + 86_400_000);
    const isOver = next <= dayAt(now);
    const known = past.get(day);
    const models = known ?? ((await client.call('GET', '/api/admin/usage', { query: { by: 'model', from: day, ...(isOver && { to: next }) }, signal })).usage as Usage[]);
    if (isOver) past.set(day, models);
    found.push({ day, models });
  }
  return found;
}
