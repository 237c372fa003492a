// The thread of CuttableAgents (ag_ui.mjs).
import { parentPort } from 'node:worker_threads';
import { HttpAgent } from '@ag-ui/client';

process.on('unhandledRejection', () => {});
console.error = () => {};

parentPort.on('message', async ({ number, options, runId }) => {
  const agent = new HttpAgent(options);
  const types = [];
  const outcome = { number, types };
  try {
    await agent.runAgent({ runId }, { onEvent: ({ event }) => void types.push(event.type) });
  } catch (error) {
    outcome.error = String(error);
  }
  parentPort.postMessage({ ...outcome, messages: agent.messages });
});
