// A page with one chat, for the tests in a browser. `?chat=ID&user=NAME&surface=assistant&theme=dark`.
import { StrictMode, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from '../../src/index.js';
import { uploading } from '../../src/upload.js';
import { ChatWindow, useBelay, type Belay } from '../../src/react/index.js';

const query = new URLSearchParams(location.search);
const signIn = { token: query.get('token') ?? `dev:${query.get('user') ?? 'ann'}` };
const client = createClient({ token: () => signIn.token });

declare global {
  interface Window {
    belay: { client: typeof client; chat: Belay; signIn: typeof signIn; uploading: typeof uploading };
  }
}

function Page(): ReactElement {
  const chat = useBelay({
    client,
    chatId: query.get('chat') ?? undefined,
    surface: query.get('surface') === 'assistant' ? 'assistant' : 'chat',
    modelId: query.get('model') ?? undefined,
  });
  window.belay = { client, chat, signIn, uploading };
  return (
    <main>
      <h1 className="belay-hidden">A chat</h1>
      <ChatWindow
        chat={chat}
        empty={<p>Ask anything.</p>}
        onSignIn={() => {
          signIn.token = 'dev:ann';
          void chat.resume();
        }}
      />
    </main>
  );
}

const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
