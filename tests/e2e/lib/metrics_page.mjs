// Reads a server's metrics page, and the list of metrics in docs/OPERATIONS.md.
import { readFile } from 'node:fs/promises';
import { call } from './http.mjs';

const document = new URL('../../../docs/OPERATIONS.md', import.meta.url);

// The metrics that the document lists: {NAME: {type, labels}}.
export async function documentedMetrics() {
  const rows = (await readFile(document, 'utf8')).matchAll(/^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \| ([a-z, ]*)\|/gm);
  return Object.fromEntries(
    [...rows].map(([, name, type, labels]) => [name, { type, labels: labels.split(',').map((each) => each.trim()).filter(Boolean) }]),
  );
}

// Parses the metrics page: {NAME: {name, type, series: [{labels: {NAME: VALUE}, value}], bounds}}. Of a histogram, `series` has the
// counts and `bounds` the upper bounds of its buckets; `bounds` is empty for all others.
export function parsePage(text) {
  const families = {};
  let family;
  for (const line of text.split('\n').filter(Boolean)) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) family = families[type[1]] = { name: type[1], type: type[2], series: [], bounds: new Set() };
    const [, name, labels = '', value] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!family || name === undefined) continue;
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, each]) => [key, each]);
    const series = { labels: Object.fromEntries(pairs), value: Number(value) };
    if (name === `${family.name}_bucket`) family.bounds.add(series.labels.le);
    if (name === (family.type === 'histogram' ? `${family.name}_count` : family.name)) family.series.push(series);
  }
  return families;
}

// The values of the series of one metric, together, as the server counts now. labels: which series; all by default.
export async function metric(server, name, labels = {}) {
  const { text } = await call(server.port, 'GET', '/metrics');
  const isOne = (series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value);
  return parsePage(text)[name].series.filter(isOne).reduce((sum, { value }) => sum + value, 0);
}

// How many readers have begun to read an answer.
export const readersSoFar = (server) => metric(server, 'belay_subscriptions_opened_total');

// Of how many answers the first piece has come from the provider.
export const begunSoFar = (server) => metric(server, 'belay_first_token_seconds');
