// Every kind of bad input gets a clear error response. Each test reads another stream meanwhile and checks that it is not
// affected.
import assert from 'node:assert/strict';
import test from 'node:test';
import zlib from 'node:zlib';
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

// Every route that accepts a JSON body, on every surface. message: the field with the text for the model. others: the other
// required fields.
const session = `session_${'A'.repeat(32)}`;
const routes = [
  { path: '/assistant/request', message: 'prompt', others: { mode: 'chat' } },
  { path: '/api/chat/start', message: 'prompt', others: { modelId: 'grok-2' } },
  { method: 'PUT', path: '/api/chat/messages/MESSAGE/reaction', others: { reaction: 'like' } },
  { path: '/chat/start', others: { user_id: 'mallory' } },
  { path: '/chat/stream', message: 'message', others: { session_id: session } },
  { path: '/chat/message', message: 'message', others: { session_id: session } },
  { path: '/coach', others: { intensity: 0.5, phase: 'main' } },
  { path: '/auth/ticket', others: { request_id: unknownId }, anyType: true },
];

test('A1, X9: JSON is read strictly on every route of every surface', { timeout: 300000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'mallory');
  const chat = await client.call('POST', '/api/chat/start', { json: { modelId: 'grok-2', prompt: 'echo:x' } });
  const stream = await client.call('GET', `/api/chat/stream?sessionId=${chat.json.sessionId}`);
  assert.match(stream.text, /"done"/);
  const history = await client.call('GET', `/api/chat/history?chatId=${chat.json.chatId}`);
  const messageId = history.json.messages.at(-1).id;

  for (const { method = 'POST', path, message, others, anyType } of routes) {
    const said = message === undefined ? {} : { [message]: 'echo:x' };
    const whole = JSON.stringify({ ...others, ...said });
    const send = (body, headers = {}) =>
      client.call(method, path.replace('MESSAGE', messageId), { body, headers: { 'content-type': 'application/json', ...headers } });
    const refused = async (body, status, code, field, headers) => {
      const problem = assertProblem(await send(body, headers), status, code, field === undefined ? {} : { field });
      return problem.detail;
    };
    const withMore = (more) => `${whole.slice(0, -1)},${more}}`;

    await t.test(`${path}: a key that stands twice is named`, async () => {
      const key = Object.keys(others)[0];
      assert.match(await refused(withMore(`"${key}":"x"`), 400, 'invalid_request', key), /twice/);
      await refused(withMore('"x":{"deep":[0,{"y":1,"\\u0079":2}]}'), 400, 'invalid_request', 'x.deep[1].y');
    });
    await t.test(`${path}: a number that is out of range is named`, async () => {
      for (const number of ['1e999', '-1e309', `1${'0'.repeat(400)}`])
        assert.match(await refused(withMore(`"x":{"n":${number}}`), 400, 'invalid_request', 'x.n'), /out of range/);
    });
    await t.test(`${path}: half a surrogate pair is named, and where it stands`, async () => {
      for (const half of ['\\ud83d', '\\ude00', '\\ude00\\ud83d', '\\ud83d\\u0041'])
        assert.match(await refused(withMore(`"x":"cut ${half}"`), 400, 'invalid_request', 'x'), /half a surrogate.*byte \d+/);
      assert.match(await refused(withMore('"\\ud83d":1'), 400, 'invalid_request', 'body'), /half a surrogate/);
    });
    await t.test(`${path}: broken JSON is told with its place`, async () => {
      assert.match(await refused(`${whole.slice(0, -1)},}`, 400, 'invalid_request', 'body'), /at byte \d+ \(line 1, column \d+\)/);
      assert.match(await refused('{\n  "a": 1\n  "b": 2\n}', 400, 'invalid_request', 'body'), /line 3, column 3/);
    });
    await t.test(`${path}: UTF-16 is told so`, async () => {
      const utf16 = Buffer.from(whole, 'utf16le');
      assert.match(await refused(utf16, 400, 'invalid_request', 'body'), /UTF-8/);
      assert.match(await refused(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 400, 'invalid_request'), /UTF-8/);
      if (anyType) return;
      for (const type of ['application/json; charset=utf-16', 'application/json;charset="ISO-8859-1"', 'text/plain'])
        await refused(whole, 415, 'unsupported_media_type', 'Content-Type', { 'content-type': type });
    });
    await t.test(`${path}: a compressed body is 415, and the answer says what is read`, async () => {
      for (const [coding, body] of [
        ['gzip', zlib.gzipSync(whole)],
        ['br', zlib.brotliCompressSync(whole)],
        ['deflate', zlib.deflateSync(whole)],
        ['identity, gzip', zlib.gzipSync(whole)],
      ]) {
        const answer = await send(body, { 'content-encoding': coding });
        assertProblem(answer, 415, 'unsupported_media_type', { field: 'Content-Encoding' });
        assert.equal(answer.headers['accept-encoding'], 'identity');
      }
      assert.notEqual((await send(whole, { 'content-encoding': 'identity' })).status, 415);
    });
    if (message === undefined) continue;
    await t.test(`${path}: a ${message} in which there is nothing to read is named`, async () => {
      for (const blank of ['', ' \n\t', '\u0000', '\u200b\u200f', '\u2060\ufeff\u00ad', '\u0007\u009b', '\ufe0f', '\u{e0041}\u{e007f}', '\u3000'])
        assert.match(
          await refused(JSON.stringify({ ...others, [message]: blank }), 400, 'invalid_request', message),
          /must not be empty/,
        );
    });
  }

  await t.test('a name, and a message that is kept, with a NUL in it is 400 and named', async () => {
    const rows = [
      ['/api/chat/start', { modelId: 'grok-2' }, ['prompt']],
      ['/chat/stream', { session_id: session }, ['message']],
      ['/chat/message', { session_id: session }, ['message']],
      ['/assistant/request', { prompt: 'x', mode: 'chat' }, ['track_id', 'conversation_id']],
      ['/api/chat/start', { prompt: 'x' }, ['modelId', 'chatId', 'sessionId', 'projectId', 'taskId']],
      ['/chat/start', {}, ['user_id', 'persona']],
      ['/coach', { intensity: 0.5, phase: 'main' }, ['user_id', 'persona']],
    ];
    for (const [path, fields, names] of rows)
      for (const name of names)
        assertProblem(await client.call('POST', path, { json: { ...fields, [name]: 'a\u0000b' } }), 400, 'invalid_request', {
          field: name,
        });
  });
  await t.test('a measurement that is no number of its range is 400 and named', async () => {
    for (const field of ['intensity', 'volume', 'tempo', 'silence'])
      for (const number of ['-0', '-0.5', '-1e-400', '1e6', '1e999'])
        assertProblem(
          await client.call('POST', '/coach', {
            body: `{"phase":"main",${field === 'intensity' ? '' : '"intensity":0.5,'}"${field}":${number}}`,
            headers: { 'content-type': 'application/json' },
          }),
          400,
          'invalid_request',
          { field },
        );
  });
  await t.test('a parameter with two values is 400 and named', async () => {
    assertProblem(await client.call('GET', '/api/chat/history?chatId=a&limit=5&chatId=b'), 400, 'invalid_request', { field: 'chatId' });
    assertProblem(await client.call('DELETE', '/api/chat/stream?sessionId=a&sessionId=b'), 400, 'invalid_request', {
      field: 'sessionId',
    });
  });
});
