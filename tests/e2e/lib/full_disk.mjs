// A server whose disk can be filled and emptied by the test. See full_disk.c.
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { preload } from './preload.mjs';

// {env for startServer, fill(), empty()}
export async function fullDisk(t) {
  const { home, env } = await preload(t, 'full_disk');
  const flag = path.join(home, 'full');
  return { env: { ...env, BELAY_FULL_DISK: flag }, fill: () => writeFile(flag, ''), empty: () => rm(flag) };
}
