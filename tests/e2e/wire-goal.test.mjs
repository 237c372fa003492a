// Every byte of the goal coach's REST, held against wire/goal-coach*.txt. Its sockets: goal-coach.test.mjs.
import { as, failures, impatient, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const base = '/api/v1';
const ann = as('ann');
const typed = { 'Content-Type': 'application/json' };
const send = `POST ${base}/chat/send`;
const far = '2099-01-01T10:00:00Z';

recorded('goal-coach-answers', 'the goal coach: messages', scripted(), async (wire) => {
  await wire.send('Is it available?', `GET ${base}/chat/access`, { headers: ann });
  await wire.send('No messages yet', `GET ${base}/chat/history`, { headers: ann });
  await wire.send('A message', send, { headers: ann, json: { content: 'echo:Begin today.' } });
  const key = { ...ann, 'Idempotency-Key': 'k' };
  await wire.send('Another, under a key', send, { headers: key, json: { content: 'echo:Go on.' } });
  await wire.send('Again under the key', send, { headers: key, json: { content: 'echo:Go on.' } });
  await wire.send('Another message under the key', send, { headers: key, json: { content: 'echo:No.' } });
  const { json } = await wire.send('The newest messages', `GET ${base}/chat/history?limit=2`, { headers: ann });
  await wire.send('The messages before', `GET ${base}/chat/history?cursor=${encodeURIComponent(json.next_cursor)}`, { headers: ann });
  await wire.send('They are deleted', `DELETE ${base}/chat/history`, { headers: ann });
  await wire.send('They are deleted again', `DELETE ${base}/chat/history`, { headers: ann });
  await wire.send('The API pages', `GET ${base}/docs`);
});

recorded('goal-coach-failures', 'the goal coach: a provider that fails', scripted({ provider: impatient }), async (wire) => {
  for (const failure of failures) await wire.send(`A provider: ${failure}`, send, { headers: ann, json: { content: failure } });
});

recorded('goal-coach-data', 'the goal coach: profile, goals, meetings', scripted(), async (wire) => {
  await wire.send('A new user', `GET ${base}/me`, { headers: ann });
  await wire.send('A profile', `PUT ${base}/me`, { headers: ann, json: { name: 'Ann', time_zone: 'Europe/Berlin' } });
  await wire.send('No goals', `GET ${base}/goals`, { headers: ann });
  const goal = await wire.send('A goal', `POST ${base}/goals`, { headers: ann, json: { title: 'Run 10 km', target_date: '2099-06-01' } });
  const one = `${base}/goals/${goal.json.id}`;
  await wire.send('One goal', `GET ${one}`, { headers: ann });
  await wire.send('It is reached', `PATCH ${one}`, { headers: ann, json: { status: 'completed' } });
  await wire.send('And active again', `PATCH ${one}`, { headers: ann, json: { status: 'active' } });
  await wire.send('That of another user', `GET ${one}`, { headers: as('bob') });
  await wire.send('A change of another user', `PATCH ${one}`, { headers: as('bob'), json: { title: 'Mine' } });
  await wire.send('All', `GET ${base}/goals?status=active`, { headers: ann });
  const meeting = await wire.send('A meeting', `POST ${base}/meetings`, { headers: ann, json: { title: 'Weekly', start: far, duration_minutes: 30 } });
  const first = `${base}/meetings/${meeting.json.id}`;
  await wire.send('Tracking has begun', `GET ${base}/me`, { headers: ann });
  await wire.send('The coach is not available', `GET ${base}/chat/access`, { headers: ann });
  await wire.send('A message is refused', send, { headers: ann, json: { content: 'echo:Hi.' } });
  await wire.send('One meeting', `GET ${first}`, { headers: ann });
  await wire.send('It is moved', `PATCH ${first}`, { headers: ann, json: { start: '2099-01-01T12:00:00+01:00', end: '2099-01-01T12:45:00+01:00' } });
  await wire.send('It is cancelled', `PATCH ${first}`, { headers: ann, json: { status: 'cancelled' } });
  await wire.send('No meeting is left', `GET ${base}/chat/access`, { headers: ann });
  await wire.send('All meetings', `GET ${base}/meetings?from=2098-01-01T00:00:00Z&to=2100-01-01T00:00:00Z`, { headers: ann });
  await wire.send('It is deleted', `DELETE ${first}`, { headers: ann });
  await wire.send('It is gone', `GET ${first}`, { headers: ann });
  await wire.send('The goal is deleted', `DELETE ${one}`, { headers: ann });
  await wire.send('It is gone', `GET ${one}`, { headers: ann });
  await wire.send('A change of what is gone', `PATCH ${first}`, { headers: ann, json: {} });
});

const ics = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//wire//EN', 'END:VCALENDAR', ''].join('\r\n');

recorded('goal-coach-calendar', 'the goal coach: calendars', scripted(), async (wire) => {
  const calendar = { ...ann, 'Content-Type': 'text/calendar' };
  const path = `POST ${base}/calendar/import`;
  await wire.send('A calendar without events', path, { headers: calendar, body: ics });
  await wire.send('No calendar', path, { headers: calendar, body: 'Hello.' });
  await wire.send('Another type', path, { headers: { ...ann, ...typed }, body: '{}' });
  const form = { ...ann, 'Content-Type': 'multipart/form-data; boundary=b' };
  const part = (name, content) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="a.ics"\r\n\r\n${content}\r\n--b--\r\n`;
  await wire.send('In a form', path, { headers: form, body: part('file', ics) });
  await wire.send('A form without a file', path, { headers: form, body: part('other', ics) });
  await wire.send('The calendar of no meetings', `GET ${base}/calendar/export`, { headers: ann });
  await wire.send('No secret address', `GET ${base}/calendar/feed`, { headers: ann });
  const { json } = await wire.send('A secret address', `POST ${base}/calendar/feed`, { headers: ann });
  await wire.send('When it was made', `GET ${base}/calendar/feed`, { headers: ann });
  await wire.send('It is read', `GET ${json.address}`);
  await wire.send('It ends', `DELETE ${base}/calendar/feed`, { headers: ann });
  await wire.send('It has ended', `GET ${json.address}`);
});

recorded(
  'goal-coach-refusals',
  'the goal coach: what is refused',
  scripted({ settings: { 'goal_coach.max_body': '1KiB', 'goal_coach.max_message': '64B', 'goal_coach.max_goals_per_user': 1, 'goal_coach.max_meetings_per_user': 1 } }),
  async (wire) => {
    const routes = [
      [`GET ${base}/chat/access`],
      [`GET ${base}/chat/history`],
      [`DELETE ${base}/chat/history`],
      [send, { content: 'echo:Hi.' }],
      [`GET ${base}/me`],
      [`PUT ${base}/me`, {}],
      [`GET ${base}/goals`],
      [`POST ${base}/goals`, { title: 'G' }],
      [`PATCH ${base}/goals/g`, {}],
      [`DELETE ${base}/goals/g`],
      [`GET ${base}/meetings`],
      [`POST ${base}/meetings`, { title: 'M', start: far, duration_minutes: 1 }],
      [`PATCH ${base}/meetings/m`, {}],
      [`DELETE ${base}/meetings/m`],
      [`POST ${base}/calendar/import`, {}],
      [`GET ${base}/calendar/export`],
      [`GET ${base}/calendar/feed`],
      [`POST ${base}/calendar/feed`],
      [`DELETE ${base}/calendar/feed`],
    ];
    for (const [request, json] of routes) await wire.send('Not signed in', request, json ? { json } : {});
    const wrong = [
      [send, {}],
      [send, { content: 1 }],
      [send, { content: 'a'.repeat(65) }],
      [send, { content: 'a'.repeat(2000) }],
      [`PUT ${base}/me`, { phase: 'tracking' }],
      [`PUT ${base}/me`, { time_zone: 'Mars/Olympus' }],
      [`PUT ${base}/me`, { time_zone: 'here and there' }],
      [`POST ${base}/goals`, {}],
      [`POST ${base}/goals`, { title: '' }],
      [`POST ${base}/goals`, { title: 'G', status: 'done' }],
      [`POST ${base}/goals`, { title: 'G', target_date: 'soon' }],
      [`POST ${base}/goals`, { title: 'G', due: 'soon' }],
      [`POST ${base}/meetings`, { title: 'M' }],
      [`POST ${base}/meetings`, { title: 'M', start: 'soon' }],
      [`POST ${base}/meetings`, { title: 'M', start: far }],
      [`POST ${base}/meetings`, { title: 'M', start: far, duration_minutes: 0 }],
      [`POST ${base}/meetings`, { title: 'M', start: far, duration_minutes: 99999 }],
      [`GET ${base}/goals?limit=0`],
      [`GET ${base}/meetings?cursor=x`],
      [`GET ${base}/chat/history?cursor=x`],
    ];
    for (const [request, json] of wrong) await wire.send('What is wrong with it is said', request, { headers: ann, ...(json ? { json } : {}) });
    await wire.send('No JSON', send, { headers: { ...ann, ...typed }, body: '{' });
    await wire.send('A Last-Event-ID', send, { headers: { ...ann, 'Last-Event-ID': '1-1' }, json: { content: 'echo:Hi.' } });
    await wire.send('The only goal', `POST ${base}/goals`, { headers: ann, json: { title: 'G', status: 'completed' } });
    await wire.send('One more', `POST ${base}/goals`, { headers: ann, json: { title: 'G' } });
    await wire.send('The only meeting', `POST ${base}/meetings`, { headers: ann, json: { title: 'M', start: far, duration_minutes: 1 } });
    await wire.send('One more', `POST ${base}/meetings`, { headers: ann, json: { title: 'M', start: far, duration_minutes: 1 } });
    await wire.send('No handshake of a WebSocket', `GET ${base}/chat/ws`, { headers: ann });
    await wire.send('No such calendar', `GET ${base}/calendar/feeds/none`);
  },
);

recorded(
  'goal-coach-limits',
  'the goal coach: limits',
  scripted({ settings: { 'goal_coach.rate_changes': 1, 'goal_coach.max_active': 1, 'goal_coach.send_wait': '1s' } }),
  async (wire) => {
    await wire.send('An answer that takes too long', send, { headers: { ...ann, 'Idempotency-Key': 'k' }, json: { content: 'stalls' } });
    await wire.send('One message at a time', send, { headers: ann, json: { content: 'echo:Hi.' } });
    await wire.send('The server is full', send, { headers: as('bob'), json: { content: 'echo:Hi.' } });
    await wire.send('The only change', `DELETE ${base}/goals/none`, { headers: ann });
    await wire.send('One more', `DELETE ${base}/goals/none`, { headers: ann });
  },
);
