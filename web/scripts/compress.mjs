// Beside every file of dist that is larger than 512 bytes: FILE.gz and FILE.br, for a server that sends them as they are.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const gzip = promisify(zlib.gzip);
const brotli = promisify(zlib.brotliCompress);
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const kSmall = 512;

for (const entry of await readdir(dist, { recursive: true })) {
  const file = path.join(dist, entry);
  if (/\.(gz|br)$/.test(entry) || !(await stat(file)).isFile()) continue;
  const bytes = await readFile(file);
  if (bytes.length <= kSmall) continue;
  await writeFile(`${file}.gz`, await gzip(bytes, { level: 9 }));
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(`${file}.br`, await brotli(bytes, { params }));
}
