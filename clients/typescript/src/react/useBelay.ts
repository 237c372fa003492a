import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { ChatController, type ChatOptions } from '../chat/controller.js';
import type { ChatState } from '../chat/state.js';
import type { BelayClient } from '../client.js';

export interface UseBelayOptions extends ChatOptions {
  client: BelayClient;
}

type Actions = Pick<
  ChatController,
  | 'sendMessage'
  | 'stop'
  | 'regenerate'
  | 'edit'
  | 'continueAnswer'
  | 'resume'
  | 'retry'
  | 'chooseBranch'
  | 'react'
  | 'loadOlder'
  | 'dismissError'
>;

export interface Belay extends ChatState, Actions {
  readonly controller: ChatController;
}

/**
 * A chat. Another `chatId` or `client` is another chat; `modelId` may change at any time. Safe under server rendering (nothing is
 * sent before the component is mounted) and StrictMode. When it unmounts, answers go on at the server.
 */
export function useBelay(options: UseBelayOptions): Belay {
  const { client, chatId, modelId, projectId, taskId, surface } = options;
  const [held, setHeld] = useState(() => ({ client, chatId, controller: new ChatController(client, options) }));
  let current = held;
  if (held.client !== client || held.chatId !== chatId) {
    current = { client, chatId, controller: new ChatController(client, { chatId, modelId, projectId, taskId, surface }) };
    setHeld(current);
  }
  const { controller } = current;
  useEffect(() => {
    controller.modelId = modelId;
  }, [controller, modelId]);
  useEffect(() => controller.attach(), [controller]);
  return useBelayController(controller);
}

/** The same for a controller that the caller made, and that may live longer than a component. The caller attaches it. */
export function useBelayController(controller: ChatController): Belay {
  const initial = useMemo(() => controller.getSnapshot(), [controller]);
  const getServerSnapshot = useCallback(() => initial, [initial]);
  const state = useSyncExternalStore(controller.subscribe, controller.getSnapshot, getServerSnapshot);
  const actions = useMemo<Actions>(
    () => ({
      sendMessage: (text, settings) => controller.sendMessage(text, settings),
      stop: () => controller.stop(),
      regenerate: (messageId, settings) => controller.regenerate(messageId, settings),
      edit: (messageId, text) => controller.edit(messageId, text),
      continueAnswer: (messageId) => controller.continueAnswer(messageId),
      resume: () => controller.resume(),
      retry: () => controller.retry(),
      chooseBranch: (messageId) => controller.chooseBranch(messageId),
      react: (messageId, reaction) => controller.react(messageId, reaction),
      loadOlder: () => controller.loadOlder(),
      dismissError: () => controller.dismissError(),
    }),
    [controller],
  );
  return useMemo(() => ({ ...state, ...actions, controller }), [state, actions, controller]);
}
