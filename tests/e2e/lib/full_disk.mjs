// The environment of a server whose disk the test can fill, empty, stall and resume. See full_disk.c.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preload } from './preload.mjs';

// Returns {env (for startServer), fill(), empty(), stall(), go()}.
export async function fullDisk(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-disk-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const full = path.join(home, 'full');
  const stalled = path.join(home, 'stalled');
  return {
    env: { ...(await preload(t, 'full_disk')), BELAY_FULL_DISK: full, BELAY_STALLED_DISK: stalled },
    fill: () => writeFile(full, ''),
    empty: () => rm(full),
    stall: () => writeFile(stalled, ''),
    go: () => rm(stalled),
  };
}
