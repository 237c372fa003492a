import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The theme must be set before the first paint, and the content security policy forbids inline scripts. So a small classic script stands
 * in the head: it is emitted as a file with a digest in its name, and blocks the first paint for as long as it takes to read it.
 */
function themeScript(): Plugin {
  const file = here('src/theme.js');
  const mark = '<!-- theme -->';
  let build = false;
  let name = '';
  return {
    name: 'belay-theme-script',
    configResolved(config) {
      build = config.command === 'build';
      const source = readFileSync(file);
      name = `assets/theme-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`;
    },
    buildStart() {
      if (build) this.emitFile({ type: 'asset', fileName: name, source: readFileSync(file) });
    },
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace(mark, `<script src="${build ? `/${name}` : '/src/theme.js'}"></script>`),
    },
  };
}

const server = process.env['BELAY_URL'] ?? 'http://127.0.0.1:8080';
const paths = ['/api', '/auth', '/chat', '/coach', '/stream', '/assistant', '/openapi.json', '/readyz'];

export default defineConfig({
  plugins: [react(), themeScript()],
  resolve: {
    // The client is built from its sources, so that the page needs no other build before its own.
    alias: [
      { find: '@belay/client/chat', replacement: here('../clients/typescript/src/chat/index.ts') },
      { find: /^@belay\/client\/react\/(.*)$/, replacement: here('../clients/typescript/src/react/') + '$1.ts' },
      { find: '@belay/client', replacement: here('../clients/typescript/src/index.ts') },
    ],
    dedupe: ['react', 'react-dom'],
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    rollupOptions: { input: { index: here('index.html'), docs: here('docs.html') } },
  },
  server: {
    fs: { allow: [here('..')] },
    proxy: Object.fromEntries(paths.map((path) => [path, { target: server, ws: true, changeOrigin: false }])),
  },
  test: { include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
