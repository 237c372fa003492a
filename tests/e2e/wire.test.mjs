// The recordings of tests/e2e/wire as a whole: none that is no longer made, and every route of docs/openapi.json in one of them.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { directory, isRecording } from './lib/wire/recording.mjs';

const skip = isRecording && 'the recordings are being made';
const here = new URL('.', import.meta.url);
const names = async (where, form) => (await readdir(where)).filter((name) => form.test(name)).sort();

test('each recording of what is on the wire is made by a test', { skip }, async () => {
  const made = new Set();
  for (const file of await names(here, /^wire-.*\.test\.mjs$/)) {
    const text = await readFile(new URL(file, here), 'utf8');
    for (const [, name] of text.matchAll(/^recorded\(\s*'([\w-]+)'/gm)) {
      assert.ok(!made.has(name), `two tests make the recording ${name}.txt`);
      assert.ok(file === `wire-${name.split('-')[0]}.test.mjs`, `${name}.txt is made by ${file}: its name begins otherwise`);
      made.add(name);
    }
  }
  for (const name of await names(directory, /\.txt$/))
    assert.ok(made.has(name.replace(/\.txt$/, '')), `no test makes wire/${name}: delete it, or bring its test back`);
});

test('each route of docs/openapi.json stands in a recording', { skip }, async () => {
  const requests = new Set();
  for (const name of await names(directory, /\.txt$/)) {
    const text = await readFile(directory + name, 'utf8');
    for (const [, method, path] of text.matchAll(/^> ([A-Z]+) ([^ ?]+)(?:\?\S*)? HTTP\/1\.1$/gm)) requests.add(`${method} ${path}`);
  }
  const { paths } = JSON.parse(await readFile(new URL('../../docs/openapi.json', here), 'utf8'));
  for (const [path, operations] of Object.entries(paths)) {
    const form = path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+');
    for (const method of Object.keys(operations).map((each) => each.toUpperCase())) {
      const isRecorded = [...requests].some((request) => new RegExp(`^${method} ${form}$`).test(request));
      assert.ok(isRecorded, `${method} ${path} stands in no recording of tests/e2e/wire: add it to a wire-*.test.mjs`);
    }
  }
});
