// What the streams of this page did, for the developer panel. It records always, within bounds, so that the panel can be opened in the
// middle of an answer.
import { watchLog } from '../lib/client.ts';
import { Store } from '../lib/store.ts';

export interface Row {
  /** Milliseconds since the stream was opened first. */
  readonly at: number;
  readonly kind: 'event' | 'lost' | 'resumed' | 'retry' | 'reset' | 'closed';
  readonly position: string;
  readonly type: string;
  readonly data: string;
}

export interface Run {
  readonly stream: number;
  readonly path: string;
  readonly openedAt: number;
  readonly rows: Row[];
  readonly positions: Set<string>;
  repeated: number;
  resumed: number;
  opened: number;
  isOpen: boolean;
}

const kRuns = 8;
const kRows = 20_000;

export const runs = new Map<number, Run>();
/** Counts changes; once per frame at most. */
export const changes = new Store(0);
let frame = 0;

function changed(): void {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    changes.set(changes.get() + 1);
  });
}

const typeOf = (data: string, event: string): string => {
  if (event !== 'message') return event;
  return /"type"\s*:\s*"([^"]+)"/.exec(data)?.[1] ?? 'message';
};

export function record(): () => void {
  return watchLog((entry) => {
    if (!('stream' in entry)) return;
    let run = runs.get(entry.stream);
    if (entry.type === 'opening' && !run) {
      run = { stream: entry.stream, path: entry.path, openedAt: entry.time, rows: [], positions: new Set(), repeated: 0, resumed: 0, opened: 0, isOpen: true };
      runs.set(entry.stream, run);
      for (const [id, old] of runs) {
        if (runs.size <= kRuns) break;
        if (!old.isOpen) runs.delete(id);
      }
    }
    if (!run) return;
    const at = entry.time - run.openedAt;
    const add = (kind: Row['kind'], position: string, type: string, data: string) => {
      if (run.rows.length < kRows) run.rows.push({ at, kind, position, type, data });
    };
    switch (entry.type) {
      case 'open':
        if (run.opened++ > 0) {
          run.resumed++;
          add('resumed', lastPosition(run), 'resumed', '');
        }
        break;
      case 'event':
        if (run.positions.has(entry.id)) run.repeated++;
        run.positions.add(entry.id);
        add('event', entry.id, typeOf(entry.data, entry.event), entry.data);
        break;
      case 'lost':
        add('lost', lastPosition(run), 'lost', entry.reason instanceof Error ? entry.reason.message : String(entry.reason));
        break;
      case 'retry':
        add('retry', lastPosition(run), 'retry', `in ${(entry.delay / 1000).toFixed(1)} s`);
        break;
      case 'reset':
        add('reset', '', 'reset', entry.code);
        break;
      case 'closed':
        run.isOpen = false;
        add('closed', entry.lastEventId, 'closed', '');
        break;
    }
    changed();
  });
}

export const lastPosition = (run: Run): string => run.rows.findLast((row) => row.kind === 'event' && row.position)?.position ?? '';

export const runOf = (path: string): Run | undefined => [...runs.values()].findLast((run) => run.path === path);
