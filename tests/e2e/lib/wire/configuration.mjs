// The server of most recordings: development mode, the scripted provider, and settings that make each answer the same each time.
import { fileURLToPath } from 'node:url';
import { table } from '../config.mjs';

const script = fileURLToPath(new URL('../../wire/script.toml', import.meta.url));

const models = [
  { alias: 'default', provider: 'scripted', window: 100000, max_output: 1000, input_price: 2, output_price: 8 },
  { alias: 'narrow', provider: 'scripted', window: 1000, max_output: 100 },
  { alias: 'large', provider: 'scripted', window: 100000, max_output: 1000, tier: 'pro' },
];

// One loop. Answers that are shared come in pieces that depend on time, so they are off. What is given again comes at once.
// The server waits for its disk for as long as the tests wait for the server.
export const steady = {
  'process.threads': 1,
  // Whether a web page was built makes no difference.
  'process.page': 'false',
  'cache.scope': 'off',
  'cache.replay_words_per_second': 0,
  'cache.patience': '10s',
  'engine.settle_wait': '20s',
  'engine.max_log_wait': '20s',
  'store.max_stall': '20s',
};

// settings: as of startServer. provider: more of the scripted provider. more: further tables.
export function scripted({ settings = {}, provider = {}, more = '', ...rest } = {}) {
  const row = { name: 'scripted', kind: 'scripted', script_file: script, default_pace_per_second: 0, ...provider };
  const tables = [table('[[providers]]', row), ...models.map((model) => table('[[models]]', model)), more];
  return { config: tables.join('\n'), settings: { ...steady, ...settings }, ...rest };
}

// The headers of somebody who is signed in. tier: in development mode.
export function as(user, tier) {
  return { Authorization: `Bearer dev:${user}${tier ? `:${tier}` : ''}` };
}

// What a provider can do wrong, as script.toml plays it, and settings that let it fail soon.
export const failures = [
  'refuses the connection',
  'answers 400',
  'answers 401',
  'answers 429',
  'answers 503',
  'answers 504',
  'account used up',
  'fails once',
  'fails before text',
  'fails after text',
  'ends too early',
  'falls silent',
  'speaks garbage',
  'breaks a character',
  'withheld',
  'filtered',
];
export const impatient = { first_backoff: '10ms', max_backoff: '20ms', idle_timeout: '300ms' };
