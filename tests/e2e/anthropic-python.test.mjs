// K90–K96: Anthropic's Python client, as PyPI has it, unmodified (lib/anthropic_python.py).
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { checkScript } from './lib/python_clients.mjs';

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

test('K90–K96: Anthropic’s Python client', { timeout: 300000 }, (t) => checkScript(t, 'anthropic_python.py', cases));
