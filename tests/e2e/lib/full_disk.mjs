// A server whose disk can be filled and emptied by the test. See full_disk.c.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preload } from './preload.mjs';

// {env for startServer, fill(), empty()}
export async function fullDisk(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-disk-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const flag = path.join(home, 'full');
  return {
    env: { ...(await preload(t, 'full_disk')), BELAY_FULL_DISK: flag },
    fill: () => writeFile(flag, ''),
    empty: () => rm(flag),
  };
}
