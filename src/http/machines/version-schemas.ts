// Requests and answers about versions of machines: how each stands, what differs between two, and history replayed against one.
import { z } from '@hono/zod-openapi';
import type { Replayed } from '../../core/machine/replay-steps.ts';
import { definitionCharsMax, noteCharsMax } from '../../services/versions/propose-version.ts';
import type { Version, VersionStatus } from '../../services/versions/read-versions.ts';
import { idSchema, plainText } from '../documented.ts';

const statuses = [
  'in_force',
  'released',
  'retired',
  'proposed',
  'signed',
  'rejected',
  'replaced',
] as const satisfies readonly VersionStatus[];

export const versionOfMachine = z
  .object({
    machine: z.string(),
    version: z.number().int(),
    hash: z.string().describe('SHA-256 of the content; signatures are bound to it'),
    status: z
      .enum(statuses)
      .describe('`in_force`: new subjects begin in it; `signed`: complete, and runs from the next start on'),
    releasedAt: z.string().nullable(),
    proposal: z
      .object({ note: z.string(), by: z.string(), proposedAt: z.string() })
      .nullable()
      .describe('null: it came with the installation'),
    required: z.array(z.string()).describe('Parties that have to sign'),
    standing: z.object({
      state: z.enum(['complete', 'incomplete', 'rejected']),
      approved: z.array(z.string()),
      missing: z.array(z.string()),
      rejected: z.array(z.string()),
    }),
  })
  .openapi('VersionStanding');

export const signaturesSchema = versionOfMachine
  .extend({
    decisions: z.array(
      z.object({
        party: z.string(),
        displayName: z.string().describe('As the signer chose to be shown'),
        decision: z.enum(['approved', 'rejected']),
        reason: z.string().nullable(),
        decidedAt: z.string(),
      }),
    ),
    file: z.string().describe('All signatures with the content, to be verified anywhere'),
  })
  .openapi('VersionSignatures');

export const proposalBody = z
  .object({
    definition: z
      .looseObject({ id: z.string(), version: z.string() })
      .describe(`The machine as machines/*.ts have it; at most ${definitionCharsMax} characters of JSON`),
    note: plainText(noteCharsMax).describe('Why; kept for ever, so write nothing personal'),
  })
  .strict();

export const proposedSchema = z
  .object({
    machine: z.string(),
    version: z.number().int(),
    hash: z.string(),
    replaces: z
      .string()
      .nullable()
      .describe('The hash of an earlier proposal of this number; its signatures count no more'),
    signatures: z.string(),
  })
  .openapi('ProposedVersion');

const fields = z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }));
const change = z.enum(['added', 'removed', 'changed']);
export const diffSchema = z
  .object({
    before: z.object({ version: z.number().int(), hash: z.string() }),
    after: z.object({ version: z.number().int(), hash: z.string() }),
    states: z.array(z.object({ path: z.string(), change, fields })),
    transitions: z.array(
      z.object({ from: z.string(), event: z.string(), guard: z.string().nullable(), to: z.string(), change, fields }),
    ),
    machine: fields,
  })
  .openapi('MachineDiff');

const kinds = ['same', 'elsewhere', 'refused', 'held'] as const satisfies readonly Replayed['kind'][];
export const replayQuery = z.object({ after: idSchema('sub').optional().describe('`next` of the page before') });
export const replaySchema = z
  .object({
    subjects: z.number().int(),
    counts: z.object({ same: z.number(), elsewhere: z.number(), refused: z.number(), held: z.number() }),
    different: z
      .array(
        z.object({
          subject: z.string(),
          state: z.string().describe('Where it stands'),
          steps: z.number().int(),
          result: z.looseObject({ kind: z.enum(kinds), state: z.string().optional() }),
        }),
      )
      .optional()
      .describe('Only for clients that may read subjects'),
    next: z.string().nullable(),
  })
  .openapi('VersionReplay');

export const viewOf = ({ of, status, required, standing, releasedAt, proposal }: Version) => ({
  machine: of.name,
  version: of.version,
  hash: of.hash,
  status,
  releasedAt,
  proposal: proposal && {
    note: proposal.note,
    by: `${proposal.proposer_kind}:${proposal.proposer_id}`,
    proposedAt: proposal.proposed_at,
  },
  required: [...required],
  standing,
});
