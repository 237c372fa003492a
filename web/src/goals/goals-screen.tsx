import { useEffect, useRef, useState } from 'react';
import { client, online } from '../lib/client.ts';
import { useKeys } from '../lib/keys.ts';
import { faultOf, wordsFor } from '../lib/problems.ts';
import { signIn } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { clock, countdown, day, dayOfWeek, onDay, plural } from '../lib/words.ts';
import { Composer } from '../parts/composer.tsx';
import { Button, CopyButton, Dialog, Field, IconButton, Menu, Switch } from '../parts/controls.tsx';
import { useFollow } from '../parts/follow.ts';
import { Icon } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { Answer, Question, useIsLost } from '../parts/turns.tsx';
import { addGoal, addMeeting, changeGoal, changeMeeting, importCalendar, keep, loadPlans, nextMeeting, plans, remove, type Goal, type Meeting } from './plans.ts';
import { dismiss, forgetHistory, goalChat, hurry, loadAccess, loadOlder, say, stop, watchGoalChat, type CoachMessage } from './socket.ts';

const kClosing = 5 * 60_000;
const kActive = 5; // goals that the coach is told

/** The time, once a second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** What the window says: in a card, and on a phone in a strip under the bar. */
function useWindow() {
  const { access } = useStore(goalChat);
  const now = useNow();
  const closes = access?.closes_at ? Date.parse(access.closes_at) : undefined;
  const opens = access?.next_available ? Date.parse(access.next_available) : undefined;
  const isOpen = access?.available ?? true;
  const turn = isOpen ? closes : opens;
  useEffect(() => {
    if (turn !== undefined && turn <= now) void loadAccess();
  }, [turn !== undefined && turn <= now]);
  const left = turn === undefined ? undefined : Math.max(0, turn - now);
  const isClosing = isOpen && left !== undefined && closes !== undefined && left < kClosing;
  const title = !isOpen ? (opens ? `Closed, opens ${onDay(opens, now)} ${clock(opens)}` : 'Closed') : closes ? `Open until ${clock(closes)}` : 'Always open while you set goals';
  return { access, now, closes, opens, isOpen, left, isClosing, title };
}

function WindowLine({ meeting, opens, closes, now, isOpen }: { meeting: Meeting; opens: number; closes: number; now: number; isOpen: boolean }) {
  const at = (time: number) => ((Math.min(closes, Math.max(opens, time)) - opens) / (closes - opens)) * 298;
  const start = Date.parse(meeting.start);
  const end = Date.parse(meeting.end);
  return (
    <svg className="win" viewBox="0 0 298 44" role="img" aria-label={`Opens ${clock(opens)}, meeting ${clock(start)} to ${clock(end)}, closes ${clock(closes)}`}>
      <rect className="w-all" y="8" width="298" height="6" rx="3" />
      {isOpen && <rect className="w-past" y="8" width={at(now)} height="6" rx="3" />}
      <rect className={isOpen ? 'w-meet' : 'w-shut'} x={at(start)} y="8" width={Math.max(3, at(end) - at(start))} height="6" />
      {isOpen && <circle className="w-now" cx={Math.max(6, Math.min(292, at(now)))} cy="11" r="6" />}
      <text x="0" y="36">{clock(opens)}</text>
      <text x={Math.max(44, at(start))} y="36">{clock(start)} meeting</text>
      <text x="298" y="36" textAnchor="end">{clock(closes)}</text>
    </svg>
  );
}

const kOpensBefore = 30 * 60_000;
const kClosesAfter = 60 * 60_000;

function WindowCard() {
  const { meetings } = useStore(plans);
  const { access, now, closes, opens, isOpen, left, isClosing, title } = useWindow();
  if (!access) return null;
  const meeting = meetings.find((each) => each.id === access.meeting_id) ?? nextMeeting(meetings, now);
  const from = meeting && (opens !== undefined && !isOpen ? opens : Date.parse(meeting.start) - kOpensBefore);
  const to = meeting && (closes ?? Date.parse(meeting.end) + kClosesAfter);
  const showsLine = meeting && from !== undefined && to !== undefined && access.phase === 'tracking' && (isOpen || opens !== undefined);
  return (
    <section className={`card window ${isClosing ? 'closing' : ''}`} aria-label="When the coach is there">
      <div className="row">
        <span className={`dot ${isClosing ? 'hold' : isOpen ? '' : 'off'}`} />
        <span className="over">{isOpen ? title : 'Opens in'}</span>
      </div>
      {left !== undefined && (
        <p className="big" role="timer">
          {countdown(left)}
        </p>
      )}
      <p className="dim">
        {isOpen
          ? closes
            ? 'Then the chat closes. An answer under way is finished.'
            : 'Set a goal and a meeting: then the coach is there around your meetings.'
          : opens
            ? `${onDay(opens, now).replace(/^./, (letter) => letter.toUpperCase())} ${clock(opens)}, half an hour before your meeting.`
            : 'Schedule a meeting: the coach is there around it.'}
      </p>
      {showsLine && <WindowLine meeting={meeting} opens={from} closes={to} now={now} isOpen={isOpen} />}
    </section>
  );
}

function Gone({ name, id }: { name: string; id: string }) {
  return (
    <div className="goal gone">
      <span className="tick" />
      <h3 dir="auto">{name}</h3>
      <Button small icon="undo" onClick={() => keep(id)}>
        Undo
      </Button>
    </div>
  );
}

function GoalRow({ goal, edit }: { goal: Goal; edit: () => void }) {
  const isDone = goal.status === 'completed';
  const isGone = goal.status === 'abandoned';
  const when = isDone ? `done ${day(goal.updated_at)}` : isGone ? 'given up' : goal.target_date ? `by ${day(`${goal.target_date}T12:00:00`)}` : 'ongoing';
  const set = (status: Goal['status']) => void changeGoal(goal.id, { status }).catch(() => {});
  return (
    <div className={`goal ${isDone ? 'done' : ''} ${isGone ? 'gone' : ''}`}>
      <button type="button" className="tick" role="checkbox" aria-checked={isDone} aria-label={`Done: ${goal.title}`} onClick={() => set(isDone ? 'active' : 'completed')}>
        <i>{isDone && <Icon name="check" />}</i>
      </button>
      <div className="grow">
        <h3 dir="auto">{goal.title}</h3>
        <p>{when}</p>
      </div>
      <Menu
        label={`Edit, give up or delete: ${goal.title}`}
        align="end"
        items={[
          { label: 'Edit', icon: 'pencil', act: edit },
          goal.status === 'active' ? { label: 'Give up', icon: 'close', act: () => set('abandoned') } : { label: 'Make active again', icon: 'redo', act: () => set('active') },
          { label: 'Delete', icon: 'trash', bad: true, act: () => remove('goals', goal.id) },
        ]}
      />
    </div>
  );
}

/** A form in a dialog, with the server's words where they belong. */
function FormDialog({ title, close, save, children }: { title: string; close: () => void; save: () => Promise<unknown>; children: (problem: { field: string | undefined; text: string } | undefined) => React.ReactNode }) {
  const [problem, setProblem] = useState<{ field: string | undefined; text: string } | undefined>();
  const [busy, setBusy] = useState(false);
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          setBusy(true);
          try {
            await save();
            close();
          } catch (error) {
            const fault = faultOf(error);
            setProblem({ field: fault.field, text: fault.detail ?? 'This could not be saved.' });
            setBusy(false);
          }
        }}
      >
        {children(problem)}
        <div className="actions">
          <Button kind="quiet" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" disabled={busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function GoalDialog({ goal, close }: { goal: Goal | undefined; close: () => void }) {
  const [title, setTitle] = useState(goal?.title ?? '');
  const [target, setTarget] = useState(goal?.target_date ?? '');
  const save = () => (goal ? changeGoal(goal.id, { title, target_date: target || null }) : addGoal(title, target));
  return (
    <FormDialog title={goal ? 'Edit the goal' : 'Set a goal'} close={close} save={save}>
      {(problem) => (
        <>
          <Field label="What should be different" error={problem && problem.field !== 'target_date' ? problem.text : undefined} hint="One sentence. The coach helps you sharpen it.">
            {(props) => <input {...props} required maxLength={200} dir="auto" value={title} onChange={(event) => setTitle(event.target.value)} />}
          </Field>
          <Field label="By when" error={problem?.field === 'target_date' ? problem.text : undefined} hint="May stay empty.">
            {(props) => <input {...props} type="date" value={target} onChange={(event) => setTarget(event.target.value)} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}

const local = (date: Date): string => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function MeetingDialog({ meeting, close }: { meeting: Meeting | undefined; close: () => void }) {
  const soon = () => {
    const date = new Date(Date.now() + 86_400_000);
    date.setMinutes(0, 0, 0);
    return date;
  };
  const [title, setTitle] = useState(meeting?.title ?? 'Weekly review');
  const [start, setStart] = useState(local(meeting ? new Date(meeting.start) : soon()));
  const [minutes, setMinutes] = useState(String(meeting?.duration_minutes ?? 30));
  const save = () => {
    const begin = new Date(start).toISOString();
    return meeting ? changeMeeting(meeting.id, { title, start: begin, duration_minutes: Number(minutes) }) : addMeeting(title, begin, Number(minutes));
  };
  return (
    <FormDialog title={meeting ? 'Move the meeting' : 'Schedule a meeting'} close={close} save={save}>
      {(problem) => (
        <>
          <Field label="Title" error={problem?.field === 'title' ? problem.text : undefined}>
            {(props) => <input {...props} required maxLength={200} dir="auto" value={title} onChange={(event) => setTitle(event.target.value)} />}
          </Field>
          <Field label="Begins" error={problem && problem.field !== 'title' && problem.field !== 'duration_minutes' ? problem.text : undefined} hint="The coach is there from half an hour before until an hour after.">
            {(props) => <input {...props} type="datetime-local" required value={start} onChange={(event) => setStart(event.target.value)} />}
          </Field>
          <Field label="Minutes" error={problem?.field === 'duration_minutes' ? problem.text : undefined}>
            {(props) => <input {...props} type="number" min={1} max={1440} required value={minutes} onChange={(event) => setMinutes(event.target.value)} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}

function CalendarDialog({ close }: { close: () => void }) {
  const [address, setAddress] = useState<string | undefined>();
  const [made, setMade] = useState<string | null | undefined>();
  const [report, setReport] = useState<string | undefined>();
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    client.call('GET', '/api/v1/calendar/feed').then(
      (feed) => setMade(feed.created_at),
      () => setMade(null),
    );
  }, []);
  const take = async (file: File) => {
    try {
      const result = await importCalendar(file);
      const problems = result.problems.length > 0 ? ` ${result.problems[0]!.text}` : '';
      setReport(`${plural(result.added, 'meeting')} added, ${result.changed} changed, ${result.skipped} skipped.${problems}`);
    } catch (error) {
      setReport(faultOf(error).detail);
    }
  };
  return (
    <Dialog title="Calendar" close={close}>
      <div className="again">
        <p className="dim">Take your meetings into your calendar, or the other way round.</p>
        <div className="row">
          <a className="btn sm" href="/api/v1/calendar/export" download="belay.ics">
            <Icon name="save" small />
            Save as .ics
          </a>
          <Button small icon="upload" onClick={() => picker.current?.click()}>
            Import a calendar
          </Button>
          <input
            ref={picker}
            type="file"
            hidden
            accept=".ics,text/calendar"
            aria-label="Calendar file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file) void take(file);
            }}
          />
        </div>
        {report && <p role="status">{report}</p>}
        <div>
          <b>A secret address for calendar programs</b>
          <p className="dim">Whoever knows it can read your meetings. A new one ends the old one.</p>
        </div>
        {address && (
          <div className="row">
            <code className="mono cut grow">{address}</code>
            <CopyButton text={address} label="Copy the address" />
          </div>
        )}
        <div className="row">
          <Button
            small
            onClick={async () => {
              const feed = await client.call('POST', '/api/v1/calendar/feed').catch(() => undefined);
              if (!feed?.address) return;
              setAddress(location.origin + feed.address);
              setMade(feed.created_at);
            }}
          >
            {made ? 'Make a new address' : 'Make an address'}
          </Button>
          {made && (
            <Button
              kind="bad"
              small
              onClick={async () => {
                await client.call('DELETE', '/api/v1/calendar/feed').catch(() => {});
                setAddress(undefined);
                setMade(null);
              }}
            >
              End the address
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

type Open = { kind: 'goal'; goal?: Goal } | { kind: 'meeting'; meeting?: Meeting } | { kind: 'calendar' };

function Side({ open }: { open: (what: Open) => void }) {
  const { goals, meetings, known, leaving } = useStore(plans);
  const [isAll, setAll] = useState(false);
  const next = nextMeeting(meetings);
  const later = meetings.filter((each) => each.status === 'scheduled' && each.id !== next?.id && Date.parse(each.end) > Date.now());
  const active = goals.filter((each) => each.status === 'active');
  const ordered = [...active, ...goals.filter((each) => each.status !== 'active')];
  const row = (meeting: Meeting) =>
    leaving.has(meeting.id) ? (
      <Gone key={meeting.id} name={meeting.title} id={meeting.id} />
    ) : (
      <div key={meeting.id} className="meeting">
        <div className="grow">
          <h3 dir="auto">{meeting.title}</h3>
          <p>
            {Date.parse(meeting.start) <= Date.now() ? 'Under way' : dayOfWeek(meeting.start)}, {clock(meeting.start)} to {clock(meeting.end)}
          </p>
        </div>
        <Menu
          label={`Move, cancel or delete: ${meeting.title}`}
          align="end"
          items={[
            { label: 'Move', icon: 'pencil', act: () => open({ kind: 'meeting', meeting }) },
            { label: 'Cancel the meeting', icon: 'close', act: () => void changeMeeting(meeting.id, { status: 'cancelled' }).catch(() => {}) },
            { label: 'Delete', icon: 'trash', bad: true, act: () => remove('meetings', meeting.id) },
          ]}
        />
      </div>
    );
  return (
    <section className="aside" tabIndex={0} aria-label="Goals and meetings">
      <WindowCard />
      <section className="card" aria-labelledby="meetings-title">
        <div className="cardhead">
          <h2 id="meetings-title">Next meeting</h2>
          <IconButton icon="calendar" label="Calendar" onClick={() => open({ kind: 'calendar' })} />
          <IconButton icon="plus" label="Schedule a meeting" onClick={() => open({ kind: 'meeting' })} />
        </div>
        {next ? row(next) : known && <p className="cardnote">None. The coach is there around your meetings.</p>}
        {isAll && later.map(row)}
        {!isAll && later.length > 0 && (
          <Button kind="quiet" small className="wide" onClick={() => setAll(true)}>
            {plural(later.length, 'more meeting')}
          </Button>
        )}
      </section>
      <section className="card" aria-labelledby="goals-title">
        <div className="cardhead">
          <h2 id="goals-title">Goals</h2>
          {active.length > 0 && <span className="dim">{active.length > kActive ? `the coach knows ${kActive} of ${active.length}` : `${active.length} of ${kActive} active`}</span>}
          <IconButton icon="plus" label="Add a goal" onClick={() => open({ kind: 'goal' })} />
        </div>
        {ordered.map((goal) => (leaving.has(goal.id) ? <Gone key={goal.id} name={goal.title} id={goal.id} /> : <GoalRow key={goal.id} goal={goal} edit={() => open({ kind: 'goal', goal })} />))}
        {known && goals.length === 0 && (
          <div className="nothing">
            <b>No goals yet</b>
            <p>Say in one sentence what should be different. The coach helps you sharpen it.</p>
            <Button kind="primary" small onClick={() => open({ kind: 'goal' })}>
              Set a goal
            </Button>
          </div>
        )}
      </section>
    </section>
  );
}

function Turn({ message, isLast, isNewest, again }: { message: CoachMessage; isLast: boolean; isNewest: boolean; again: (() => void) | undefined }) {
  const { connection } = useStore(goalChat);
  if (message.role === 'user') return <Question text={message.text} newest={isNewest} />;
  const words = message.state === 'cancelled' ? wordsFor({ code: 'cancelled' }) : message.state === 'failed' || message.state === 'interrupted' ? wordsFor(message.fault ?? { code: 'interrupted' }) : undefined;
  return (
    <Answer
      answer={message}
      connection={isLast ? connection : null}
      slow={message.slow}
      tryNow={hurry}
      end={
        words &&
        isLast && (
          <Notice words={words}>
            {words.offer === 'retry' && again && (
              <Button small onClick={again}>
                Try again
              </Button>
            )}
          </Notice>
        )
      }
      actions={
        message.text !== '' && (
          <div className="acts">
            <CopyButton text={message.text} label="Copy answer" />
            <span className="byline no-phone">AI coach{message.tokens ? ` · ${plural(message.tokens, 'token')}` : ''}</span>
          </div>
        )
      }
    />
  );
}

export default function GoalsScreen() {
  const state = useStore(goalChat);
  const isOnline = useStore(online);
  const { session } = useStore(signIn);
  const { profile } = useStore(plans);
  const [tab, setTab] = useState<'talk' | 'aside'>('talk');
  const [dialog, open] = useState<Open | undefined>();
  const [asks, setAsks] = useState(false);
  const { ref, away, toEnd } = useFollow();
  const now = useWindow();
  const { messages, connection, access, fault } = state;
  const last = messages.at(-1);
  const isWriting = messages.some((each) => each.role === 'assistant' && (each.state === 'waiting' || each.state === 'streaming')) || last?.id.startsWith('local-') === true;
  const isLost = useIsLost(connection.lostAt);
  const newest = messages.findLast((each) => each.role === 'user');

  useEffect(watchGoalChat, [session?.user]);
  useEffect(() => {
    document.title = 'Goal coach · Belay';
    void loadPlans().catch(() => {});
  }, [session?.user]);
  useKeys({ Escape: () => (isWriting && !document.querySelector('[role=menu], dialog[open]') ? stop() : false) });

  const phase = access?.phase ?? profile?.phase;
  const steps = (
    <span className="steps no-phone" role="group" aria-label={`Phase: ${phase === 'tracking' ? 'tracking' : 'goal setting'}`}>
      {phase === 'tracking' ? (
        <>
          <span>
            <Icon name="check" small />
            Goal setting
          </span>
          <Icon name="next" small />
          <b>Tracking</b>
        </>
      ) : (
        <>
          <b>Goal setting</b>
          <Icon name="next" small />
          <span>Tracking</span>
        </>
      )}
    </span>
  );
  const words = fault && wordsFor(fault);
  const dot = <span className={`dot ${now.isClosing ? 'hold' : now.isOpen ? '' : 'off'}`} />;
  const isClosed = access !== undefined && !access.available && !isWriting;
  const close = () => open(undefined);

  return (
    <div className="main">
      <TopBar
        title="Goal coach"
        lined
        mid={steps}
        {...(isLost && { state: isOnline ? ('reconnecting' as const) : ('offline' as const) })}
        end={<Menu label="Conversation" align="end" items={[{ label: 'Calendar', icon: 'calendar', act: () => open({ kind: 'calendar' }) }, { label: 'Delete the conversation', icon: 'trash', bad: true, act: () => setAsks(true) }]} />}
      />
      <main className="fill">
        <div className="tabs">
          <Switch role="tablist" label="Parts" options={[{ value: 'talk', label: 'Coach' }, { value: 'aside', label: 'Goals' }]} value={tab} set={(value) => setTab(value as 'talk')} />
        </div>
        <div className="two slim" data-tab={tab}>
          <section className="talk" aria-label="Coach">
            {access && (
              <div className="strip" role="timer">
                {dot}
                <span className="grow">{now.title}</span>
                {now.left !== undefined && <b className="num">{countdown(now.left)}</b>}
              </div>
            )}
            <div className="scroll" ref={ref as React.Ref<HTMLDivElement>} tabIndex={-1}>
              <div className="col" role="log" aria-label="Conversation" aria-live="off">
                {state.cursor && (
                  <Button kind="quiet" small className="wide" onClick={() => void loadOlder()}>
                    Show earlier messages
                  </Button>
                )}
                {asks && (
                  <Notice words={{ tone: 'stop', icon: 'trash', title: 'Delete the whole conversation?', text: 'It cannot be brought back. Goals and meetings stay.' }}>
                    <Button small onClick={() => setAsks(false)}>
                      Keep
                    </Button>
                    <Button kind="bad" small onClick={() => (setAsks(false), void forgetHistory())}>
                      Delete
                    </Button>
                  </Notice>
                )}
                {state.known && messages.length === 0 && (
                  <div className="hello">
                    <h2>What do you want to change?</h2>
                    <p>Say it as it comes. The coach asks until it is a goal that you can reach.</p>
                  </div>
                )}
                {messages.map((message) => (
                  <Turn key={message.id} message={message} isLast={message === last} isNewest={message === newest} again={newest ? () => void say(newest.text) : undefined} />
                ))}
              </div>
            </div>
            {isClosed ? (
              <div className="dock">
                <div className="in">
                  <Notice
                    words={{
                      tone: 'plain',
                      icon: 'clock',
                      title: now.opens ? `The coach is away until ${onDay(now.opens) === 'today' ? '' : `${onDay(now.opens).replace(/^on /, '')} `}${clock(now.opens)}` : 'The coach is away until your next meeting',
                      text: 'You can read everything here, and change goals and meetings at any time.',
                    }}
                  >
                    <Button small icon="calendar" onClick={() => open(now.opens ? { kind: 'calendar' } : { kind: 'meeting' })}>
                      {now.opens ? 'Remind me' : 'Schedule a meeting'}
                    </Button>
                  </Notice>
                  <div className="under" />
                </div>
              </div>
            ) : (
              <Composer
                draft="goals"
                hint="Talk to your coach"
                send={(text) => {
                  toEnd();
                  return say(text);
                }}
                stop={stop}
                writing={isWriting && !isLost}
                blocked={!isOnline || isLost ? 'Sending works again with the connection' : undefined}
                under={
                  <span>
                    An AI coach, not a person.<span className="no-phone"> It knows your active goals and the last messages.</span>
                  </span>
                }
                above={
                  <>
                    {away && (
                      <Button small icon="down" className="newest" onClick={toEnd}>
                        {isWriting ? 'New text' : 'Newest'}
                      </Button>
                    )}
                    {state.notice && (
                      <div className="above">
                        <Notice words={{ tone: 'plain', icon: 'bell', title: state.notice, text: 'From the operator of this server.' }}>
                          <Button small onClick={() => goalChat.update({ notice: undefined })}>
                            Close
                          </Button>
                        </Notice>
                      </div>
                    )}
                    {words && (
                      <div className="above">
                        <Notice words={words} onTime={dismiss}>
                          <Button small onClick={dismiss}>
                            Close
                          </Button>
                        </Notice>
                      </div>
                    )}
                  </>
                }
              />
            )}
          </section>
          <Side open={open} />
        </div>
      </main>
      {dialog?.kind === 'goal' && <GoalDialog goal={dialog.goal} close={close} />}
      {dialog?.kind === 'meeting' && <MeetingDialog meeting={dialog.meeting} close={close} />}
      {dialog?.kind === 'calendar' && <CalendarDialog close={close} />}
    </div>
  );
}
