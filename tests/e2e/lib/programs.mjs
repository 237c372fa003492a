// Runs programs of other projects beside a server: proxies, Prometheus. Each runs on free loopback ports, has all its files in a
// directory of its own, and is stopped by its pid.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { until, within } from './deadline.mjs';

// The first of these files that exists.
export function program(names, debianPackage) {
  const found = names.find((name) => existsSync(name));
  assert.ok(found, `${names[0]} is missing: install Debian's package ${debianPackage} (./dev install does)`);
  return found;
}

// Every replacement must match. If the example in the document changes, this file must change too.
export function replaced(text, pairs) {
  for (const [from, to] of pairs) {
    assert.ok(text.includes(from), `the example contains ${JSON.stringify(from)}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const connects = (port) =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

// Starts the program and waits until it accepts connections on all `ports`. Removes `home` at the end of the test.
export async function run(t, { file, args, env, home, ports }) {
  let output = '';
  const child = spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => (output += bytes));
  const exited = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  let ended = false;
  exited.then(() => (ended = true));
  t.after(async () => {
    if (t.passed === false) t.diagnostic(`${file} said:\n${output.slice(-3000)}`);
    child.kill('SIGTERM');
    await within(10000, `${file} ends`, exited).finally(() => child.kill('SIGKILL'));
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  });
  await until(15000, () => `${file} listens; it said:\n${output}`, async () => {
    assert.ok(!ended, `${file} runs:\n${output}`);
    return (await Promise.all(ports.map(connects))).every(Boolean);
  });
}
