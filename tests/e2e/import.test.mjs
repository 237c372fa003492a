// S8: `belay import` adds the climbs of a logbook to what is known about a user, while the server runs.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { operatorOf, withOperators } from './lib/operators.mjs';
import { belay, startServer } from './lib/server.mjs';

async function logbook(t, text) {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'belay-import-'));
  t.after(() => fs.rm(directory, { recursive: true }));
  const file = path.join(directory, 'logbook.csv');
  await fs.writeFile(file, text);
  return file;
}

test('S8: a logbook is imported, once', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...withOperators(), restarts: true });
  const olga = await operatorOf(server);
  const run = (...args) =>
    belay(['import', ...args, '--server', `http://127.0.0.1:${olga.port}`, '--config', server.configFile], { env: withOperators().env });
  const file = await logbook(t, '\uFEFFDate;Grade;Partner\r\n2025-02-11;V5;Bob\r\n2025-02-12;V6;\r\n');
  const first = await run(file, '--user', 'ann b');
  assert.deepEqual([first.code, first.stdout], [0, '2 climbs added to ann b; 2 climbs in all.\n'], first.stderr);
  const again = await run(file, '--user', 'ann b', '--json');
  assert.deepEqual(JSON.parse(again.stdout), { added: 0, known: 2, climbs: 2 });
  await server.restart();
  const more = await belay(
    ['import', await logbook(t, 'grade\nV7\n'), '--user', 'ann b', '--config', server.configFile, '--server', `http://127.0.0.1:${(await operatorOf(server)).port}`],
    { env: withOperators().env },
  );
  assert.equal(more.stdout, '1 climb added to ann b; 3 climbs in all.\n', more.stderr);
  assert.deepEqual(await (await operatorOf(server)).audit(), ['context.import ann b', 'context.import ann b', 'context.import ann b']);
});

test('S8: what is wrong with a logbook is said, and nothing is sent', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withOperators());
  const olga = await operatorOf(server);
  const run = (...args) =>
    belay(['import', ...args, '--server', `http://127.0.0.1:${olga.port}`, '--config', server.configFile], { env: withOperators().env });
  const wrong = await run(await logbook(t, 'name,date\nx,y\n'), '--user', 'ann');
  assert.deepEqual([wrong.code, wrong.stderr], [1, 'belay: Your CSV needs a grade column—fix and retry.\n']);
  const missing = await run('/no/such/file.csv', '--user', 'ann');
  assert.notEqual(missing.code, 0);
  const large = await run(await logbook(t, `grade,notes\n${`V1,${'x'.repeat(900)}\n`.repeat(1000)}`), '--user', 'ann');
  assert.equal(large.code, 1);
  assert.match(large.stderr, /longer than 524288 bytes. Leave out old climbs/);
  assert.deepEqual(await olga.audit(), ['context.import ann']);
});
