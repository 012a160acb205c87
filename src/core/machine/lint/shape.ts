// Rule `malformed`: a definition has the members that machine-definition.ts knows, of the right types, and no others.
import { z } from 'zod';
import { systemKinds } from '../definition.ts';
import type { Finding } from './finding.ts';

const stateKey = z.string().regex(/^[a-z][a-z0-9_]*$/, 'a state is named in lower case with underscores');
const eventType = z
  .string()
  .regex(/^[a-z][a-z_]*\.[a-z][a-z_]*$/, 'an event is named by two lower-case words joined by a dot');

// Members may be missing here: the rules after this one say so in better words.
const stateMeta = z.strictObject({
  owner: z.string().optional(),
  sla: z.string().nullable().optional(),
  systemOfRecord: z.enum(systemKinds).optional(),
  onDivergence: z.enum(['revert', 'hold']).optional(),
});

const transition = z.strictObject({
  target: z.string(),
  description: z.string().optional(),
  guard: z.strictObject({ type: z.string(), params: z.record(z.string(), z.string()).optional() }).optional(),
  meta: z
    .strictObject({
      causedBy: z.array(z.enum(systemKinds)).optional(),
      requires: z.array(z.string()).optional(),
      backward: z.literal(true).optional(),
    })
    .optional(),
});

const state = z.strictObject({
  type: z.enum(['final', 'history']).optional(),
  history: z.enum(['deep', 'shallow']).optional(),
  initial: z.string().optional(),
  description: z.string().optional(),
  meta: stateMeta.optional(),
  on: z.record(eventType, z.union([transition, z.array(transition)])).optional(),
  get states() {
    return z.record(stateKey, state).optional();
  },
});

const machine = z.strictObject({
  id: z.enum(['application', 'requisition', 'onboarding']),
  version: z.string().regex(/^[1-9][0-9]*$/, 'a version is a whole number from 1, as text'),
  description: z.string(),
  initial: z.string(),
  states: z.record(stateKey, state),
});

export function shapeFindings(definition: unknown): Finding[] {
  const parsed = machine.safeParse(definition);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({
    rule: 'malformed',
    severity: 'error',
    path: statePath(issue.path),
    message: `${issue.path.map(String).join(' › ')}: ${issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message}`,
  }));
}

/** `states › active › states › triage › meta` stands for the state `active.triage`. */
function statePath(path: readonly PropertyKey[]): string {
  const keys: string[] = [];
  for (let at = 0; path[at] === 'states' && at + 1 < path.length; at += 2) keys.push(String(path[at + 1]));
  return keys.join('.');
}
