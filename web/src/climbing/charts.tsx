import { max } from 'd3-array';
import { scaleBand, scaleLinear, scaleTime } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { useState } from 'react';
import { count } from '../lib/words.ts';
import { Switch } from '../parts/controls.tsx';
import { Figure, Mark, type Tip } from '../parts/plot.tsx';
import { monthOf, performanceFinding, pyramidFinding, pyramidRows, trendsFinding, mainSystem, type Performance, type Pyramid, type Trends } from './findings.ts';

const kRow = 25;
const kLeft = 44;
const monthShort = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });
const monthLong = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const kMaxRows = 14;

interface ChartProps<T> {
  readonly data: T | undefined;
  readonly isOn: boolean;
  readonly empty: React.ReactNode;
}

export function GradePyramid({ data, isOn, empty }: ChartProps<Pyramid>) {
  const [chosen, choose] = useState<string | undefined>();
  const system = data?.systems.find((each) => each.system === chosen) ?? (data && mainSystem(data));
  const rows = system ? pyramidRows(system).slice(0, kMaxRows) : [];
  if (!data) return <Loading id="grade-pyramid" title="Grade pyramid" isOn={isOn} />;
  if (rows.length === 0) return <Empty id="grade-pyramid" title="Grade pyramid" text="Your sends by grade appear here after the first climb." action={empty} shape="rows" isOn={isOn} />;
  const aside = data.systems.length > 1 && <Switch label="Grades" options={data.systems.map((each) => ({ value: each.system, label: each.system }))} value={system!.system} set={choose} />;
  const hasBase = rows.some((row) => row.base > row.sent);
  const draw = (width: number, tip: (at: Tip | undefined) => void) => {
    const widest = max(rows, (row) => Math.max(row.sent + row.tried, row.base)) ?? 1;
    const x = scaleLinear([0, widest], [0, width - kLeft - 96]);
    return (
      <svg width={width} height={rows.length * kRow + 4} role="group" aria-label={`Grade pyramid: ${rows.map((row) => `${row.grade} ${row.sent}`).join(', ')} sends.`}>
        {rows.map((row, index) => {
          const y = index * kRow + 4;
          const tried = x(row.tried);
          const ghost = row.base > row.sent + row.tried;
          const end = x(Math.max(row.sent + row.tried, ghost ? row.base : 0));
          const missing = row.base - row.sent;
          return (
            <Mark key={row.grade} label={`${row.grade}: ${row.sent} sent, ${row.tried} not sent`} x={kLeft + x(row.sent)} y={y} tip={tip}>
              <rect className="hit" x={0} y={y - 4} width={width} height={kRow} />
              <text x={0} y={y + 13} className="lab">{row.grade}</text>
              <rect className="f1" x={kLeft} y={y} width={x(row.sent)} height={17} rx={2} />
              <rect className="f1s" x={kLeft + x(row.sent) + (row.sent ? 1.5 : 0)} y={y} width={Math.max(0, tried - (row.sent ? 1.5 : 0))} height={17} rx={2} />
              {ghost && <rect className="ghost" x={kLeft + x(row.sent + row.tried) + 1} y={y + 0.5} width={x(row.base - row.sent - row.tried) - 1} height={16} rx={2} />}
              <text x={kLeft + end + 8} y={y + 13} className="lab">
                {row.sent}
                {missing > 0 && (
                  <tspan className="on" dx={6} fontWeight={400}>
                    {missing} more
                  </tspan>
                )}
              </text>
            </Mark>
          );
        })}
      </svg>
    );
  };
  return (
    <Figure
      id="grade-pyramid"
      title="Grade pyramid"
      isOn={isOn}
      aside={aside}
      finding={system && pyramidFinding(system)}
      keyOf={
        <p className="key">
          <span><i className="k1" />Sent</span>
          <span><i className="k1s" />Not sent yet</span>
          {hasBase && <span><i className="kghost" />Base for the next grade</span>}
        </p>
      }
      table={{ head: ['Grade', 'Sent', 'Not sent'], rows: rows.map((row) => [row.grade, row.sent, row.tried]) }}
      draw={draw}
    />
  );
}

/** Every month between the first and the last, also those without a climb: a gap is part of the picture. */
export function withGaps<T extends { month: string }>(months: readonly T[], blank: (month: string) => T): T[] {
  if (months.length === 0) return [];
  const known = new Map(months.map((each) => [each.month, each]));
  const all: T[] = [];
  const [firstYear, firstMonth] = months[0]!.month.split('-').map(Number) as [number, number];
  for (let at = firstYear * 12 + firstMonth - 1; all.length < 60; at++) {
    const month = `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
    all.push(known.get(month) ?? blank(month));
    if (month === months.at(-1)!.month) break;
  }
  return all;
}

export function TrainingTrends({ data, isOn, empty }: ChartProps<Trends>) {
  if (!data) return <Loading id="training-trends" title="Training trends" isOn={isOn} />;
  if (data.months.length === 0) return <Empty id="training-trends" title="Training trends" text="Your months appear here after the first climb with a date." action={empty} shape="bars" isOn={isOn} />;
  const months = withGaps(data.months, (month) => ({ month, climbs: 0, sent: 0, not_sent: 0 }));
  const draw = (width: number, tip: (at: Tip | undefined) => void) => {
    const right = 92;
    const top = 10;
    const height = 132;
    const x = scaleBand(months.map((each) => each.month), [34, Math.max(120, width - right)]).padding(0.18).align(0);
    const bandWidth = Math.min(46, x.bandwidth());
    const y = scaleLinear([0, max(months, (each) => each.climbs) ?? 1], [top + height, top]).nice(3);
    const ticks = y.ticks(3).filter(Number.isInteger);
    const middle = (month: string) => x(month)! + bandWidth / 2;
    const means = months.map((each, index) => ({ month: each.month, value: index >= 2 ? (each.climbs + months[index - 1]!.climbs + months[index - 2]!.climbs) / 3 : undefined })).filter((each) => each.value !== undefined);
    const path = line<{ month: string; value: number | undefined }>((each) => middle(each.month), (each) => y(each.value!))(means) ?? '';
    const every = Math.ceil(months.length / Math.max(1, Math.floor((width - right) / 64)));
    const last = months.at(-1)!;
    const sentAt = y(last.sent / 2) + 4;
    const triedAt = Math.min(sentAt - 17, y(last.sent + (last.climbs - last.sent) / 2) + 4);
    const end = middle(last.month) + bandWidth / 2 + 10;
    return (
      <svg width={width} height={top + height + 24} role="group" aria-label={`Training trends: climbs a month, ${months.map((each) => `${monthShort.format(monthOf(each.month))} ${each.climbs}`).join(', ')}.`}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className={tick ? 'grid' : 'axis'} x1={34} x2={Math.max(120, width - right)} y1={y(tick)} y2={y(tick)} />
            <text x={26} y={y(tick) + 4} textAnchor="end">{count(tick)}</text>
          </g>
        ))}
        {months.map((each, index) => (
          <Mark key={each.month} label={`${monthLong.format(monthOf(each.month))}: ${each.climbs} climbs, ${each.sent} sent`} x={middle(each.month)} y={y(each.climbs)} tip={tip}>
            <rect className="hit" x={x(each.month)} y={top} width={bandWidth} height={height} />
            <rect className="f1" x={x(each.month)} y={y(each.sent)} width={bandWidth} height={y(0) - y(each.sent)} rx={1.5} />
            <rect className="f1s" x={x(each.month)} y={y(each.climbs)} width={bandWidth} height={Math.max(0, y(each.sent) - y(each.climbs) - (each.sent ? 1.5 : 0))} rx={1.5} />
            {index % every === 0 && (
              <text x={middle(each.month)} y={top + height + 17} textAnchor="middle">{monthShort.format(monthOf(each.month))}</text>
            )}
          </Mark>
        ))}
        {means.length > 1 && (
          <>
            <path className="path halo" d={path} />
            <path className="path pink" d={path} />
            <text className="on" x={end} y={Math.min(triedAt - 17, y(means.at(-1)!.value!) + 4)}>3-month mean</text>
          </>
        )}
        {last.climbs > last.sent && <text className="on" x={end} y={triedAt}>Not sent</text>}
        {last.sent > 0 && <text className="lab t1" x={end} y={sentAt}>Sent</text>}
      </svg>
    );
  };
  return (
    <Figure
      id="training-trends"
      title="Training trends"
      isOn={isOn}
      aside={<span className="dim">climbs a month</span>}
      finding={trendsFinding(data)}
      table={{ head: ['Month', 'Climbs', 'Sent', 'Not sent'], rows: months.map((each) => [monthLong.format(monthOf(each.month)), each.climbs, each.sent, each.not_sent]) }}
      draw={draw}
    />
  );
}

export function PerformanceOverTime({ data, system, isOn, empty }: ChartProps<Performance> & { system: string | undefined }) {
  const graded = (data?.months ?? []).filter((each) => each.hardest);
  const shownSystem = graded.some((each) => each.hardest!.system === system) ? system : graded[0]?.hardest!.system;
  const points = graded.filter((each) => each.hardest!.system === shownSystem).map((each) => ({ date: monthOf(each.month), month: each.month, ...each.hardest!, rate: each.send_rate }));
  if (!data) return <Loading id="performance" title="Performance over time" isOn={isOn} />;
  if (points.length === 0) return <Empty id="performance" title="Performance over time" text="Your hardest send of each month appears here after the first send with a date." action={empty} shape="line" isOn={isOn} />;
  const rates = data.months.filter((each) => each.send_rate !== null).map((each) => ({ date: monthOf(each.month), month: each.month, rate: each.send_rate! }));
  const draw = (width: number, tip: (at: Tip | undefined) => void) => {
    const right = 104;
    const top = 12;
    const height = 112;
    const low = top + height + 18;
    const rateHeight = 36;
    const all = [...points.map((each) => each.date), ...rates.map((each) => each.date)].sort((a, b) => +a - +b);
    const x = scaleTime([all[0]!, all.at(-1)!], [kLeft + 10, Math.max(kLeft + 60, width - right)]);
    const at = (date: Date) => (+all[0]! === +all.at(-1)! ? kLeft + 30 : x(date));
    const ranks = [...new Map(points.map((each) => [each.rank, each.grade]))].sort((a, b) => a[0] - b[0]);
    const y = scaleLinear([ranks[0]![0], ranks.at(-1)![0]], ranks.length === 1 ? [top + height / 2, top + height / 2] : [top + height, top + 4]);
    const rateY = scaleLinear([0, 1], [low + rateHeight, low]);
    // The best so far: a step that never goes down.
    let best = points[0]!;
    const steps = points.map((each) => {
      if (each.rank > best.rank) best = each;
      return { date: each.date, rank: best.rank };
    });
    const stepPath = line<{ date: Date; rank: number }>((each) => at(each.date), (each) => y(each.rank)).curve(curveStepAfter)(steps) ?? '';
    const ratePath = line<{ date: Date; rate: number }>((each) => at(each.date), (each) => rateY(each.rate))(rates) ?? '';
    const labels = ranks.filter((_, index) => ranks.length <= 5 || index % Math.ceil(ranks.length / 4) === 0 || index === ranks.length - 1);
    const every = Math.ceil(all.length / Math.max(1, Math.floor((width - right) / 56)));
    const end = at(points.at(-1)!.date) + 12;
    return (
      <svg width={width} height={low + rateHeight + 24} role="group" aria-label={`Performance over time: ${points.map((each) => `${monthShort.format(each.date)} ${each.grade}`).join(', ')}.`}>
        {labels.map(([rank, grade]) => (
          <g key={rank}>
            <line className="grid" x1={kLeft} x2={Math.max(kLeft + 60, width - right)} y1={y(rank)} y2={y(rank)} />
            <text x={kLeft - 8} y={y(rank) + 4} textAnchor="end">{grade}</text>
          </g>
        ))}
        <path className="path p1" d={stepPath} />
        {points.map((each) => (
          <Mark key={each.month} label={`${monthLong.format(each.date)}: ${each.grade}`} x={at(each.date)} y={y(each.rank)} tip={tip}>
            <circle className="hit" cx={at(each.date)} cy={y(each.rank)} r={12} />
            <circle className="f1" cx={at(each.date)} cy={y(each.rank)} r={4} />
          </Mark>
        ))}
        <text className="lab t1" x={end} y={y(steps.at(-1)!.rank) + 4}>Hardest {best.grade}</text>
        {rates.length > 0 && (
          <>
            <line className="axis" x1={kLeft} x2={Math.max(kLeft + 60, width - right)} y1={rateY(0)} y2={rateY(0)} />
            <text x={kLeft - 8} y={rateY(1) + 6} textAnchor="end">100 %</text>
            <text x={kLeft - 8} y={rateY(0) + 4} textAnchor="end">0</text>
            <path className="path p2" d={ratePath} />
            {rates.map((each) => (
              <Mark key={`r${each.month}`} label={`${monthLong.format(each.date)}: ${Math.round(each.rate * 100)} % sent`} x={at(each.date)} y={rateY(each.rate)} tip={tip}>
                <circle className="hit" cx={at(each.date)} cy={rateY(each.rate)} r={12} />
                <circle className="f2" cx={at(each.date)} cy={rateY(each.rate)} r={3} />
              </Mark>
            ))}
            <text className="lab t2" x={at(rates.at(-1)!.date) + 12} y={rateY(rates.at(-1)!.rate) + 4}>Sent {Math.round(rates.at(-1)!.rate * 100)} %</text>
          </>
        )}
        {all.filter((date, index) => (index === 0 || +date !== +all[index - 1]!) && index % every === 0).map((date) => (
          <text key={+date} x={at(date)} y={low + rateHeight + 18} textAnchor="middle">{monthShort.format(date)}</text>
        ))}
      </svg>
    );
  };
  return (
    <Figure
      id="performance"
      title="Performance over time"
      isOn={isOn}
      finding={performanceFinding(data, shownSystem)}
      table={{
        head: ['Month', 'Hardest', 'Sent, %'],
        rows: data.months.map((each) => [monthLong.format(monthOf(each.month)), each.hardest?.grade ?? '–', each.send_rate === null ? '–' : Math.round(each.send_rate * 100)]),
      }}
      draw={draw}
    />
  );
}

/** The frame of a chart whose data is on its way: it keeps the height. */
const Loading = ({ id, title, isOn }: { id: string; title: string; isOn: boolean }) => (
  <figure className={`card chart loading ${isOn ? 'is-on' : ''}`} id={id} tabIndex={-1} aria-labelledby={`${id}-title`} aria-busy="true">
    <header>
      <h2 id={`${id}-title`}>{title}</h2>
    </header>
  </figure>
);

const shapes = {
  rows: [3, 6, 11, 16].map((value, index) => ({ x: kLeft, y: index * 24 + 2, w: value / 16, h: 16 })),
  bars: [0.4, 0.6, 0.5, 0.8, 0.7, 0.9].map((value, index) => ({ x: index, y: 92 - value * 88, w: 0, h: value * 88 })),
  line: [],
};

function Empty({ id, title, text, action, shape, isOn }: { id: string; title: string; text: string; action: React.ReactNode; shape: keyof typeof shapes; isOn: boolean }) {
  return (
    <figure className={`card chart ${isOn ? 'is-on' : ''}`} id={id} tabIndex={-1} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
      </header>
      <div className="plot">
        <svg viewBox="0 0 480 96" width="100%" height="96" preserveAspectRatio="none" aria-hidden="true">
          {shape === 'line' ? (
            <path className="ghost" d="M10 84H110V64H230V40H350V16H470" />
          ) : (
            shapes[shape].map((each, index) => (
              <rect key={index} className="ghost" rx={2} x={shape === 'rows' ? 0.5 : each.x * 80 + 8} y={each.y} width={shape === 'rows' ? each.w * 470 : 56} height={each.h} />
            ))
          )}
        </svg>
      </div>
      <p className="take empty-take">{text}</p>
      {action}
    </figure>
  );
}
