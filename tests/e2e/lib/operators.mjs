// An operator: a client of the operators' API, on the operations listener.
import assert from 'node:assert/strict';
import { table } from './config.mjs';
import { until } from './deadline.mjs';
import { call } from './http.mjs';
import { newKey, token } from './jwt.mjs';

const key = newKey('HS256');

// A token of `user`. claims: more claims, such as {jti: 'ID', roles: ['operator']}; undefined removes one.
export const tokenOf = (user, claims = {}) => token(key, { sub: user, exp: 2 ** 32, ...claims });

// Server options with a key that the tests and the commands sign with. auth: settings of [auth].
export function withOperators(auth = {}, more = '') {
  return {
    dev: false,
    config: [
      table('[auth]', auth),
      table('[[auth.keys]]', { env: 'E2E_KEY', alg: 'HS256' }),
      table('[[providers]]', { name: 'scripted', kind: 'scripted' }),
      table('[[models]]', { alias: 'default', provider: 'scripted' }),
      table('[[models]]', { alias: 'large', provider: 'scripted', tier: 'pro' }),
      more,
    ].join('\n'),
    env: { E2E_KEY: key.secret },
    tokenFor: tokenOf,
  };
}

export class Operator {
  constructor(port, name) {
    this.port = port;
    this.headers = { authorization: `Bearer ${tokenOf(name, { roles: ['operator'] })}` };
  }

  call(method, path, options = {}) {
    return call(this.port, method, `/api/admin${path}`, { headers: this.headers, ...options });
  }

  // The document of a GET, which must succeed.
  async get(path) {
    const answer = await this.call('GET', path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer.json;
  }

  // "ACTION TARGET", newest first.
  async audit(query = '') {
    const { entries } = await this.get(`/audit${query}`);
    return entries.map((entry) => `${entry.action} ${entry.target}`);
  }
}

// The port of the operations listener of the server's last start.
export async function operationsPort(server) {
  const lines = () => server.logs().filter((line) => line.event === 'operations_listening');
  await until(5000, 'the operations listener is there', () => lines().length >= server.starts);
  return lines().at(-1).port;
}

export const operatorOf = async (server, name = 'olga') => new Operator(await operationsPort(server), name);
