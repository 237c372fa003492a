// Runs what is written in Python for clients from PyPI, in the virtual environment that ../run makes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withScriptedModel } from './config.mjs';
import { slowness } from './deadline.mjs';
import { startServer } from './server.mjs';

const run = promisify(execFile);
export const python = fileURLToPath(new URL('../python_clients/bin/python', import.meta.url));

// script: a file beside this one, which prints what a case gives. cases: {title: [the case's name, what it must print]}.
export async function checkScript(t, script, cases) {
  const server = await startServer(t, withScriptedModel());
  const file = fileURLToPath(new URL(script, import.meta.url));
  for (const [title, [name, expected]] of Object.entries(cases))
    await t.test(title, async () => {
      const { stdout } = await run(python, [file, server.origin, name], { timeout: 60000 * slowness });
      assert.deepEqual(JSON.parse(stdout), expected);
    });
}
