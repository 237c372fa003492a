import { max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { plural } from '../lib/words.ts';
import { Figure, Mark } from '../parts/plot.tsx';
import { money, type Usage } from './usage.ts';

export function CostByModel({ models }: { models: readonly Usage[] }) {
  const sorted = [...models].sort((a, b) => b.cost_usd - a.cost_usd || b.answers - a.answers);
  const top = sorted.slice(0, 6);
  const rest = sorted.slice(6);
  const rows = [...top.map((each) => ({ name: each.model ?? '', cost: each.cost_usd, answers: each.answers })), ...(rest.length > 0 ? [{ name: plural(rest.length, 'other'), cost: sum(rest, (each) => each.cost_usd), answers: sum(rest, (each) => each.answers) }] : [])];
  const total = sum(rows, (each) => each.cost);
  return (
    <Figure
      id="cost"
      title="Cost in thirty days"
      aside={<span className="dim">by model</span>}
      finding={rows.length > 0 && total > 0 ? `${rows[0]!.name} makes ${Math.round((rows[0]!.cost / total) * 100)} % of ${money(total)}.` : rows.length > 0 ? 'Nothing was charged; answers are counted.' : 'No answer in thirty days.'}
      table={{ head: ['Model', 'Cost', 'Answers'], rows: rows.map((each) => [each.name, money(each.cost), each.answers]) }}
      draw={(width, tip) => {
        const left = Math.min(150, width * 0.4);
        const value = (each: (typeof rows)[number]) => (total > 0 ? each.cost : each.answers);
        const x = scaleLinear([0, max(rows, value) || 1], [0, width - left - 72]);
        return (
          <svg width={width} height={Math.max(1, rows.length) * 28 + 4} role="group" aria-label={`Cost by model: ${rows.map((each) => `${each.name} ${money(each.cost)}`).join(', ')}.`}>
            {rows.map((each, index) => (
              <Mark key={each.name} label={`${each.name}: ${money(each.cost)}, ${plural(each.answers, 'answer')}`} x={left + x(value(each)) / 2} y={index * 28} tip={tip}>
                <text className="on" x={0} y={index * 28 + 17}>{each.name.length > 20 ? `${each.name.slice(0, 19)}…` : each.name}</text>
                <rect className="f1" x={left} y={index * 28 + 5} width={Math.max(1, x(value(each)))} height={16} rx={2} />
                <text className="lab" x={left + x(value(each)) + 8} y={index * 28 + 17}>{total > 0 ? money(each.cost) : each.answers}</text>
              </Mark>
            ))}
          </svg>
        );
      }}
    />
  );
}
