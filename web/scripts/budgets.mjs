// Checks what the first view of the page loads: JavaScript and style sheets, gzipped. Prints all sizes.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const kScripts = 180 * 1024;
const kStyles = 15 * 1024;
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const html = await readFile(path.join(dist, 'index.html'), 'utf8');
const sizeOf = async (file) => zlib.gzipSync(await readFile(path.join(dist, file)), { level: 9 }).length;

const linked = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
// What a script imports statically is loaded with it.
const scripts = new Set(linked.filter((file) => file.endsWith('.js')));
for (const file of scripts) {
  const text = await readFile(path.join(dist, file), 'utf8');
  for (const match of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) scripts.add(`assets/${match[1]}`);
}
const styles = linked.filter((file) => file.endsWith('.css'));
const sum = async (files) => (await Promise.all([...files].map(sizeOf))).reduce((all, size) => all + size, 0);
const results = [
  ['JavaScript of the first view', await sum(scripts), kScripts],
  ['Style sheets of the first view', await sum(styles), kStyles],
];
let failed = false;
for (const [name, size, limit] of results) {
  const isOver = size > limit;
  failed ||= isOver;
  console.log(`${name}: ${(size / 1024).toFixed(1)} KiB gzipped, of ${limit / 1024} KiB${isOver ? ': TOO LARGE' : ''}`);
}
const later = (await readdir(path.join(dist, 'assets'))).filter((file) => /\.(js|css)$/.test(file) && !scripts.has(`assets/${file}`) && !styles.includes(`assets/${file}`));
for (const file of later.filter((name) => /screen|panel|docs|plot/.test(name))) console.log(`  later: ${file}, ${((await sizeOf(`assets/${file}`)) / 1024).toFixed(1)} KiB`);
// A page without these names would be checked against nothing.
if (scripts.size === 0 || styles.length === 0) throw new Error('dist/index.html names no script or no style sheet.');
process.exit(failed ? 1 : 0);
