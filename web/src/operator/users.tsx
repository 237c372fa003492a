import { useState } from 'react';
import { client } from '../lib/client.ts';
import { faultOf } from '../lib/problems.ts';
import { ago, tierName } from '../lib/words.ts';
import { Button, Dialog, Field, Menu } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { money, type User } from './usage.ts';

interface UsersProps {
  readonly users: readonly User[] | undefined;
  readonly now: number;
  readonly query: string;
  readonly find: (query: string) => void;
  readonly costOf: ReadonlyMap<string | undefined, number>;
  readonly isRevoked: ReadonlySet<string | null | undefined>;
  readonly edit: (user: User) => void;
  readonly revoke: (user: User) => void;
  readonly allow: (user: User) => void;
}

export function Users({ users, now, query, find, costOf, isRevoked, edit, revoke, allow }: UsersProps) {
  return (
    <section className="card tablecard" aria-labelledby="users-title">
      <div className="cardhead">
        <h2 id="users-title">Users</h2>
        <label className="field find-user">
          <Icon name="search" small />
          <span className="vh">Find a user</span>
          <input placeholder="Find" value={query} onChange={(event) => find(event.target.value)} />
        </label>
      </div>
      <div className="wrapx" tabIndex={0} role="region" aria-label="Table of users">
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
            {(users ?? []).slice(0, 12).map((user) => (
              <tr key={user.name}>
                <td><b>{user.name}</b></td>
                <td>
                  {user.tier ? tierName(user.tier) : !user.phase && '–'}
                  {user.phase && <span className="dim">{`${user.tier ? ', ' : ''}${user.phase.replace('_', ' ')}`}</span>}
                </td>
                <td>{isRevoked.has(user.name) ? <span className="tag stop">revoked</span> : user.last_seen ? ago(user.last_seen, now) : '–'}</td>
                <td className="r">{money(costOf.get(user.name) ?? 0)}</td>
                <td>
                  <Menu
                    label={`Tier, phase, revoke: ${user.name}`}
                    align="end"
                    items={[
                      { label: 'Tier and phase', icon: 'pencil', act: () => edit(user) },
                      isRevoked.has(user.name)
                        ? { label: 'Give access back', icon: 'check', act: () => allow(user) }
                        : { label: 'Revoke all access', icon: 'lock', bad: true, act: () => revoke(user) },
                    ]}
                  />
                </td>
              </tr>
            ))}
            {users?.length === 0 && (
              <tr className="quiet-row">
                <td colSpan={5}>{query ? `No user contains “${query}”.` : 'Nobody has asked anything yet.'}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function UserDialog({ user, close, done }: { user: User; close: () => void; done: () => void }) {
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
