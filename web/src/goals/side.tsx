import { useState } from 'react';
import { useStore } from '../lib/store.ts';
import { clock, day, dayOfWeek, plural } from '../lib/words.ts';
import { Button, IconButton, Menu } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { changeGoal, changeMeeting, keep, nextMeeting, plans, remove, type Goal, type Meeting } from './plans.ts';
import { WindowCard } from './window.tsx';

const kActive = 5; // goals that the coach is told

export type Open = { kind: 'goal'; goal?: Goal } | { kind: 'meeting'; meeting?: Meeting } | { kind: 'calendar' };

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

export function Side({ open }: { open: (what: Open) => void }) {
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
