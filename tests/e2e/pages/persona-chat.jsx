// A React page of another origin. streamChat() is the document's "Web Client Example (React)", as people paste it.
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

async function streamChat(sessionId, message, onToken) {
  const response = await fetch('http://localhost:5001/chat/stream', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ session_id: sessionId, message })
  });

  const reader = response.body.getReader();
  const decoder = new TextDecoder();

  while (true) {
    const { done, value } = await reader.read();
    if (done) break;

    const chunk = decoder.decode(value);
    const lines = chunk.split('\n\n');

    for (const line of lines) {
      if (line.startsWith('data: ')) {
        const data = JSON.parse(line.substring(6));
        if (data.token) {
          onToken(data.token);  // Update UI
        }
      }
    }
  }
}

function Chat() {
  const [sessionId, setSessionId] = useState(null);
  const [message, setMessage] = useState('');
  const [answer, setAnswer] = useState('');
  const [tokens, setTokens] = useState(0);
  const [isDone, setDone] = useState(false);

  useEffect(() => {
    fetch('http://localhost:5001/chat/start', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user_id: 'user123', persona: 'fitness_coach' }),
    })
      .then((response) => response.json())
      .then((session) => setSessionId(session.session_id));
  }, []);

  const send = async (event) => {
    event.preventDefault();
    setAnswer('');
    setTokens(0);
    setDone(false);
    await streamChat(sessionId, message, (token) => {
      setAnswer((text) => text + token);
      setTokens((count) => count + 1);
    });
    setDone(true);
  };

  return (
    <form onSubmit={send}>
      <input aria-label="Message" value={message} onChange={(event) => setMessage(event.target.value)} />
      <button disabled={!sessionId}>Send</button>
      <p id="answer" data-tokens={tokens} data-done={isDone}>
        {answer}
      </p>
    </form>
  );
}

createRoot(document.getElementById('root')).render(<Chat />);
