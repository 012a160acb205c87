// The judgement of a soak, in pieces that fit in memory: the rig's rules over a thousand subjects at a time, the rest in SQL.
import type pg from 'pg';
import { answeredIsRecordedOnce, enoughSucceeded, receivedIsRecorded } from '../rig/checker/events.ts';
import type { Evidence, Finding } from '../rig/checker/evidence.ts';
import { countsAreTheRows } from '../rig/checker/figures.ts';
import { rules } from '../rig/checker.ts';
import { withClient } from '../rig/postgres.ts';
import type { Rig } from '../rig/rig.ts';
import type { Tables } from '../rig/tables.ts';
import { checkAnswers, checkReceived } from './check-events.ts';
import { checkCounts } from './check-figures.ts';
import { readSubjects } from './chunks.ts';
import type { Ledger } from './ledger.ts';
import type { VendorLogs } from './vendor-logs.ts';

export interface Judged {
  rig: Rig;
  ledger: Ledger;
  logs: VendorLogs;
  /** False when not everything had ended within the time allowed. */
  settled: boolean;
  /** Rare branches that only the senders' view shows are added here. */
  sometimes: Record<string, number>;
  log(line: string): void;
}

const subjectsAtOnce = 1_000;
const statementMs = 600_000;
/** Of each invariant: a broken run should not fill the disk with words. */
const findingsMax = 50;

/** Whole tables are not at hand: these are asked of the database instead. */
const elsewhere = [answeredIsRecordedOnce, receivedIsRecorded, enoughSucceeded, countsAreTheRows];
const perSubject = rules.filter(([, rule]) => !elsewhere.includes(rule));

export async function checkSoak(judged: Judged): Promise<Finding[]> {
  const { rig, ledger, settled } = judged;
  const findings: Finding[] = [
    ...(settled ? [] : [{ invariant: 'I5', detail: 'the run did not settle in the time allowed' }]),
    ...rig.deaths.map((detail) => ({ invariant: 'I12', detail })),
    ...ledger.contradictions.map((detail) => ({ invariant: 'I1', detail })),
  ];
  await withClient(
    rig.databaseUrl,
    async (client) => {
      await client.query(`set statement_timeout = ${statementMs}`);
      findings.push(...(await checkAnswers(client, judged)));
      findings.push(...(await checkReceived(client, judged)));
      findings.push(...(await checkCounts(client)));
      findings.push(...(await checkSubjects(client, judged)));
    },
    statementMs,
  );
  return bounded(findings);
}

/** Every subject with all that belongs to it, through the same rules that judge a schedule. */
async function checkSubjects(client: pg.Client, judged: Judged): Promise<Finding[]> {
  const employees = new Map<string, Evidence['bamboohr'][number][]>();
  for (const { id, fields } of judged.rig.vendors.bamboohr.employees()) {
    const key = fields.customInterlockId ?? '';
    const one = { id, key, status: fields.employmentHistoryStatus ?? null };
    employees.set(key, [...(employees.get(key) ?? []), one]);
  }
  const findings: Finding[] = [];
  let after = '';
  for (;;) {
    const { rows } = await client.query<{ id: string }>('select id from subject where id > $1 order by id limit $2', [
      after,
      subjectsAtOnce,
    ]);
    const ids = rows.map((row) => row.id);
    if (ids.length === 0) return findings;
    after = ids.at(-1) ?? '';
    const evidence = evidenceOf(
      judged,
      await readSubjects(client, ids),
      ids.flatMap((id) => employees.get(id) ?? []),
    );
    for (const [invariant, rule] of perSubject)
      findings.push(...rule(evidence).map((detail) => ({ invariant, detail })));
  }
}

function evidenceOf({ rig, logs }: Judged, tables: Tables, bamboohr: Evidence['bamboohr']): Evidence {
  const { greenhouse } = rig.vendors;
  const cards = tables.subject_ref.filter((ref) => ref.system === 'greenhouse' && ref.machine === 'application');
  const places = cards.flatMap(({ external_id: id }) => {
    const card = greenhouse.application(id);
    return card ? [[id, card.status === 'in_process' ? card.stage.name : card.status] as const] : [];
  });
  return {
    tables,
    operations: [],
    sources: { ats: '', portal: '' },
    greenhouse: { log: cards.flatMap((ref) => logs.ofApplication(ref.external_id)), places: new Map(places) },
    bamboohr,
    received: [],
    webhooksLost: greenhouse.webhooks?.counts().lost ?? 0,
    // Asked for once, not per piece.
    deaths: [],
    settled: true,
    readLagMs: 500,
    successShare: 1,
  };
}

function bounded(findings: readonly Finding[]): Finding[] {
  const seen: Record<string, number> = {};
  return findings.filter(({ invariant }) => {
    seen[invariant] = (seen[invariant] ?? 0) + 1;
    return (seen[invariant] ?? 0) <= findingsMax;
  });
}
