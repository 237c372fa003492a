import type { ChatSession } from '../chat/conversation.ts';
export default function Panel(_: { session: ChatSession }) {
  return <aside className="panel" aria-label="Developer panel" />;
}
