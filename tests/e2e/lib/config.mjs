// Configuration texts for servers that need more than settings: rows of providers and models, keys.
import { kinds } from './dialects.mjs';
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
function outsideDevelopment(providers, models, more) {
  const model = { alias: 'default', provider: providers[0].name, window: 1000000, most_output: 100000 };
  const tables = [
    ...providers.map((provider) => table('[[providers]]', provider)),
    ...models.map((changes) => table('[[models]]', { ...model, ...changes })),
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

function providerRow(provider, name, row) {
  const address = { base_url: provider.url, ...(provider.ca ? { ca_file: provider.ca } : {}) };
  return { name, kind: kinds[provider.dialect ?? 'chat'], ...address, ...row };
}

// Answers come from `provider` (of lib/provider.mjs, or {url}). row: further settings of it. more: further tables. model: of the
// one model.
export function withProvider(provider, row = {}, more = '', model = {}) {
  return outsideDevelopment([providerRow(provider, 'fake', row)], [model], more);
}

// Several: {NAME: {provider, row, model}}, each with a model of that name; the first is the default.
export function withProviders(all, more = '') {
  const rows = Object.entries(all).map(([name, { provider, row }]) => providerRow(provider, name, row));
  const models = Object.entries(all).map(([name, { model }]) => ({ alias: name, provider: name, ...model }));
  return outsideDevelopment(rows, models, more);
}

// Answers come from the scripted provider.
export function withScripted(row = {}, more = '') {
  return outsideDevelopment([{ name: 'scripted', kind: 'scripted', ...row }], [{}], more);
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
