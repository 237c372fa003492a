// Pages for Chromium. ../pages/chat.mjs and ../pages/persona.js are the documents' examples, to the letter: what they need of a page
// stands in the tests, and in ../pages/persona-chat.jsx.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// The text of a file in ../pages.
export const readPage = (name) => readFile(new URL(`../pages/${name}`, import.meta.url), 'utf8');

// source: JavaScript, also with JSX. Returns the script with all that it imports.
export async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'jsx', resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const html = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>';

// Adds to each server, as the browser sees it, the path /page with this script.
export async function addPage(browser, script) {
  await browser.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await browser.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
}
