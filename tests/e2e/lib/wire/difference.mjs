// The first difference of two texts, as a short unified diff.

const context = 3;
const most = 12; // lines of each side

export function firstDifference(wanted, got) {
  const [was, is] = [wanted.split('\n'), got.split('\n')];
  let first = 0;
  while (first < was.length && first < is.length && was[first] === is[first]) first++;
  if (first === was.length && first === is.length) return null;
  // Where the two agree again: the nearest line that both have and that says something.
  let [endWas, endIs] = [was.length, is.length];
  search: for (let reach = 0; reach < 2 * most; reach++) {
    for (let ahead = 0; ahead <= reach; ahead++) {
      const [one, other] = [first + ahead, first + reach - ahead];
      if (was[one] !== is[other] || was[one] === undefined || was[one].length < 8) continue;
      [endWas, endIs] = [one, other];
      break search;
    }
  }
  while (endWas > first && endIs > first && was[endWas - 1] === is[endIs - 1])
    [endWas, endIs] = [endWas - 1, endIs - 1];
  const start = Math.max(0, first - context);
  const show = (sign, lines) => [
    ...lines.slice(0, most).map((line) => sign + line),
    ...(lines.length > most ? [`${sign}… ${lines.length - most} more lines`] : []),
  ];
  const title = was.slice(0, first + 1).findLast((line) => line.startsWith('## '));
  return [
    ...(title ? [title] : []),
    `@@ line ${start + 1} @@`,
    ...was.slice(start, first).map((line) => ` ${line}`),
    ...show('-', was.slice(first, endWas)),
    ...show('+', is.slice(first, endIs)),
    ...was.slice(endWas, endWas + context).map((line) => ` ${line}`),
  ].join('\n');
}
