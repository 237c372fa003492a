// Runs promtool and a real Prometheus with the files in deploy/prometheus/.
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { slowness, until } from './deadline.mjs';
import { call } from './http.mjs';
import { freePort } from './ports.mjs';
import { program, replaced, run } from './programs.mjs';

export const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const files = path.join(deploy, 'prometheus');

// Runs `promtool ARGS` in deploy/prometheus/. Returns {code, output}.
export function promtool(...args) {
  const file = program(['/usr/bin/promtool', '/usr/local/bin/promtool'], 'prometheus');
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: files, encoding: 'utf8', timeout: 120000 * slowness });
  if (error) throw error;
  return { code: status, output: stdout + stderr };
}

class Prometheus {
  constructor(port) {
    this.port = port;
  }

  async get(where, parameters = {}) {
    const { status, text } = await call(this.port, 'GET', `/api/v1/${where}?${new URLSearchParams(parameters)}`);
    const answer = JSON.parse(text);
    if (status !== 200) throw new Error(`${parameters.query ?? where}: ${answer.error}`);
    return answer.data;
  }

  // The result of a query now: [{metric: {LABEL: VALUE}, value: [TIME, VALUE]}].
  async query(query) {
    return (await this.get('query', { query })).result;
  }

  // All rules, as they are in the file, with their health.
  async rules() {
    return (await this.get('rules')).groups.flatMap(({ rules }) => rules);
  }

  // Alerts that are pending or firing, with texts in which the templates are filled in.
  async alerts() {
    return (await this.get('alerts')).alerts;
  }
}

// Starts Prometheus with the example configuration. It scrapes 127.0.0.1:PORT, and does it every second.
export async function startPrometheus(t, { target }) {
  const file = program(['/usr/bin/prometheus', '/usr/local/bin/prometheus'], 'prometheus');
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-prometheus-'));
  const configuration = path.join(home, 'prometheus.yml');
  await cp(path.join(files, 'belay.rules.yml'), path.join(home, 'belay.rules.yml'));
  const text = replaced(await readFile(path.join(files, 'prometheus.yml'), 'utf8'), [
    ['127.0.0.1:9464', `127.0.0.1:${target}`],
    ['_interval: 15s', '_interval: 1s'],
  ]);
  await writeFile(configuration, text);
  const port = await freePort();
  const args = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${path.join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ];
  await run(t, { file, args, env: {}, home, ports: [port] });
  await until(30000, 'Prometheus is ready', async () => (await call(port, 'GET', '/-/ready')).status === 200);
  return new Prometheus(port);
}
