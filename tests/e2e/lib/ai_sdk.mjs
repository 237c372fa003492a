// The AI SDK, as npm has it, over each of its providers.
import assert from 'node:assert/strict';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { startProvider } from './provider.mjs';
import { rejection } from './sdk.mjs';

// A provider for checkAiSdk(): it calls a tool, fails in its text, or says "It is good.", as the prompt wants.
export function aiSdkProvider(t) {
  return startProvider(t, async (its) => {
    const last = its.json.messages.at(-1);
    if (last.role === 'user' && last.content.includes('tempo')) {
      await its.toolCall(0, { id: 'p-1', name: 'set_tempo', pieces: ['{"bpm":', '120}'] });
      return its.done('tools');
    }
    if (last.role === 'user' && last.content.includes('fail')) {
      await its.piece('Half');
      return its.inStreamError('broken');
    }
    await its.piece('It is ');
    await its.piece(last.role === 'tool' ? 'set.' : 'good.');
    return its.done();
  });
}

// at(model): a model of the AI SDK's provider.
export async function checkAiSdk(t, at) {
  const chat = at('default');

  await t.test('generateText and streamText', async () => {
    const whole = await generateText({ model: chat, prompt: 'Say it.' });
    assert.equal(whole.text, 'It is good.');
    assert.equal(whole.finishReason, 'stop');
    assert.ok(whole.usage.inputTokens > 0);
    const streamed = streamText({ model: chat, prompt: 'Say it.' });
    let text = '';
    for await (const piece of streamed.textStream) text += piece;
    assert.equal(text, 'It is good.');
    assert.equal(await streamed.finishReason, 'stop');
    assert.ok((await streamed.usage).outputTokens > 0);
  });

  await t.test('a tool is called, and its result is sent back', async () => {
    const called = [];
    const set_tempo = tool({
      description: 'Sets the tempo.',
      inputSchema: jsonSchema({ type: 'object', properties: { bpm: { type: 'number' } } }),
      execute: async (input) => {
        called.push(input);
        return 'done';
      },
    });
    const result = streamText({ model: chat, prompt: 'Set the tempo.', tools: { set_tempo }, stopWhen: stepCountIs(3) });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    assert.equal(text, 'It is set.');
    assert.deepEqual(called, [{ bpm: 120 }]);
  });

  await t.test('errors: before the stream with their text, inside it as an error part', async () => {
    const refused = await rejection(generateText({ model: at('none'), prompt: 'Hi', maxRetries: 0 }));
    assert.equal(refused.statusCode, 404);
    assert.equal(refused.message, 'There is no model "none".');
    const result = streamText({ model: chat, prompt: 'Please fail.', maxRetries: 0, onError: () => {} });
    const kinds = [];
    for await (const part of result.fullStream) kinds.push(part.type);
    assert.equal(kinds.filter((kind) => kind === 'error').length, 1, kinds.join(' '));
    assert.equal(await result.finishReason, 'error');
  });
}
