// Finds the metrics and labels in a query of Prometheus. It does not check the syntax: promtool does.
import assert from 'node:assert/strict';

const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\]|[a-zA-Z_:][\w:]*|\d[\w.]*|=~|!~|!=|[{}(),=]|\s+|[^]/g;
const grouping = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const operators = new Set(['and', 'or', 'unless', 'bool', 'offset']);
// Functions need no list, because "(" follows each. After an aggregation, "by" may follow.
const aggregations = new Set(['sum', 'min', 'max', 'avg', 'count', 'group', 'topk', 'bottomk', 'quantile', 'stddev']);

const isName = (text) => /^[a-zA-Z_:]/.test(text ?? '');

// Reads from the "(" or "{" at `start` to its end. Returns [the tokens between, the index after it].
function enclosed(tokens, start, end) {
  const stop = tokens.indexOf(end, start);
  assert.ok(stop > start, `${tokens[start]} is closed in ${tokens.join(' ')}`);
  return [tokens.slice(start + 1, stop), stop + 1];
}

// From the tokens within { }: [{label, operator, value}].
function matchersIn(tokens) {
  const found = [];
  for (let i = 0; i < tokens.length; i += 4)
    found.push({ label: tokens[i], operator: tokens[i + 1], value: tokens[i + 2].slice(1, -1).replaceAll('\\\\', '\\') });
  return found;
}

// Returns {selectors: [{metric, matchers: [{label, operator, value}]}], grouped: labels in by (), on () and the like,
// by: labels in by () only, or null if there is no by ()}.
export function readQuery(query) {
  const tokens = (query.match(token) ?? []).filter((each) => !/^(\s|\[)/.test(each));
  const selectors = [];
  const grouped = [];
  let by = null;
  for (let i = 0; i < tokens.length; ) {
    const [name, next] = [tokens[i++], tokens[i]];
    assert.notEqual(name, '{', `every selector names its metric in ${query}`);
    if (!isName(name) || operators.has(name) || aggregations.has(name)) continue;
    if (grouping.has(name)) {
      if (next !== '(') continue; // group_left without labels
      const [labels, after] = enclosed(tokens, i, ')');
      const names = labels.filter(isName);
      grouped.push(...names);
      if (name === 'by') by = [...(by ?? []), ...names];
      i = after;
    } else if (next === '{') {
      const [inner, after] = enclosed(tokens, i, '}');
      selectors.push({ metric: name, matchers: matchersIn(inner) });
      i = after;
    } else if (next !== '(') {
      selectors.push({ metric: name, matchers: [] });
    }
  }
  return { selectors, grouped, by };
}

// Whether a matcher selects a series with this value of its label.
export function selects({ operator, value }, labelValue) {
  if (operator === '=') return labelValue === value;
  if (operator === '!=') return labelValue !== value;
  const matches = new RegExp(`^(?:${value})$`).test(labelValue);
  return operator === '=~' ? matches : !matches;
}
