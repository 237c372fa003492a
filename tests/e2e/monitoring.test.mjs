// S13: the files in deploy/: alert rules with their tests, and a dashboard. A real Prometheus evaluates both over a real server.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProviders } from './lib/config.mjs';
import { slowness, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { parsePage } from './lib/metrics_page.mjs';
import { operationsPort } from './lib/operators.mjs';
import { deploy, promtool, startPrometheus } from './lib/prometheus.mjs';
import { readQuery, selects } from './lib/promql.mjs';
import { startProvider } from './lib/provider.mjs';
import { Sendsage } from './lib/sendsage.mjs';
import { startServer } from './lib/server.mjs';

const targetLabels = ['job', 'instance'];
const dashboard = JSON.parse(await readFile(path.join(deploy, 'grafana/belay.json'), 'utf8'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const variables = dashboard.templating.list;

// What the query of a panel is when Grafana has filled in its variables.
const filledIn = (query) =>
  query.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h').replaceAll('$job', 'belay').replaceAll('$instance', '.*');

// [{where, query, legend}] of all panels.
const panelQueries = panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr, legendFormat }) => ({ where: `panel "${title}" ${refId}`, query: filledIn(expr), legend: legendFormat })),
);

// The labels that the result of a query may have.
function resultLabels(query, catalogue) {
  const { selectors, by } = readQuery(query);
  return new Set(by ?? selectors.flatMap(({ metric }) => [...targetLabels, ...(catalogue.get(metric)?.labels ?? [])]));
}

// What queries can name: {NAME: {labels, series}}, from a metrics page and the recording rules. series: null if they are unknown.
function catalogueOf(page, recordings) {
  const catalogue = new Map([
    ['up', { labels: [], series: null }],
    ['ALERTS', { labels: ['alertname', 'alertstate', 'severity'], series: null }],
  ]);
  for (const { name, type, series } of Object.values(page)) {
    const labels = Object.keys(series[0]?.labels ?? {});
    const own = series.map((each) => each.labels);
    if (type !== 'histogram') catalogue.set(name, { labels, series: own });
    for (const part of type === 'histogram' ? ['_bucket', '_count', '_sum'] : [])
      catalogue.set(name + part, { labels: part === '_bucket' ? [...labels, 'le'] : labels, series: own });
  }
  for (const { name, query } of recordings) catalogue.set(name, { labels: [...resultLabels(query, catalogue)], series: null });
  return catalogue;
}

// What is wrong with the names in a query: a list of sentences.
function problemsOf({ where, query, legend = '' }, catalogue) {
  const problems = [];
  const { selectors, grouped } = readQuery(query);
  const known = new Set(targetLabels);
  for (const { metric, matchers } of selectors) {
    const entry = catalogue.get(metric);
    if (!entry) {
      problems.push(`${where}: the server has no metric ${metric}`);
      continue;
    }
    entry.labels.forEach((label) => known.add(label));
    const own = matchers.filter(({ label }) => !targetLabels.includes(label));
    for (const { label } of own) if (!entry.labels.includes(label)) problems.push(`${where}: ${metric} has no label ${label}`);
    const isSelected = (labels) => own.every((matcher) => selects(matcher, labels[matcher.label] ?? ''));
    if (entry.series && !entry.series.some(isSelected)) problems.push(`${where}: no series of ${metric} has ${JSON.stringify(own)}`);
  }
  for (const label of grouped) if (!known.has(label)) problems.push(`${where}: no metric has the label ${label}`);
  const shown = resultLabels(query, catalogue);
  for (const [, label] of legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g))
    if (!shown.has(label)) problems.push(`${where}: the result has no label ${label}`);
  return problems;
}

const saying = (...pieces) => async (answer) => {
  await answer.begin();
  for (const piece of pieces) await answer.piece(piece);
  await answer.done();
};
const refusing = (answer) => answer.refuse(500, 'server_error');

// A server whose model has a fallback, so that every metric has a series; and its clients.
async function startMonitored(t) {
  const state = { script: saying('Climb', ' more.') };
  const provider = await startProvider(t, (answer) => state.script(answer));
  const row = { max_retries: 0, breaker_open_time: '10m' }; // longer than Prometheus needs to see it
  const more = '[sendsage]\npremium_tier = "basic"\n[cache]\nscope = "off"\n[assistant]\nrate_chat = 1000\nmax_active_per_user = 100\n';
  const options = withProviders({ main: { provider, row, model: { fallbacks: ['spare'] } }, spare: { provider, row } }, more);
  const server = await startServer(t, { ...options, settings: { 'operations.port': 0 } });
  const port = await operationsPort(server);
  const page = async () => parsePage((await call(port, 'GET', '/metrics')).text);
  return { server, state, page, target: port, ann: new Assistant(server, 'ann'), jane: new Sendsage(server, 'jane') };
}

test('S13: the rules and the example configuration are valid, and the rules pass their tests', { timeout: 180000 * slowness }, () => {
  for (const args of [['check', 'rules', 'belay.rules.yml'], ['check', 'config', 'prometheus.yml'], ['test', 'rules', 'belay.rules.test.yml']]) {
    const { code, output } = promtool(...args);
    assert.equal(code, 0, `promtool ${args.join(' ')}:\n${output}`);
  }
});

test('S13: every query of the dashboard can be parsed', { timeout: 60000 }, async (t) => {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-dashboard-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const rules = panelQueries.map(({ query }, i) => ({ record: `query:${i}`, expr: query }));
  for (const { query } of panelQueries) assert.doesNotMatch(query, /\$/, 'the test fills in every variable');
  const file = path.join(home, 'rules.yml'); // JSON is YAML
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const { code, output } = promtool('check', 'rules', file);
  assert.equal(code, 0, `query:N is N of ${JSON.stringify(panelQueries, null, 1)}\n${output}`);
});

test('S13: the dashboard is complete: ids, places, texts and variables', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  const taken = new Set();
  for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
    assert.ok(x >= 0 && x + w <= 24, `${title} is within the 24 columns`);
    for (let i = 0; i < w * h; i++) {
      const place = `${x + (i % w)},${y + Math.floor(i / w)}`;
      assert.ok(!taken.has(place), `${title} covers no other panel`);
      taken.add(place);
    }
  }
  for (const { title, description, datasource, fieldConfig, targets } of panels) {
    assert.ok(title && description && fieldConfig.defaults.unit, `${title} has a description and a unit`);
    assert.deepEqual(datasource, { type: 'prometheus', uid: '${datasource}' }, title);
    assert.deepEqual(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
  }
  assert.deepEqual(variables.map(({ name }) => name), ['datasource', 'job', 'instance']);
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
  assert.deepEqual(rows, ['Traffic and errors', 'Latency', 'Runs and streams', 'SendSage', 'Providers', 'Storage', 'Process']);
});

test('S13: the check of names finds what is wrong', () => {
  const catalogue = catalogueOf(parsePage('# TYPE a counter\na{x="1",y="b"} 0\n# TYPE h histogram\nh_count{x="1"} 0\nh_bucket{x="1",le="2"} 0\n'), [
    { name: 'r:a', query: 'sum by (x, job) (rate(a[5m]))' },
  ]);
  const problems = (query, legend) => problemsOf({ where: 'here', query, legend }, catalogue);
  assert.deepEqual(problems('sum by (x) (rate(a{y=~"b|c", job="q"}[5m])) / on (x) r:a > 2 and h_count', '{{x}}'), []);
  assert.deepEqual(problems('histogram_quantile(0.5, sum by (le) (rate(h_bucket[5m])))'), []);
  assert.deepEqual(problems('b + a'), ['here: the server has no metric b']);
  assert.deepEqual(problems('h'), ['here: the server has no metric h']);
  assert.deepEqual(problems('a{z="1"}'), ['here: a has no label z', 'here: no series of a has [{"label":"z","operator":"=","value":"1"}]']);
  assert.deepEqual(problems('a{y!~"b"}').length, 1);
  assert.deepEqual(problems('sum by (z) (a)'), ['here: no metric has the label z']);
  assert.deepEqual(problems('sum by (x) (a)', '{{y}}'), ['here: the result has no label y']);
  assert.deepEqual(problems('r:a', '{{ $labels.y }}'), ['here: the result has no label y']);
});

test('S13: rules and dashboard use metrics that the server has, and alerts tell what to do', { timeout: 240000 * slowness }, async (t) => {
  const { server, state, page, target, ann, jane } = await startMonitored(t);
  const prometheus = await startPrometheus(t, { target });
  await until(30000, 'Prometheus scrapes the server', async () => (await prometheus.query('up{job="belay"} == 1')).length);
  await ann.followToEnd(await ann.ask('How?'));
  await jane.answer('basic', 'Plan my week.');
  await jane.answer('premium', 'Plan my month.');
  await until(10000, 'the answers are counted', async () =>
    (await page()).belay_runs_finished_total.series.reduce((sum, { value }) => sum + value, 0) === 3);
  const now = await page();
  const rules = await prometheus.rules();
  const alerts = rules.filter(({ type }) => type === 'alerting');
  const recordings = rules.filter(({ type }) => type === 'recording');
  const catalogue = catalogueOf(now, recordings);
  // A scrape that a busy machine does not answer within its second is an alert until the next one.
  let wrong;
  const nothingIsWrong = (isConcerned = () => true) =>
    until(
      30000,
      () => `nothing is wrong with this server: ${JSON.stringify(wrong)}`,
      async () => (wrong = (await prometheus.alerts()).filter(isConcerned)).length === 0,
      200,
    );

  await t.test('every metric, label and value in the rules exists', () => {
    const queries = rules.map(({ name, query, annotations = {} }) => ({ where: name, query, legend: Object.values(annotations).join(' ') }));
    assert.deepEqual(queries.flatMap((query) => problemsOf(query, catalogue)), []);
    assert.ok(alerts.length >= 15 && recordings.length >= 5);
  });

  await t.test('every metric, label and value in the dashboard exists', () => {
    const ofVariables = variables
      .filter(({ type }) => type === 'query')
      .map(({ name, definition }) => {
        const [, query, label] = /^label_values\((.*), (\w+)\)$/.exec(definition);
        return { where: `variable ${name}`, query: filledIn(query), legend: `{{${label}}}` };
      });
    assert.deepEqual([...panelQueries, ...ofVariables].flatMap((query) => problemsOf(query, catalogue)), []);
  });

  await t.test('a limit of a duration is the bound of a bucket, so that no time is guessed', () => {
    for (const { name, query } of recordings.filter(({ query }) => query.includes('histogram_quantile')))
      for (const limit of alerts.flatMap((alert) => new RegExp(`${name} > ([0-9.]+)`).exec(alert.query)?.[1] ?? []))
        for (const { metric } of readQuery(query).selectors)
          assert.ok(now[metric.replace(/_bucket$/, '')].bounds.has(limit), `${metric} has the bucket ${limit}`);
  });

  await t.test('each alert has a severity, a summary, what to do, and a section to read', async () => {
    const operations = await readFile(new URL('../../docs/OPERATIONS.md', import.meta.url), 'utf8');
    for (const { name, labels, annotations } of alerts) {
      assert.match(name, /^Belay[A-Z]/);
      assert.ok(['warning', 'critical'].includes(labels.severity), name);
      assert.deepEqual(Object.keys(annotations).sort(), ['description', 'runbook', 'summary'], name);
      assert.doesNotMatch(Object.values(annotations).join(' '), /https?:/, name);
      const sections = [...annotations.runbook.matchAll(/"([^"]+)"/g)].map(([, title]) => title);
      assert.ok(sections.length > 0, name);
      for (const title of sections) assert.ok(operations.includes(`\n## ${title}\n`), `${name}: docs/OPERATIONS.md has the section ${title}`);
      assert.ok(operations.includes(`| \`${name}\` |`), `docs/OPERATIONS.md lists ${name}`);
    }
  });

  await t.test('Prometheus evaluates every rule and every query of the dashboard', async () => {
    const isDone = ({ lastEvaluation, health }) => health !== 'unknown' && !lastEvaluation.startsWith('0001');
    await until(30000, 'all rules are evaluated', async () => (await prometheus.rules()).every(isDone));
    for (const { name, health, lastError } of await prometheus.rules()) assert.equal(health, 'ok', `${name}: ${lastError}`);
    await until(30000, 'there are two scrapes, for rates', async () => (await prometheus.query('rate(belay_stream_bytes_total[5m])')).length);
    // Some panels show only what happens. A query of a recording rule has a result after the rule's next evaluation.
    let empty;
    const hasAll = async () => {
      empty = [];
      for (const { where, query } of panelQueries)
        if (!/> 0$|ALERTS/.test(query) && (await prometheus.query(query)).length === 0) empty.push([where, query]);
      return empty.length === 0;
    };
    await until(30000, () => `every query has a result: ${JSON.stringify(empty)}`, hasAll, 200);
    await nothingIsWrong();
  });

  await t.test('answers that fail, and a server that ends, lead to alerts', async () => {
    state.script = refusing;
    await Promise.all(Array.from({ length: 25 }, async () => ann.followToEnd(await ann.ask('And now?'))));
    const pending = async (name) => (await prometheus.alerts()).find(({ labels }) => labels.alertname === name);
    for (const name of ['BelayRunErrors', 'BelayRunsFailing', 'BelayProviderErrors', 'BelayProviderBreakerOpen'])
      await until(30000, `${name} is pending`, () => pending(name));
    const { labels, annotations } = await pending('BelayRunErrors');
    assert.equal(labels.surface, 'assistant');
    assert.match(annotations.summary, /^[\d.]+% of the answers on assistant fail \(127\.0\.0\.1:\d+\)$/);
    await nothingIsWrong(({ labels }) => labels.alertname === 'BelayDown');
    await server.kill9();
    await until(30000, 'BelayDown is pending', () => pending('BelayDown'));
  });
});
