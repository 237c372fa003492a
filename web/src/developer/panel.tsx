// The events of an answer as they come: with positions, what was cut and resumed, and whether the page's text is the server's.
import type { ChatController } from '@belay/client/chat';
import { useBelayController } from '@belay/client/react/useBelay';
import { extent, quantile } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { client } from '../lib/client.ts';
import { useStore } from '../lib/store.ts';
import { count } from '../lib/words.ts';
import { Button, IconButton } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { useWidth } from '../parts/plot.tsx';
import { panelOpen } from './open.ts';
import { changes, lastPosition, runs, type Row, type Run } from './record.ts';

const kRow = 24;
const kOverscan = 12;
const kNarrow = '(max-width: 1180px)';
const kCut = 2000; // long enough to see it

const pathOfChat = (sessionOrChat: string) => (run: Run) => run.path.startsWith('/api/chat/stream') && run.path.includes(sessionOrChat);

/** The newest run that belongs to this chat: it was begun while the chat was shown, or names it. */
function useRun(controller: ChatController): Run | undefined {
  useStore(changes);
  const { chatId } = controller.getSnapshot();
  const all = [...runs.values()].filter((run) => run.path.startsWith('/api/chat/stream'));
  return all.findLast(pathOfChat(chatId)) ?? all.at(-1);
}

export interface Stretch {
  readonly from: number;
  readonly to: number | undefined;
  readonly count: number;
  readonly position: string;
  readonly caught: number;
}

/** The times without a connection. */
export function stretches(rows: readonly Row[]): Stretch[] {
  const found: Stretch[] = [];
  let seen = 0;
  for (const [index, row] of rows.entries()) {
    if (row.kind === 'event') seen++;
    if (row.kind === 'lost' && found.at(-1)?.to === undefined && found.length > 0) continue;
    if (row.kind === 'lost') found.push({ from: row.at, to: undefined, count: seen, position: row.position, caught: 0 });
    if (row.kind === 'resumed' && found.length > 0 && found.at(-1)!.to === undefined) {
      const caught = rows.slice(index + 1).findIndex((each) => each.kind !== 'event' || each.at > row.at + 60);
      const total = caught < 0 ? rows.length - index - 1 : caught;
      found[found.length - 1] = { ...found.at(-1)!, to: row.at, caught: total };
    }
  }
  return found;
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);

function Timeline({ run, now }: { run: Run; now: number }) {
  const { ref, width } = useWidth();
  const height = 118;
  const top = 26;
  const cuts = stretches(run.rows);
  const points = useMemo(() => {
    let seen = 0;
    const all = [{ at: 0, seen: 0 }];
    for (const row of run.rows) if (row.kind === 'event') all.push({ at: row.at, seen: ++seen });
    // A thousand points are enough for a line of some hundred pixels.
    const step = Math.ceil(all.length / 1000);
    return all.filter((_, index) => index % step === 0 || index === all.length - 1);
  }, [run, run.rows.length]);
  const end = Math.max(1000, now);
  const total = points.at(-1)!.seen;
  const right = 44;
  const x = scaleLinear([0, end], [0, Math.max(50, width - right)]);
  const y = scaleLinear([0, Math.max(1, total)], [top + height, top]);
  const parts: { at: number; seen: number }[][] = [[]];
  for (const point of points) {
    const cut = cuts[parts.length - 1];
    if (cut && cut.to !== undefined && point.at >= cut.to) parts.push([{ at: cut.to, seen: cut.count }]);
    parts.at(-1)!.push(point);
  }
  const path = line<{ at: number; seen: number }>((each) => x(each.at), (each) => y(each.seen));
  const ticks = x.ticks(Math.max(2, Math.floor(width / 90)));
  const label = `Position over time: ${count(total)} events in ${seconds(now)} seconds${cuts.map((cut) => `, cut at ${seconds(cut.from)} s`).join('')}.`;
  return (
    <div className="plot" ref={ref}>
      {width > 60 && (
        <svg width={width} height={top + height + 22} role="img" aria-label={label}>
          {cuts.map((cut) => (
            <g key={cut.from}>
              <rect className="cut-back" x={x(cut.from)} y={top - 6} width={Math.max(2, x(cut.to ?? end) - x(cut.from))} height={height + 6} />
              <text className="on" x={Math.min(x(cut.from), width - 90)} y={10}>
                Cut{cut.to !== undefined && `, ${seconds(cut.to - cut.from)} s`}
              </text>
            </g>
          ))}
          <line className="axis" x1={0} x2={Math.max(50, width - right)} y1={top + height} y2={top + height} />
          {parts.map((part, index) => (
            <path key={index} className="path p1" d={path(part) ?? ''} />
          ))}
          {cuts.map((cut) => (
            <g key={`k${cut.from}`}>
              <path className="cut-path" d={`M${x(cut.from)} ${y(cut.count)}H${x(cut.to ?? end)}`} />
              <circle className="cut-knot hold" cx={x(cut.from)} cy={y(cut.count)} r={4.5} />
              {cut.to !== undefined && (
                <>
                  <circle className="cut-knot" cx={x(cut.to)} cy={y(cut.count)} r={4.5} />
                  {x(cut.to) < width - 120 && (
                    <>
                      <text className="lab" x={x(cut.to) + 9} y={Math.min(top + height - 20, y(cut.count) + 16)}>
                        after {cut.position}
                      </text>
                      <text className="on" x={x(cut.to) + 9} y={Math.min(top + height - 4, y(cut.count) + 32)}>
                        {cut.caught} at once
                      </text>
                    </>
                  )}
                </>
              )}
            </g>
          ))}
          <circle className="f1" cx={x(points.at(-1)!.at)} cy={y(total)} r={4.5} />
          {cuts.at(-1)?.to !== undefined || cuts.length === 0 ? (
            <text className="lab" x={x(points.at(-1)!.at) + 5} y={y(total) - 9} textAnchor="end">
              {lastPosition(run)}
            </text>
          ) : null}
          {ticks.map((tick) => (
            <text key={tick} x={x(tick)} y={top + height + 17} textAnchor={tick ? 'middle' : 'start'}>
              {tick ? `${tick / 1000} s` : '0'}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

interface Gaps {
  readonly gaps: readonly { at: number; gap: number }[];
  readonly median: number;
  readonly p99: number;
}

export function gapsOf(rows: readonly Row[]): Gaps {
  const gaps: { at: number; gap: number }[] = [];
  let last: number | undefined;
  for (const row of rows) {
    if (row.kind !== 'event') last = undefined;
    else if (row.type === 'token' || row.type === 'response_chunk') {
      if (last !== undefined) gaps.push({ at: row.at, gap: row.at - last });
      last = row.at;
    }
  }
  const values = gaps.map((each) => each.gap);
  return { gaps, median: quantile(values, 0.5) ?? 0, p99: quantile(values, 0.99) ?? 0 };
}

function Latency({ run, now, figures }: { run: Run; now: number; figures: Gaps }) {
  const { ref, width } = useWidth();
  const height = 44;
  const x = scaleLinear([0, Math.max(1000, now)], [0, Math.max(50, width - 44)]);
  const top = Math.max(figures.median * 3, figures.p99, 10);
  const y = scaleLinear([0, top], [height, 0]).clamp(true);
  const cuts = stretches(run.rows);
  const bars = Math.max(1, Math.floor((width - 44) / 3));
  const slots = new Map<number, number>();
  for (const { at, gap } of figures.gaps) {
    const slot = Math.floor((x(at) / Math.max(1, width - 44)) * bars);
    slots.set(slot, Math.max(slots.get(slot) ?? 0, gap));
  }
  return (
    <div className="plot" ref={ref}>
      {width > 60 && (
        <svg width={width} height={height + 1} role="img" aria-label={`Time between tokens: mostly ${Math.round(figures.median)} milliseconds.`}>
          {cuts.map((cut) => (
            <rect key={cut.from} className="cut-back" x={x(cut.from)} y={0} width={Math.max(2, x(cut.to ?? now) - x(cut.from))} height={height} />
          ))}
          <line className="grid" x1={0} x2={width - 44} y1={y(figures.median)} y2={y(figures.median)} strokeDasharray="2 3" />
          <line className="axis" x1={0} x2={width - 44} y1={height} y2={height} />
          {[...slots].map(([slot, gap]) => (
            <rect key={slot} className="f1" x={slot * 3} y={y(gap)} width={1.8} height={height - y(gap)} rx={0.5} />
          ))}
          <text x={width} y={y(figures.median) + 4} textAnchor="end">
            {Math.round(figures.median)}
          </text>
        </svg>
      )}
    </div>
  );
}

function dataOf(row: Row): string {
  if (row.type === 'token' || row.type === 'reasoning') {
    const content = /"content"\s*:\s*("(?:\\.|[^"\\])*")/.exec(row.data)?.[1];
    if (content) return content;
  }
  return row.data;
}

function EventRow({ row }: { row: Row }) {
  if (row.kind === 'lost')
    return (
      <div className="ev mark hold">
        <Icon name="unplug" small />
        Connection lost <span className="cut">{row.data}</span>
      </div>
    );
  if (row.kind === 'resumed')
    return (
      <div className="ev mark live">
        <Icon name="check" small />
        Resumed {row.position && `after ${row.position}`}
      </div>
    );
  if (row.kind === 'retry' || row.kind === 'reset' || row.kind === 'closed')
    return (
      <div className="ev">
        <span className="p" />
        <span className="t">{(row.at / 1000).toFixed(2)}</span>
        <span className="y">{row.kind === 'retry' ? 'next try' : row.kind}</span>
        <span className="d">{row.data}</span>
      </div>
    );
  return (
    <div className="ev">
      <span className="p">{row.position}</span>
      <span className="t">{(row.at / 1000).toFixed(2)}</span>
      <span className="y cut">{row.type}</span>
      <span className="d">{dataOf(row)}</span>
    </div>
  );
}

/** All rows, of which those in view are drawn. It follows the end unless somebody scrolled up. */
const Events = memo(function Events({ run, length }: { run: Run; length: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(300);
  const follows = useRef(true);
  const last = useRef(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setHeight(entry!.contentRect.height));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [length]);
  const first = Math.max(0, Math.floor(top / kRow) - kOverscan);
  const end = Math.min(length, Math.ceil((top + height) / kRow) + kOverscan);
  return (
    <div
      className="events"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Events"
      onScroll={(event) => {
        const element = event.currentTarget;
        // New rows move the end away; only somebody who scrolls up lets go of it.
        const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < 2 * kRow;
        if (isNear) follows.current = true;
        else if (element.scrollTop < last.current) follows.current = false;
        last.current = element.scrollTop;
        setTop(element.scrollTop);
      }}
    >
      <div className="ev head">
        <span className="p">Position</span>
        <span className="t">Time, s</span>
        <span className="y">Type</span>
        <span className="d">Data</span>
      </div>
      <div style={{ height: first * kRow }} />
      {run.rows.slice(first, end).map((row, index) => (
        <EventRow key={first + index} row={row} />
      ))}
      <div style={{ height: Math.max(0, length - end) * kRow }} />
    </div>
  );
});

/** Compares the page's text of the last answer with the server's history. */
function Check({ controller }: { controller: ChatController }) {
  const { messages, status, chatId } = useBelayController(controller);
  const answer = messages.findLast((each) => each.role === 'assistant');
  const isOver = status === 'ready' || status === 'error';
  const [result, setResult] = useState<{ id: string; equal: boolean; page: string; server: string } | undefined>();
  useEffect(() => {
    if (!isOver || !answer || answer.id.startsWith('local-')) return;
    const end = new AbortController();
    client.call('GET', '/api/chat/history', { query: { chatId, limit: 20 }, signal: end.signal }).then(
      (page) => {
        const stored = page.messages.find((each) => each.id === answer.id);
        // What stands on the screen, not what the state says.
        if (stored) setResult({ id: answer.id, equal: stored.content === answer.text, page: answer.text, server: stored.content });
      },
      () => {},
    );
    return () => end.abort();
  }, [isOver, answer?.id, answer?.text, chatId]);
  if (!answer) return null;
  if (!isOver || result?.id !== answer.id)
    return (
      <div className="check" role="status">
        <span className={`dot ${isOver ? 'off' : 'pulse'}`} />
        <span>{isOver ? 'Comparing with the server’s history' : 'When the answer has ended, it is compared with the server’s history'}</span>
      </div>
    );
  const save = () => saveFile('texts.json', JSON.stringify({ page: result.page, server: result.server }, null, 2));
  return (
    <div className={`check ${result.equal ? '' : 'differs'}`} role="status">
      <Icon name={result.equal ? 'check' : 'alert'} />
      <span className="grow">
        {result.equal ? 'Page text equals the server’s history ' : 'Page text differs from the server’s history '}
        <span className="dim">({count(result.server.length)} characters)</span>
      </span>
      {!result.equal && (
        <button type="button" className="link" onClick={save}>
          Both texts
        </button>
      )}
    </div>
  );
}

function saveFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export default function Panel({ controller }: { controller: ChatController }) {
  const run = useRun(controller);
  const close = () => panelOpen.set(false);
  const name = run ? (new URLSearchParams(run.path.split('?')[1] ?? '').get('sessionId') ?? '').slice(0, 11) : '';
  const last = run?.rows.at(-1)?.at ?? 0;
  const [clock, setClock] = useState(() => Date.now());
  useEffect(() => {
    if (!run?.isOpen) return;
    const timer = setInterval(() => setClock(Date.now()), 250);
    return () => clearInterval(timer);
  }, [run, run?.isOpen]);
  const now = run ? (run.isOpen ? Math.max(last, clock - run.openedAt) : last) : 0;
  const figures = useMemo(() => gapsOf(run?.rows ?? []), [run, run?.rows.length]);
  const tokens = run?.rows.filter((row) => row.kind === 'event' && row.type === 'token') ?? [];
  const [begin, end] = extent(tokens, (row) => row.at);
  const rate = begin !== undefined && end !== undefined && end > begin ? (tokens.length / (end - begin)) * 1000 : 0;
  // On a narrow screen the panel replaces the chat: it is then what the page is about.
  const [isAlone, setAlone] = useState(() => matchMedia(kNarrow).matches);
  useEffect(() => {
    const query = matchMedia(kNarrow);
    const change = () => setAlone(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  const Root = isAlone ? 'main' : 'aside';
  const Title = isAlone ? 'h1' : 'h2';
  const Part = isAlone ? 'h2' : 'h3';
  return (
    <Root className="panel" aria-label="Developer panel">
      <header className="top">
        <Title className="grow">
          Stream <span className="mono dim">{name}</span>
        </Title>
        {run && <IconButton icon="save" label="Save events as a file" big onClick={() => saveFile(`${name || 'stream'}.json`, JSON.stringify(run.rows, null, 1))} />}
        <IconButton icon="close" label="Close panel" big onClick={close} />
      </header>
      <section className="sect first">
        <Button small icon="unplug" disabled={!run?.isOpen} onClick={() => client.connections.cut(run?.stream, kCut)}>
          Cut the connection
        </Button>
        {!run?.isOpen && <span className="hint">Ask, then cut it and watch it resume.</span>}
      </section>
      {run ? (
        <>
          <section className="sect">
            <dl className="facts">
              <div>
                <dt>Position</dt>
                <dd>{lastPosition(run) || '–'}</dd>
              </div>
              <div>
                <dt>Events</dt>
                <dd>{count(run.positions.size)}</dd>
              </div>
              <div>
                <dt>Repeated</dt>
                <dd>{run.repeated}</dd>
              </div>
              <div>
                <dt>Resumed</dt>
                <dd>{run.resumed}</dd>
              </div>
              <div>
                <dt>Tokens / s</dt>
                <dd>{Math.round(rate)}</dd>
              </div>
            </dl>
          </section>
          <section className="sect">
            <header>
              <Part className="grow">Position over time</Part>
              <span className="dim num">{seconds(now)} s</span>
            </header>
            <Timeline run={run} now={now} />
          </section>
          <section className="sect">
            <header>
              <Part className="grow">Time between tokens</Part>
              <span className="dim num">
                median {Math.round(figures.median)} ms, p99 {Math.round(figures.p99)} ms
              </span>
            </header>
            <Latency run={run} now={now} figures={figures} />
          </section>
          <Events run={run} length={run.rows.length} />
        </>
      ) : (
        <p className="cardnote">No answer was read on this page yet.</p>
      )}
      <section className="sect">
        <Check controller={controller} />
      </section>
    </Root>
  );
}
