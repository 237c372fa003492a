// Frontend: Start chat
const startResponse = await fetch('/api/chat/start', {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    modelId: 'gpt-4-turbo',
    prompt: 'Explain quantum computing',
    chatId: 'conversation-123', // optional
  }),
});

const { sessionId, chatId } = await startResponse.json();
console.log('Session created:', sessionId);

// Frontend: Open SSE stream
const eventSource = new EventSource(
  `/api/chat/stream?sessionId=${sessionId}`,
  { withCredentials: true }
);

let assistantMessage = '';

eventSource.onmessage = (event) => {
  const data = JSON.parse(event.data);

  if (data.type === 'token') {
    // Append token to message
    assistantMessage += data.content;
    
    // Update UI immediately
    updateMessageInUI(assistantMessage);
  } else if (data.type === 'done') {
    console.log('Stream complete');
    console.log('Full response:', assistantMessage);
    
    // Close connection
    eventSource.close();
  } else if (data.type === 'error') {
    console.error('Error:', data.message);
    eventSource.close();
  }
};

eventSource.onerror = (error) => {
  console.error('Connection lost:', error);
  eventSource.close();
};

// Frontend: Load conversation history (later)
const historyResponse = await fetch(
  `/api/chat/history?chatId=${chatId}`,
  {
    headers: { 'Authorization': `Bearer ${token}` }
  }
);

const { messages } = await historyResponse.json();
console.log('Conversation history:', messages);
