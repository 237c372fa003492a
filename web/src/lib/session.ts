// Who is signed in. The token is exchanged for an HttpOnly cookie and is not kept; what is remembered is the name and the plan.
import { recall, remember } from './memory.ts';
import { Store } from './store.ts';

export interface Session {
  readonly user: string;
  readonly tier: string;
  readonly expires: string;
  /** From the token, for what the page shows. What the caller may do is decided by the server. */
  readonly roles: readonly string[];
}

export type SignIn = { readonly state: 'in'; readonly session: Session } | { readonly state: 'out' | 'expired'; readonly session?: Session };

function remembered(): SignIn {
  const session = recall<Session>('session');
  if (!session || typeof session.user !== 'string') return { state: 'out' };
  return Date.parse(session.expires) > Date.now() ? { state: 'in', session } : { state: 'out' };
}

export const signIn = new Store<SignIn>(remembered());

/** The roles that a token names, for the page alone. */
export function rolesOf(token: string): string[] {
  const role = /^dev:[^:]*:[^:]*:(.+)$/.exec(token)?.[1]; // in development mode
  if (role !== undefined) return [role];
  const part = token.split('.')[1];
  if (part === undefined) return [];
  try {
    const claims = JSON.parse(atob(part.replace(/-/g, '+').replace(/_/g, '/'))) as Record<string, unknown>;
    const found = claims['roles'] ?? claims['role'];
    return Array.isArray(found) ? found.map(String) : typeof found === 'string' ? [found] : [];
  } catch {
    return [];
  }
}

/** Signs in with a token. Throws the server's words if it refuses. */
export async function signInWith(token: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch('/auth/session', { method: 'POST', headers: { authorization: `Bearer ${token}` }, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    throw new Error('The server cannot be reached. Check that it runs, and try again.');
  }
  const body = (await response.json().catch(() => ({}))) as { user?: string; tier?: string; expires?: string; detail?: string };
  if (!response.ok || !body.user) throw new Error(body.detail ?? `The server answered with status ${response.status}.`);
  const session: Session = { user: body.user, tier: body.tier ?? 'basic', expires: body.expires ?? '', roles: rolesOf(token) };
  remember('session', session);
  signIn.set({ state: 'in', session });
}

export async function signOut(): Promise<void> {
  await fetch('/auth/session', { method: 'DELETE', credentials: 'same-origin' }).catch(() => {});
  remember('session', undefined);
  signIn.set({ state: 'out' });
}

/** The server no longer accepts the cookie. The page stays as it is, and asks for a new sign-in. */
export function expire(): void {
  const { session, state } = signIn.get();
  if (state === 'in') signIn.set({ state: 'expired', ...(session && { session }) });
}
