// What is no good is answered clearly, each in its own test, while another stream shows that it is left alone.
import test from 'node:test';
import { Assistant, unknownId } from './lib/assistant.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startServer } from './lib/server.mjs';
import { beside } from './lib/witness.mjs';

test('A1, A2, X9: bad input is answered clearly and touches nobody else', { timeout: 180000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'mallory');
  const id = await client.ask('echo:50 words');
  const { lastId } = await client.followToEnd(id);
  const [epoch, end] = lastId.split('-');

  const refused = (name, send, status, code, more) =>
    t.test(name, () => beside(server, async () => assertProblem(await send(), status, code, more)));
  const post = (body, headers = { 'content-type': 'application/json' }) =>
    client.call('POST', '/assistant/request', { body, headers });
  const fields = (json) => client.call('POST', '/assistant/request', { json });

  await refused('malformed JSON is 400', () => post('{"prompt": "x", '), 400, 'invalid_request');
  await refused(
    'JSON with something after it is 400',
    () => post('{"prompt":"x","mode":"chat"} x'),
    400,
    'invalid_request',
  );
  await refused('a body that is no object is 400', () => post('["prompt"]'), 400, 'invalid_request');
  await refused('an empty body is 400', () => post(''), 400, 'invalid_request');
  await refused(
    'deeply nested JSON is 400',
    () => post(`{"prompt":"x","mode":"chat","context":${'{"a":'.repeat(20000)}1${'}'.repeat(20000)}}`),
    400,
    'invalid_request',
  );
  await refused('deeply nested arrays are 400', () => post('['.repeat(50000)), 400, 'invalid_request');
  await refused(
    'a body over the limit is 413',
    () => fields({ prompt: 'x'.repeat(1.5 * 1024 * 1024), mode: 'chat' }),
    413,
    'payload_too_large',
  );
  await refused(
    'another content type is 415',
    () => post('prompt=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'unsupported_media_type',
  );
  await refused(
    'bad UTF-8 in the body is 400',
    () => post(Buffer.from('{"prompt":"\xc3\x28","mode":"chat"}', 'latin1')),
    400,
    'invalid_request',
  );
  await refused(
    'half a surrogate pair in the prompt is 400',
    () => post('{"prompt":"\\ud800","mode":"chat"}'),
    400,
    'invalid_request',
  );
  await refused('a missing prompt is 400 and named', () => fields({ mode: 'chat' }), 400, 'invalid_request', {
    field: 'prompt',
  });
  await refused(
    'an empty prompt is 400 and named',
    () => fields({ prompt: '', mode: 'chat' }),
    400,
    'invalid_request',
    { field: 'prompt' },
  );
  await refused(
    'a prompt of spaces is 400 and named',
    () => fields({ prompt: ' \n ', mode: 'chat' }),
    400,
    'invalid_request',
    { field: 'prompt' },
  );
  await refused('a missing mode is 400 and named', () => fields({ prompt: 'x' }), 400, 'invalid_request', {
    field: 'mode',
  });
  await refused(
    'an unknown mode is 400 and named',
    () => fields({ prompt: 'x', mode: 'sing' }),
    400,
    'invalid_request',
    { field: 'mode' },
  );
  const wrong = { prompt: 7, mode: ['chat'], track_id: {}, context: 'text', conversation_id: 7 };
  for (const [field, value] of Object.entries(wrong)) {
    await refused(
      `a wrong type of ${field} is 400 and named`,
      () => fields({ prompt: 'x', mode: 'chat', [field]: value }),
      400,
      'invalid_request',
      { field },
    );
  }
  await refused(
    'CR and LF in a conversation id are 400',
    () => fields({ prompt: 'x', mode: 'chat', conversation_id: 'a\r\nSet-Cookie: b=c' }),
    400,
    'invalid_request',
    { field: 'conversation_id' },
  );
  await refused(
    'an Idempotency-Key beyond its length is 400',
    () => client.post('x', { headers: { 'idempotency-key': 'k'.repeat(4000) } }),
    400,
    'invalid_request',
  );

  const badIds = [
    'x',
    unknownId.slice(1),
    `${unknownId}0`,
    unknownId.replace('-4000-', '-1000-'),
    unknownId.replace('0101T', '1301T'),
    unknownId.toUpperCase().replace('00000000-', 'ABCDEFAB-'),
    '..%2f..%2fetc%2fpasswd',
    '%0d%0aSet-Cookie:%20a=b',
    '%00',
    '%ff',
    unknownId.replace('Z', ''),
  ];
  for (const bad of badIds) {
    await refused(`the id ${bad} is 400`, () => client.call('GET', `/assistant/stream/${bad}`), 400, 'invalid_request');
  }
  await refused('an id of a wrong form is 400 for a cancel too', () => client.cancel('x'), 400, 'invalid_request');
  await refused('an unknown id is 404', () => client.call('GET', `/assistant/stream/${unknownId}`), 404, 'not_found');

  const resume = (position) => () =>
    client.call('GET', `/assistant/stream/${id}?last_event_id=${encodeURIComponent(position)}`);
  await refused('a position ahead of the log is 409', resume(`${epoch}-${BigInt(end) + 1n}`), 409, 'position_ahead');
  await refused(
    'a position at the greatest number is 409',
    resume(`${epoch}-18446744073709551615`),
    409,
    'position_ahead',
  );
  for (const bad of [
    '-1',
    '1--1',
    `${epoch}--1`,
    `-${epoch}-1`,
    `${epoch}-18446744073709551616`,
    `${epoch}-${'9'.repeat(400)}`,
    '18446744073709551616-1',
    '1',
    'x',
    '1-2-3',
    '0x1-1',
    '1-+1',
    '1- 1',
    '01-1',
    '1-1\r\nX: y',
    '1-1.0',
    '١-١',
  ]) {
    await refused(`the position ${JSON.stringify(bad.slice(0, 30))} is 400`, resume(bad), 400, 'invalid_request');
  }
  await refused(
    'a bad position in the header is 400',
    () => client.call('GET', `/assistant/stream/${id}`, { headers: { 'last-event-id': 'abc' } }),
    400,
    'invalid_request',
  );
  await refused('an unknown path is 404', () => client.call('GET', '/assistant/nowhere'), 404, 'not_found');
  await refused(
    'a wrong method is 405',
    () => client.call('PUT', '/assistant/request', { json: {} }),
    405,
    'method_not_allowed',
  );
  await refused(
    'X13: a POST with a Last-Event-ID never starts a run',
    () => client.post('echo:x', { headers: { 'last-event-id': `${epoch}-1` } }),
    400,
    'invalid_request',
  );
});
