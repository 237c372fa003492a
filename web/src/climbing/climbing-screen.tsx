import type { Schemas } from '@belay/client';
import { useCallback, useEffect, useRef, useState, type DragEvent } from 'react';
import { client, online } from '../lib/client.ts';
import { useKeys } from '../lib/keys.ts';
import { faultOf, wordsFor } from '../lib/problems.ts';
import { signIn } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { bytes, day, plural, tierName } from '../lib/words.ts';
import { Composer } from '../parts/composer.tsx';
import { Button, CopyButton, Dialog, Field, IconButton, Menu, Switch } from '../parts/controls.tsx';
import { useFollow } from '../parts/follow.ts';
import { Icon } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { Answer, Question, useIsLost } from '../parts/turns.tsx';
import { GradePyramid, PerformanceOverTime, TrainingTrends } from './charts.tsx';
import { ask, coach, dataVersion, dismiss, reconnect, startAgain, stop, watchCoach, type CoachTurn } from './coach.ts';
import { mainSystem, type Performance, type Pyramid, type Trends } from './findings.ts';
import { cancel, dismissUpload, keepUpload, loadUploads, removeUpload, upload, uploads, type Sending, type Stored } from './uploads.ts';

interface Charts {
  readonly pyramid?: Pyramid;
  readonly trends?: Trends;
  readonly performance?: Performance;
}

function useCharts(): Charts {
  const version = useStore(dataVersion);
  const [charts, setCharts] = useState<Charts>({});
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    Promise.all([
      client.call('GET', '/api/visualizations/grade-pyramid', { signal }),
      client.call('GET', '/api/visualizations/training-trends', { signal }),
      client.call('GET', '/api/visualizations/performance', { signal }),
    ]).then(
      ([pyramid, trends, performance]) => setCharts({ pyramid, trends, performance }),
      () => {},
    );
    return () => end.abort();
  }, [version]);
  return charts;
}

function SendingRow({ each, again }: { each: Sending; again: () => void }) {
  const part = each.file.size > 0 ? Math.min(1, each.sent / each.file.size) : 1;
  if (each.state === 'refused')
    return (
      <div className="up bad" role="alert">
        <span className="ico">
          <Icon name="alert" />
        </span>
        <div className="grow">
          <b className="cut">{each.file.name}</b>
          <p className="why">{each.why}</p>
          {each.found && <p>{each.found}</p>}
        </div>
        <span className="row do">
          <Button small onClick={again}>
            Choose again
          </Button>
          <IconButton icon="close" label={`Close: ${each.file.name}`} onClick={() => dismissUpload(each.key)} />
        </span>
      </div>
    );
  return (
    <div className="up" role="status">
      <span className="ico">
        <Icon name="file" />
      </span>
      <div className="grow">
        <div className="row">
          <b className="cut grow">{each.file.name}</b>
          <span className="dim num">
            {each.state === 'reading' ? 'Reading' : `${bytes(each.sent)} of ${bytes(each.file.size)}, ${Math.round(part * 100)} %`}
          </span>
        </div>
        <div className="meter" role="progressbar" aria-label={`Uploading ${each.file.name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part * 100)}>
          <i style={{ transform: `scaleX(${part})` }} />
        </div>
      </div>
      <IconButton icon="close" label="Cancel upload" onClick={() => cancel(each.key)} />
    </div>
  );
}

function StoredRow({ each, fresh, leaving }: { each: Stored; fresh: Sending | undefined; leaving: boolean }) {
  const name = each.filename ?? 'A file that cannot be read any more';
  if (leaving)
    return (
      <div className="up" role="status">
        <span className="ico">
          <Icon name="trash" />
        </span>
        <div className="grow">
          <b className="cut">{name}</b>
          <p>Deleted</p>
        </div>
        <Button small icon="undo" onClick={() => keepUpload(each.id)}>
          Undo
        </Button>
      </div>
    );
  const found = fresh?.result;
  const range = found?.hardest && found.easiest !== found.hardest ? `, ${found.easiest} to ${found.hardest}` : found?.hardest ? `, ${found.hardest}` : '';
  return (
    <div className={`up ${found ? 'good' : ''}`}>
      <span className="ico">
        <Icon name={found ? 'check' : 'file'} />
      </span>
      <div className="grow">
        <b className="cut" dir="auto">{name}</b>
        <p>{found ? `Your ${each.format?.toUpperCase()} has been processed: ${plural(found.climbs, 'climb')}${range}` : `${each.format?.toUpperCase() ?? ''} of ${day(each.created_at)}${each.size !== undefined ? `, ${bytes(each.size)}` : ''}`}</p>
      </div>
      <Menu
        label={`${name}: download or delete`}
        align="end"
        items={[
          { label: 'Download', icon: 'save', href: `/api/uploads/${encodeURIComponent(each.id)}/content` },
          { label: 'Delete', icon: 'trash', bad: true, act: () => removeUpload(each.id) },
        ]}
      />
    </div>
  );
}

function UploadList({ choose, isPremium }: { choose: () => void; isPremium: boolean }) {
  const state = useStore(uploads);
  const [isAll, setAll] = useState(false);
  const open = state.sending.filter((each) => each.state !== 'processed');
  const freshOf = (id: string) => state.sending.find((each) => each.result?.id === id);
  const shown = isAll ? state.stored : state.stored.filter((each, index) => index < 2 || freshOf(each.id) || state.leaving.has(each.id));
  if (!isPremium) return null;
  if (open.length + state.stored.length === 0)
    return state.known ? (
      <div className="drop">
        <Icon name="file" />
        <span className="grow">
          <b className="no-phone">Drop a logbook here</b>
          <b className="phone-block">Add a logbook</b>
          CSV, TXT or JSON with a grade for each climb
        </span>
        <Button small onClick={choose}>
          Choose
        </Button>
      </div>
    ) : null;
  return (
    <section className="card ups" aria-label="Uploads">
      {open.map((each) => (
        <SendingRow
          key={each.key}
          each={each}
          again={() => {
            dismissUpload(each.key);
            choose();
          }}
        />
      ))}
      {shown.map((each) => (
        <StoredRow key={each.id} each={each} fresh={freshOf(each.id)} leaving={state.leaving.has(each.id)} />
      ))}
      {shown.length < state.stored.length && (
        <Button kind="quiet" small className="wide" onClick={() => setAll(true)}>
          Show all {state.stored.length} files
        </Button>
      )}
    </section>
  );
}

function Turn({ turn, isLast, showChart }: { turn: CoachTurn; isLast: boolean; showChart: (chart: string) => void }) {
  const { connection } = useStore(coach);
  const words = turn.state === 'failed' || turn.state === 'cancelled' ? wordsFor(turn.fault ?? { code: 'cancelled' }) : undefined;
  const chips = turn.suggestions.length > 0 && (
    <div className="seeit">
      {turn.suggestions.map((each) => (
        <a key={each.words} href={`#/climbing/${each.chart}`} onClick={() => showChart(each.chart)}>
          <Icon name="go" small />
          {each.words}
        </a>
      ))}
    </div>
  );
  return (
    <>
      <Question text={turn.prompt ?? 'A question from another device'} newest={isLast} note={turn.uploaded && <span className="filechip"><Icon name="check" small />{turn.uploaded}</span>} />
      <Answer
        answer={turn}
        connection={connection}
        slow={turn.slow}
        tryNow={reconnect}
        end={
          <>
            {chips}
            {words && (
              <Notice words={words}>
                {turn.prompt && words.offer === 'retry' && (
                  <Button small onClick={() => void ask(turn.prompt!)}>
                    Try again
                  </Button>
                )}
              </Notice>
            )}
          </>
        }
        actions={
          turn.text !== '' && (
            <div className="acts">
              <CopyButton text={turn.text} label="Copy answer" />
            </div>
          )
        }
      />
    </>
  );
}

/** What the server knows about the caller, and tells the coach. */
function Context({ close }: { close: () => void }) {
  const [known, setKnown] = useState<Schemas['ClimberContext'] | undefined>();
  const [summary, setSummary] = useState('');
  const [goals, setGoals] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  useEffect(() => {
    client.call('GET', '/api/context').then(
      (context) => {
        setKnown(context);
        setSummary(context.summary ?? '');
        setGoals(typeof context.goals === 'string' ? context.goals : context.goals === undefined ? '' : JSON.stringify(context.goals));
      },
      (error) => {
        const fault = faultOf(error);
        if (fault.code === 'not_found') setKnown({});
        else setProblem(fault.detail);
      },
    );
  }, []);
  const save = async () => {
    try {
      await client.call('PUT', '/api/context', { body: { ...known, summary, ...(goals.trim() ? { goals } : {}) } });
      close();
    } catch (error) {
      setProblem(faultOf(error).detail);
    }
  };
  return (
    <Dialog title="What the coach knows" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className="dim">Every answer takes this into account. {known?.climbs?.length ? `It also knows ${plural(known.climbs.length, 'climb')}.` : ''}</p>
        <Field label="About your climbing" hint="For example: climbs for three years, twice a week, strong on slabs.">
          {(props) => <textarea {...props} rows={4} maxLength={4000} dir="auto" value={summary} onChange={(event) => setSummary(event.target.value)} />}
        </Field>
        <Field label="Goals" error={problem}>
          {(props) => <textarea {...props} rows={2} maxLength={2000} dir="auto" value={goals} onChange={(event) => setGoals(event.target.value)} />}
        </Field>
        <div className="actions">
          <Button kind="quiet" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" disabled={known === undefined}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export default function ClimbingScreen({ chart }: { chart?: string | undefined }) {
  const state = useStore(coach);
  const isOnline = useStore(online);
  const { session } = useStore(signIn);
  const charts = useCharts();
  const [tab, setTab] = useState<'talk' | 'aside'>(chart ? 'aside' : 'talk');
  const [isContext, setContext] = useState(false);
  const [dropping, setDropping] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const { ref, away, toEnd } = useFollow();
  const { quota, turns, connection } = state;
  const isPremium = quota?.unlimited ?? session?.tier !== 'basic';
  const isWriting = turns.some((turn) => turn.state === 'waiting' || turn.state === 'streaming');
  const isLost = useIsLost(connection.lostAt);

  useEffect(watchCoach, [session?.user]);
  useEffect(() => {
    document.title = 'Climbing coach · Belay';
  }, []);
  useEffect(() => {
    if (isPremium) void loadUploads().catch(() => {});
  }, [isPremium, session?.user]);
  const showChart = useCallback((name: string) => {
    setTab('aside');
    requestAnimationFrame(() => {
      const element = document.getElementById(name);
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      element?.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
      element?.focus({ preventScroll: true });
    });
  }, []);
  const isReady = charts.pyramid !== undefined;
  useEffect(() => {
    if (chart && isReady) showChart(chart);
  }, [chart, isReady, showChart]);
  useKeys({ Escape: () => (isWriting && !document.querySelector('[role=menu], dialog[open]') ? void stop() : false) });

  const choose = () => picker.current?.click();
  const take = (files: readonly File[]) => {
    setTab('talk');
    for (const file of files) upload(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    if (isPremium) take([...event.dataTransfer.files]);
  };

  const system = charts.pyramid && mainSystem(charts.pyramid)?.system;
  const climbs = charts.pyramid?.systems.reduce((all, each) => all + each.grades.reduce((sum, grade) => sum + grade.climbs, 0), 0) ?? 0;
  const emptyAction = isPremium ? (
    <Button small icon="upload" onClick={choose}>
      Upload a logbook
    </Button>
  ) : undefined;
  const fault = state.fault;
  const words = fault && wordsFor(fault, { quota, tier: tierName(session?.tier ?? 'basic') });
  const left = quota && !quota.unlimited ? `${quota.remaining} of ${quota.limit} questions left${quota.renews ? `, new ones on ${day(quota.renews)}` : ''}` : quota ? 'No limit on questions with Premium' : '';
  const isLow = quota && !quota.unlimited && (quota.remaining ?? 0) <= 2;

  return (
    <div className="main">
      <TopBar
        title="Climbing coach"
        lined
        end={
          <Menu
            label="Conversation and data"
            align="end"
            items={[
              { label: 'What the coach knows', icon: 'user', act: () => setContext(true) },
              ...(isPremium ? [{ label: 'Upload a logbook', icon: 'upload' as const, act: choose }] : []),
              { label: 'Start again', icon: 'redo', bad: true, act: () => void startAgain() },
            ]}
          />
        }
      />
      <main className="fill">
        <div className="tabs">
          <Switch role="tablist" label="Parts" options={[{ value: 'talk', label: 'Coach' }, { value: 'aside', label: 'Your data' }]} value={tab} set={(value) => setTab(value as 'talk')} />
        </div>
        <div
          className={`two ${dropping ? 'is-dropping' : ''}`}
          data-tab={tab}
          onDragOver={(event) => {
            if (!isPremium || !event.dataTransfer.types.includes('Files')) return;
            event.preventDefault();
            setDropping(true);
          }}
          onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setDropping(false)}
          onDrop={onDrop}
        >
          <section className="talk" aria-label="Coach">
            <div className="scroll" ref={ref as React.Ref<HTMLDivElement>} tabIndex={-1}>
              <div className="col" role="log" aria-label="Conversation" aria-live="off">
                <UploadList choose={choose} isPremium={isPremium} />
                {isLow && (
                  <div className="card quota">
                    <div className="row">
                      <b className="grow">{plural(quota.remaining ?? 0, 'question')} left of {quota.limit}</b>
                      {quota.renews && <span className="dim">new ones on {day(quota.renews)}</span>}
                    </div>
                    <div className="meter hold">
                      <i style={{ transform: `scaleX(${(quota.used ?? 0) / Math.max(1, quota.limit ?? 1)})` }} />
                    </div>
                  </div>
                )}
                {turns.length === 0 && (
                  <div className="nothing">
                    <b>Ask about your climbing</b>
                    <p>The coach answers in every open tab. {isPremium ? 'It knows the files that you upload, and what you tell it about yourself.' : 'It knows what you tell it about yourself.'}</p>
                    <Button small onClick={() => setContext(true)}>
                      What the coach knows
                    </Button>
                  </div>
                )}
                {turns.map((turn, index) => (
                  <Turn key={turn.id} turn={turn} isLast={index === turns.length - 1} showChart={showChart} />
                ))}
              </div>
            </div>
            <Composer
              draft="climbing"
              hint="Ask about your climbing"
              send={(text) => {
                toEnd();
                return ask(text);
              }}
              stop={() => void stop()}
              writing={isWriting && !isLost}
              busy={state.sending}
              blocked={!isOnline || isLost ? 'Sending works again with the connection' : undefined}
              attach={isPremium ? { accept: '.csv,.txt,.json,text/csv,text/plain,application/json', label: 'Upload a file of climbs', choose: take } : undefined}
              tools={<span className="chip dim no-phone">{isPremium ? 'CSV, TXT or JSON' : 'Uploads are part of Premium'}</span>}
              under={<span className="num">{left}</span>}
              above={
                <>
                  {away && (
                    <Button small icon="down" className="newest" onClick={toEnd}>
                      {isWriting ? 'New text' : 'Newest'}
                    </Button>
                  )}
                  {words && (
                    <div className="above">
                      <Notice key={fault.code + fault.detail} words={words} onTime={dismiss}>
                        {words.offer === 'retry' ? (
                          <Button small onClick={reconnect}>
                            Try again
                          </Button>
                        ) : (
                          <Button small onClick={dismiss}>
                            Close
                          </Button>
                        )}
                      </Notice>
                    </div>
                  )}
                </>
              }
            />
          </section>
          <section className="aside" tabIndex={0} aria-label="Your data">
            <div className="row">
              <span className="over grow">{climbs > 0 ? `From ${plural(climbs, 'climb')}` : 'Your climbs in three pictures'}</span>
              {charts.pyramid && charts.pyramid.unknown_grades > 0 && <span className="dim">{plural(charts.pyramid.unknown_grades, 'unknown grade')}</span>}
            </div>
            <GradePyramid data={charts.pyramid} isOn={chart === 'grade-pyramid'} empty={emptyAction} />
            <TrainingTrends data={charts.trends} isOn={chart === 'training-trends'} empty={emptyAction} />
            <PerformanceOverTime data={charts.performance} system={system} isOn={chart === 'performance'} empty={emptyAction} />
          </section>
        </div>
        <input
          ref={picker}
          type="file"
          hidden
          multiple
          accept=".csv,.txt,.json"
          aria-label="File of climbs"
          onChange={(event) => {
            take([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </main>
      {isContext && <Context close={() => setContext(false)} />}
    </div>
  );
}
