// The lines of an export of the log (NDJSON): everything that is needed to verify it elsewhere, and nothing personal.
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import type { LoggedTransition, SubjectEnd } from './check-chain.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(500);
const version = z.number().int().min(0);

const head = z.strictObject({ kind: z.literal('export'), format: z.literal('interlock-log-1'), at: text });
const machine = z.strictObject({
  kind: z.literal('machine'),
  machine: text,
  version,
  hash,
  definition: z.record(z.string(), z.unknown()),
});
const subject = z.strictObject({
  kind: z.literal('subject'),
  id: text,
  /** Null when the subject has no row of its own. */
  end: z
    .strictObject({
      version,
      chainHead: hash,
      machine: text,
      machineVersion: version,
      state: text,
      history: text.nullable(),
    })
    .nullable(),
});
/** Of the subject line before it, by version. */
const row = z.strictObject({
  kind: z.literal('row'),
  version,
  event: text,
  type: text,
  from: text,
  to: text,
  history: text.nullable(),
  machine: text,
  machineVersion: version,
  machineHash: text,
  source: text,
  by: text,
  occurredAt: text,
  recordedAt: text,
  payloadCommit: hash,
  prevHash: hash,
  hash,
  epoch: z.number().int().positive(),
  xid: z.string().regex(/^\d{1,20}$/),
});
const end = z.strictObject({
  kind: z.literal('end'),
  subjects: z.number(),
  transitions: z.number(),
  checkpoints: z.number(),
});

const exportLine = z.discriminatedUnion('kind', [head, machine, subject, row, end]);

/** Checkpoints are lines of their own form: see checkpoint.ts. */
export type ExportLine = z.infer<typeof exportLine>;
type RowLine = z.infer<typeof row>;

/** Null for a line that no export has. */
export function exportLineOf(line: string): ExportLine | null {
  try {
    return exportLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

export const toExportLine = (line: ExportLine): string => canonicalJson(line);

/** A row with its place in the sealed order. */
export type ExportedRow = LoggedTransition & { epoch: number; xid: string };

export const rowLine = ({ header, payloadCommit, prevHash, hash, epoch, xid }: ExportedRow): RowLine => {
  const { subject: _, ...said } = header;
  return {
    kind: 'row',
    ...said,
    payloadCommit: payloadCommit.toString('hex'),
    prevHash: prevHash.toString('hex'),
    hash: hash.toString('hex'),
    epoch,
    xid,
  };
};

export function rowOf(subject: string, line: RowLine): ExportedRow {
  const { kind: _, payloadCommit, prevHash, hash, epoch, xid, ...said } = line;
  return {
    header: { subject, ...said },
    payloadCommit: Buffer.from(payloadCommit, 'hex'),
    prevHash: Buffer.from(prevHash, 'hex'),
    hash: Buffer.from(hash, 'hex'),
    epoch,
    xid,
  };
}

export const subjectLine = (id: string, end: SubjectEnd | null): ExportLine => ({
  kind: 'subject',
  id,
  end: end && { ...end, chainHead: end.chainHead.toString('hex') },
});

export const endOf = (line: Extract<ExportLine, { kind: 'subject' }>): SubjectEnd | null =>
  line.end && { ...line.end, chainHead: Buffer.from(line.end.chainHead, 'hex') };
