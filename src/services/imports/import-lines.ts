// Takes lines of an import, in their order: records each on the decision path of every event, and counts exactly what came of them.
import { fingerprint } from '../../core/canonical-json.ts';
import type { ImportLine, ImportTerms, LineFault } from '../../core/deciding/import-line.ts';
import { readImportLine } from '../../core/deciding/import-line.ts';
import { subjectImported } from '../../core/deciding/imported.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import type { ImportRow, Progress } from '../../store/files/imports.ts';
import type { Context } from '../context.ts';
import type { SourceLine } from './import-source.ts';

/** What the lines of one import have in common. */
export interface Importing {
  id: string;
  connection: string;
  kind: SystemKind;
  /** Whose ids the file holds: that of the connection, in most cases. */
  system: string;
  terms: ImportTerms;
  writeBack: boolean;
}

export interface LineError extends LineFault {
  line: number;
}

export interface Taken {
  created: number;
  duplicates: number;
  errors: LineError[];
}

/** All lines of a batch at once: what is said twice in it is a duplicate of its first. Rejects with `Unavailable` when it must come again. */
export async function takeLines(context: Context, importing: Importing, lines: readonly SourceLine[]): Promise<Taken> {
  const taken: Taken = { created: 0, duplicates: 0, errors: [] };
  const recorded = await Promise.all(lines.map((one) => takeLine(context, importing, one)));
  for (const [index, result] of recorded.entries()) {
    const line = lines[index]?.line ?? 0;
    if (result === 'created') taken.created += 1;
    else if (result === 'duplicate') taken.duplicates += 1;
    else taken.errors.push(...result.map((fault) => ({ line, ...fault })));
  }
  return taken;
}

/** Totals of an import after so many more lines. */
export function progressOf(
  at: ImportRow,
  lines: number,
  { created, duplicates, errors }: Taken,
  bytes: number,
): Progress {
  const rules = { ...at.rules };
  // Two elements of one line may break the same rule: it is one line that broke it.
  for (const key of new Set(errors.map(({ line, rule }) => `${line} ${rule}`))) {
    const rule = key.slice(key.indexOf(' ') + 1);
    rules[rule] = (rules[rule] ?? 0) + 1;
  }
  return {
    rows_done: at.rows_done + lines,
    rows_created: at.rows_created + created,
    rows_duplicate: at.rows_duplicate + duplicates,
    rows_error: at.rows_error + new Set(errors.map(({ line }) => line)).size,
    errors_bytes: bytes,
    rules,
  };
}

type LineResult = 'created' | 'duplicate' | LineFault[];

async function takeLine(context: Context, importing: Importing, source: SourceLine): Promise<LineResult> {
  if ('fault' in source) return [source.fault];
  const read = readImportLine(source.cells, importing.terms);
  if (!read.ok) return read.faults;
  const { line } = source;
  const recorded = await context.recorder().bring({
    kind: 'import',
    intake: intakeOf(context, importing, read.line),
    place: { state: read.line.state, history: read.line.history },
    line: { import: importing.id, line },
    writeBack: importing.writeBack,
  });
  return resultOf(recorded, importing.id, line);
}

/** What this import had recorded before it was killed counts as what it is. */
function resultOf({ disposition, code, detail }: Recorded, id: string, line: number): LineResult {
  if (disposition === 'applied') return 'created';
  if (disposition === 'duplicate') return detail?.import === id && detail.line === line ? 'created' : 'duplicate';
  const todo =
    code === 'subject_known'
      ? 'nothing: it is known already by its own events, which count more than a file'
      : code === 'person_erased'
        ? 'nothing: this person was erased'
        : 'see the rule';
  return [{ rule: code ?? 'refused', todo }];
}

function intakeOf(
  { vault, now }: Context,
  { connection, kind, system, terms }: Importing,
  { ref, since, requisition, profile, data }: ImportLine,
): Intake {
  const machine = terms.machine.name;
  return {
    source: `connection:${connection}`,
    connection,
    by: kind,
    // An id that names somebody is replaced here too, as it does not stand alone.
    externalId: `import:${machine}:${vault.impersonalId(system, ref)}`,
    fingerprint: fingerprint({ ref, since, data }),
    machine,
    claim: { kind: 'event', type: subjectImported },
    subject: { kind: 'ref', system, ref },
    alsoKnownAs: [],
    ...(profile === null ? {} : { profile: { system, ref: profile } }),
    requisition: requisition === null ? null : { system, ref: requisition },
    machineVersion: null,
    occurredAt: since,
    receivedAt: new Date(now()).toISOString(),
    data,
  };
}
