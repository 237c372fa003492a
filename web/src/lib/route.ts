// Routes are in the fragment, so the server needs no other path than `/`.
import { Store } from './store.ts';

export type Route =
  | { readonly place: 'chats'; readonly chatId?: string }
  | { readonly place: 'climbing'; readonly chart?: string }
  | { readonly place: 'goals' | 'breath' | 'operator' };

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [place, ...rest] = path.split('/');
  const id = rest.length > 0 ? decodeURIComponent(rest.join('/')) : '';
  if (place === 'climbing') {
    const chart = id || new URLSearchParams(query).get('chart') || '';
    return chart ? { place, chart } : { place };
  }
  if (place === 'goals' || place === 'breath' || place === 'operator') return { place };
  return place === 'chats' && id ? { place: 'chats', chatId: id } : { place: 'chats' };
}

export const route = new Store<Route>(typeof location === 'undefined' ? { place: 'chats' } : parseRoute(location.hash));
if (typeof window !== 'undefined') addEventListener('hashchange', () => route.set(parseRoute(location.hash)));

export const hrefOfChat = (chatId: string): string => `#/chats/${encodeURIComponent(chatId)}`;

/** Changes the address. `replace` leaves no entry in the history. */
export function go(href: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, '', href);
    route.set(parseRoute(location.hash));
  } else location.hash = href;
}
