import type { ChatController } from '@belay/client/chat';
export default function Panel(_: { controller: ChatController }) {
  return <aside className="panel" aria-label="Developer panel" />;
}
