// A React page of another origin, into which the document's streamChat() is pasted (persona.js).
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

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
