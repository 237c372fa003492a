import { useState } from 'react';
import { signInWith } from './lib/session.ts';
import { Button } from './parts/controls.tsx';
import { Mark } from './parts/icons.tsx';

const users = [
  { name: 'ann', token: 'dev:ann:pro', tier: 'Pro', what: 'general chat, goal coach' },
  { name: 'mark', token: 'dev:mark:premium', tier: 'Premium', what: 'climbing coach with uploads' },
  { name: 'jane', token: 'dev:jane:basic', tier: 'Basic', what: '10 coaching questions a month' },
  { name: 'ops', token: 'dev:ops:enterprise:operator', tier: 'Operator', what: 'running answers, usage, users' },
];

const isThisMachine = () => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname);
const dots = (count: number, step: number, from: number) => Array.from({ length: count }, (_, index) => from + index * step);

/** An answer reaches three places; one of them loses its connection and goes on where it was. */
const Lanes = () => (
  <svg className="lanes" viewBox="0 0 440 300" fill="none" role="img" aria-label="An answer reaches a laptop and a phone. The phone loses its connection and goes on exactly where it was.">
    <g className="lane-names">
      <text x="0" y="20">Server</text>
      <text x="0" y="125">Laptop</text>
      <text x="0" y="230">Phone</text>
    </g>
    <path className="lane log" d="M0 44H438" />
    <path className="lane ok" d="M0 149H438M0 254H148M262 254H438" />
    <path className="lane gap" d="M160 254H252" />
    <g className="lane-dots log">{dots(11, 40, 20).map((x) => <circle key={x} cx={x} cy="44" r="5" />)}</g>
    <g className="lane-dots">
      {dots(11, 40, 20).map((x) => <circle key={x} cx={x} cy="149" r="5" />)}
      {dots(4, 40, 20).map((x) => <circle key={x} cx={x} cy="254" r="5" />)}
      {dots(7, 14, 272).map((x) => <circle key={x} cx={x} cy="254" r="5" />)}
      {dots(2, 40, 380).map((x) => <circle key={`e${x}`} cx={x} cy="254" r="5" />)}
    </g>
    <text className="lane-word hold" x="206" y="286" textAnchor="middle">in a tunnel</text>
    <text className="lane-word live" x="314" y="286" textAnchor="middle">caught up</text>
  </svg>
);

export function SignInForm({ again }: { again?: string | undefined }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const enter = async (value: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await signInWith(value.trim().replace(/^Bearer\s+/i, ''));
    } catch (reason) {
      setError((reason as Error).message);
    }
    setBusy(false);
  };
  const shown = again === undefined ? users : users.filter((user) => user.name === again);
  return (
    <>
      {isThisMachine() && shown.length > 0 && (
        <div className="card users">
          {shown.map((user) => (
            <button key={user.name} type="button" className="user" disabled={busy} onClick={() => void enter(user.token)}>
              <span className="face" aria-hidden="true">
                {user.name[0]!.toUpperCase()}
              </span>
              <span className="grow">
                <b>{user.name}</b>
                <small>{user.what}</small>
              </span>
              <span className="tag line">{user.tier}</span>
            </button>
          ))}
        </div>
      )}
      <form
        className="token"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim()) void enter(token);
        }}
      >
        <label htmlFor="token">{isThisMachine() ? 'Or paste a token' : 'Paste a token'}</label>
        <textarea id="token" rows={2} spellCheck={false} autoComplete="off" placeholder={isThisMachine() ? 'dev:NAME or eyJhbGciOi…' : 'eyJhbGciOi…'} value={token} onChange={(event) => setToken(event.target.value)} aria-describedby="token-hint" aria-invalid={error !== undefined} />
        {error && (
          <p className="why" role="alert">
            {error}
          </p>
        )}
        <Button kind="primary" className="wide" type="submit" disabled={busy}>
          Sign in with the token
        </Button>
        <p className="hint" id="token-hint">
          The token is exchanged for a cookie and not stored in the browser.
        </p>
      </form>
    </>
  );
}

export const SignInScreen = () => (
  <div className="gate">
    <main className="form">
      <div>
        <div className="brand">
          <Mark />
          Belay
        </div>
        <h1>Sign in</h1>
        <p className="lead">{isThisMachine() ? 'Development mode, this machine only. Choose a user.' : 'Your token comes from whoever runs this server.'}</p>
        <SignInForm />
      </div>
    </main>
    <aside className="art" aria-label="What Belay does">
      <div>
        <Lanes />
        <p className="claim">Answers that hold.</p>
        <p>Each piece is written down before it is sent. Cut the connection, kill the server: every device goes on exactly where it was.</p>
      </div>
    </aside>
  </div>
);
