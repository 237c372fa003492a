// Configuration files for servers that need more than single settings: rows of providers, models and keys.
import { randomBytes } from 'node:crypto';
import { newKey, token } from './jwt.mjs';
import { kinds } from './protocols.mjs';

const value = (of) =>
  Array.isArray(of) ? `[${of.map(value).join(', ')}]` : typeof of === 'string' ? JSON.stringify(of) : String(of);

export function table(header, values) {
  return `${header}\n${Object.entries(values)
    .map(([name, each]) => `${name} = ${value(each)}\n`)
    .join('')}`;
}

const key = newKey('HS256');

// Server options outside development mode: answers come from the providers in these rows. The test
// signs the users' tokens.
function outsideDevelopment(providers, models, more) {
  const model = { alias: 'default', provider: providers[0].name, window: 1000000, max_output: 100000 };
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
  return { name, kind: kinds[provider.protocol ?? 'chat'], ...address, ...row };
}

// Server options in which answers come from `provider` (of lib/provider.mjs, or {url}). row: more settings of the provider.
// more: more TOML tables. model: settings of the only model.
export function withProvider(provider, row = {}, more = '', model = {}) {
  return outsideDevelopment([providerRow(provider, 'fake', row)], [model], more);
}

// The same with several providers: {NAME: {provider, row, model}}. Each has a model of the same name; the first is the
// default.
export function withProviders(all, more = '') {
  const rows = Object.entries(all).map(([name, { provider, row }]) => providerRow(provider, name, row));
  const models = Object.entries(all).map(([name, { model }]) => ({ alias: name, provider: name, ...model }));
  return outsideDevelopment(rows, models, more);
}

// The same server options, with a key for uploads.
export function withUploads(options) {
  const key = table('[[uploads.keys]]', { id: 'k1', env: 'E2E_UPLOAD_KEY' });
  return {
    ...options,
    config: `${options.config ?? ''}\n${key}`,
    env: { ...options.env, E2E_UPLOAD_KEY: randomBytes(32).toString('base64') },
  };
}

// Server options in which answers come from the scripted provider.
export function withScripted(row = {}, more = '') {
  return outsideDevelopment([{ name: 'scripted', kind: 'scripted', ...row }], [{}], more);
}

// Server options in development mode with one model of the scripted provider. model: more of its settings.
export function withScriptedModel(model = {}) {
  const row = { alias: 'default', provider: 'scripted', window: 100000, max_output: 10000, ...model };
  return { config: table('[[providers]]', { name: 'scripted', kind: 'scripted' }) + table('[[models]]', row) };
}

// Server options in development mode with one model, which says as many words or pieces of an `echo:` a second; 0: all at once. For an
// answer that surely goes on when the test kills the server, and is soon over after that: see hurry().
export function withPace(pace) {
  const row = { alias: 'default', provider: 'scripted', window: 100000, max_output: 10000, can_continue: true };
  const provider = { name: 'scripted', kind: 'scripted', echo_pace_per_second: pace };
  return { config: table('[[providers]]', provider) + table('[[models]]', row) };
}

// From its next start on, the server has no pace any more.
export function hurry(server) {
  server.options.config = server.options.config.replace(/^echo_pace_per_second = .*$/m, 'echo_pace_per_second = 0');
}

// Server options outside development mode with the scripted provider and these rows of [[auth.keys]].
export function withKeys(keys, auth = {}) {
  const tables = [
    table('[[providers]]', { name: 'scripted', kind: 'scripted' }),
    table('[[models]]', { alias: 'default', provider: 'scripted' }),
    table('[auth]', auth),
    ...keys.map((row) => table('[[auth.keys]]', row)),
  ];
  return { dev: false, config: tables.join('\n') };
}
