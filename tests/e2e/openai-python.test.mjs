// K90–K96: OpenAI's and LangChain's Python clients, as PyPI has them, unmodified (lib/openai_python.py).
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { checkScript } from './lib/python_clients.mjs';

// What each case gives.
const cases = {
  'K1: the whole answer': ['whole', { text: 'Hello there, 世界.', finish: 'stop', total: true, model: 'default' }],
  'K2, K3: streamed, with usage': ['streamed', { text: words(50), ids: 1, usage: true }],
  'K2: the stream helper ends in the whole answer': ['helper', { text: words(50) }],
  'K1, K2: the asynchronous client': ['asynchronous', { one: 'Hello.', text: words(20) }],
  'K11: the rest of a stream by id and count': ['resumed', { same: true, count: 52 }],
  'K4: models': ['listed', { ids: ['default'], one: 'default' }],
  'K5: errors have their types and codes': [
    'refused',
    {
      key: ['AuthenticationError', 'invalid_api_key', 'Authorization', true],
      model: ['NotFoundError', 'model_not_found', 'model', true],
      n: ['BadRequestError', 'unsupported_value', 'n', true],
      path: ['NotFoundError', 'unknown_url', null, true],
    },
  ],
  'K20: a whole response, and by its id': [
    'response',
    { text: 'Hello there, 世界.', status: 'completed', total: true, details: [0, 0], metadata: { a: 'b' }, again: 'Hello there, 世界.' },
  ],
  'K21, K23: a response streamed, and its rest': ['response_streamed', { text: words(50), numbers: true, last: ['response.completed', words(50)], rest: true }],
  'K21, K23: the helper of responses, also by the id': ['response_helper', { text: words(50), first: 11, again: words(50) }],
  'K22, K24: in the background, polled; cancelled twice, deleted': [
    'response_background',
    { asked: 'queued', text: words(100), cancelled: ['cancelled', 'cancelled'], gone: 'response_id' },
  ],
  'K20: previous_response_id': ['response_next', { items: ['echo:One.', 'One.', 'echo:Two.'], refused: ['previous_response_not_found', 'previous_response_id'] }],
  'K41: LangChain over Responses': ['langchain_responses', { text: 'Hello.', streamed: words(20), next: 'Two.' }],
  'K41: LangChain': ['langchain', { text: 'Hello.', streamed: words(20) }],
};

test('K90–K96: the Python clients', { timeout: 300000 }, (t) => checkScript(t, 'openai_python.py', cases));
