import type { ReactElement } from 'react';
import type { ChatConnection, ChatStatus } from '../chat/state.js';
import { useOnline } from './useOnline.js';

/** Live, ready, reconnecting, offline. The dot's shape differs too, not only its colour. */
export function ConnectionState({ connection, status }: { connection: ChatConnection; status: ChatStatus }): ReactElement {
  const isOnline = useOnline();
  const isLost = connection.lostAt !== null;
  const [kind, words] = !isOnline
    ? ['off', 'Offline']
    : isLost
      ? ['hold', 'Reconnecting']
      : status === 'streaming' || status === 'submitted'
        ? ['live', 'Live']
        : ['ready', 'Ready'];
  return (
    <span className="belay-connection" data-kind={kind} role="status">
      <i aria-hidden="true" />
      {words}
    </span>
  );
}
