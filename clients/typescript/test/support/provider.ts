// A server with a model that does as it is told: a provider that speaks Chat Completions.
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { startServer, type Server } from './server.js';

export interface Reply {
  /** A refusal. */
  status?: number;
  pieces?: string[];
  /** How it ends: null: not at all. */
  finish?: 'stop' | 'length' | 'content_filter' | null;
}

export interface Directed {
  server: Server;
  token: string;
  calls: () => number;
}

/** Each call of the model takes the next reply; the last one is for all that follow. */
export async function startDirected(...replies: Reply[]): Promise<Directed> {
  let calls = 0;
  const provider = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { status, pieces = [], finish = 'stop' } = replies[Math.min(calls++, replies.length - 1)]!;
      if (status !== undefined) {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: 'no', type: 'server_error', code: 'overloaded' } }));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (delta: object, reason: string | null = null) =>
        response.write(
          `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`,
        );
      for (const content of pieces) chunk({ role: 'assistant', content });
      if (finish === null) return;
      chunk({}, finish);
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    provider.closeAllConnections();
    provider.close();
  });
  const secret = randomBytes(32).toString('hex');
  const config = `
[[providers]]
name = "directed"
kind = "openai"
base_url = "http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1"
max_retries = 0

[[models]]
alias = "default"
provider = "directed"
window = 100000
max_output = 10000

[[auth.keys]]
env = "CLIENT_TEST_KEY"
alg = "HS256"
`;
  const server = await startServer({}, { config, env: { CLIENT_TEST_KEY: secret } });
  return { server, token: jwt(secret, { sub: 'ann', exp: 2 ** 32 }), calls: () => calls };
}

function jwt(secret: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
