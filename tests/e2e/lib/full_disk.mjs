// A server whose disk can be filled and emptied by the test. See full_disk.c.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('full_disk.c', import.meta.url));

// {env for startServer, fill(), empty()}
export async function fullDisk(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-disk-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const library = path.join(home, 'full_disk.so');
  const flag = path.join(home, 'full');
  await promisify(execFile)(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  const sanitizers = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
  return {
    env: { LD_PRELOAD: library, BELAY_FULL_DISK: flag, ASAN_OPTIONS: sanitizers },
    fill: () => writeFile(flag, ''),
    empty: () => rm(flag),
  };
}
