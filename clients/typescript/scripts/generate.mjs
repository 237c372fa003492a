// Writes src/generated/openapi.ts: the types of docs/openapi.json. With --check it writes nothing, and fails if the file is not
// what it would write.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../../docs/openapi.json', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

const head = '// Generated from docs/openapi.json by `npm run generate`. Do not edit.\n\n';
const text = head + astToString(await openapiTS(source, { defaultNonNullable: false }));
if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error('src/generated/openapi.ts is not what docs/openapi.json says. Run `npm run generate` in clients/typescript.');
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
