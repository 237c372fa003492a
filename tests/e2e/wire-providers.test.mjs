// What a reader gets when a provider over HTTP does something wrong, held against wire/providers*.txt.
import { withProvider } from './lib/config.mjs';
import { faults } from './lib/faults.mjs';
import { startProvider } from './lib/provider.mjs';
import { steady } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const row = {
  first_byte_timeout: '3s',
  idle_timeout: '3s',
  progress_timeout: '4s',
  first_backoff: '20ms',
  max_retries: 2,
  breaker_failures: 0, // the faults come all at once
};

// Of all faults; how long a line may be is a matter of the provider's reader alone.
const played = faults.filter(({ name }) => name !== 'a line of 64 MB');

async function failing(t) {
  const attempts = new Map();
  const provider = await startProvider(t, (call) => {
    const attempt = (attempts.get(call.prompt) ?? 0) + 1;
    attempts.set(call.prompt, attempt);
    return played.find(({ name }) => name === call.prompt).script(call, attempt);
  });
  const settings = { ...steady, 'assistant.max_active_per_user': 100, 'assistant.rate_chat': 100 };
  return { ...withProvider(provider, row, '', { input_price: 1, output_price: 2 }), settings };
}

recorded('providers', 'faults of a provider over HTTP', failing, async (wire) => {
  const headers = { Authorization: `Bearer ${wire.server.tokenFor('alice')}` };
  const runs = [];
  for (const { name } of played) {
    const { json } = await wire.send(`Asked: ${name}`, 'POST /assistant/request', {
      headers,
      json: { prompt: name, mode: 'chat' },
    });
    runs.push({ name, id: json.request_id });
  }
  const readers = runs.map(({ name, id }) => wire.open(name, `GET /assistant/stream/${id}`, { headers }));
  await Promise.all(readers.map((reader) => reader.over('the answer ends')));
});
