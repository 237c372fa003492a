import { useState } from 'react';
import { clock, dayShort } from '../lib/words.ts';
import { kShown, type Entry } from './usage.ts';

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
const isDate = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
const plain = (value: unknown): string => (value === '' || value === null ? 'none' : isDate(value) ? `${dayShort(value)} ${clock(value)}` : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** What a change was, in words: "tier none → pro". What the row says anyway, and what is empty, is left out. */
export const details = (entry: Entry): string =>
  Object.entries(entry.details)
    .filter(([, value]) => value !== '' && value !== null && value !== entry.target)
    .map(([name, value]) => {
      const change = value as { from?: unknown; to?: unknown };
      const said = typeof value === 'object' && 'to' in change ? `${plain(change.from ?? null)} → ${plain(change.to)}` : plain(value);
      return `${name.replace(/_/g, ' ')} ${said}`;
    })
    .join(', ');

/** What operators changed, newest first. `said`: what the last action of this page did. */
export function LatestChanges({ entries, said }: { entries: readonly Entry[] | undefined; said: string | undefined }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? (entries ?? []) : (entries ?? []).slice(0, kShown);
  return (
    <section className="card tablecard" aria-labelledby="audit-title">
      <div className="cardhead">
        <h2 id="audit-title">Latest changes</h2>
        {said && <span className="dim" role="status">{said}</span>}
        {(entries?.length ?? 0) > kShown && (
          <button type="button" className="link" onClick={() => setAll(!isAll)}>
            {isAll ? 'Show fewer' : 'Show more'}
          </button>
        )}
      </div>
      <div className="wrapx" tabIndex={0} role="region" aria-label="Table of the latest changes">
        <table className="data">
          <tbody>
            {shown.map((entry) => (
              <tr key={entry.when + entry.action + entry.target}>
                <td className="dim">{dayShort(entry.when)} {clock(entry.when)}</td>
                <td>
                  <b>{entry.who}</b> {inWords(entry.action)} <b>{entry.target}</b>
                </td>
                <td className="dim">{details(entry)}</td>
              </tr>
            ))}
            {entries?.length === 0 && (
              <tr className="quiet-row">
                <td>Nothing was changed yet.</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}
