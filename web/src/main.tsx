import { Component, lazy, StrictMode, Suspense, useEffect, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchChats } from './chat/chats.ts';
import { ChatScreen } from './chat/chat-screen.tsx';
import { forgetSessions } from './chat/sessions.ts';
import { record } from './developer/record.ts';
import { route } from './lib/route.ts';
import { signIn, signOut } from './lib/session.ts';
import { useStore } from './lib/store.ts';
import { followSystem } from './lib/theme.ts';
import { Button, Dialog } from './parts/controls.tsx';
import { KeysDialog } from './parts/keys-dialog.tsx';
import { Notice } from './parts/notice.tsx';
import { TopBar } from './parts/shell.tsx';
import { Sidebar } from './parts/sidebar.tsx';
import { SignInForm, SignInScreen } from './sign-in.tsx';

const Climbing = lazy(() => import('./climbing/climbing-screen.tsx'));
const Goals = lazy(() => import('./goals/goals-screen.tsx'));
const Breath = lazy(() => import('./breath/breath-screen.tsx'));
const Operator = lazy(() => import('./operator/operator-screen.tsx'));

/** A part that fails leaves the rest of the page usable. */
class Guard extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };
  static getDerivedStateFromError = (error: Error) => ({ error });
  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main className="main">
        <div className="page">
          <Notice words={{ tone: 'stop', icon: 'alert', title: 'This part of the page stopped', text: `${this.state.error.message}. Nothing of yours is lost: load the page again.` }}>
            <Button small onClick={() => location.reload()}>
              Load again
            </Button>
          </Notice>
        </div>
      </main>
    );
  }
}

const Waiting = ({ title }: { title: string }) => (
  <div className="main">
    <TopBar title={title} lined />
    <main className="scroll" />
  </div>
);

function Place() {
  const place = useStore(route);
  switch (place.place) {
    case 'climbing':
      return (
        <Suspense fallback={<Waiting title="Climbing coach" />}>
          <Climbing chart={place.chart} />
        </Suspense>
      );
    case 'goals':
      return (
        <Suspense fallback={<Waiting title="Goal coach" />}>
          <Goals />
        </Suspense>
      );
    case 'breath':
      return (
        <Suspense fallback={<Waiting title="Breath coach" />}>
          <Breath />
        </Suspense>
      );
    case 'operator':
      return (
        <Suspense fallback={<Waiting title="Operator" />}>
          <Operator />
        </Suspense>
      );
    default:
      return <ChatScreen chatId={place.chatId} />;
  }
}

function Expired() {
  const { state, session } = useStore(signIn);
  if (state !== 'expired') return null;
  return (
    <Dialog title="Your sign-in has expired" close={() => {}}>
      <div className="again">
        <p role="alert">Answers that are being written go on and wait for you.</p>
        <SignInForm again={session?.user} />
        <Button kind="quiet" className="wide" onClick={() => void signOut()}>
          Sign in as somebody else
        </Button>
      </div>
    </Dialog>
  );
}

function App() {
  const { state, session } = useStore(signIn);
  const place = useStore(route);
  useEffect(() => {
    if (state === 'in') return watchChats();
    if (state === 'out') forgetSessions();
    return undefined;
  }, [state, session?.user]);
  if (state === 'out') return <SignInScreen />;
  return (
    <>
      <div className="shell">
        <Sidebar />
        <Guard key={place.place}>
          <Place />
        </Guard>
      </div>
      <KeysDialog />
      <Expired />
      <div id="announcements" className="vh" aria-live="polite" />
    </>
  );
}

record();
followSystem();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
