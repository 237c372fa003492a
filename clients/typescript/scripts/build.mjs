// Writes dist/: JavaScript modules, types and style sheets. One module for each source file, so that bundlers drop what is not used.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
await rm(new URL('dist/', root), { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: fileURLToPath(root), stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
await mkdir(new URL('dist/react/', root), { recursive: true });
for (const name of ['tokens.css', 'chat.css']) {
  const source = new URL(`src/react/${name}`, root);
  if (existsSync(source)) await cp(source, new URL(`dist/react/${name}`, root));
}
