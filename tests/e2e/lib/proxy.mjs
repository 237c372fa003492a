// Runs a real nginx or a real Caddy in front of a server, with the configurations that docs/OPERATIONS.md shows.
//
// In these configurations it replaces only what cannot be used on this machine: addresses, ports, names and paths.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { program, replaced, run } from './programs.mjs';

const page = await readFile(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');

// The first code block of this language in the document that contains `part`.
export function example(language, part = '') {
  const blocks = [...page.matchAll(/```(\w+)\n([^]*?)```/g)];
  const found = blocks.find(([, its, text]) => its === language && text.includes(part));
  assert.ok(found, `docs/OPERATIONS.md has an example in ${language}`);
  return found[2];
}

// metrics: whether to keep the lines that reject /metrics. Returns {port, tlsPort}, for HTTP and for HTTPS.
export async function startNginx(t, server, { metrics = true } = {}) {
  const file = program(['/usr/sbin/nginx', '/usr/bin/nginx'], 'nginx-light');
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-nginx-'));
  await chmod(home, 0o755); // nginx's workers may run as another user
  const [port, tlsPort] = [await freePort(), await freePort()];
  const key = path.join(home, 'key.pem');
  const certificate = path.join(home, 'certificate.pem');
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=chat.example.com'];
  execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  let text = replaced(example('nginx'), [
    ['server 127.0.0.1:8080;', `server 127.0.0.1:${server.port};`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${tlsPort} ssl http2; listen 127.0.0.1:${port};`],
    ['/etc/ssl/certs/chat.example.com.pem', certificate],
    ['/etc/ssl/private/chat.example.com.key', key],
  ]);
  if (!metrics) text = text.replace(/^.*metrics.*\n/gm, '');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${home}/${kind};`)
    .join('\n');
  const whole = [
    `daemon off; worker_processes 1; pid ${home}/nginx.pid; error_log stderr notice;`,
    'events { worker_connections 256; }',
    `http { access_log off;\n${temporary}\n${text}\n}`,
  ].join('\n');
  const configuration = path.join(home, 'nginx.conf');
  await writeFile(configuration, whole);
  await run(t, { file, args: ['-p', home, '-c', configuration, '-e', 'stderr'], env: {}, home, ports: [port, tlsPort] });
  return { port, tlsPort };
}

export async function startCaddy(t, server, { metrics = true } = {}) {
  const file = program(['/usr/bin/caddy'], 'caddy');
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-caddy-'));
  const port = await freePort();
  // Plain HTTP, because the test cannot get a certificate for that name.
  let text = replaced(example('caddyfile'), [
    ['chat.example.com {', `http://:${port} {\n\tbind 127.0.0.1`],
    ['127.0.0.1:8080', `127.0.0.1:${server.port}`],
  ]);
  if (!metrics) text = text.replace(/^.*metrics.*\n/gm, '');
  const configuration = path.join(home, 'Caddyfile');
  await writeFile(configuration, `{\n\tadmin off\n\tauto_https off\n}\n${text}`);
  await mkdir(path.join(home, 'data'));
  const env = { HOME: home, XDG_DATA_HOME: path.join(home, 'data'), XDG_CONFIG_HOME: path.join(home, 'data') };
  await run(t, { file, args: ['run', '--config', configuration, '--adapter', 'caddyfile'], env, home, ports: [port] });
  return { port };
}
