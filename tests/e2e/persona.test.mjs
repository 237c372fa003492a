// P1–P3, P5, X1, X2, X13: the persona surface as its document describes it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { words } from './lib/assistant.mjs';
import { startChromium } from './lib/chromium.mjs';
import { hurry, table, withProvider, withScripted } from './lib/config.mjs';
import { sleep, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { readPage } from './lib/pages.mjs';
import { Persona } from './lib/persona.mjs';
import { assertProblem } from './lib/problem.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const sessionForm = /^session_[A-Za-z0-9_-]{32}$/;
const sse = { accept: 'text/event-stream' };

// The document's request without changes: a request line and a JSON body.
const documentedStart = `POST /chat/start
{
  "user_id": "user123",
  "persona": "fitness_coach"
}`;

test("P1: the document's requests and answers", { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const [line, ...body] = documentedStart.split('\n');
  const [method, path] = line.split(' ');
  const started = await call(server.port, method, path, {
    body: body.join('\n'),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(started.status, 200);
  assert.match(started.json.session_id, sessionForm);
  assert.equal(started.json.persona, 'fitness_coach');

  const client = new Persona(server);
  const stream = await client.stream(started.json.session_id, 'echo:Going great! Ready to train?').whole();
  assert.equal(stream.status, 200);
  assert.match(stream.headers['content-type'], /^text\/event-stream/);
  assert.match(stream.headers['cache-control'], /no-cache/);
  const blocks = stream.text.split('\n\n').filter((block) => block.startsWith('data: '));
  const events = blocks.map((block) => JSON.parse(block.slice('data: '.length)));
  assert.equal(events.map((event) => event.token ?? '').join(''), 'Going great! Ready to train?');
  assert.ok(events.length > 3, 'in tokens');
  assert.deepEqual(events.at(-1), { done: true, finish: 'stop' });
  assert.equal(events.filter((event) => event.done).length, 1);
});

test("P1, P6: the document's JavaScript, pasted as it stands, in Chromium", { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const browser = await startChromium(t, { hosts: { 'localhost:5001': `127.0.0.1:${server.port}` } });
  const page = await browser.newPage();
  await page.goto('http://localhost:5001/healthz');
  const session = await new Persona(server).start('calm_coach');
  await page.addScriptTag({ content: await readPage('persona.js') });
  const tokens = await page.evaluate(async (id) => {
    const heard = [];
    await streamChat(id, 'echo:60 words @100/s', (token) => heard.push(token));
    return heard;
  }, session);
  assert.equal(tokens.join(''), words(60));
  assert.ok(tokens.length > 10, 'token by token');
});

test('P1: id lines only for clients that ask for text/event-stream; nothing else in a block', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Persona(server);
  const session = await client.start();
  const plain = await client.stream(session, 'echo:5 words').whole();
  assert.ok(!/^id:/m.test(plain.text));
  for (const accept of ['*/*', 'application/json', 'text/event-streams'])
    assert.ok(!/^id:/m.test((await client.stream(session, 'echo:5 words', { accept }).whole()).text), accept);
  for (const accept of ['text/event-stream', 'application/json, TEXT/Event-Stream;q=0.9, */*'])
    assert.ok(/^id: \d+-\d+\ndata: /m.test((await client.stream(session, 'echo:5 words', { accept }).whole()).text), accept);
  for (const block of plain.text.split('\n\n').slice(0, -1))
    assert.match(block, /^(data: \{.*\}|retry: \d+|:.*)$/, 'comments and retry stand in blocks of their own');
});

test('P1, X13: comments come in blocks of their own while nothing is said', { timeout: 30000 }, async (t) => {
  const server = await startServer(t, { settings: { 'server.heartbeat_interval': '1s' } });
  const client = new Persona(server);
  const stream = client.stream(await client.start(), 'echo:3 words @0.4/s');
  await stream.whole();
  const blocks = stream.text.split('\n\n').slice(0, -1);
  assert.ok(blocks.some((block) => block.startsWith(':')), stream.text);
  for (const block of blocks) assert.match(block, /^(data: \{.*\}|retry: \d+|:.*)$/);
});

test('P1: the whole answer as JSON', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Persona(server);
  const session = await client.start('drill_sergeant');
  const answer = await client.post('/chat/message', { session_id: session, message: 'echo:Say "hi"\n世界' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.message, 'Say "hi"\n世界');
  assert.equal(answer.json.session_id, session);
  assert.equal(answer.json.persona, 'drill_sergeant');
  assert.ok(answer.json.usage.output_tokens > 0);
});

test('P1: bad input is refused with the field', { timeout: 30000 }, async (t) => {
  const server = await startServer(t, { settings: { 'persona.max_message': '64B' } });
  const client = new Persona(server);
  const session_id = await client.start();
  const cases = [
    ['/chat/start', {}, 'user_id'],
    ['/chat/start', { user_id: 7 }, 'user_id'],
    ['/chat/start', { user_id: '' }, 'user_id'],
    ['/chat/start', { user_id: ' ann' }, 'user_id'],
    ['/chat/start', { user_id: 'ann', persona: 1 }, 'persona'],
    ['/chat/start', { user_id: 'ann', persona: 'x'.repeat(65) }, 'persona'],
    ['/chat/stream', { message: 'x' }, 'session_id'],
    ['/chat/stream', { session_id }, 'message'],
    ['/chat/stream', { session_id, message: ' \n' }, 'message'],
    ['/chat/stream', { session_id, message: 'x', breathing: 'wild' }, 'breathing'],
    ['/chat/stream?restarts=yes', { session_id, message: 'x' }, 'restarts'],
    ['/chat/message', { session_id, message: ['x'] }, 'message'],
  ];
  for (const [path, body, field] of cases)
    assertProblem(await client.post(path, body), 400, 'invalid_request', { field });
  assertProblem(await client.post('/chat/message', { session_id, message: 'x'.repeat(65) }), 413, 'payload_too_large');
  assertProblem(await client.call('POST', '/chat/stream', { body: '{}', headers: { 'content-type': 'text/plain' } }), 415, null);
  assertProblem(await client.call('DELETE', '/chat/stream'), 400, 'invalid_request', { field: 'session_id' });
  for (const id of ['session_user123_1234567890', 'x', `session_${'A'.repeat(32)}`])
    assertProblem(await client.post('/chat/message', { session_id: id, message: 'x' }), 404, 'not_found');
});

test('P1: DELETE cancels at any moment, and answers 204 as often as it is asked', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Persona(server);
  const session = await client.start();
  const cancel = () => client.call('DELETE', `/chat/stream?session_id=${session}`);
  assert.equal((await cancel()).status, 204, 'nothing runs');
  const stream = client.stream(session, 'echo:1000 words @20/s');
  await stream.got(3);
  assert.equal((await cancel()).status, 204);
  await stream.whole();
  assert.equal(stream.events.at(-1).data.error.code, 'cancelled');
  assert.ok(stream.events.at(-1).data.error.message.length > 0);
  assert.equal((await cancel()).status, 204);
});

test('P1, X8: signed in, a user_id that is not the caller is 403, and sessions of others do not exist', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withScripted());
  const ann = new Persona(server, 'ann', { token: server.tokenFor('ann') });
  const bob = new Persona(server, 'bob', { token: server.tokenFor('bob') });
  const nobody = new Persona(server, 'ann');

  assertProblem(await ann.post('/chat/start', { user_id: 'bob' }), 403, 'forbidden', { field: 'user_id' });
  const own = await ann.post('/chat/start', {});
  assert.equal(own.status, 200, 'a caller who is signed in need not say who they are');
  const session_id = own.json.session_id;
  assert.equal(await ann.say(session_id, 'hello'), await ann.say(session_id, 'hello'));

  const routes = [
    ['POST', '/chat/stream', { session_id, message: 'x' }],
    ['POST', '/chat/stream', { session_id, message: 'x' }, { 'last-event-id': '1-1' }],
    ['POST', '/chat/message', { session_id, message: 'x' }],
    ['GET', `/chat/stream?session_id=${session_id}`],
    ['DELETE', `/chat/stream?session_id=${session_id}`],
  ];
  const never = `session_${'A'.repeat(32)}`;
  for (const [method, path, json, headers] of routes) {
    const foreign = await bob.call(method, path, { json, headers });
    const absent = await bob.call(method, path.replace(session_id, never), {
      json: json && { ...json, session_id: never },
      headers,
    });
    assertProblem(foreign, 404, 'not_found');
    const without = (answer) => ({ ...answer.json, request_id: undefined });
    assert.deepEqual(without(foreign), without(absent), `${method} ${path}: as if it did not exist`);
    assertProblem(await nobody.call(method, path, { json, headers }), 401, 'unauthenticated');
  }
  for (const [method, path] of [['GET', '/chat/personas'], ['POST', '/chat/start'], ['POST', '/coach']])
    assertProblem(await nobody.call(method, path, method === 'POST' ? { json: { user_id: 'ann' } } : {}), 401, null);
});

test('P1: without sign-in, user_id is the user and the session id the capability', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const anyone = new Persona(server, 'ann');
  const signedIn = new Persona(server, 'ann', { token: 'dev:ann' });
  const theirs = await anyone.start();
  assert.equal(await new Persona(server, 'whoever').say(theirs, 'echo:hi'), 'hi', 'knowing the id is enough');
  const own = await signedIn.start();
  assertProblem(await anyone.post('/chat/message', { session_id: own, message: 'x' }), 404, 'not_found');
  assertProblem(await signedIn.post('/chat/message', { session_id: theirs, message: 'x' }), 404, 'not_found');
  assertProblem(await signedIn.post('/chat/start', { user_id: 'bob' }), 403, 'forbidden');
  const broken = new Persona(server, 'ann', { token: 'not-a-token' });
  assertProblem(await broken.post('/chat/start', { user_id: 'ann' }), 401, 'unauthenticated');
});

test('P2: the whole conversation goes to the model, and only as much of it as fits', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (each) => {
    await each.piece(`answer ${each.number}`);
    await each.done();
  });
  const options = withProvider(provider, {}, table('[persona]', { anonymous: true }));
  options.config = options.config.replace('window = 1000000', 'window = 1000').replace('max_output = 100000', 'max_output = 100');
  const server = await startServer(t, options);
  const client = new Persona(server);
  const session = await client.start('default');
  await client.say(session, 'first');
  await client.stream(session, 'second').whole();
  await client.say(session, 'third');
  const told = (n) => provider.calls[n - 1].json.messages.map((message) => `${message.role}: ${message.content}`);
  assert.deepEqual(told(3).slice(1), [
    'user: first',
    'assistant: answer 1',
    'user: second',
    'assistant: answer 2',
    'user: third',
  ]);
  assert.match(told(3)[0], /^system: You are a helpful assistant/);

  const long = '7'.repeat(630);
  await client.say(session, long);
  assert.deepEqual(told(4).slice(-1), [`user: ${long}`]);
  assert.equal(told(4)[1].startsWith('user: '), true, 'whole turns');
  await client.say(session, 'fifth');
  await client.say(session, 'sixth');
  const sixth = told(6).slice(1);
  assert.deepEqual(sixth.slice(-3), ['user: fifth', 'assistant: answer 5', 'user: sixth']);
  assert.equal(sixth[0].startsWith('user: '), true);
  assert.ok(!sixth.includes('user: first'), 'the oldest turn goes first');

  const calls = provider.calls.length;
  const refused = await client.post('/chat/message', { session_id: session, message: '7'.repeat(900) });
  assertProblem(refused, 422, 'unprocessable', { field: 'message' });
  assert.equal(provider.calls.length, calls, 'what can not fit never reaches the provider');
});

test('P3: personas change what the model is told; an unknown one is the default and says so', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (each) => {
    await each.piece('ok');
    await each.done();
  });
  const more =
    table('[persona]', { anonymous: true }) +
    table('[[personas]]', { name: 'pirate', display_name: 'Pirate', prompt: 'You are a pirate.', traits: ['Say arr.'] });
  const server = await startServer(t, withProvider(provider, {}, more));
  const client = new Persona(server);
  const listed = (await client.call('GET', '/chat/personas')).json;
  assert.deepEqual(
    listed.personas.map((persona) => persona.name),
    ['fitness_coach', 'calm_coach', 'drill_sergeant', 'default', 'pirate'],
  );
  assert.equal(listed.default, 'default');

  const system = async (persona, more = {}) => {
    await client.post('/chat/message', { session_id: await client.start(persona), message: 'x', ...more });
    return provider.calls.at(-1).json.messages[0].content;
  };
  assert.match(await system('fitness_coach'), /CAPS/);
  assert.match(await system('calm_coach'), /gently/);
  assert.match(await system('drill_sergeant'), /Safety comes before/);
  assert.equal(await system('pirate'), 'You are a pirate.\n\nYour manner:\n- Say arr.');
  assert.match(await system('fitness_coach', { breathing: 'breathless' }), /no more pushing/);
  assert.doesNotMatch(await system('drill_sergeant', { breathing: 'breathless' }), /breathing just now/);

  const unknown = await client.post('/chat/start', { user_id: 'ann', persona: 'sailor' });
  assert.equal(unknown.json.persona, 'default');
  assert.match(unknown.json.notice, /no persona of that name/);
  assert.equal((await client.post('/chat/start', { user_id: 'ann' })).json.notice, undefined);
});

const breath = { intensity: 0.7, volume: 0.5, tempo: 30, silence: 0.4, phase: 'main' };

test('P5: /coach answers one short line from the configured ones', { timeout: 30000 }, async (t) => {
  const lines = (values) => table('[[coach_lines]]', values);
  const more = [
    table('[persona]', { anonymous: true }),
    lines({ phase: 'main', intensity: 'heavy', lines: ['HOLD it!'] }),
    lines({ phase: 'main', intensity: 'heavy', persona: 'calm_coach', lines: ['Let it flow.'] }),
  ].join('\n');
  const server = await startServer(t, withScripted({}, more));
  const client = new Persona(server);
  const say = async (body) => (await client.post('/coach', body)).json;
  assert.deepEqual(await say(breath), {
    line: 'HOLD it!',
    breathing: 'heavy',
    phase: 'main',
    source: 'lines',
    persona: 'default',
  });
  assert.equal((await say({ ...breath, persona: 'calm_coach' })).line, 'Let it flow.');
  assert.match((await say({ ...breath, persona: 'sailor' })).notice, /no persona/);
  assert.equal((await say({ intensity: 0.1, phase: 'cooldown' })).breathing, 'calm');
  for (const [change, field] of [
    [{ intensity: 1.1 }, 'intensity'],
    [{ intensity: undefined }, 'intensity'],
    [{ intensity: null }, 'intensity'],
    [{ volume: -0.1 }, 'volume'],
    [{ tempo: 121 }, 'tempo'],
    [{ silence: '3' }, 'silence'],
    [{ phase: 'noon' }, 'phase'],
    [{ phase: undefined }, 'phase'],
  ])
    assertProblem(await client.post('/coach', { ...breath, ...change }), 400, 'invalid_request', { field });
});

test('P5: /coach asks the model where that is configured, and falls back to a line', { timeout: 30000 }, async (t) => {
  const provider = await startProvider(t, async (each) => {
    if (each.number === 1) {
      await each.piece('"Strong! ');
      await each.piece('Stay tall."\nAnd more.');
      return each.done();
    }
    if (each.number === 2) return each.answer(400, { 'content-type': 'application/json' }, '{"error":{"message":"no"}}');
    return each.stall();
  });
  const waiting = async (coach_wait) => {
    const more = table('[persona]', { anonymous: true, coach: 'provider', coach_wait });
    const client = new Persona(await startServer(t, withProvider(provider, {}, more)));
    return async () => (await client.post('/coach', { ...breath, persona: 'fitness_coach' })).json;
  };
  const say = await waiting('10s');
  const first = await say();
  assert.equal(first.source, 'provider');
  assert.equal(first.line, 'Strong! Stay tall.');
  const told = provider.calls[0].json.messages;
  assert.match(told[0].content, /CAPS/);
  assert.match(told.at(-1).content, /30 breaths a minute/);
  assert.equal((await say()).source, 'lines', 'the model refuses');
  const late = await (await waiting('700ms'))();
  assert.equal(late.source, 'lines', 'the model is late');
  assert.ok(late.line.length > 0);
  const third = await provider.call(3);
  await until(5000, 'and the call is given up', () => third.closedAt !== null);
});

test('X1, X13: a POST with Last-Event-ID goes on exactly there and starts nothing', { timeout: 60000 }, async (t) => {
  let isCut;
  const provider = await startProvider(t, async (each) => {
    for (let i = 1; i <= 40; i++) {
      await each.piece(`${each.number}.${i} `);
      await each.wait(20);
      if (i === 20) await Promise.race([isCut, each.closed]); // so the cut is always in the middle
    }
    await each.done();
  });
  const server = await startServer(t, withProvider(provider, {}, table('[persona]', { anonymous: true })));
  const client = new Persona(server);
  const session = await client.start();
  const text = (n) => Array.from({ length: 40 }, (_, i) => `${n}.${i + 1} `).join('');
  for (const turn of [1, 2]) {
    let goOn;
    isCut = new Promise((resolve) => (goOn = resolve));
    const first = client.stream(session, `ask ${turn}`, sse);
    await first.got(8);
    first.cut();
    goOn();
    const heard = first.tokens;
    const rest = await client.stream(session, `ask ${turn}`, { ...sse, 'last-event-id': first.lastId }).whole();
    assert.equal(heard + rest.tokens, text(turn), 'nothing missing, nothing twice');
    assert.equal(provider.calls.length, turn, 'and the provider was asked once');
    const again = client.stream(session, 'x', { ...sse, 'last-event-id': rest.lastId });
    assert.equal((await again.head).status, 204, 'after the end there is nothing');
    if (turn === 2) {
      const earlier = await client.stream(session, 'x', sse, `?last_event_id=1-0`).whole();
      assert.equal(earlier.tokens, text(1), "an earlier answer's ids lead to it");
    }
  }
  assertProblem(await client.post('/chat/stream', { session_id: session, message: 'x' }, { 'last-event-id': 'x' }), 400, null);
  assertProblem(
    await client.post('/chat/stream', { session_id: session, message: 'x' }, { 'last-event-id': '1-99999999999999' }),
    409,
    'position_ahead',
  );
  assertProblem(await client.post('/chat/message', { session_id: session, message: 'x' }, { 'last-event-id': '1-1' }), 400, null);
  assert.equal(provider.calls.length, 2);
});

test('X4: whoever joins by GET sees the same answer from its start', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Persona(server);
  const session = await client.start();
  const join = () => client.call('GET', `/chat/stream?session_id=${session}`, { headers: sse });
  assertProblem(await join(), 404, 'not_found');
  const stream = client.stream(session, 'echo:30 words @100/s');
  await stream.got(3);
  const [joined] = await Promise.all([join(), stream.whole()]);
  const tokens = joined.text.matchAll(/"token":"([^"]*)"/g);
  assert.equal([...tokens].map((match) => match[1]).join(''), words(30));
  assert.match(joined.text, /^id: 1-\d+\ndata: \{"done":true,"finish":"stop"\}\n\n$/m);
});

test("X8: a ticket opens its own session's stream and nothing else", { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const client = new Persona(server, 'ann', { token: 'dev:ann' });
  const session = await client.start();
  await client.stream(session, 'echo:30 words').whole();
  const other = await client.start();
  const address = (id) => `/chat/stream?session_id=${id}`;
  const { status, json, text } = await client.call('POST', '/auth/ticket', { json: { stream: address(session) } });
  assert.equal(status, 201, text);
  const nobody = (method, id, more = '') =>
    call(server.port, method, `${address(id)}&ticket=${json.ticket}${more}`, { headers: sse });
  const joined = await nobody('GET', session);
  assert.equal(joined.status, 200, joined.text);
  assert.match(joined.text, /"done":true/);
  const last = [...joined.text.matchAll(/^id: (.*)$/gm)].at(-1)[1];
  assert.equal((await nobody('GET', session, `&last_event_id=${last}`)).status, 204, 'good for reconnects');
  assertProblem(await nobody('GET', other), 401, 'unauthenticated');
  assertProblem(await nobody('DELETE', session), 401, 'unauthenticated');
});

test('X13: the same Idempotency-Key gives the same answer; another message under it is refused', { timeout: 30000 }, async (t) => {
  const provider = await startProvider(t, async (each) => {
    await each.piece(`answer ${each.number}`);
    await each.done();
  });
  const server = await startServer(t, withProvider(provider, {}, table('[persona]', { anonymous: true })));
  const client = new Persona(server);
  const session = await client.start();
  const key = { 'idempotency-key': 'k1' };
  const first = await client.stream(session, 'ask', key).whole();
  const second = await client.stream(session, 'ask', key).whole();
  assert.equal(second.tokens, first.tokens);
  assert.equal(provider.calls.length, 1);
  const other = client.stream(session, 'ask otherwise', key);
  await other.head;
  await other.ended;
  assert.equal(other.status, 422, other.text);
  await client.say(session, 'next');
  assert.equal(provider.calls.at(-1).json.messages.filter((message) => message.content === 'ask').length, 1, 'asked once');
});

test('X2: after kill -9 an answer goes on where it can, begins anew for restarts=1, and else is interrupted', { timeout: 90000 }, async (t) => {
  for (const [canContinue, query, outcome] of [
    [true, '', 'continued'],
    [false, '?restarts=1', 'restarted'],
    [false, '', 'interrupted'],
  ]) {
    await t.test(`X2: ${outcome}`, async (u) => {
      const more = table('[persona]', { anonymous: true });
      // So slow that the crash is always in the middle of the answer.
      const options = withScripted({ echo: true, can_continue: canContinue, echo_pace_per_second: 20 }, more);
      if (canContinue) options.config = options.config.replace('alias = "default"', 'alias = "default"\ncan_continue = true');
      const server = await startServer(u, { ...options, restarts: true });
      const client = new Persona(server);
      const session = await client.start();
      const first = client.stream(session, 'echo:400 words', sse, query);
      await first.got(10);
      await server.kill9();
      await first.ended;
      hurry(server);
      await server.start();
      const rest = await client.stream(session, 'x', { ...sse, 'last-event-id': first.lastId }).whole();
      if (outcome === 'continued') assert.equal(first.tokens + rest.tokens, words(400));
      if (outcome === 'restarted') {
        const at = rest.events.findIndex((event) => event.data.restarted);
        assert.ok(at >= 0, rest.text);
        const anew = rest.events.slice(at + 1).map((event) => event.data.token ?? '');
        assert.equal(anew.join(''), words(400));
      }
      if (outcome === 'interrupted') assert.equal(rest.events.at(-1).data.error.code, 'interrupted', rest.text);
      else assert.deepEqual(rest.events.at(-1).data, { done: true, finish: 'stop' });
      assert.equal(await client.say(session, 'echo:still here'), 'still here', 'and the session lives on');
    });
  }
});

test('P1: limits of users and sessions, and what is told when they are used up', { timeout: 30000 }, async (t) => {
  const settings = { 'persona.rate': 3, 'persona.session_requests': 2, 'persona.rate_coach': 1, 'persona.max_active_per_user': 1 };
  const server = await startServer(t, { settings });
  const client = new Persona(server, 'ann', { token: 'dev:ann' });
  const session = await client.start();
  const running = client.stream(session, 'echo:1000 words @20/s');
  await running.got(1);
  const busy = await client.post('/chat/message', { session_id: session, message: 'x' });
  assert.equal(assertProblem(busy, 429, 'too_many_active').limit, 'persona.active.user');
  await client.call('DELETE', `/chat/stream?session_id=${session}`);
  await running.whole();
  await client.say(session, 'echo:2');
  const used = await client.post('/chat/message', { session_id: session, message: 'x' });
  assert.equal(assertProblem(used, 429, 'session_used_up').limit, 'persona.session_requests');
  const other = await client.start();
  let answer;
  for (let i = 0; i < 4; i++) answer = await client.post('/chat/message', { session_id: other, message: 'echo:x' });
  assert.equal(assertProblem(answer, 429, 'rate_limited').limit, 'persona.rate');
  assert.match(answer.headers['ratelimit-policy'], /"persona\.rate";q=3;w=60/);
  assert.equal((await client.post('/coach', breath)).status, 200);
  assertProblem(await client.post('/coach', breath), 429, 'rate_limited');
});

test('P1: a session ends at its time', { timeout: 30000 }, async (t) => {
  const server = await startServer(t, { settings: { 'persona.session_time': '1s' } });
  const client = new Persona(server);
  const session = await client.start();
  await sleep(1200);
  assertProblem(await client.post('/chat/message', { session_id: session, message: 'x' }), 410, 'expired');
});

test('P1: the surface can be switched off and given a prefix', { timeout: 30000 }, async (t) => {
  const off = await startServer(t, { settings: { 'persona.enabled': false } });
  assertProblem(await new Persona(off).post('/chat/start', { user_id: 'ann' }), 404, 'not_found');
  const moved = await startServer(t, { settings: { 'persona.prefix': '/training' } });
  const client = new Persona(moved, 'ann', { prefix: '/training' });
  assert.equal(await client.say(await client.start(), 'echo:hi'), 'hi');
  assertProblem(await new Persona(moved).post('/chat/start', { user_id: 'ann' }), 404, 'not_found');
});

test('P3: SIGHUP brings a new persona without a restart', { timeout: 30000 }, async (t) => {
  const { writeFile } = await import('node:fs/promises');
  const config = table('[[providers]]', { name: 'scripted', kind: 'scripted' }) + table('[[models]]', { alias: 'demo', provider: 'scripted' });
  const server = await startServer(t, { config });
  const client = new Persona(server);
  const names = async () => (await client.call('GET', '/chat/personas')).json.personas.map((persona) => persona.name);
  assert.ok(!(await names()).includes('yogi'));
  await writeFile(server.configFile, config + table('[[personas]]', { name: 'yogi', prompt: 'You teach yoga.' }));
  server.child.kill('SIGHUP');
  await until(10000, 'the new persona is there', async () => (await names()).includes('yogi'));
  assert.equal((await client.post('/chat/start', { user_id: 'a', persona: 'yogi' })).json.persona, 'yogi');
});
