// K1–K96: docs/CLIENTS.md. Each of its examples has at most 15 lines, and runs as it stands on a server with the embedded default;
// only the port is another one. It prints the answer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { signIn, startChromium } from './lib/chromium.mjs';
import { slowness, until } from './lib/deadline.mjs';
import { addPage, bundle } from './lib/pages.mjs';
import { python } from './lib/python_clients.mjs';
import { startServer } from './lib/server.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const page = await readFile(new URL('../../docs/CLIENTS.md', import.meta.url), 'utf8');

// {heading, language, code, lines} of every example, in order.
function examplesOf(markdown) {
  const found = [];
  let heading = '';
  for (const [, title, language, code] of markdown.matchAll(/^## (.*)$|^```(\w+)\n([^]*?)^```$/gm)) {
    if (title) heading = title;
    else found.push({ heading, language, code, lines: code.split('\n').filter((line) => line !== '').length });
  }
  return found;
}

const examples = examplesOf(page);
const runnable = examples.filter(({ language }) => language !== 'yaml');
const options = { cwd: here, timeout: 60000 * slowness };

const runners = {
  // A module beside the tests' packages.
  async js(code) {
    const directory = await mkdtemp(`${here}.example-`);
    try {
      const file = `${directory}/example.mjs`;
      await writeFile(file, code);
      return (await run(process.execPath, [file], options)).stdout;
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  python: async (code) => (await run(python, ['-c', code], options)).stdout,
  // The answer's pieces, as they are on the wire.
  async sh(code) {
    const { stdout } = await run('bash', ['-c', code], options);
    const chunks = [...stdout.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data));
    return chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');
  },
};

test('K1–K96: docs/CLIENTS.md has an example for each client', () => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  const withExample = new Set(examples.map(({ heading }) => heading));
  assert.deepEqual(headings.filter((heading) => !withExample.has(heading)), []);
  for (const { heading, lines } of runnable) assert.ok(lines <= 15, `${heading}: ${lines} lines`);
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
  const anchors = headings.map((heading) => heading.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
  for (const link of links) assert.ok(anchors.includes(link), `#${link} is a heading`);
});

test('K1–K96: the examples of docs/CLIENTS.md', { timeout: 300000 }, async (t) => {
  const server = await startServer(t);
  const here = (code) => code.replaceAll('http://localhost:8080', server.origin);
  const asking = runnable.filter(({ language }) => language !== 'jsx');
  for (const [i, { heading, language, code }] of asking.entries())
    await t.test(`${heading}: example ${i + 1}, ${language}`, async () => {
      assert.match(await runners[language](here(code)), /^Hello, world\.\n?$/);
    });

  await t.test('useChat: the page, in Chromium', async (t) => {
    const { code } = runnable.find(({ language }) => language === 'jsx');
    const mount = `${code}
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
createRoot(document.body).render(createElement(Page, { id: 'an-example' }));`;
    const browser = await startChromium(t);
    await addPage(browser, await bundle(mount));
    const tab = await browser.newPage();
    await tab.goto(`${server.origin}/health`);
    await signIn(tab, `Bearer ${server.tokenFor('ann')}`);
    await tab.goto(`${server.origin}/page`);
    const texts = () => tab.evaluate(() => [...document.querySelectorAll('p')].map((each) => each.textContent));
    await until(20000, 'the page is ready', () => tab.evaluate(() => document.querySelector('button')?.disabled === false));
    await tab.evaluate(() => document.querySelector('button').click());
    await until(20000, 'the answer is there', async () => (await texts()).length === 2 && (await texts())[1] === 'Hello, world.');
    await tab.reload();
    await until(20000, 'the page is ready', () => tab.evaluate(() => document.querySelector('button')?.disabled === false));
  });
});
