import { createClient } from '@belay/client';

const belay = createClient({ baseUrl: process.env.BELAY_URL, token: process.env.BELAY_TOKEN });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const answer = belay.interactWithAssistant({ prompt: process.argv[2], mode: 'chat' }, { signal: stop.signal });
for await (const event of answer) {
  if (event.type === 'response_chunk') process.stdout.write(event.content);
}
console.log(`\n${(await answer.done).finish}`);
