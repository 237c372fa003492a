// Small libraries of C that are put in front of the system's for one server.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// The path of the library made of lib/NAME.c.
export async function preload(t, name) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-preload-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const library = path.join(home, `${name}.so`);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  await promisify(execFile)(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return library;
}
