import type { Schemas } from '@belay/client';
import { client } from '../lib/client.ts';
import { recall, remember } from '../lib/memory.ts';
import { signIn } from '../lib/session.ts';
import { Store } from '../lib/store.ts';

export type Model = NonNullable<Schemas['ChatModels']['models'][number]> & { id: string };

export interface Models {
  readonly tier: string;
  readonly models: readonly Model[];
  readonly personas: readonly { name: string; display_name: string }[];
  readonly chosen: string | undefined;
}

export const models = new Store<Models>({ tier: '', models: [], personas: [], chosen: recall<string>('model') });

export async function loadModels(): Promise<void> {
  const [found, voices] = await Promise.all([client.call('GET', '/api/chat/models'), client.call('GET', '/chat/personas').catch(() => undefined)]);
  models.update({
    tier: found.tier,
    models: found.models as Model[],
    personas: (voices?.personas ?? []) as { name: string; display_name: string }[],
  });
}

export function chooseModel(id: string): void {
  remember('model', id);
  models.update({ chosen: id });
}

/** The model that the next question goes to: the chosen one, if the plan has it. */
export function modelFor({ models: all, chosen }: Models): Model | undefined {
  return all.find((each) => each.id === chosen) ?? all[0];
}

signIn.subscribe(() => {
  if (signIn.get().state === 'out') models.update({ models: [], personas: [] });
});
