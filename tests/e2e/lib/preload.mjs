// Compiles small C libraries and loads them into one server with LD_PRELOAD. They replace functions of the C library.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// Compiles lib/NAME.c. Returns the environment for a server that runs with this library.
export async function preload(t, name) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-preload-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const library = path.join(home, `${name}.so`);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  await promisify(execFile)(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  // The address sanitizer requires to be the first library, unless verify_asan_link_order is 0.
  const sanitizers = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
  return { LD_PRELOAD: library, ASAN_OPTIONS: sanitizers };
}
