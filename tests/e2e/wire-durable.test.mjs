// Every byte of the durable-streams surface, held against wire/durable-streams.txt.
import { unknownId } from './lib/assistant.mjs';
import { as, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const ann = as('ann');
const ask = (prompt) => ['POST /assistant/request', { headers: ann, json: { mode: 'chat', prompt } }];
const stream = (id, rest = '') => `GET /v1/stream/${id}${rest}`;
const offset = (number) => `0000000001_${String(number).padStart(20, '0')}`;
const runOf = ({ json, body }) => (json ?? JSON.parse(body)).request_id;

recorded(
  'durable-streams',
  'the durable-streams surface',
  scripted({ settings: { 'durable_streams.long_poll': '100ms' } }),
  async (wire) => {
    const id = runOf(await wire.send('An answer is asked for', ...ask('three pieces')));
    await wire.send('It is read to its end', `GET /assistant/stream/${id}`, { headers: ann });
    for (const [title, rest] of [
      ['All events', ''],
      ['The bare answer', '/text'],
    ]) {
      const all = await wire.send(title, stream(id, rest), { headers: ann });
      await wire.send(`${title}, which the client has`, stream(id, rest), { headers: { ...ann, 'If-None-Match': all.header('etag') } });
    }
    await wire.send('Behind an event', stream(id, `?offset=${offset(4)}`), { headers: ann });
    await wire.send('At the tail', stream(id, '?offset=now'), { headers: ann });
    await wire.send('HEAD', `HEAD /v1/stream/${id}`, { headers: ann });
    for (const live of ['long-poll', 'sse']) {
      await wire.send(`${live} from the beginning`, stream(id, `?live=${live}&offset=-1`), { headers: ann });
      await wire.send(`${live} of the text`, stream(id, `/text?live=${live}&offset=-1`), { headers: ann });
      await wire.send(`${live} at the end`, stream(id, `?live=${live}&offset=now`), { headers: ann });
      await wire.send(`${live} of the text, at the end`, stream(id, `/text?live=${live}&offset=now`), { headers: ann });
    }
    const running = runOf(await wire.send('An answer that stalls', ...ask('stalls')));
    const reader = wire.open('Its events', stream(running, '?live=sse&offset=-1'), { headers: ann });
    await reader.has('two');
    await wire.send('A long poll that finds nothing', stream(running, '?live=long-poll&offset=now&cursor=50'), { headers: ann });
    await wire.send('It is cancelled', `DELETE /assistant/request/${running}`, { headers: ann });
    await reader.over('the reader sees the end');
    for (const [title, rest] of [
      ['An offset of another form', '?offset=1-7'],
      ['An empty offset', '?offset='],
      ['Two offsets', '?offset=-1&offset=-1'],
      ['An offset ahead', `?offset=${offset(99)}`],
      ['A live read without an offset', '?live=sse'],
      ['A live read of another kind', '?live=maybe&offset=-1'],
      ['A cursor that is none', '?cursor=x'],
    ])
      await wire.send(title, stream(id, rest), { headers: ann });
    for (const rest of ['', '/text']) {
      await wire.send(`Without a token${rest}`, stream(id, rest));
      await wire.send(`For somebody else${rest}`, stream(id, rest), { headers: as('bob') });
      await wire.send(`What does not exist${rest}`, stream(unknownId, rest), { headers: ann });
      await wire.send(`A body that is too large${rest}`, stream(id, rest), { headers: ann, body: 'x'.repeat(70000) });
      await wire.send(`A page of another site${rest}`, stream(id, rest), { headers: { Cookie: 'belay_session=x', Origin: 'https://other.example' } });
      await wire.send(`Ahead${rest}`, stream(id, `${rest}?offset=${offset(99)}`), { headers: ann });
    }
  },
);
