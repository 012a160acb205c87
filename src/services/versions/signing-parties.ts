// Who has to sign a version, as machines/signers.json says; a file that says nobody stops whoever asks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type MachineName, machineNames } from '../../core/machine/definition.ts';
import { projectFolder } from '../../project-folder.ts';

/** What can be signed: a machine by its name, or the dictionary. */
export type Signable = MachineName | 'dictionary';
export const signables: readonly Signable[] = [...machineNames, 'dictionary'];

// Two at least: one alone would be a version that its proposer lets run.
const parties = z
  .array(z.string().trim().min(1).max(60))
  .min(2)
  .max(20)
  .refine((list) => new Set(list).size === list.length, { error: 'names a party twice' });

/** `default` holds for whatever has no list of its own. */
export const signersSchema = z.strictObject({ default: parties, ...mapOf(signables, () => parties.optional()) });
export type Signers = z.infer<typeof signersSchema>;

let known: Signers | undefined;

/** Read once. Throws, naming the file, when it does not say who has to sign. */
export function loadSigners(): Signers {
  if (known) return known;
  const file = join(projectFolder, 'machines', 'signers.json');
  const read = signersSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`machines/signers.json: ${z.prettifyError(read.error)}`);
  known = read.data;
  return known;
}

/** In the order of the file. */
export const partiesFor = (what: Signable, signers: Signers = loadSigners()): readonly string[] =>
  signers[what] ?? signers.default;

/** Every party that any list names. */
export const allParties = (signers: Signers = loadSigners()): string[] => [
  ...new Set([...signers.default, ...signables.flatMap((one) => signers[one] ?? [])]),
];

function mapOf<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}
