// An HTTP server whose responses are written down: for what a healthy server never does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Step = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface ScriptedServer {
  origin: string;
  /** `METHOD path last-event-id`, one for each request. */
  seen: string[];
}

/** Each request takes the next step; the last one is for all that follow. */
export async function startScript(...steps: Step[]): Promise<ScriptedServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const step = steps[Math.min(seen.length, steps.length - 1)]!;
    seen.push(`${request.method} ${request.url} ${request.headers['last-event-id'] ?? '-'}`);
    void step(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Sends events, and then ends, cuts or holds the connection. */
export const sse =
  (text: string, then: 'end' | 'cut' | 'hold' = 'end'): Step =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 10\n\n${text}`, () => {
      if (then === 'end') response.end();
      if (then === 'cut') setTimeout(() => response.destroy(), 20);
    });
  };

export const status =
  (code: number, body: unknown = {}, headers: Record<string, string> = {}): Step =>
  (_, response) => {
    response.writeHead(code, { 'content-type': 'application/problem+json', ...headers });
    response.end(code === 204 ? undefined : JSON.stringify(body));
  };
