import type { Schemas } from '@belay/client';
import { max, sum } from 'd3-array';
import { scaleBand, scaleLinear } from 'd3-scale';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../lib/client.ts';
import { faultOf, wordsFor, type Fault } from '../lib/problems.ts';
import { ago, clock, count, dayShort, plural, tierName } from '../lib/words.ts';
import { Button, Dialog, Field, Menu } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { Figure, Mark } from '../parts/plot.tsx';
import { TopBar } from '../parts/shell.tsx';

type Run = Schemas['AdminRuns']['runs'][number];
type User = Schemas['AdminUser'];
type Usage = Schemas['AdminUsage']['usage'][number] & { day?: string; model?: string };
type Entry = Schemas['AdminAudit']['entries'][number];
type Revocation = Schemas['AdminRevocation'];

const kPoll = 3000;
const kSlowPoll = 20_000;
const kShown = 6;
const surfaces: Record<string, string> = { chat: 'Chat', sendsage: 'Climbing', coaching: 'Climbing', goal_coach: 'Goals', persona: 'Persona', assistant: 'Assistant' };
const money = (value: number): string => `$${value.toFixed(value > 0 && value < 0.1 ? 4 : 2)}`;
const short = (value: number): string => (value >= 1e6 ? `${+(value / 1e6).toFixed(1)} M` : value >= 1e3 ? `${+(value / 1e3).toFixed(1)} K` : String(value));

/** Asks again and again while the page is seen; a refusal stops it. */
function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, every: number, fail: (fault: Fault) => void): { value: T | undefined; again: () => void } {
  const [value, setValue] = useState<T | undefined>();
  const [turn, setTurn] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const run = async () => {
      try {
        if (!document.hidden) setValue(await asked.current(end.signal));
      } catch (error) {
        if (end.signal.aborted) return;
        fail(faultOf(error));
        if (faultOf(error).code === 'forbidden') return;
      }
      timer = setTimeout(run, every);
    };
    void run();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [every, turn, fail]);
  return { value, again: useCallback(() => setTurn((old) => old + 1), []) };
}

const elapsed = (from: string, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(from)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

function TokensADay({ days }: { days: readonly Usage[] }) {
  const known = new Map(days.map((each) => [each.day, each]));
  const last = Array.from({ length: 14 }, (_, index) => new Date(Date.now() - (13 - index) * 86_400_000).toISOString().slice(0, 10));
  const rows = last.map((day) => ({ day, input: known.get(day)?.input_tokens ?? 0, output: known.get(day)?.output_tokens ?? 0 }));
  const total = sum(rows, (each) => each.input + each.output);
  return (
    <Figure
      id="tokens"
      title="Tokens a day"
      finding={total > 0 ? `${short(total)} tokens in fourteen days, ${short(rows.at(-1)!.input + rows.at(-1)!.output)} today.` : 'No answer in the last fourteen days.'}
      keyOf={
        <p className="key">
          <span><i className="k1" />Written</span>
          <span><i className="k2" />Read</span>
        </p>
      }
      table={{ head: ['Day', 'Read', 'Written'], rows: rows.map((each) => [dayShort(each.day), each.input, each.output]) }}
      draw={(width, tip) => {
        const height = 140;
        const x = scaleBand(last, [44, width]).padding(0.16);
        const y = scaleLinear([0, max(rows, (each) => each.input + each.output) || 100], [height + 8, 8]).nice(3);
        return (
          <svg width={width} height={height + 32} role="group" aria-label={`Tokens a day: ${rows.map((each) => `${dayShort(each.day)} ${each.input + each.output}`).join(', ')}.`}>
            {y.ticks(3).map((tick) => (
              <g key={tick}>
                <line className={tick ? 'grid' : 'axis'} x1={44} x2={width} y1={y(tick)} y2={y(tick)} />
                <text x={36} y={y(tick) + 4} textAnchor="end">{short(tick)}</text>
              </g>
            ))}
            {rows.map((each, index) => (
              <Mark key={each.day} label={`${dayShort(each.day)}: ${count(each.output)} written, ${count(each.input)} read`} x={x(each.day)! + x.bandwidth() / 2} y={y(each.input + each.output)} tip={tip}>
                <rect className="hit" x={x(each.day)} y={8} width={x.bandwidth()} height={height} />
                <rect className="f1" x={x(each.day)} y={y(each.output)} width={x.bandwidth()} height={y(0) - y(each.output)} rx={1.5} />
                <rect className="f2" x={x(each.day)} y={y(each.input + each.output)} width={x.bandwidth()} height={Math.max(0, y(each.output) - y(each.input + each.output) - 1)} rx={1.5} />
                {(index % 4 === 1 || (index === 13 && width > 300)) && (
                  <text x={x(each.day)! + x.bandwidth() / 2} y={height + 26} textAnchor="middle">{index === 13 ? 'today' : dayShort(each.day)}</text>
                )}
              </Mark>
            ))}
          </svg>
        );
      }}
    />
  );
}

function CostByModel({ models }: { models: readonly Usage[] }) {
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

/** Asks once, in place. */
function Twice({ label, again, act }: { label: string; again: string; act: () => void }) {
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    if (!asks) return;
    const timer = setTimeout(() => setAsks(false), 4000);
    return () => clearTimeout(timer);
  }, [asks]);
  return (
    <Button
      kind={asks ? 'bad' : 'quiet'}
      small
      aria-label={asks ? `${again}?` : label}
      onClick={() => {
        if (asks) act();
        setAsks(!asks);
      }}
    >
      {asks ? `${again}?` : label.split(' ')[0]}
    </Button>
  );
}

const changes: Record<string, string> = {
  'user.change': 'changed',
  'user.tier': 'set the tier of',
  'user.phase': 'set the phase of',
  'user.erase': 'erased',
  'run.cancel': 'stopped an answer of',
  'revocation.add': 'revoked all access of',
  'revocation.lift': 'lifted the revocation of',
  'notice.send': 'sent a notice to everybody',
  'climbs.import': 'added climbs for',
};
const inWords = (action: string): string => changes[action] ?? action.replace(/[._]/g, ' ');
const details = (entry: Entry): string =>
  Object.entries(entry.details)
    .map(([name, value]) => `${name.replace(/_/g, ' ')} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');

function UserDialog({ user, close, done }: { user: User; close: () => void; done: () => void }) {
  const [tier, setTier] = useState(user.tier ?? '');
  const [phase, setPhase] = useState(user.phase ?? '');
  const [problem, setProblem] = useState<string | undefined>();
  const save = async () => {
    try {
      await client.call('PATCH', '/api/admin/users/{name}', { path: { name: user.name }, body: { tier: tier || null, phase: phase || null } });
      done();
      close();
    } catch (error) {
      setProblem(faultOf(error).detail);
    }
  };
  return (
    <Dialog title={user.name} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="Tier" hint="Counts for tokens without a tier of their own. Empty: none." error={problem}>
          {(props) => <input {...props} list="tiers" maxLength={32} value={tier} onChange={(event) => setTier(event.target.value)} />}
        </Field>
        <datalist id="tiers">
          <option value="basic" />
          <option value="pro" />
          <option value="enterprise" />
        </datalist>
        <Field label="Phase" hint="Of the goal coach: goal_setting or tracking.">
          {(props) => <input {...props} list="phases" maxLength={32} value={phase} onChange={(event) => setPhase(event.target.value)} />}
        </Field>
        <datalist id="phases">
          <option value="goal_setting" />
          <option value="tracking" />
        </datalist>
        <div className="actions">
          <Button kind="quiet" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function NoticeDialog({ close, done }: { close: () => void; done: (words: string) => void }) {
  const [message, setMessage] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  return (
    <Dialog title="Send a notice" close={close}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          try {
            const sent = await client.call('POST', '/api/admin/notices', { body: { message } });
            done(`The notice reached ${plural(sent.connections ?? 0, 'open connection')}.`);
            close();
          } catch (error) {
            setProblem(faultOf(error).detail);
          }
        }}
      >
        <Field label="Message" hint="Shown at once to everybody who is connected to the goal coach." error={problem}>
          {(props) => <textarea {...props} rows={2} required maxLength={1000} dir="auto" value={message} onChange={(event) => setMessage(event.target.value)} />}
        </Field>
        <div className="actions">
          <Button kind="quiet" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit">
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export default function OperatorScreen() {
  const [fault, setFault] = useState<Fault | undefined>();
  const [said, setSaid] = useState<string | undefined>();
  const [query, setQuery] = useState('');
  const [isAllRuns, setAllRuns] = useState(false);
  const [isAllEntries, setAllEntries] = useState(false);
  const [edited, setEdited] = useState<User | undefined>();
  const [writes, setWrites] = useState(false);
  const fail = useCallback((each: Fault) => setFault(each), []);
  const month = () => new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  const runs = usePolled(async (signal) => (await client.call('GET', '/api/admin/runs', { query: { limit: 200 }, signal })).runs as Run[], kPoll, fail);
  const days = usePolled(async (signal) => (await client.call('GET', '/api/admin/usage', { query: { by: 'day', from: month() }, signal })).usage as Usage[], kSlowPoll, fail);
  const models = usePolled(async (signal) => (await client.call('GET', '/api/admin/usage', { query: { by: 'model', from: month() }, signal })).usage as Usage[], kSlowPoll, fail);
  const spent = usePolled(async (signal) => (await client.call('GET', '/api/admin/usage', { query: { by: 'user', from: month(), limit: 500 }, signal })).usage as Usage[], kSlowPoll, fail);
  const revoked = usePolled(async (signal) => (await client.call('GET', '/api/admin/revocations', { query: { limit: 200 }, signal })).revocations as Revocation[], kSlowPoll, fail);
  const audit = usePolled(async (signal) => (await client.call('GET', '/api/admin/audit', { query: { limit: 50 }, signal })).entries as Entry[], kSlowPoll, fail);
  const search = useRef(query);
  search.current = query;
  const users = usePolled(async (signal) => (await client.call('GET', '/api/admin/users', { query: { limit: 50, ...(search.current && { q: search.current }) }, signal })).users as User[], kSlowPoll, fail);
  const [now, setNow] = useState(() => Date.now());

  useEffect(() => {
    document.title = 'Operator · Belay';
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    const timer = setTimeout(users.again, 200);
    return () => clearTimeout(timer);
  }, [query]);

  if (fault?.code === 'forbidden' || fault?.code === 'not_found')
    return (
      <div className="main">
        <TopBar title="Operator" lined />
        <main className="scroll">
          <div className="page">
            <Notice words={{ tone: 'plain', icon: 'lock', title: 'This page is for operators', text: fault.detail ?? '' }} />
          </div>
        </main>
      </div>
    );

  const refresh = () => {
    runs.again();
    users.again();
    audit.again();
    revoked.again();
  };
  const act = async (change: Promise<unknown>, words: string) => {
    try {
      await change;
      setSaid(words);
      setFault(undefined);
    } catch (error) {
      setFault(faultOf(error));
    }
    refresh();
  };
  const shownRuns = isAllRuns ? (runs.value ?? []) : (runs.value ?? []).slice(0, kShown);
  const cost = sum(models.value ?? [], (each) => each.cost_usd);
  const costOf = new Map((spent.value ?? []).map((each) => [each.user, each.cost_usd]));
  const isRevoked = new Set((revoked.value ?? []).map((each) => each.user));
  const entries = isAllEntries ? (audit.value ?? []) : (audit.value ?? []).slice(0, kShown);
  const words = fault && wordsFor(fault);

  return (
    <div className="main">
      <TopBar
        title="Operator"
        lined
        end={
          <Button small icon="bell" onClick={() => setWrites(true)}>
            <span className="no-phone">Send a notice</span>
          </Button>
        }
      />
      <main className="scroll" tabIndex={-1}>
        <div className="page">
          {words && (
            <div className="above">
              <Notice words={words}>
                <Button small onClick={() => (setFault(undefined), refresh())}>
                  Try again
                </Button>
              </Notice>
            </div>
          )}
          <dl className="kpis">
            <div>
              <dt>Running answers</dt>
              <dd>{runs.value ? count(runs.value.length) : '–'}</dd>
            </div>
            <div>
              <dt>Readers</dt>
              <dd>{runs.value ? count(sum(runs.value, (each) => each.readers)) : '–'}</dd>
            </div>
            <div>
              <dt>Answers in thirty days</dt>
              <dd>
                {models.value ? count(sum(models.value, (each) => each.answers)) : '–'} <small className="no-phone">{models.value && sum(models.value, (each) => each.cached) > 0 && `${count(sum(models.value, (each) => each.cached))} from the cache`}</small>
              </dd>
            </div>
            <div>
              <dt>Cost in thirty days</dt>
              <dd>{models.value ? money(cost) : '–'}</dd>
            </div>
          </dl>
          <div className="grid2">
            <TokensADay days={days.value ?? []} />
            <CostByModel models={models.value ?? []} />
          </div>
          <div className="grid2">
            <section className="card tablecard" aria-labelledby="runs-title">
              <div className="cardhead">
                <h2 id="runs-title">Running answers</h2>
                {(runs.value?.length ?? 0) > kShown && (
                  <button type="button" className="link" onClick={() => setAllRuns(!isAllRuns)}>
                    {isAllRuns ? 'Show fewer' : `Show all ${runs.value!.length}`}
                  </button>
                )}
              </div>
              <div className="wrapx" tabIndex={0} role="region" aria-label="Running answers">
                <table className="data">
                  <thead>
                    <tr>
                      <th scope="col">User</th>
                      <th scope="col">Model</th>
                      <th scope="col">Surface</th>
                      <th scope="col" className="r">Text</th>
                      <th scope="col" className="r">Time</th>
                      <th scope="col" className="r">Readers</th>
                      <th scope="col"><span className="vh">Stop</span></th>
                    </tr>
                  </thead>
                  <tbody>
                    {shownRuns.map((run) => (
                      <tr key={run.run_id}>
                        <td><b>{run.user.trim() || 'not signed in'}</b></td>
                        <td>{run.model}</td>
                        <td>{surfaces[run.surface] ?? run.surface}</td>
                        <td className="r">{short(run.bytes)} B</td>
                        <td className="r">{elapsed(run.created, now)}</td>
                        <td className="r">{run.readers}</td>
                        <td>
                          <Twice label={`Stop the answer of ${run.user}`} again="Stop" act={() => void act(client.call('DELETE', '/api/admin/runs/{run_id}', { path: { run_id: run.run_id } }), `The answer of ${run.user} was stopped.`)} />
                        </td>
                      </tr>
                    ))}
                    {runs.value?.length === 0 && (
                      <tr className="quiet-row">
                        <td colSpan={7}>No answer is being written.</td>
                      </tr>
                    )}
                    {runs.value === undefined && Array.from({ length: 3 }, (_, index) => <tr key={index}><td colSpan={7} /></tr>)}
                  </tbody>
                </table>
              </div>
            </section>
            <section className="card tablecard" aria-labelledby="users-title">
              <div className="cardhead">
                <h2 id="users-title">Users</h2>
                <label className="field find-user">
                  <Icon name="search" small />
                  <span className="vh">Find a user</span>
                  <input placeholder="Find" value={query} onChange={(event) => setQuery(event.target.value)} />
                </label>
              </div>
              <div className="wrapx" tabIndex={0} role="region" aria-label="Users">
                <table className="data">
                  <thead>
                    <tr>
                      <th scope="col">User</th>
                      <th scope="col">Tier, phase</th>
                      <th scope="col">Seen</th>
                      <th scope="col" className="r">Cost</th>
                      <th scope="col"><span className="vh">More</span></th>
                    </tr>
                  </thead>
                  <tbody>
                    {(users.value ?? []).slice(0, 12).map((user) => (
                      <tr key={user.name}>
                        <td><b>{user.name}</b></td>
                        <td>
                          {user.tier ? tierName(user.tier) : '–'}
                          {user.phase && <span className="dim">, {user.phase.replace('_', ' ')}</span>}
                        </td>
                        <td>{isRevoked.has(user.name) ? <span className="tag stop">revoked</span> : user.last_seen ? ago(user.last_seen, now) : '–'}</td>
                        <td className="r">{money(costOf.get(user.name) ?? 0)}</td>
                        <td>
                          <Menu
                            label={`Tier, phase, revoke: ${user.name}`}
                            align="end"
                            items={[
                              { label: 'Tier and phase', icon: 'pencil', act: () => setEdited(user) },
                              isRevoked.has(user.name)
                                ? { label: 'Give access back', icon: 'check', act: () => void act(client.call('DELETE', '/api/admin/revocations', { query: { user: user.name } }), `${user.name} may sign in again.`) }
                                : { label: 'Revoke all access', icon: 'lock', bad: true, act: () => void act(client.call('POST', '/api/admin/revocations', { body: { user: user.name } }), `All access of ${user.name} was revoked.`) },
                            ]}
                          />
                        </td>
                      </tr>
                    ))}
                    {users.value?.length === 0 && (
                      <tr className="quiet-row">
                        <td colSpan={5}>{query ? `No user contains “${query}”.` : 'Nobody has asked anything yet.'}</td>
                      </tr>
                    )}
                  </tbody>
                </table>
              </div>
            </section>
          </div>
          <section className="card tablecard" aria-labelledby="audit-title">
            <div className="cardhead">
              <h2 id="audit-title">Latest changes</h2>
              {said && <span className="dim" role="status">{said}</span>}
              {(audit.value?.length ?? 0) > kShown && (
                <button type="button" className="link" onClick={() => setAllEntries(!isAllEntries)}>
                  {isAllEntries ? 'Show fewer' : 'Show more'}
                </button>
              )}
            </div>
            <div className="wrapx" tabIndex={0} role="region" aria-label="Latest changes">
              <table className="data">
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.when + entry.action + entry.target}>
                      <td className="dim">{dayShort(entry.when)} {clock(entry.when)}</td>
                      <td>
                        <b>{entry.who}</b> {inWords(entry.action)} <b>{entry.target}</b>
                      </td>
                      <td className="dim">{details(entry)}</td>
                    </tr>
                  ))}
                  {audit.value?.length === 0 && (
                    <tr className="quiet-row">
                      <td>Nothing was changed yet.</td>
                    </tr>
                  )}
                </tbody>
              </table>
            </div>
          </section>
        </div>
      </main>
      {edited && <UserDialog user={edited} close={() => setEdited(undefined)} done={refresh} />}
      {writes && <NoticeDialog close={() => setWrites(false)} done={(words) => (setSaid(words), audit.again())} />}
    </div>
  );
}
