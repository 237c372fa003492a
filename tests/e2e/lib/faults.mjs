// The faults that a provider can have, in each protocol, and how Belay handles them. The table of docs/PROVIDERS.md is generated
// from this list. provider-faults.test.mjs checks each cell of the table against a running server.
//
// script(call, attempt) sends the provider's answer for that attempt (from 1). The other members are the expected result:
// `end` ('complete', or an error's code), `text`, `calls` (how many calls the provider gets), `charged` ('nothing', 'as counted'
// or 'an estimate'), and `advice` (what the log says to the operator). `row` has settings of the provider that this fault needs: such a
// fault is played to a server of its own, so that a short time concerns no other.

async function greet(call) {
  await call.piece('Hello, ');
  await call.piece('world');
  await call.done();
}

// Fails `times` times, then answers.
const then = (times, fail) => (call, attempt) => (attempt <= times ? fail(call) : greet(call));

const greeted = { end: 'complete', text: 'Hello, world', charged: 'as counted' };
const begun = { text: 'Hello, ', calls: 1, charged: 'an estimate' };
const refused = { end: 'provider_rejected', text: '', calls: 1, charged: 'nothing' };
const failed = { text: '', charged: 'nothing' };

export const faults = [
  { name: 'no fault', script: greet, ...greeted, calls: 1 },
  {
    name: 'a model that thinks aloud first',
    script: async (call) => {
      await call.begin();
      await call.thought('Hm.');
      await greet(call);
    },
    ...greeted,
    calls: 1,
  },
  {
    name: 'an answer cut at its longest',
    script: async (call) => {
      await call.piece('Hello, ');
      await call.piece('world');
      await call.done('length');
    },
    ...greeted,
    calls: 1,
  },
  {
    name: 'a filter that withholds the answer',
    script: async (call) => {
      await call.begin();
      await call.done('filter', { input: 7, output: 1 });
    },
    end: 'provider_content_filter',
    text: '',
    calls: 1,
    charged: 'as counted',
  },
  {
    name: 'a filter that cuts the answer off',
    script: async (call) => {
      await call.piece('Hello, ');
      await call.done('filter');
    },
    end: 'provider_content_filter',
    text: 'Hello, ',
    calls: 1,
    charged: 'as counted',
  },

  // Silence
  {
    name: 'no first byte',
    row: { first_byte_timeout: '2s' },
    advice: /first_byte_timeout/,
    script: (call) => call.stall(),
    end: 'provider_timeout',
    ...failed,
    calls: 1,
  },
  {
    name: 'silence in the middle',
    row: { idle_timeout: '2s' },
    advice: /idle_timeout/,
    script: async (call) => {
      await call.piece('Hello, ');
      await call.stall();
    },
    end: 'provider_timeout',
    ...begun,
  },
  {
    name: 'pings without end',
    row: { progress_timeout: '3s' },
    advice: /progress_timeout/,
    script: async (call) => {
      await call.piece('Hello, ');
      for (;;) {
        await call.ping();
        await call.wait(200);
      }
    },
    end: 'provider_timeout',
    ...begun,
  },

  // Cuts
  { name: 'a reset before the first byte, once', script: then(1, (call) => call.reset()), ...greeted, calls: 2 },
  {
    name: 'a reset before the first piece, once',
    script: then(1, async (call) => {
      await call.begin();
      await call.wait(50);
      call.reset();
    }),
    ...greeted,
    calls: 2,
  },
  {
    name: 'a reset after the first piece',
    advice: /cut/,
    script: async (call) => {
      await call.piece('Hello, ');
      await call.wait(50);
      call.reset();
    },
    end: 'provider_broken',
    ...begun,
  },
  {
    name: 'an end without the terminal event',
    advice: /lenient_end/,
    script: async (call) => {
      await call.piece('Hello, ');
      await call.say('almostEnd');
    },
    end: 'provider_broken',
    ...begun,
  },

  // Documents that are not streams
  { name: 'an empty 200', advice: /base_url/, script: (call) => call.head(200, { 'content-type': 'text/event-stream' }), end: 'provider_broken', ...failed, calls: 1 },
  {
    name: 'JSON under a 200',
    advice: /base_url/,
    script: (call) => call.answer(200, { 'content-type': 'application/json' }, '{"greeting":"hello"}'),
    end: 'provider_broken',
    ...failed,
    calls: 1,
  },
  {
    name: 'an error as JSON under a 200',
    script: then(1, (call) =>
      call.answer(200, { 'content-type': 'application/json' }, '{"code":"The service is currently unavailable","error":"x"}'),
    ),
    ...greeted,
    calls: 2,
  },
  {
    name: 'HTML under a 200',
    advice: /base_url/,
    script: (call) => call.answer(200, { 'content-type': 'text/html' }, '<html>Sign in to the proxy</html>'),
    end: 'provider_broken',
    ...failed,
    calls: 1,
  },
  {
    name: 'an event that is no JSON',
    advice: /no JSON/,
    script: async (call) => {
      await call.piece('Hello, ');
      await call.raw('data: {"choices":[{"delta":\n\n');
      await call.done();
    },
    end: 'provider_broken',
    ...begun,
  },
  {
    name: 'a line of 64 MB',
    advice: /max_event_bytes/,
    script: async (call) => {
      await call.piece('Hello, ');
      const megabyte = 'x'.repeat(1 << 20);
      await call.raw('data: ');
      for (let i = 0; i < 64 && call.closedAt === null; i++) await call.raw(megabyte);
    },
    end: 'provider_broken',
    ...begun,
  },

  // Errors within the stream
  {
    name: 'overloaded within the stream before the first piece, once',
    script: then(1, async (call) => {
      await call.begin();
      await call.inStreamError('secret words', 'overloaded_error');
    }),
    ...greeted,
    calls: 2,
  },
  {
    name: 'overloaded within the stream after the first piece',
    script: async (call) => {
      await call.piece('Hello, ');
      await call.inStreamError('secret words', 'overloaded_error');
    },
    end: 'provider_unavailable',
    ...begun,
  },

  // Statuses
  { name: '400', advice: /catalogue/, script: (call) => call.refuse(400, 'invalid_request_error', {}, 'secret words'), ...refused },
  { name: '401', advice: /API key/, script: (call) => call.refuse(401, 'authentication_error', {}, 'secret words'), ...refused },
  { name: '402', advice: /billing/, script: (call) => call.refuse(402, 'billing_error', {}, 'secret words'), ...refused },
  { name: '403', advice: /permissions/, script: (call) => call.refuse(403, 'permission_error', {}, 'secret words'), ...refused },
  { name: '404, a retired model', advice: /upstream_name/, script: (call) => call.refuse(404, 'model_not_found', {}, 'secret words'), ...refused },
  { name: '413', advice: /window/, script: (call) => call.refuse(413, 'request_too_large', {}, 'secret words'), ...refused },
  {
    name: '307',
    advice: /redirect/,
    script: (call) => call.answer(307, { location: `http://${call.headers.host}/elsewhere` }, ''),
    ...refused,
  },
  { name: '429 with Retry-After, once', script: then(1, (call) => call.refuse(429, 'rate_limit_error', { 'retry-after': '1' })), ...greeted, calls: 2 },
  {
    name: '429 with a Retry-After that is too long',
    advice: /rate limit/,
    script: (call) => call.refuse(429, 'rate_limit_error', { 'retry-after': '3600' }),
    end: 'provider_rate_limited',
    ...failed,
    calls: 1,
  },
  { name: '429, the account is used up', advice: /billing/, script: (call) => call.refuse(429, 'insufficient_quota'), ...refused },
  { name: '500, once', script: then(1, (call) => call.refuse(500, 'api_error')), ...greeted, calls: 2 },
  { name: '503, always', script: (call) => call.refuse(503, 'overloaded_error'), end: 'provider_unavailable', ...failed, calls: 3 },
  {
    name: '503 with x-should-retry: false',
    script: (call) => call.refuse(503, 'overloaded_error', { 'x-should-retry': 'false' }),
    end: 'provider_unavailable',
    ...failed,
    calls: 1,
  },
  { name: '504, always', script: (call) => call.refuse(504, 'timeout_error'), end: 'provider_timeout', ...failed, calls: 3 },
  { name: '529, once', script: then(1, (call) => call.refuse(529, 'overloaded_error')), ...greeted, calls: 2 },
];

// The text of the fault's cell in the table.
export function cellOf({ end, text, calls, charged }) {
  const seen = end === 'complete' ? '`complete`' : `\`${end}\`${text ? ', the text so far kept' : ''}`;
  const retried = calls === 1 ? 'not retried' : `${calls} calls`;
  return `${seen}; ${retried}; ${charged}`;
}

export function faultTable() {
  const rows = faults.map((fault) => `| ${fault.name} | ${cellOf(fault)} | ${cellOf(fault)} | ${cellOf(fault)} |`);
  return ['| fault | Chat Completions | Responses | Messages |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
