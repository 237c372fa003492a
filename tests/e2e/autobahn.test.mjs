// G2: the cases of the Autobahn test suite, without compression, against a server that sends every message back.
//
// ./run installs the suite from PyPI into python_modules. The server is the test build's `websocket_echo`, beside the binary.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { slowness, within } from './lib/deadline.mjs';
import { binary } from './lib/server.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const echo = path.join(path.dirname(binary), 'tests/websocket_echo');

test('G2: all cases of the Autobahn suite pass', { timeout: 300000 * slowness }, async (t) => {
  if (!existsSync(echo)) return t.skip(`there is no ${echo}: it is part of a build with tests`);
  const server = spawn(echo, [], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  const port = await within(10000, 'the server listens', new Promise((resolve) => {
    let printed = '';
    server.stdout.on('data', (bytes) => {
      printed += bytes;
      const line = /^listening on (\d+)\n/.exec(printed);
      if (line) resolve(line[1]);
    });
  }));
  const runner = spawn('python3', [here('../autobahn/run_cases.py'), here('python_modules'), port], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => runner.kill('SIGKILL'));
  let output = '';
  runner.stdout.on('data', (bytes) => (output += bytes));
  runner.stderr.on('data', (bytes) => (output += bytes));
  const code = await new Promise((resolve) => runner.on('close', resolve));
  t.diagnostic(output.trim());
  assert.equal(code, 0, output);
  assert.match(output, /^301 cases, 0 failed/m);
});
