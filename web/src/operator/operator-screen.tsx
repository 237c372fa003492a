import { sum } from 'd3-array';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../lib/client.ts';
import { faultOf, wordsFor, type Fault } from '../lib/problems.ts';
import { count } from '../lib/words.ts';
import { Button } from '../parts/controls.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { LatestChanges } from './changes.tsx';
import { CostByModel } from './cost.tsx';
import { NoticeDialog } from './notice-dialog.tsx';
import { usePolled } from './polled.ts';
import { RunningAnswers } from './running.tsx';
import { TokensADay } from './tokens.tsx';
import { loadDays, money, type Entry, type Revocation, type Run, type Usage, type User } from './usage.ts';
import { UserDialog, Users } from './users.tsx';

const kPoll = 3000;
const kSlowPoll = 20_000;

export default function OperatorScreen() {
  const [fault, setFault] = useState<Fault | undefined>();
  const [refused, setRefused] = useState<Fault | undefined>(); // the page, not something that it did
  const [said, setSaid] = useState<string | undefined>();
  const [query, setQuery] = useState('');
  const [edited, setEdited] = useState<User | undefined>();
  const [writes, setWrites] = useState(false);
  const fail = useCallback((each: Fault) => (each.code === 'forbidden' || each.code === 'not_found' ? setRefused(each) : setFault(each)), []);
  const month = () => new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  const runs = usePolled(async (signal) => (await client.call('GET', '/api/admin/runs', { query: { limit: 200 }, signal })).runs as Run[], kPoll, fail);
  const days = usePolled(loadDays, kSlowPoll, fail);
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

  if (refused)
    return (
      <div className="main">
        <TopBar title="Operator" lined />
        <main className="scroll">
          <div className="page">
            <Notice words={{ tone: 'plain', icon: 'lock', title: 'This page is for operators', text: refused.detail ?? '' }} />
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
  const act = async (change: Promise<unknown>, words: string, wordsIfGone?: string) => {
    try {
      await change;
      setSaid(words);
      setFault(undefined);
    } catch (error) {
      const its = faultOf(error);
      if (wordsIfGone && its.code === 'not_found') setSaid(wordsIfGone);
      else setFault(its);
    }
    refresh();
  };
  const cost = sum(models.value ?? [], (each) => each.cost_usd);
  const words = fault && wordsFor(fault);

  return (
    <div className="main">
      <TopBar
        title="Operator"
        lined
        end={
          <Button small icon="bell" aria-label="Send a notice" onClick={() => setWrites(true)}>
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
            <TokensADay days={days.value} />
            <CostByModel models={models.value ?? []} />
          </div>
          <div className="grid2">
            <RunningAnswers runs={runs.value} now={now} stop={(run) => void act(client.call('DELETE', '/api/admin/runs/{run_id}', { path: { run_id: run.run_id } }), `The answer of ${run.user} was stopped.`, `The answer of ${run.user} had ended already.`)} />
            <Users
              users={users.value}
              now={now}
              query={query}
              find={setQuery}
              costOf={new Map((spent.value ?? []).map((each) => [each.user, each.cost_usd]))}
              isRevoked={new Set((revoked.value ?? []).map((each) => each.user))}
              edit={setEdited}
              revoke={(user) => void act(client.call('POST', '/api/admin/revocations', { body: { user: user.name } }), `All access of ${user.name} was revoked.`)}
              allow={(user) => void act(client.call('DELETE', '/api/admin/revocations', { query: { user: user.name } }), `${user.name} may sign in again.`)}
            />
          </div>
          <LatestChanges entries={audit.value} said={said} />
        </div>
      </main>
      {edited && <UserDialog user={edited} close={() => setEdited(undefined)} done={refresh} />}
      {writes && <NoticeDialog close={() => setWrites(false)} done={(words) => (setSaid(words), audit.again())} />}
    </div>
  );
}
