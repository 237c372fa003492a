import { max, sum } from 'd3-array';
import { scaleBand, scaleLinear } from 'd3-scale';
import { count, dayShort, plural } from '../lib/words.ts';
import { Figure, Mark } from '../parts/plot.tsx';
import { short, type DayOfModels } from './usage.ts';

const kHues = 4; // the last one is for all other models

const tokensOf = ({ input_tokens, output_tokens }: { input_tokens: number; output_tokens: number }): number => input_tokens + output_tokens;

/** The models with the most tokens, and one name for the rest. */
function shares(days: readonly DayOfModels[]) {
  const totals = new Map<string, number>();
  for (const { models } of days) for (const each of models) totals.set(each.model ?? '', (totals.get(each.model ?? '') ?? 0) + tokensOf(each));
  const sorted = [...totals].filter(([, total]) => total > 0).sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const top = sorted.length > kHues ? sorted.slice(0, kHues - 1) : sorted;
  const rest = sorted.slice(top.length);
  const names = rest.length > 0 ? [...top, plural(rest.length, 'other')] : top;
  const rows = days.map(({ day, models }) => {
    const parts = names.map((name, index) => ({ name, tokens: sum(models, (each) => (index < top.length ? each.model === name : rest.includes(each.model ?? '')) ? tokensOf(each) : 0) }));
    return { day, parts, total: sum(parts, (each) => each.tokens) };
  });
  return { names, rows };
}

/** Tokens a day, by model. `undefined`: not known yet. */
export function TokensADay({ days = [] }: { days: readonly DayOfModels[] | undefined }) {
  const { names, rows } = shares(days);
  const total = sum(rows, (each) => each.total);
  const first = names[0];
  const share = first === undefined ? 0 : Math.round((sum(rows, (each) => each.parts[0]?.tokens ?? 0) / total) * 100);
  const most = names.length > 1 && total > 0 ? ` ${first} has ${share} %.` : '';
  return (
    <Figure
      id="tokens"
      title="Tokens a day"
      aside={<span className="dim">by model</span>}
      finding={days.length === 0 ? undefined : total > 0 ? `${short(total)} tokens in fourteen days, ${short(rows.at(-1)!.total)} today.${most}` : 'No answer in the last fourteen days.'}
      keyOf={
        names.length > 0 && (
          <p className="key">
            {names.map((name, index) => (
              <span key={name}><i className={`k${index + 1}`} />{name}</span>
            ))}
          </p>
        )
      }
      table={{ head: ['Day', ...names], rows: rows.map((each) => [dayShort(each.day), ...each.parts.map(({ tokens }) => tokens)]) }}
      draw={(width, tip) => {
        const height = 140;
        const x = scaleBand(rows.map((each) => each.day), [44, width]).padding(0.16);
        const y = scaleLinear([0, max(rows, (each) => each.total) || 100], [height + 8, 8]).nice(3);
        return (
          <svg width={width} height={height + 32} role="group" aria-label={`Tokens a day: ${rows.map((each) => `${dayShort(each.day)} ${each.total}`).join(', ')}.`}>
            {y.ticks(3).map((tick) => (
              <g key={tick}>
                <line className={tick ? 'grid' : 'axis'} x1={44} x2={width} y1={y(tick)} y2={y(tick)} />
                <text x={36} y={y(tick) + 4} textAnchor="end">{short(tick)}</text>
              </g>
            ))}
            {rows.map((each, index) => {
              let below = 0;
              const said = each.parts.filter(({ tokens }) => tokens > 0).map(({ name, tokens }) => `${name} ${count(tokens)}`);
              return (
                <Mark key={each.day} label={`${dayShort(each.day)}: ${said.join(', ') || 'none'}`} x={x(each.day)! + x.bandwidth() / 2} y={y(each.total)} tip={tip}>
                  <rect className="hit" x={x(each.day)} y={8} width={x.bandwidth()} height={height} />
                  {each.parts.map(({ name, tokens }, hue) => {
                    const bottom = y(below);
                    below += tokens;
                    const high = Math.max(0, bottom - y(below) - (hue > 0 ? 1 : 0));
                    return <rect key={name} className={`f${hue + 1}`} x={x(each.day)} y={y(below)} width={x.bandwidth()} height={high} rx={Math.min(1.5, high / 2)} />;
                  })}
                  {(index % 4 === 1 || (index === rows.length - 1 && width > 300)) && (
                    <text x={x(each.day)! + x.bandwidth() / 2} y={height + 26} textAnchor="middle">{index === rows.length - 1 ? 'today' : dayShort(each.day)}</text>
                  )}
                </Mark>
              );
            })}
          </svg>
        );
      }}
    />
  );
}
