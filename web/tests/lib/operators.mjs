// A server outside development mode, whose tokens the test makes: `tokenOf('--user', 'olga', '--role', 'operator')`.
import { execFileSync } from 'node:child_process';
import { binary } from './belay.mjs';

const secret = '0123456789abcdef0123456789abcdef0123456789abcdef';
const scripted = `
[[providers]]
name = "scripted"
kind = "scripted"
[[models]]
alias = "default"
provider = "scripted"
`;

/** Options of a site. `models`: its providers and models, as TOML. */
export const signed = (models = scripted) => ({ dev: false, config: `[[auth.keys]]\nenv = "PAGE_KEY"\nalg = "HS256"\n${models}`, env: { PAGE_KEY: secret } });
export const tokenOf = (...args) => execFileSync(binary, ['token', '--key-env', 'PAGE_KEY', ...args], { env: { ...process.env, PAGE_KEY: secret }, encoding: 'utf8' }).trim();
