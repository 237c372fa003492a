// K90–K96: Anthropic's Python client, as PyPI has it, unmodified (lib/anthropic_python.py).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { words } from './lib/assistant.mjs';
import { slowness } from './lib/deadline.mjs';
import { startServer } from './lib/server.mjs';

const run = promisify(execFile);
const python = fileURLToPath(new URL('python_clients/bin/python', import.meta.url));
const script = fileURLToPath(new URL('lib/anthropic_python.py', import.meta.url));
const config =
  '[[providers]]\nname = "scripted"\nkind = "scripted"\n' +
  '[[models]]\nalias = "default"\nprovider = "scripted"\nwindow = 100000\nmax_output = 10000\n';

// What each case gives.
const cases = {
  'K30: the whole answer': ['whole', { text: 'Hello there, 世界.', stop: 'end_turn', usage: true, model: 'default' }],
  'K31: streamed': [
    'streamed',
    { text: words(50), first: ['message_start', 'content_block_start'], last: ['content_block_stop', 'message_delta', 'message_stop'] },
  ],
  'K31: the stream helper ends in the whole answer': ['helper', { text: words(50), whole: words(50), stop: 'end_turn' }],
  'K30, K31: the asynchronous client': ['asynchronous', { one: 'Hello.', text: words(20) }],
  'K34: tokens are counted': ['counted', { counted: true }],
  'K33: models': ['listed', { ids: ['default'], one: 'default' }],
  'K32: errors have their types': [
    'refused',
    {
      key: ['AuthenticationError', 'authentication_error', true],
      model: ['NotFoundError', 'not_found_error', true],
      role: ['BadRequestError', 'invalid_request_error', true],
      path: ['NotFoundError', 'not_found_error', true],
    },
  ],
};

test('K90–K96: Anthropic’s Python client', { timeout: 300000 }, async (t) => {
  const server = await startServer(t, { config });
  for (const [title, [name, expected]] of Object.entries(cases))
    await t.test(title, async () => {
      const { stdout } = await run(python, [script, server.origin, name], { timeout: 60000 * slowness });
      assert.deepEqual(JSON.parse(stdout), expected);
    });
});
