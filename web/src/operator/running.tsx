import { useEffect, useState } from 'react';
import { Button } from '../parts/controls.tsx';
import { kShown, short, type Run } from './usage.ts';

const surfaces: Record<string, string> = {
  chat: 'Chat', sendsage: 'Climbing', coaching: 'Climbing', goal_coach: 'Goals', persona: 'Persona', assistant: 'Assistant',
  openai: 'OpenAI', anthropic: 'Anthropic', usechat: 'useChat',
};

const elapsed = (from: string, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(from)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

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

/** The answers that are being written. `undefined`: not known yet. */
export function RunningAnswers({ runs, now, stop }: { runs: readonly Run[] | undefined; now: number; stop: (run: Run) => void }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? (runs ?? []) : (runs ?? []).slice(0, kShown);
  return (
    <section className="card tablecard" aria-labelledby="runs-title">
      <div className="cardhead">
        <h2 id="runs-title">Running answers</h2>
        {(runs?.length ?? 0) > kShown && (
          <button type="button" className="link" onClick={() => setAll(!isAll)}>
            {isAll ? 'Show fewer' : `Show all ${runs!.length}`}
          </button>
        )}
      </div>
      <div className="wrapx" tabIndex={0} role="region" aria-label="Table of running answers">
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
            {shown.map((run) => (
              <tr key={run.run_id}>
                <td><b>{run.user.trim() || 'not signed in'}</b></td>
                <td>{run.model}</td>
                <td>{surfaces[run.surface] ?? run.surface}</td>
                <td className="r">{short(run.bytes)} B</td>
                <td className="r">{elapsed(run.created, now)}</td>
                <td className="r">{run.readers}</td>
                <td>
                  <Twice label={`Stop the answer of ${run.user}`} again="Stop" act={() => stop(run)} />
                </td>
              </tr>
            ))}
            {runs?.length === 0 && (
              <tr className="quiet-row">
                <td colSpan={7}>No answer is being written.</td>
              </tr>
            )}
            {runs === undefined && Array.from({ length: 3 }, (_, index) => <tr key={index}><td colSpan={7} /></tr>)}
          </tbody>
        </table>
      </div>
    </section>
  );
}
