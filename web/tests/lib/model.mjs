// A language model for one test: it speaks Chat Completions, a piece at a time, and cannot go on with an answer of an earlier call.
import http from 'node:http';

/** `answer(call)`: an async generator of pieces, or {pieces, finish}; `call` counts from 1. Returns {url, calls, config}: `config` is a configuration of Belay. */
export async function startModel(t, answer) {
  const model = { calls: 0 };
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', async () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (delta, reason = null) => response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`);
      const given = answer(++model.calls);
      for await (const content of given.pieces ?? given) {
        if (response.destroyed) return;
        chunk({ role: 'assistant', content });
      }
      chunk({}, given.finish ?? 'stop');
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  model.config = `
[[providers]]
name = "model"
kind = "openai"
base_url = "http://127.0.0.1:${server.address().port}/v1"
max_retries = 0
[[models]]
alias = "default"
provider = "model"
window = 100000
max_output = 10000
`;
  return model;
}

/** Pieces with a pause after each. */
export async function* slowly(pieces, milliseconds) {
  for (const piece of pieces) {
    yield piece;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
