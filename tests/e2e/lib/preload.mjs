// A small library of ours, compiled and loaded into the server with LD_PRELOAD.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// `name` without ".c", of this folder. {env for startServer, home: a folder for the test's flags}
export async function preload(t, name) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-preload-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const library = path.join(home, `${name}.so`);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  await promisify(execFile)(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  const sanitizers = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
  return { home, env: { LD_PRELOAD: library, ASAN_OPTIONS: sanitizers } };
}
