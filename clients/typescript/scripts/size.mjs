// Prints what each entry point costs a page, and fails above the limits: bundled alone, minified, gzipped.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const limits = [
  { entry: 'dist/index.js', limit: 8 * 1024 },
  { entry: 'dist/chat/index.js', limit: 13 * 1024 },
  // Without React and without the Markdown library, which is loaded when it is needed.
  { entry: 'dist/react/index.js', limit: 30 * 1024, external: ['react', 'react-dom', 'react/*', 'streamdown'] },
];

let isTooLarge = false;
for (const { entry, limit, external = [] } of limits) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external,
    write: false,
    logLevel: 'error',
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${entry}: ${size} bytes gzipped (${outputFiles[0].contents.length} minified), limit ${limit}`);
  if (size > limit) isTooLarge = true;
}
if (isTooLarge) {
  console.error('Too large: take something out, or say why the limit in scripts/size.mjs must grow.');
  process.exit(1);
}
