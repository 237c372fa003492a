// Runs the browser tests, or those that are named: node tests/run.mjs chat resume
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { binary } from './lib/belay.mjs';

const folder = fileURLToPath(new URL('./browser/', import.meta.url));
if (!existsSync(binary)) {
  console.error(`There is no ${binary}: build the server (./dev build), or set BELAY_BIN.`);
  process.exit(2);
}
const all = (await readdir(folder)).filter((name) => name.endsWith('.test.mjs')).sort();
const wanted = process.argv.slice(2);
const files = wanted.length > 0 ? wanted.map((name) => `${name}.test.mjs`) : all;
const unknown = files.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Known: ${all.map((name) => name.replace('.test.mjs', '')).join(', ')}`);
  process.exit(2);
}
// Two at a time: a browser and a server each.
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files.map((name) => folder + name)], { stdio: 'inherit' });
child.on('close', (code) => process.exit(code ?? 1));
