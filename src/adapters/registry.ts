// Every adapter that Interlock has, by name: a new vendor is one folder and one line here.
import { ashby } from './ashby/index.ts';
import { assessment } from './assessment/index.ts';
import { bamboohr } from './bamboohr/index.ts';
import { checkr } from './checkr/index.ts';
import { codesignal } from './codesignal/index.ts';
import { fileDrop } from './file-drop/index.ts';
import { greenhouse } from './greenhouse/index.ts';
import { lever } from './lever/index.ts';
import type { Adapter } from './port.ts';
import { screening } from './screening/index.ts';
import { signedWebhook } from './signed-webhook/index.ts';
import { smartrecruiters } from './smartrecruiters/index.ts';
import { workable } from './workable/index.ts';

const all: readonly Adapter[] = [
  ashby,
  assessment,
  bamboohr,
  checkr,
  codesignal,
  fileDrop,
  greenhouse,
  lever,
  screening,
  signedWebhook,
  smartrecruiters,
  workable,
];

/** Adapters by name, as connections name them. */
export const adapters: ReadonlyMap<string, Adapter> = new Map(all.map((adapter) => [adapter.name, adapter]));

/** The adapter of that name. Throws, naming those there are, when there is none. */
export function findAdapter(name: string): Adapter {
  const adapter = adapters.get(name);
  if (!adapter) throw new Error(`There is no adapter "${name}". Adapters: ${[...adapters.keys()].join(', ')}.`);
  return adapter;
}
