// Configuration texts for servers that need more than settings: rows of providers and models, keys.
import { newKey, token } from './jwt.mjs';

const value = (of) =>
  Array.isArray(of) ? `[${of.map(value).join(', ')}]` : typeof of === 'string' ? JSON.stringify(of) : String(of);

export function table(header, values) {
  return `${header}\n${Object.entries(values)
    .map(([name, each]) => `${name} = ${value(each)}\n`)
    .join('')}`;
}

const key = newKey('HS256');

// Server options outside development mode: answers come from the provider of that row; users have tokens of our own making.
function outsideDevelopment(provider, more) {
  const model = { alias: 'default', provider: provider.name, window: 1000000, most_output: 100000 };
  const tables = [
    table('[[providers]]', provider),
    table('[[models]]', model),
    table('[[auth.keys]]', { env: 'E2E_KEY', alg: key.algorithm }),
    more,
  ];
  return {
    dev: false,
    config: tables.join('\n'),
    env: { E2E_KEY: key.secret },
    tokenFor: (user) => token(key, { sub: user, exp: 2 ** 32 }),
  };
}

// Answers come from `provider` (of lib/provider.mjs, or {url}). row: further settings of it. more: further tables.
export function withProvider(provider, row = {}, more = '') {
  const address = { base_url: provider.url, ...(provider.ca ? { ca_file: provider.ca } : {}) };
  return outsideDevelopment({ name: 'fake', kind: 'openai', ...address, ...row }, more);
}

// Answers come from the scripted provider.
export function withScripted(row = {}, more = '') {
  return outsideDevelopment({ name: 'scripted', kind: 'scripted', ...row }, more);
}

// The scripted provider, and these rows of [[auth.keys]].
export function withKeys(keys, auth = {}) {
  const tables = [
    table('[[providers]]', { name: 'scripted', kind: 'scripted' }),
    table('[[models]]', { alias: 'default', provider: 'scripted' }),
    table('[auth]', auth),
    ...keys.map((row) => table('[[auth.keys]]', row)),
  ];
  return { dev: false, config: tables.join('\n') };
}
