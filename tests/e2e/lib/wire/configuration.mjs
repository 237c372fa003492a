// The server of most recordings: development mode, the scripted provider, and settings that make each answer the same each time.
import { fileURLToPath } from 'node:url';
import { table } from '../config.mjs';

const script = fileURLToPath(new URL('../../wire/script.toml', import.meta.url));

const models = [
  { alias: 'default', provider: 'scripted', window: 100000, most_output: 1000 },
  { alias: 'large', provider: 'scripted', window: 100000, most_output: 1000, tier: 'pro' },
];

// settings: as of startServer. provider: more of the scripted provider. more: further tables.
export function scripted({ settings = {}, provider = {}, more = '', ...rest } = {}) {
  const row = { name: 'scripted', kind: 'scripted', script_file: script, default_pace_per_second: 0, ...provider };
  const tables = [table('[[providers]]', row), ...models.map((model) => table('[[models]]', model)), more];
  return { config: tables.join('\n'), settings: { 'process.threads': 1, ...settings }, ...rest };
}

// The headers of somebody who is signed in. tier: in development mode.
export function as(user, tier) {
  return { Authorization: `Bearer dev:${user}${tier ? `:${tier}` : ''}` };
}
