// What each figure on a page must be, counted in plain loops over the rows by the definitions that stand beside the figures.
import { definitionFigures } from './definitions.ts';
import type { Ledger, Row } from './ledger.ts';

/** By the figure's name; a name that ends in `.` stands for all that begin so and are not there: they must be 0. */
export type Expected = Readonly<Record<string, number | null>>;

const isOpen = (row: Row): boolean => ['ready', 'leased'].includes(row.status);
const isShown = (row: Row): boolean => row.status === 'confirmed' && row.settled_by !== 'origin';

/** All rows must lie in the period that the pages show. `now` in ms; `slowMs` after which a write counts as stuck. */
export function expectedFigures(ledger: Ledger, now: number, slowMs: number): Expected {
  return {
    ...overview(ledger),
    ...events(ledger),
    ...stuck(ledger, now, slowMs),
    ...flow(ledger, now, slowMs),
    ...writebacks(ledger),
    ...agreement(ledger),
    ...incidents(ledger),
    ...access(ledger, now),
    ...applications(ledger),
    ...alerts(ledger),
    ...definitionFigures(ledger),
  };
}

function overview({ writeback, transition, incident }: Ledger): Record<string, number | null> {
  const figures: Record<string, number | null> = {};
  const ended = writeback.filter((row) => isShown(row) || ['dead', 'waived'].includes(row.status)).length;
  const confirmed = writeback.filter(isShown);
  const first = confirmed.filter((row) => row.tries <= 1 && row.contradictions === 0 && row.conflicts === 0);
  figures['overview.confirmedRate'] = ended === 0 ? null : confirmed.length / ended;
  figures['overview.firstTryRate'] = ended === 0 ? null : first.length / ended;
  figures['overview.latencyMs'] = median(confirmed.map((row) => onScale(row.settled_at - row.created_at)));
  figures['overview.contradicted'] = sum(writeback.map((row) => row.contradictions));
  const hires = transition.filter((row) => row.machine === 'application' && row.to_state === 'hired').length;
  const conflicts = incident.filter((row) => row.kind === 'field_conflict').length;
  figures['overview.conflictsPerHire'] = hires === 0 ? null : conflicts / hires;
  for (const row of writeback)
    for (const of of [row.connection_id, `${row.machine} ${row.event_type}`])
      for (const [name, counts] of Object.entries({
        writebacks: true,
        confirmed: isShown(row),
        open: isOpen(row),
        dead: row.status === 'dead',
      }))
        add(figures, `overview.${name}.${of}`, counts ? 1 : 0);
  return figures;
}

const endings = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'];

function events({ event, kpi_hour: hours }: Ledger): Record<string, number> {
  const figures: Record<string, number> = {};
  const repeated = sum(hours.filter((row) => row.measure === 'event.duplicate').map((row) => Number(row.count)));
  for (const page of ['overview', 'events']) {
    figures[`${page}.received`] = event.length + repeated;
    for (const one of endings)
      figures[`${page}.${one}`] =
        event.filter((row) => row.disposition === one).length + (one === 'duplicate' ? repeated : 0);
  }
  for (const row of event) if (row.code !== null) add(figures, `events.${row.disposition}.${row.code}`, 1);
  return figures;
}

/** Every single thing that is stuck: its cause, the subject that it holds up, and whose turn it is. */
function stuckThings(ledger: Ledger, now: number, slowMs: number): { cause: string; subject: string | null }[] {
  const { subject, writeback, lane, connection, incident, event } = ledger;
  const late = subject.filter((row) => row.sla_due_at !== null && !row.ended && row.sla_due_at.getTime() < now);
  const heads = writeback.filter((row) => {
    const own = lane.find((one) => one.subject_id === row.subject_id && one.connection_id === row.connection_id);
    return [...'ready leased dead'.split(' ')].includes(row.status) && own?.done_seq + 1 === row.lane_seq;
  });
  const unconfirmed = heads.filter((row) => {
    const own = lane.find((one) => one.subject_id === row.subject_id && one.connection_id === row.connection_id);
    const target = connection.find((one) => one.id === row.connection_id);
    const trouble = own.held_reason !== null || target.status !== 'active' || target.circuit !== 'closed';
    return row.status === 'dead' || trouble || row.tries >= 2 || now - row.created_at.getTime() > slowMs;
  });
  const open = incident.filter((row) => row.settled_at === null);
  const of = (cause: string, rows: readonly Row[], key = 'subject_id') =>
    rows.map((row) => ({ cause, subject: row[key] as string | null }));
  return [
    ...of('late_against_sla', late, 'id'),
    ...of('write_unconfirmed', unconfirmed),
    ...of(
      'systems_disagree',
      open.filter((row) => row.kind === 'divergence'),
    ),
    ...of(
      'event_missing',
      event.filter((row) => row.disposition === 'parked'),
    ),
    ...of(
      'incident_open',
      open.filter((row) => !['divergence', 'dead_writeback'].includes(row.kind)),
    ),
  ];
}

function stuck(ledger: Ledger, now: number, slowMs: number): Record<string, number> {
  const things = stuckThings(ledger, now, slowMs);
  const figures: Record<string, number> = { 'stuck.all': things.length, 'overview.stuck': things.length };
  for (const { cause } of things) for (const page of ['stuck', 'overview.stuck']) add(figures, `${page}.${cause}`, 1);
  figures['overview.disagreeing'] = things.filter(({ cause }) => cause === 'systems_disagree').length;
  return figures;
}

/** The version that the season's applications are in. */
export const versionOf = ({ subject }: Ledger): number =>
  subject.find((row) => row.machine === 'application')?.machine_version;

const jumpCodes = ['illegal_transition', 'source_not_authorised', 'guard_failed', 'closed', 'expired'];

/** Of the version of the application machine that all subjects of the season are in. */
function flow(ledger: Ledger, now: number, slowMs: number): Record<string, number> {
  const figures: Record<string, number> = {};
  const version = versionOf(ledger);
  const own = ledger.subject.filter((row) => row.machine === 'application' && row.machine_version === version);
  const stateOf = new Map(own.map((row) => [row.id, row.state]));
  for (const row of own) {
    add(figures, `flow.here.${row.state}`, 1);
    if (row.sla_due_at !== null && !row.ended && row.sla_due_at.getTime() < now)
      add(figures, `flow.late.${row.state}`, 1);
  }
  for (const id of new Set(stuckThings(ledger, now, slowMs).map(({ subject }) => subject)))
    if (id !== null && stateOf.has(id)) add(figures, `flow.stuck.${stateOf.get(id)}`, 1);
  for (const row of ledger.event)
    if (
      row.disposition === 'refused' &&
      jumpCodes.includes(row.code) &&
      stateOf.has(row.subject_id) &&
      row.detail?.state
    )
      add(figures, `flow.refused.${row.detail.state}`, 1);
  for (const row of ledger.writeback)
    if ((isOpen(row) || row.status === 'dead') && row.machine === 'application' && row.machine_version === version)
      add(figures, `flow.unconfirmed.${row.from_state}`, 1);
  return figures;
}

function writebacks({ writeback }: Ledger): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const status of ['ready', 'leased', 'dead'])
    figures[`writebacks.${status}`] = writeback.filter((row) => row.status === status).length;
  return figures;
}

/** Pairs of a subject that is open and a system with a lane for it; they differ while its lane has a head that is not settled, or an incident says so. */
function agreement({ subject, lane, writeback, incident }: Ledger): Record<string, number> {
  const figures: Record<string, number> = {};
  const ended = new Set(subject.filter((row) => row.ended).map((row) => row.id));
  const pairOf = (row: Row): string => `${row.subject_id} ${row.connection_id}`;
  const lanes = new Set(lane.map(pairOf));
  const open = new Map<string, Row>();
  for (const row of writeback) if (isOpen(row) || row.status === 'dead') open.set(pairOf(row), row);
  for (const row of incident)
    if (row.kind === 'divergence' && row.settled_at === null && !open.has(pairOf(row))) open.set(pairOf(row), row);
  for (const row of lane) if (!ended.has(row.subject_id)) add(figures, `agreement.pairs.${row.connection_id}`, 1);
  for (const row of open.values()) {
    add(figures, `agreement.open.${row.connection_id}`, 1);
    if (ended.has(row.subject_id) || !lanes.has(pairOf(row))) add(figures, `agreement.pairs.${row.connection_id}`, 1);
  }
  return figures;
}

function incidents({ incident }: Ledger): Record<string, number> {
  const open = incident.filter((row) => row.settled_at === null);
  const figures: Record<string, number> = { 'incidents.open': open.length };
  for (const row of open) add(figures, `incidents.${row.kind}`, 1);
  return figures;
}

function access({ account, session, client, checkpoint }: Ledger, now: number): Record<string, number> {
  const figures: Record<string, number> = { 'access.review.accounts': 0, 'access.review.clients': 0 };
  for (const { id } of account)
    figures[`access.sessions.${id}`] = session.filter(
      (row) => row.account_id === id && row.expires_at.getTime() > now,
    ).length;
  if (client.length > 0) throw new Error('This season has no clients: count them here once it has.');
  if (checkpoint.length > 0) throw new Error('Nothing is sealed in this season.');
  return figures;
}

function applications({ subject }: Ledger): Record<string, number> {
  // Unless somebody asks for the others, those that have not ended.
  return { 'applications.count': subject.filter((row) => !row.ended).length };
}

function alerts({ alert }: Ledger): Record<string, number> {
  const firing = alert.filter((row) => row.status === 'firing');
  const figures: Record<string, number> = { 'alerts.firing': firing.length };
  for (const row of alert) figures[`alerts.told.${row.id}`] = row.told;
  return figures;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

function add(figures: Record<string, number | null>, name: string, by: number): void {
  figures[name] = (figures[name] ?? 0) + by;
}

/** As durations are kept: the nearest step of a scale whose steps are 2 % apart, from a millisecond on. */
const onScale = (ms: number): number => 1.02 ** Math.max(0, Math.round(Math.log(ms) / Math.log(1.02)));

/** The middle of the sorted values, or half way between the two in the middle. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
