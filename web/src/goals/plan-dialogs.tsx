import { useState, type ReactNode } from 'react';
import { faultOf } from '../lib/problems.ts';
import { Button, Dialog, Field } from '../parts/controls.tsx';
import { addGoal, addMeeting, changeGoal, changeMeeting, type Goal, type Meeting } from './plans.ts';

/** A form in a dialog, with the server's words where they belong. */
function FormDialog({ title, close, save, children }: { title: string; close: () => void; save: () => Promise<unknown>; children: (problem: { field: string | undefined; text: string } | undefined) => ReactNode }) {
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

export function GoalDialog({ goal, close }: { goal: Goal | undefined; close: () => void }) {
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

export function MeetingDialog({ meeting, close }: { meeting: Meeting | undefined; close: () => void }) {
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
