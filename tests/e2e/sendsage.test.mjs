// The SendSage surface: each use case and edge case of its document, the quoted texts to the letter (S1–S4, S7, S11).
import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { withProvider, withUploads } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { metric } from './lib/metrics_page.mjs';
import { startProvider } from './lib/provider.mjs';
import { Sendsage, Tab } from './lib/sendsage.mjs';
import { startServer } from './lib/server.mjs';

const limits = (more = {}) => ({ 'sendsage.slow_after': '0ms', ...more });
const dev = (settings) => ({ settings: limits(settings) });

// A provider that says these pieces.
const saying = (...pieces) => async (call) => {
  await call.begin();
  for (const piece of pieces) await call.piece(piece);
  await call.done();
};

// The events of a question. onEvent(tab): called when one has come.
async function answered(who, kind, prompt, onEvent) {
  const asked = await who.ask(kind, prompt);
  const tab = new Tab();
  const isOver = () => {
    onEvent(tab);
    return tab.isOver(asked.request_id);
  };
  await who.read(tab, isOver, { path: asked.stream });
  return tab.of(asked.request_id);
}

// A gate: {opened, open}.
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

test('S3: Jane sees that her question is processed, then one answer', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev());
  const jane = new Sendsage(server, 'jane');
  const { events, conversation_id, request_id } = await jane.answer(
    'basic',
    'echo:Based on your V3 average, try finger strength drills twice a week.',
  );
  assert.deepEqual(
    events.map(({ event, data }) => [event, data.status ?? data.text]),
    [
      ['processing', 'Processing...'],
      ['response', 'Based on your V3 average, try finger strength drills twice a week.'],
    ],
  );
  assert.ok(events.every(({ data }) => data.conversation_id === conversation_id && data.request_id === request_id));
});

test('S4: Mark sees his plan while it is written, then the whole plan', { timeout: 60000 }, async (t) => {
  // What comes together is shown together.
  const shown = gate();
  const provider = await startProvider(t, async (call) => {
    await call.piece('Week 1: 3 V5 ses');
    await call.piece('sions.\nWeek 2: rest');
    await shown.opened;
    await call.piece('. Climb');
    await call.done();
  });
  const server = await startServer(t, { ...withProvider(provider, {}, '[sendsage]\nslow_after = "0ms"\npremium_tier = "basic"\n') });
  const mark = new Sendsage(server, 'mark');
  const events = await answered(mark, 'premium', 'Plan my V8 goal in 8 weeks.', (tab) => {
    if (tab.names().includes('partial_response')) shown.open();
  });
  assert.equal(events[0].event, 'processing');
  assert.deepEqual(
    events.slice(1, -1).map(({ event, data }) => [event, data.text]),
    [
      ['partial_response', 'Week 1: 3 V5 sessions.\n'],
      ['partial_response', 'Week 2: rest. '],
      ['partial_response', 'Climb'],
    ],
  );
  assert.equal(events.at(-1).event, 'response');
  assert.equal(events.at(-1).data.text, 'Week 1: 3 V5 sessions.\nWeek 2: rest. Climb');
});

test('S4: Premium is for Premium users', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev());
  const refused = await new Sendsage(server, 'jane').post('premium', 'echo:hi');
  assert.equal(refused.status, 403);
  assert.equal(refused.json.code, 'forbidden');
  assert.equal((await new Sendsage(server, 'mark:premium').post('premium', 'echo:hi')).status, 202);
});

test('S3: of 200 questions at once with 10 left, 10 are answered and 190 are told to upgrade', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, dev({ 'sendsage.rate_basic': 1000 }));
  const jane = new Sendsage(server, 'jane');
  assert.equal((await jane.quota()).remaining, 10);
  const tab = new Tab();
  const reading = begin(jane.read(tab, (seen) => seen.events.filter(({ event }) => event === 'response').length === 10 && seen.events.filter(({ event }) => event === 'error').length === 190, { deadline: 60000 }));
  await until(5000, 'the stream is open', () => tab.lastId);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => jane.post('basic', `echo:answer ${i}`)));
  const accepted = answers.filter((answer) => answer.status === 202);
  const refused = answers.filter((answer) => answer.status === 429);
  assert.equal(accepted.length, 10);
  assert.equal(refused.length, 190);
  for (const { json } of refused) {
    assert.equal(json.code, 'quota_exceeded');
    assert.equal(json.detail, 'Upgrade to Premium for unlimited coaching!');
  }
  assert.equal(await reading, 'enough');
  for (const { data } of tab.events.filter(({ event }) => event === 'error')) {
    assert.equal(data.error, 'Upgrade to Premium for unlimited coaching!');
    assert.equal(data.code, 'quota_exceeded');
  }
  const quota = await jane.quota();
  assert.deepEqual({ ...quota, renews: undefined }, { tier: 'basic', unlimited: false, limit: 10, used: 10, remaining: 0, renews: undefined });
  const next = new Date();
  assert.equal(quota.renews, new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1)).toISOString());
});

test('S3: a quota refusal costs no rate, and the rate is told apart from the quota', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev({ 'sendsage.rate_basic': 2, 'sendsage.quota_basic': 3 }));
  const jane = new Sendsage(server, 'jane');
  for (let i = 0; i < 2; i++) await jane.answer('basic', `echo:${i}`);
  const limited = await jane.post('basic', 'echo:3');
  assert.equal(limited.json.code, 'rate_limited');
  assert.ok(Number(limited.headers['retry-after']) >= 1);
  assert.equal((await jane.quota()).used, 2, 'the refusal by the rate costs no quota');
});

test('S3: failed questions are not charged, cancelled ones after the first word are', { timeout: 60000 }, async (t) => {
  let script;
  const provider = await startProvider(t, (call) => script(call));
  const server = await startServer(
    t,
    withProvider(provider, { max_retries: 0 }, '[sendsage]\nslow_after = "0ms"\n[cache]\nscope = "off"\n'),
  );
  const jane = new Sendsage(server, 'jane');
  script = async (call) => call.refuse(500, 'server_error');
  const failed = await jane.answer('basic', 'One');
  assert.equal(failed.events.at(-1).event, 'error');
  assert.equal((await jane.quota()).used, 0);

  script = async (call) => {
    await call.begin();
    await call.wait(60000);
  };
  const silent = await jane.ask('basic', 'Two');
  await provider.call(2);
  assert.equal((await jane.quota()).used, 1, 'a reservation counts as used');
  assert.equal((await jane.call('DELETE', `/chat/request/${silent.request_id}`)).status, 204);
  await until(5000, 'it is given back', async () => (await jane.quota()).used === 0);

  script = async (call) => {
    await call.begin();
    await call.piece('Fin');
    await call.wait(60000);
  };
  const begun = await jane.ask('basic', 'Three');
  await until(10000, 'the server has the first word', async () => (await metric(server, 'belay_first_token_seconds')) === 1);
  await jane.call('DELETE', `/chat/request/${begun.request_id}`);
  const tab = new Tab();
  await jane.read(tab, () => tab.isOver(begun.request_id), { path: begun.stream });
  assert.equal(tab.of(begun.request_id).at(-1).data.code, 'cancelled');
  assert.equal((await jane.quota()).used, 1);
});

test('S3: the month turns while questions are under way: each is charged to the month of its reservation', { timeout: 60000 }, async (t) => {
  let script;
  const provider = await startProvider(t, (call) => script(call));
  const now = new Date();
  const turn = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
  // The server's clock is so many seconds ahead of the turn of the month, or behind it.
  const directory = await mkdtemp(path.join(tmpdir(), 'belay-e2e-clock-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const clock = path.join(directory, 'clock');
  const setClock = async (seconds) => {
    const ahead = Math.round((turn - Date.now()) / 1000) + seconds;
    await writeFile(`${clock}.new`, `${ahead < 0 ? '' : '+'}${ahead}`);
    await rename(`${clock}.new`, clock);
  };
  await setClock(-300);
  const options = withProvider(provider, { max_retries: 0 }, '[sendsage]\nslow_after = "0ms"\nquota_basic = 2\n[cache]\nscope = "off"\n');
  const server = await startServer(t, {
    ...options,
    env: {
      ...options.env,
      LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
      TZ: 'UTC',
      ASAN_OPTIONS: 'verify_asan_link_order=0',
    },
  });
  const jane = new Sendsage(server, 'jane');
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  script = async (call) => {
    await call.begin();
    await gate;
    await call.piece('Late.');
    await call.done();
  };
  const late = await jane.ask('basic', 'Late');
  const silent = await jane.ask('basic', 'Silent');
  const before = await jane.quota();
  assert.equal(before.renews, turn.toISOString(), 'the test asks before the month turns');
  assert.equal(before.used, 2);
  assert.equal((await jane.post('basic', 'Third')).json.code, 'quota_exceeded');

  await provider.call(2);
  await setClock(300);
  await until(20000, 'the month turns', async () => (await jane.quota()).renews !== before.renews);
  assert.equal((await jane.quota()).used, 0);
  script = saying('At once.');
  await jane.answer('basic', 'New');
  assert.equal((await jane.quota()).used, 1);
  assert.equal((await jane.call('DELETE', `/chat/request/${silent.request_id}`)).status, 204);
  go();
  const tab = new Tab();
  await jane.read(tab, () => tab.isOver(late.request_id) && tab.isOver(silent.request_id), { path: late.stream });
  assert.equal(tab.of(late.request_id).at(-1).event, 'response');
  assert.equal((await jane.quota()).used, 1, 'neither the refund nor the charge concerns the new month');
});

test('S3, X2: the quota is exact over kill -9', { timeout: 120000 }, async (t) => {
  let script;
  const provider = await startProvider(t, (call) => script(call));
  const options = withProvider(provider, { max_retries: 0 }, '[sendsage]\nslow_after = "0ms"\n[cache]\nscope = "off"\n');
  const server = await startServer(t, { ...options, restarts: true });
  const jane = new Sendsage(server, 'jane');
  script = saying('Yes.');
  await jane.answer('basic', 'One');
  script = async (call) => call.refuse(500, 'server_error');
  await jane.answer('basic', 'Two');
  script = async (call) => {
    await call.begin();
    await call.piece('Half');
    await call.wait(60000);
  };
  const cut = await jane.ask('basic', 'Three');
  await until(5000, 'the answer has begun', () => provider.calls.at(-1)?.pieces > 0);
  script = saying('Whole.');
  await server.restart();
  const tab = Tab.before(cut);
  await jane.follow(tab, () => tab.isOver(cut.request_id));
  assert.equal((await jane.quota()).used, 2);
  await server.restart();
  assert.equal((await jane.quota()).used, 2, 'the failed one is not charged after a restart either');
});

test('S7: after a second without an answer Jane is told to hang tight, and never after one', { timeout: 60000 }, async (t) => {
  let told; // the user was told, or has seen the first part
  const provider = await startProvider(t, async (call) => {
    if (/slow/.test(call.prompt)) await told.opened;
    await call.begin();
    await call.piece('First. ');
    await told.opened;
    if (/patient/.test(call.prompt)) await call.wait(4500);
    await call.piece('Second.');
    await call.done();
  });
  const options = withProvider(provider, {}, '[sendsage]\npremium_tier = "basic"\n');
  const said = async (server, kind, prompt) => {
    told = gate();
    const isTold = ({ data }) => /hang tight|^First\. $/.test(data.status ?? data.text);
    const events = await answered(new Sendsage(server, 'jane'), kind, prompt, (tab) => {
      if (tab.events.some(isTold)) told.open();
    });
    return events.map(({ data }) => data.status ?? data.text);
  };
  const server = await startServer(t, options);
  const slow = ['Processing...', 'Still working\u2014hang tight!', 'First. Second.'];
  assert.deepEqual(await said(server, 'basic', 'a slow question'), slow);
  assert.deepEqual(await said(server, 'basic', 'a question'), slow, 'half an answer is not shown, so it is slow as well');
  // With more time than a second, so that the first part certainly comes in time.
  const patient = await startServer(t, { ...options, settings: { 'sendsage.slow_after': '4s' } });
  const premium = ['Processing...', 'First. ', 'Second.', 'First. Second.'];
  assert.deepEqual(await said(patient, 'premium', 'a patient question'), premium, 'the first part came in time');
});

test('S1: two tabs see the same events; other users and other surfaces see none of them', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev());
  const jane = new Sendsage(server, 'jane');
  const bob = new Sendsage(server, 'bob');
  const tabs = [new Tab(), new Tab()];
  const isDone = (tab) => tab.events.filter(({ event }) => event === 'response').length === 3;
  const reading = tabs.map((tab) => begin(jane.read(tab, isDone)));
  await until(5000, 'the tabs are open', () => tabs.every((tab) => tab.lastId));
  for (let i = 0; i < 3; i++) await jane.ask('basic', `echo:answer ${i}`);
  await jane.call('POST', '/assistant/request', { json: { prompt: 'echo:elsewhere', mode: 'chat' } });
  await bob.answer('basic', "echo:bob's");
  await Promise.all(reading);
  assert.deepEqual(tabs[0].events, tabs[1].events);
  assert.ok(!JSON.stringify(tabs[0].events).includes('elsewhere'));
  assert.ok(!JSON.stringify(tabs[0].events).includes("bob's"));
});

test('S1, X1: a client goes on behind its last event, and a trimmed position is answered with a reset', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev({ 'engine.channel_max_events': 4, 'sendsage.quota_basic': 100, 'sendsage.rate_basic': 100 }));
  const jane = new Sendsage(server, 'jane');
  const first = await jane.answer('basic', 'echo:one');
  const away = first.tab.lastId;
  for (let i = 0; i < 2; i++) await jane.answer('basic', `echo:later ${i}`);
  const tab = new Tab();
  tab.lastId = away;
  await jane.read(tab, () => tab.events.length === 4);
  assert.deepEqual(tab.names(), ['processing', 'response', 'processing', 'response']);
  assert.equal(tab.resets, 0);
  for (let i = 0; i < 6; i++) {
    await jane.answer('basic', `echo:much later ${i}`);
  }
  // Some seconds later the channel's events move to the store, which keeps the newest.
  let late;
  await until(20000, 'the position is trimmed', async () => {
    late = new Tab();
    late.lastId = away;
    await jane.read(late, () => late.resets === 1 || late.events.length > 0);
    return late.resets === 1;
  }, 200);
  await jane.read(late, () => late.events.length >= 2);
  assert.equal(late.resets, 1);
});

test('S11: a provider that fails gives a plain error, never a hung stream', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, async (call) => call.refuse(503, 'server_error'));
  const server = await startServer(t, withProvider(provider, { max_retries: 0 }));
  const { events } = await new Sendsage(server, 'jane').answer('basic', 'Anything?');
  assert.equal(events.at(-1).event, 'error');
  assert.equal(events.at(-1).data.code, 'provider_unavailable');
  assert.ok(events.at(-1).data.error.length > 10);
});

test('S1: at SIGTERM an answer finishes, and the tab reconnects without a loss', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { ...dev(), restarts: true });
  const mark = new Sendsage(server, 'mark:premium');
  const asked = await mark.ask('premium', 'echo:One. Two. Three. Four. Five. Six. @4/s');
  const tab = Tab.before(asked);
  const reading = begin(mark.follow(tab, () => tab.isOver(asked.request_id)));
  await until(10000, 'the first part', () => tab.names().includes('partial_response'));
  await server.sigterm();
  await server.start();
  await reading;
  const parts = tab.of(asked.request_id).filter(({ event }) => event === 'partial_response');
  assert.equal(parts.map(({ data }) => data.text).join(''), tab.of(asked.request_id).at(-1).data.text);
});

const premium = '[sendsage]\nslow_after = "0ms"\npremium_tier = "basic"\n';
const log = ['date,Grade,style', ...Array.from({ length: 30 }, (_, i) => `2026-10-${String((i % 28) + 1).padStart(2, '0')},V${3 + (i % 3)},${i % 4 ? 'sent' : 'attempt'}`)].join('\n');

// A form with a prompt and a file, as a browser sends it.
function form(prompt, name, content) {
  const mark = 'a-boundary-7f3e';
  const part = (head, body) => `--${mark}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${mark}` },
    body: `${part('name="prompt"', prompt)}${part(`name="file"; filename="${name}"`, content)}--${mark}--\r\n`,
  };
}

test('S4, S5: Mark uploads his log and asks how he is doing', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, saying('Your V5 sends are up 20%\u2014focus on endurance next.'));
  const server = await startServer(t, withUploads(withProvider(provider, {}, premium)));
  const mark = new Sendsage(server, 'mark');
  const sent = await mark.call('POST', '/chat/premium', form("How's my progress?", 'My Log.csv', log));
  assert.equal(sent.status, 202, sent.text);
  const tab = new Tab();
  await mark.read(tab, () => tab.isOver(sent.json.request_id), { path: sent.json.stream });
  assert.deepEqual(
    tab.of(sent.json.request_id).map(({ event, data }) => [event, data.status ?? data.text]),
    [
      ['processing', 'Processing...'],
      ['upload_processed', 'Your CSV has been processed'],
      ['partial_response', 'Your V5 sends are up 20%\u2014focus on endurance next.'],
      ['response', 'Your V5 sends are up 20%\u2014focus on endurance next.'],
    ],
  );
  const asked = JSON.stringify(provider.calls.at(-1).json);
  assert.match(asked, /V5/, 'the coach gets what the file says');
  const listed = (await mark.call('GET', '/api/uploads')).json;
  assert.equal(listed.uploads.length, 1);
  assert.equal(listed.uploads[0].filename, 'My Log.csv');

  const later = await mark.answer('premium', 'And what should I train next?');
  assert.equal(later.events.at(-1).event, 'response');
  assert.match(JSON.stringify(provider.calls.at(-1).json), /V5/, 'also with a later question');
});

test('S5: a CSV without grades is told what to change, on the stream as well, and leaves nothing', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev());
  const mark = new Sendsage(server, 'mark:premium');
  const tab = new Tab();
  await mark.begin(tab);
  const refused = await mark.call('POST', '/chat/premium', form("How's my progress?", 'log.csv', 'date,route\n2026-10-01,Blue\n'));
  assert.equal(refused.status, 422);
  assert.equal(refused.json.detail, 'Your CSV needs a grade column\u2014fix and retry.');
  await mark.read(tab, () => tab.names().includes('error'));
  assert.equal(tab.events.at(-1).data.error, 'Your CSV needs a grade column\u2014fix and retry.');
  assert.deepEqual((await mark.call('GET', '/api/uploads')).json.uploads, []);
  const large = await mark.call('POST', '/chat/premium', form('Hi', 'log.txt', `${'x'.repeat(1000)}\n`.repeat(10_486)));
  assert.equal(large.status, 413);
  assert.equal(large.json.detail, 'Upload failed\u2014try a smaller file');
  await mark.read(tab, () => tab.events.filter(({ event }) => event === 'error').length === 2);
  assert.equal(tab.events.at(-1).data.error, 'Upload failed\u2014try a smaller file');
  assert.equal((await mark.call('POST', '/chat/premium', form('Hi', 'log.pdf', 'V5'))).status, 415);
});

test('S4: the file of a question that is refused is not kept, and a repeated question keeps one file', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev({ 'sendsage.rate_premium': 1 }));
  const mark = new Sendsage(server, 'mark:premium');
  const question = form('echo:Good.', 'log.csv', log);
  const keyed = { ...question, headers: { ...question.headers, 'idempotency-key': 'k' } };
  const first = await mark.call('POST', '/chat/premium', keyed);
  assert.equal(first.status, 202, first.text);
  const again = await mark.call('POST', '/chat/premium', keyed);
  assert.equal(again.json.request_id, first.json.request_id);
  assert.equal((await mark.call('POST', '/chat/premium', question)).status, 429);
  assert.equal((await mark.call('GET', '/api/uploads')).json.uploads.length, 1);
});

const climbs = Array.from({ length: 15 }, (_, i) => ({ date: `2026-10-${String(i + 1).padStart(2, '0')}`, grade: `V${i % 7}`, name: `problem-${i}`, sent: i % 2 === 0 }));
const knownOfJane = {
  summary: 'Climbs V3 twice a week. Write to jane@example.org.',
  goals: ['Send V5 by summer'],
  training: { days: 2, partner: { name: 'Jane Secret', email: 'jane@example.org' } },
  health: { fingers: 'fine' },
  climbs,
};

test('S8, S10: the coach knows the climber: Basic the last 10 climbs and the goals, Premium all, nobody the name', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, saying('Based on your V3 average, hang more.'));
  const server = await startServer(t, withUploads(withProvider(provider, {}, premium)));
  const jane = new Sendsage(server, 'jane');
  const nothing = await jane.answer('basic', 'How do I improve?');
  assert.ok(!nothing.tab.names().includes('visualization_suggestion'), 'there is nothing to see yet');
  const put = await jane.call('PUT', '/api/context', { json: knownOfJane });
  assert.equal(put.status, 204, put.text);
  assert.deepEqual((await jane.call('GET', '/api/context')).json.goals, knownOfJane.goals);

  const basic = await jane.answer('basic', 'How is my pyramid?');
  const asked = JSON.stringify(provider.calls.at(-1).json);
  for (const secret of ['Secret', 'jane@example.org']) assert.ok(!asked.includes(secret), `${secret} goes to no model`);
  assert.match(asked, /Send V5 by summer/);
  assert.match(asked, /problem-14/);
  assert.doesNotMatch(asked, /problem-4\D/, 'Basic sees the last ten');
  assert.doesNotMatch(asked, /fingers/);
  await jane.read(basic.tab, (tab) => tab.names(basic.request_id).includes('visualization_suggestion'));
  const { data } = basic.tab.of(basic.request_id).at(-1);
  assert.equal(data.suggestion, 'See your grade pyramid');
  const view = await jane.call('GET', data.url);
  assert.equal(view.status, 200);
  assert.equal(view.json.view, 'grade-pyramid');
  assert.ok(view.json.systems[0].grades.length > 3);

  await jane.answer('premium', 'Plan my year.');
  const all = JSON.stringify(provider.calls.at(-1).json);
  assert.match(all, /problem-4\D/);
  assert.match(all, /fingers/);
  assert.ok(!all.includes('jane@example.org'));
  for (const other of ['training-trends', 'performance']) assert.equal((await jane.call('GET', `/api/visualizations/${other}`)).json.view, other);
});

test('X18: an erased user finds no context, no upload and no event of before', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, dev());
  const mark = new Sendsage(server, 'mark:premium');
  await mark.call('PUT', '/api/context', { json: { goals: ['V8'] } });
  assert.equal((await mark.call('POST', '/chat/premium', form('echo:Good.', 'log.csv', log))).status, 202);
  const tab = new Tab();
  await mark.answer('premium', 'echo:More.');
  await mark.begin(tab);
  const before = tab.lastId;
  const open = mark.stream(new Tab());
  await open.head;
  const erased = await mark.call('DELETE', '/api/me');
  assert.ok([200, 204].includes(erased.status), erased.text);
  assert.equal(await within(10000, 'the open stream ends', open.ended), 'truncated', 'its client connects again, and is told to reset');
  assert.equal((await mark.call('GET', '/api/context')).status, 404);
  assert.deepEqual((await mark.call('GET', '/api/uploads')).json.uploads, []);
  await sleep(1100); // the next channel has an epoch of its own, in seconds
  const after = await mark.answer('premium', 'echo:New.');
  const late = new Tab();
  late.lastId = before;
  await mark.read(late, () => late.isOver(after.request_id));
  assert.equal(late.resets, 1, 'the position of the earlier channel is no position of this one');
  assert.deepEqual(late.names(), ['processing', 'partial_response', 'response']);
});
