// The goal coach: its document row by row, several sockets of a user, crashes, windows (G1–G7, X1, X2, X18, X19).
import assert from 'node:assert/strict';
import test from 'node:test';
import { hurry, withPace, withProvider } from './lib/config.mjs';
import { sleep, slowness, until } from './lib/deadline.mjs';
import { Coach, Device } from './lib/goal_coach.mjs';
import { call } from './lib/http.mjs';
import { operationsPort, Operator, withOperators } from './lib/operators.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const started = { timeout: 60000 };
const withoutOurs = ({ position: _, ...message }) => message;

// ---- The protocol, row by row

test('G2: connected {content, user_phase, meeting_id}', started, async (t) => {
  const server = await startServer(t);
  const socket = await new Coach(server).connect();
  assert.deepEqual(withoutOurs(socket.device.last('connected')), {
    type: 'connected',
    content: 'Connected to your goal coach.',
    user_phase: 'goal_setting',
    meeting_id: null,
  });
  socket.close();
});

test('G2: message → typing, response_chunk …, response {content, message_id, is_complete, tokens_used}', started, async (t) => {
  const server = await startServer(t);
  const { events, message_id } = await new Coach(server).ask('echo:Set one goal and begin today.');
  assert.deepEqual(withoutOurs(events[0]), { type: 'typing', content: 'Coach is thinking...', message_id });
  const chunks = events.slice(1, -1);
  assert.ok(chunks.length >= 1);
  for (const chunk of chunks) {
    const { content, ...rest } = withoutOurs(chunk);
    assert.deepEqual(rest, { type: 'response_chunk', is_complete: false, message_id });
    assert.ok(content.length > 0);
  }
  const { tokens_used, ...response } = withoutOurs(events.at(-1));
  assert.deepEqual(response, { type: 'response', content: 'Set one goal and begin today.', message_id, is_complete: true });
  assert.equal(chunks.map(({ content }) => content).join(''), response.content);
  assert.ok(tokens_used > 0);
});

test('G2: ping → pong; typing is taken; what is no message is an error, and the socket stays open', started, async (t) => {
  const server = await startServer(t);
  const socket = await new Coach(server).connect();
  socket.say({ type: 'typing' });
  socket.say('no json');
  socket.say({ type: 'dance' });
  socket.say({ type: 'message' });
  socket.say({ type: 'ping' });
  await socket.wait('pong');
  const errors = socket.device.others.filter(({ type }) => type === 'error');
  assert.equal(errors.length, 3);
  assert.ok(errors.every(({ error, content }) => error === 'invalid_request' && content.length > 0));
  socket.close();
});

test('G2: without a valid token there is no socket', started, async (t) => {
  const server = await startServer(t);
  await assert.rejects(new Coach(server, 'ann', { token: null }).connect(), { status: 401 });
  await assert.rejects(new Coach(server, 'ann', { token: 'wrong' }).connect(), { status: 401 });
});

test('G2: a page of another site gets 403', started, async (t) => {
  const server = await startServer(t);
  const foreign = { headers: { origin: 'https://evil.example' } };
  await assert.rejects(new Coach(server).connect(new Device(), foreign), { status: 403 });
});

test('G6: WS /chat/ws?token= takes a real token', started, async (t) => {
  const provider = await startProvider(t, async (c) => {
    await c.begin();
    await c.piece('Hello.');
    await c.done();
  });
  const server = await startServer(t, withProvider(provider));
  assert.equal((await new Coach(server).ask('Hi')).end.content, 'Hello.');
});

// ---- Several sockets

test('G2: two tabs and a phone: one asks, all three show the same answer and id; one that stops reading delays nobody', { timeout: 120000 }, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  const [tab, other, phone] = await Promise.all([ann.connect(), ann.connect(), ann.connect()]);
  const stranger = await new Coach(server, 'bob').connect();
  phone.socket.pause();
  tab.say({ type: 'message', content: `echo:${'word '.repeat(2000)}end`, key: 'k' });
  const { message_id } = await tab.wait('accepted');
  for (const socket of [tab, other]) await socket.until(() => socket.device.end(message_id), 'the answer');
  assert.deepEqual(tab.device.of(message_id), other.device.of(message_id));
  phone.socket.resume();
  await phone.until(() => phone.device.end(message_id), 'the phone catches up');
  assert.deepEqual(phone.device.of(message_id), tab.device.of(message_id));
  assert.equal(stranger.device.events.length, 0);
  const { messages } = await ann.json('GET', '/chat/history');
  assert.equal(messages.at(-1).id, message_id);
  for (const socket of [tab, other, phone, stranger]) socket.close();
});

test('G2: one message at a time; cancel ends it for all sockets', started, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  const [tab, phone] = await Promise.all([ann.connect(), ann.connect()]);
  tab.say({ type: 'message', content: `echo:${'slow '.repeat(500)} @20/s`, key: 'first' });
  const { message_id } = await tab.wait('accepted');
  await tab.until(() => tab.device.of(message_id).length > 1, 'it begins');
  phone.say({ type: 'message', content: 'echo:second' });
  const refused = await phone.wait('error');
  assert.equal(refused.error, 'too_many_active');
  assert.equal(refused.content, 'The coach answers one message at a time. Wait for the answer, or cancel it.');
  assert.equal(tab.device.others.filter(({ type }) => type === 'error').length, 0, 'the refusal goes to the one who asked');
  phone.say({ type: 'cancel' });
  for (const socket of [tab, phone]) {
    await socket.until(() => socket.device.end(message_id), 'it ends');
    assert.equal(socket.device.end(message_id).error, 'cancelled');
  }
  phone.say({ type: 'cancel' });
  await phone.wait('error', ({ error }) => error === 'conflict');
  assert.equal((await ann.ask('echo:next')).end.content, 'next');
  tab.close();
  phone.close();
});

// ---- Resume

test('X1, X2: killed in the middle and resumed exactly, by the address and by a message', { timeout: 120000 }, async (t) => {
  // So slow that the crash is always in the middle of the answer.
  const server = await startServer(t, { ...withPace(20), restarts: true });
  const ann = new Coach(server);
  const words = Array.from({ length: 400 }, (_, i) => `w${i}`).join(' ');
  const device = new Device();
  const first = await ann.connect(device);
  const beginning = device.position;
  first.say({ type: 'message', content: `echo:${words}`, key: 'k1' });
  const { message_id } = await first.wait('accepted');
  await first.until(() => device.of(message_id).length > 5, 'it begins');
  await server.kill9();
  await first.ended;
  hurry(server);
  await server.start();
  const again = await ann.connect(device);
  // The same message, sent again after the crash, is the same question.
  again.say({ type: 'message', content: `echo:${words}`, key: 'k1' });
  await again.until(() => device.end(message_id), 'the answer ends');
  const events = device.of(message_id);
  assert.equal(device.resets, 0);
  assert.equal(device.end(message_id).content, words);
  assert.equal(events.filter(({ type }) => type === 'response_chunk').map(({ content }) => content).join(''), words);

  const late = new Device();
  const resumed = await ann.connect(late);
  resumed.say({ type: 'resume', position: beginning });
  await resumed.until(() => late.end(message_id), 'all of it comes again');
  assert.deepEqual(late.of(message_id), events);
  again.close();
  resumed.close();
});

test('C11: a deleted history is gone from the channel, too', started, async (t) => {
  const server = await startServer(t, { restarts: true });
  const ann = new Coach(server);
  const device = new Device();
  const socket = await ann.connect(device);
  const beginning = device.position;
  socket.say({ type: 'message', content: 'echo:a secret', key: 'k' });
  const { message_id } = await socket.wait('accepted');
  await socket.until(() => device.end(message_id), 'the answer');
  assert.deepEqual(await ann.json('DELETE', '/chat/history'), { deleted_messages: 2 });
  assert.equal((await socket.ended).code, 4007);
  assert.deepEqual(await ann.json('GET', '/chat/history'), { messages: [], total: 0, next_cursor: null, has_more: false });
  for (const round of ['at once', 'after a crash']) {
    const late = new Device();
    late.position = beginning;
    const replay = await ann.connect(late);
    await sleep(300); // what is kept comes at once
    replay.say({ type: 'ping' });
    await replay.wait('pong');
    assert.deepEqual(late.events, [], round);
    replay.close();
    if (round === 'at once') await server.restart();
  }
  const after = new Device();
  after.position = device.position;
  const reset = await ann.connect(after);
  await reset.wait('reset');
  reset.close();
  assert.deepEqual(await ann.json('DELETE', '/chat/history'), { deleted_messages: 0 });
});

// ---- REST

test('G1, G7: send waits for the whole answer, and the history has it with its numbers', started, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  const socket = await ann.connect();
  const answer = await ann.json('POST', '/chat/send', { content: 'echo:Go on.' }, 200);
  assert.equal(answer.content, 'Go on.');
  assert.equal(answer.role, 'assistant');
  assert.ok(answer.metadata.tokens_used > 0);
  await socket.until(() => socket.device.end(answer.id), 'sockets see it, too');
  assert.equal(socket.device.end(answer.id).tokens_used, answer.metadata.tokens_used);
  const history = await ann.json('GET', '/chat/history');
  assert.equal(history.total, 2);
  assert.deepEqual(history.messages.map(({ role, content }) => [role, content]), [['user', 'echo:Go on.'], ['assistant', 'Go on.']]);
  assert.deepEqual(history.messages[1].metadata, answer.metadata);
  socket.close();
});

test('G4: phase, goals, the meeting under way and the last ten messages go into the prompt', started, async (t) => {
  const seen = [];
  const provider = await startProvider(t, async (c) => {
    seen.push(c.body);
    await c.begin();
    await c.piece(`answer ${seen.length}`);
    await c.done();
  });
  const server = await startServer(t, withProvider(provider));
  const ann = new Coach(server);
  await ann.json('PUT', '/me', { name: 'Ann', time_zone: 'Europe/Berlin' });
  for (let i = 0; i < 6; i++) await ann.goal(`Goal ${i}`);
  for (let i = 1; i <= 7; i++) await ann.json('POST', '/chat/send', { content: `question ${i}` }, 200);
  await ann.meeting(5);
  await ann.json('POST', '/chat/send', { content: 'the last one' }, 200);
  const { messages } = typeof seen.at(-1) === 'string' ? JSON.parse(seen.at(-1)) : seen.at(-1);
  const texts = messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
  assert.match(texts[0], /You are a goal coach: a computer program/);
  assert.match(texts[0], /never claim to be a real person/i);
  assert.equal(messages.length, 12, 'the instructions, ten messages, the new one');
  assert.match(texts[1], /question 3/);
  const last = texts.at(-1);
  assert.match(last, /"phase":"tracking"/);
  assert.match(last, /"name":"Ann"/);
  assert.equal(last.match(/"title":"Goal \d"/g).length, 5);
  assert.match(last, /"meeting_under_way":\{"title":"Weekly"/);
  assert.ok(last.endsWith('the last one'));
});

test('G6: without a key the server starts, says so, and answers with a clear error', started, async (t) => {
  const server = await startServer(t, {
    dev: false,
    config: '[[auth.keys]]\nenv = "E2E_KEY"\nalg = "HS256"\n',
    env: { ...withProvider({ url: 'http://127.0.0.1:9/v1' }).env, ANTHROPIC_API_KEY: '' },
    tokenFor: withProvider({ url: 'http://127.0.0.1:9/v1' }).tokenFor,
  });
  assert.ok(server.logs().some((line) => line.event === 'provider_notice' && /ANTHROPIC_API_KEY/.test(JSON.stringify(line))), server.tail());
  const ann = new Coach(server);
  const { end } = await ann.ask('Hi');
  assert.equal(end.type, 'error');
  assert.equal(end.error, 'provider_rejected');
  assert.ok(end.content.length > 0);
});

// The environment names of the document.
test('G6: ANTHROPIC_MODEL, ANTHROPIC_MAX_TOKENS and ANTHROPIC_TEMPERATURE are taken', started, async (t) => {
  const seen = [];
  const provider = await startProvider(t, async (c) => {
    seen.push(typeof c.body === 'string' ? JSON.parse(c.body) : c.body);
    await c.begin();
    await c.piece('ok');
    await c.done();
  });
  const options = withProvider(provider, {}, '', { alias: 'other' });
  const model = (alias, more) => `\n[[models]]\nalias = "${alias}"\nprovider = "fake"\nwindow = 100000\nmax_output = 9000\n${more}`;
  const server = await startServer(t, {
    ...options,
    config: options.config + model('warm', 'sampling_allowed = true\n'),
    env: { ...options.env, ANTHROPIC_MODEL: 'warm', ANTHROPIC_MAX_TOKENS: '123', ANTHROPIC_TEMPERATURE: '0.5' },
  });
  assert.equal((await new Coach(server).json('POST', '/chat/send', { content: 'Hi' }, 200)).metadata.model, 'warm');
  assert.equal(seen[0].temperature, 0.5);
  assert.equal(seen[0].max_completion_tokens ?? seen[0].max_tokens, 123);
});

// ---- Goals, meetings, access

test('G3, G4: tracking begins with a goal and a meeting; an open socket learns that the coach closes', started, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  const socket = await ann.connect();
  await ann.goal();
  const meeting = await ann.meeting(60);
  const told = await socket.wait('access', ({ available }) => !available);
  assert.equal(told.phase, 'tracking');
  assert.equal(told.next_available, new Date(Date.parse(meeting.start) - 30 * 60000).toISOString());
  socket.say({ type: 'message', content: 'echo:hi' });
  assert.equal((await socket.wait('error')).error, 'forbidden');
  const { type: _, ...access } = told;
  assert.deepEqual(await ann.json('GET', '/chat/access'), access);
  const me = await ann.json('GET', '/me');
  assert.deepEqual(me.phase_changes.map(({ from, to, by }) => [from, to, by]), [[null, 'tracking', 'system']]);
  socket.close();
});

test('X19, G2: an operator sets a phase and sends a notice; open sockets learn both, and the audit log has them', started, async (t) => {
  const server = await startServer(t, withOperators());
  const olga = new Operator(await operationsPort(server), 'olga');
  const ann = new Coach(server);
  const [tab, stranger] = [await ann.connect(), await new Coach(server, 'bob').connect()];
  await olga.call('PATCH', '/users/ann', { json: { phase: 'paused' } });
  const told = await tab.wait('access');
  assert.deepEqual([told.available, told.phase, told.reason], [false, 'paused', 'phase_closed']);
  await ann.goal();
  await ann.meeting(10);
  assert.equal((await ann.json('GET', '/me')).phase, 'paused', 'it stays');
  await olga.call('PATCH', '/users/ann', { json: { phase: 'goal_setting' } });
  await tab.wait('access', ({ available }) => available);
  assert.deepEqual((await ann.json('GET', '/me')).phase_changes.map(({ to, by }) => [to, by]), [['goal_setting', 'operator'], ['paused', 'operator']]);

  const sent = await olga.call('POST', '/notices', { json: { message: 'We restart at ten.' } });
  assert.deepEqual(sent.json, { connections: 2 });
  for (const socket of [tab, stranger]) assert.deepEqual(await socket.wait('notice'), { type: 'notice', content: 'We restart at ten.' });
  assert.equal(stranger.device.last('access'), undefined);
  const { entries } = (await olga.call('GET', '/audit')).json;
  assert.deepEqual(entries.map(({ action }) => action), ['notice.send', 'user.change', 'user.change']);
  tab.close();
  stranger.close();
});

test('G3: a window of 30 minutes before and 60 after a meeting, with a clock that is moved', { timeout: 120000 }, async (t) => {
  // The server's clock begins at `time`, at each start.
  const at = (time) => ({
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
    FAKETIME: `@${new Date(time).toISOString().replace('T', ' ').slice(0, 19)}`,
    DONT_FAKE_MONOTONIC: '1',
    TZ: 'UTC',
    ASAN_OPTIONS: 'verify_asan_link_order=0',
  });
  const noon = Date.UTC(2027, 2, 28, 12); // the day on which Europe's summer time begins
  const minute = 60000;
  const server = await startServer(t, { restarts: true, env: at(noon - 3 * 60 * minute) });
  const ann = new Coach(server);
  await ann.goal();
  await ann.json('POST', '/meetings', { title: 'M', start: '2027-03-28T14:00:00+02:00', duration_minutes: 30 });
  const move = async (time) => {
    await server.kill9();
    server.options.env = at(time);
    await server.start();
  };
  assert.equal((await ann.json('GET', '/chat/access')).available, false);
  // A socket that is opened shortly before `time`, and what prepare(socket, soon) gives: null when it came too late. Then both are tried
  // again with twice the time.
  const before = async (time, prepare) => {
    for (let soon = 4000 * slowness; ; soon *= 2) {
      await move(time - soon);
      const socket = await ann.connect();
      const prepared = await prepare(socket, soon);
      if (prepared) return [socket, prepared];
      socket.close();
    }
  };
  // It opens while a socket is open.
  const [early] = await before(noon - 30 * minute, async () => !(await ann.json('GET', '/chat/access')).available);
  const opened = await early.wait('access', ({ available }) => available);
  assert.equal(opened.reason, 'in_window');
  assert.equal(opened.closes_at, new Date(noon + 90 * minute).toISOString());
  early.say({ type: 'message', content: 'echo:open', key: 'k' });
  const { message_id } = await early.wait('accepted');
  await early.until(() => early.device.end(message_id), 'it answers');
  early.close();
  // It closes while an answer is under way: the answer goes on.
  const [late, begun] = await before(noon + 90 * minute, async (socket, soon) => {
    const pace = (60 / ((2 * soon) / 1000)).toFixed(2); // it takes at least twice the time that is left
    socket.say({ type: 'message', content: `echo:${'on '.repeat(60)}end @${pace}/s`, key: `k-${soon}` });
    const isAnswer = ({ type }) => type === 'accepted' || type === 'error';
    const answer = await socket.until(() => socket.device.others.find(isAnswer), 'the message is accepted, or came too late');
    return answer.type === 'accepted' ? answer : null;
  });
  const seen = [];
  const closed = await late.until(() => {
    seen.push(late.device.end(begun.message_id)); // as it is at each message
    return late.device.others.find(({ type, available }) => type === 'access' && !available);
  }, 'it closes');
  assert.equal(closed.reason, 'no_meeting');
  assert.equal(seen.at(-1), undefined, 'the answer is under way');
  late.say({ type: 'message', content: 'echo:more' });
  assert.equal((await late.wait('error')).error, 'forbidden');
  await late.until(() => late.device.end(begun.message_id), 'it finishes', 100000);
  assert.equal(late.device.end(begun.message_id).type, 'response');
  late.close();
});

test('G4: an .ics file is imported, twice without doubles, and the calendar can be subscribed to', started, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  const start = new Date(Date.now() + 86400000).toISOString().replace(/[-:]/g, '').slice(0, 15) + 'Z';
  const ics = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:weekly@example.com', `DTSTAMP:${start}`, `DTSTART:${start}`, 'DURATION:PT45M', 'RRULE:FREQ=WEEKLY;COUNT=3', 'SUMMARY:Stand-up', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  const send = () => ann.call('POST', '/calendar/import', { headers: { 'content-type': 'text/calendar' }, body: ics });
  const first = await send();
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json, { added: 3, changed: 0, unchanged: 0, skipped: 0, problems: [] });
  assert.deepEqual((await send()).json, { added: 0, changed: 0, unchanged: 3, skipped: 0, problems: [] });
  const { meetings } = await ann.json('GET', '/meetings');
  assert.deepEqual(meetings.map(({ title, duration_minutes, imported }) => [title, duration_minutes, imported]), Array(3).fill(['Stand-up', 45, true]));

  assert.deepEqual(await ann.json('GET', '/calendar/feed'), { address: null, created_at: null });
  const { address } = await ann.json('POST', '/calendar/feed');
  const subscribe = (path) => call(server.port, 'GET', path);
  const feed = await subscribe(address);
  assert.equal(feed.status, 200);
  assert.match(feed.headers['content-type'], /^text\/calendar/);
  assert.equal(feed.text.match(/^BEGIN:VEVENT\r$/gm).length, 3);
  const renewed = await ann.json('POST', '/calendar/feed');
  assert.equal((await subscribe(address)).status, 404);
  assert.equal((await subscribe(renewed.address)).status, 200);
  assert.equal((await ann.call('DELETE', '/calendar/feed')).status, 204);
  assert.equal((await subscribe(renewed.address)).status, 404);
});

test('X18: what a user keeps for the coach is erased with the user', started, async (t) => {
  const server = await startServer(t);
  const ann = new Coach(server);
  await ann.goal();
  await ann.meeting(10);
  const { address } = await ann.json('POST', '/calendar/feed');
  await ann.ask('echo:hi');
  const erased = await call(server.port, 'DELETE', '/api/me', { headers: { authorization: `Bearer ${ann.token}` } });
  assert.ok([200, 204].includes(erased.status), erased.text);
  assert.deepEqual((await ann.json('GET', '/goals')).goals, []);
  assert.deepEqual((await ann.json('GET', '/meetings')).meetings, []);
  assert.equal((await ann.json('GET', '/me')).phase, 'goal_setting');
  assert.equal((await ann.json('GET', '/chat/history')).total, 0);
  assert.equal((await call(server.port, 'GET', address)).status, 404);
});
