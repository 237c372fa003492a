// Goals, meetings and the profile of the caller.
import type { Schemas } from '@belay/client';
import { client } from '../lib/client.ts';
import { Store } from '../lib/store.ts';
import { loadAccess } from './socket.ts';

export type Goal = Schemas['Goal'];
export type Meeting = Schemas['Meeting'];

export interface Plans {
  readonly goals: readonly Goal[];
  readonly meetings: readonly Meeting[];
  readonly profile: Schemas['CoachProfile'] | undefined;
  readonly known: boolean;
  readonly leaving: ReadonlySet<string>;
}

export const plans = new Store<Plans>({ goals: [], meetings: [], profile: undefined, known: false, leaving: new Set() });

const kDay = 86_400_000;

export async function loadPlans(): Promise<void> {
  const from = new Date(Date.now() - kDay).toISOString();
  const [goals, meetings, profile] = await Promise.all([
    client.call('GET', '/api/v1/goals', { query: { limit: 100 } }),
    client.call('GET', '/api/v1/meetings', { query: { from, limit: 50 } }),
    client.call('GET', '/api/v1/me'),
  ]);
  plans.update({ goals: goals.goals, meetings: meetings.meetings, profile, known: true });
}

/** What changes goals and meetings may change the phase and the window too. */
async function after<T>(change: Promise<T>): Promise<T> {
  const result = await change;
  await Promise.all([loadPlans().catch(() => {}), loadAccess()]);
  return result;
}

export const addGoal = (title: string, target: string) => after(client.call('POST', '/api/v1/goals', { body: { title, ...(target && { target_date: target }) } }));
export const changeGoal = (id: string, change: { title?: string; status?: 'active' | 'completed' | 'abandoned'; target_date?: string | null }) =>
  after(client.call('PATCH', '/api/v1/goals/{id}', { path: { id }, body: change as never }));
export const addMeeting = (title: string, start: string, minutes: number) => after(client.call('POST', '/api/v1/meetings', { body: { title, start, duration_minutes: minutes } }));
export const changeMeeting = (id: string, change: { title?: string; start?: string; duration_minutes?: number; status?: 'scheduled' | 'cancelled' }) => after(client.call('PATCH', '/api/v1/meetings/{id}', { path: { id }, body: change }));
export const importCalendar = (file: File) => after(client.call('POST', '/api/v1/calendar/import', { body: file as never, headers: { 'content-type': 'text/calendar' } }));

const deadlines = new Map<string, ReturnType<typeof setTimeout>>();
const kUndoTime = 5000;

/** Gone from the list at once; deleted when nobody has taken it back. */
export function remove(kind: 'goals' | 'meetings', id: string): void {
  plans.update({ leaving: new Set(plans.get().leaving).add(id) });
  deadlines.set(
    id,
    setTimeout(() => {
      const path = { id };
      const request = kind === 'goals' ? client.call('DELETE', '/api/v1/goals/{id}', { path }) : client.call('DELETE', '/api/v1/meetings/{id}', { path });
      void after(request)
        .catch(() => {})
        .then(() => keep(id));
    }, kUndoTime),
  );
}

export function keep(id: string): void {
  clearTimeout(deadlines.get(id));
  deadlines.delete(id);
  const leaving = new Set(plans.get().leaving);
  leaving.delete(id);
  plans.update({ leaving });
}

export const nextMeeting = (meetings: readonly Meeting[], now = Date.now()): Meeting | undefined =>
  meetings.filter((each) => each.status === 'scheduled' && Date.parse(each.end) > now).sort((a, b) => Date.parse(a.start) - Date.parse(b.start))[0];
