// Bugs that are put into the product on purpose: each is a plausible mistake, and the campaign must notice every one.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text to be changed.

export interface Mutant {
  name: string;
  /** What would go wrong in production. */
  bug: string;
  /** The tier that must notice, within ten of its schedules. */
  tier: 'simulation' | 'schedules' | 'recovery' | 'tamper' | 'erasure';
  /** Of that tier, those with this in their name. */
  only?: string;
  /** In the copy: this text, which must be there exactly once, becomes that. */
  edits: readonly { file: string; from: string; to: string }[];
}

const edit = (file: string, from: string, to: string): Mutant['edits'][number] => ({ file, from, to });

export const mutants: readonly Mutant[] = [
  {
    name: 'no lane gate',
    bug: 'A writeback leaves although one before it in its lane is still on its way',
    tier: 'simulation',
    edits: [edit('src/core/delivery/lane.ts', 'lane.doneSeq === seq - 1 &&', '')],
  },
  {
    name: 'no look before the write',
    bug: 'What somebody else wrote in the target is overwritten unseen',
    tier: 'simulation',
    edits: [
      edit(
        'src/adapters/apply.ts',
        '!target.expected(reading) && !mayOverwrite(work.overwrites, reading.state)',
        'false',
      ),
    ],
  },
  {
    name: 'a yes is believed',
    bug: 'A vendor that answers 200 and saves nothing counts as done',
    tier: 'simulation',
    edits: [
      edit(
        'src/adapters/apply.ts',
        "  const after = await target.read();\n  if (after.kind === 'shows' && target.shows(after.reading))\n    return { kind: 'confirmed', ...(ref === undefined ? {} : { ref }) };",
        "  if (said.kind === 'accepted') return { kind: 'confirmed', ...(ref === undefined ? {} : { ref }) };\n  const after = await target.read();\n  if (after.kind === 'shows' && target.shows(after.reading))\n    return { kind: 'confirmed', ...(ref === undefined ? {} : { ref }) };",
      ),
    ],
  },
  {
    name: 'blind repetition',
    bug: 'A write whose answer was lost is made again without a look',
    tier: 'simulation',
    edits: [
      edit(
        'src/adapters/apply.ts',
        'if (reading && target.shows(reading)) return',
        'if (reading && target.shows(reading) && work.attempt < 1) return',
      ),
      edit(
        'src/adapters/apply.ts',
        '!target.expected(reading) && !mayOverwrite(work.overwrites, reading.state)',
        '!target.shows(reading) && !target.expected(reading) && !mayOverwrite(work.overwrites, reading.state)',
      ),
    ],
  },
  {
    name: 'a result of any attempt counts',
    bug: 'A late failure of an attempt that was lost settles the one that runs now',
    tier: 'simulation',
    edits: [
      edit(
        'src/core/delivery/settle.ts',
        "(state.status !== 'leased' || attempt !== state.attempt)",
        "(state.status !== 'leased' || attempt < 0)",
      ),
    ],
  },
  {
    name: 'message ids without the attempt',
    bug: "The broker's dedupe swallows every retry",
    tier: 'simulation',
    edits: [
      edit(
        'src/core/delivery/message.ts',
        '`${command.id}.${command.attempt}.${command.mode}`',
        '`${command.id}.${command.mode}`',
      ),
    ],
  },
  {
    name: 'no dedupe',
    bug: 'The same event is decided again',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/record-events/plan.ts',
        '  if (known) return duplicateOf(batch, known, intake);\n',
        "  if (known && intake.fingerprint === '') return duplicateOf(batch, known, intake);\n",
      ),
    ],
  },
  {
    name: 'a yes without knowing',
    bug: 'An event is answered although nobody knows whether its transaction was committed',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/record-events/index.ts',
        "        job.reject(\n          failure === 'rejected' ? error : new Unavailable('The database did not confirm the event', { cause: error }),\n        );",
        "        if (failure === 'rejected') job.reject(error);\n        else job.resolve({ event: 'evt_unknown', disposition: 'applied', code: null, detail: null, subject: null, version: 1, writebacks: [] });",
      ),
    ],
  },
  {
    name: 'writebacks after the commit',
    bug: 'A crash between the two leaves a transition that no system ever hears of',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/record-events/save.ts',
        "    records\n      .insertWritebacks(tx, ledger.writebacks, limits.leaseMs)\n      .then(() => crashPoint('ingest.writebacks_inserted')),\n",
        '',
      ),
      edit(
        'src/services/record-events/index.ts',
        '      context.metrics.accepted(',
        '      await context.records.insertWritebacks(context.database.engine as never, ledger.writebacks, limits.leaseMs);\n      context.metrics.accepted(',
      ),
    ],
  },
  {
    name: 'counts beside the ledger',
    bug: 'Figures are counted when something is tried, not when it is recorded',
    tier: 'simulation',
    edits: [
      edit('src/services/record-events/save.ts', '    records.appendCounts(tx, ledger.counts.all()),\n', ''),
      edit(
        'src/services/record-events/index.ts',
        '      context.metrics.accepted(',
        '      await context.records.appendCounts(context.database.engine, ledger.counts.all());\n      context.metrics.accepted(',
      ),
    ],
  },
  {
    name: 'the origin is forgotten',
    bug: 'The system that caused a transition has no writeback of its own, so its lane has no record of what it shows',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/record-events/writebacks.ts',
        '    if (isOrigin) supersedeWaiting(batch, subject, connection.id);\n',
        '    if (isOrigin) supersedeWaiting(batch, subject, connection.id);\n    if (isOrigin) continue;\n',
      ),
    ],
  },
  {
    name: 'a lost attempt stays lost',
    bug: 'A command that was lost with its worker or by the broker is never driven again',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/delivery/sweep.ts',
        '  const expired = await context.records.findExpiredLeases(db, limits.sweepRowsMax);',
        '  const expired = (await context.records.findExpiredLeases(db, limits.sweepRowsMax)).slice(0, 0);',
      ),
    ],
  },
  {
    name: 'any result is believed',
    bug: "A worker speaks for another connection's writeback, or of an attempt that was never made",
    tier: 'simulation',
    edits: [
      edit(
        'src/services/delivery/apply-results.ts',
        'if (!row || row.connection_id !== arrival.connection || arrival.attempt > row.attempt) {',
        'if (!row) {',
      ),
    ],
  },
  {
    name: 'nobody is told',
    bug: 'A writeback is given up, or finds what it may not overwrite, and no incident is opened',
    tier: 'simulation',
    edits: [
      edit(
        'src/services/delivery/apply-results.ts',
        '  if (incidents.length > 0) await context.records.openIncidents(tx, incidents);',
        '  void incidents;',
      ),
    ],
  },
  {
    name: 'a chain from the start',
    bug: 'Each transition is chained to the one that the batch found, not to the one before it',
    tier: 'simulation',
    edits: [edit('src/services/record-events/apply.ts', '  subject.chainHead = hash;\n', '')],
  },
  {
    name: 'cursor relay',
    bug: 'The dispatcher goes on from the last id it saw, so what commits later under an earlier id is never sent',
    tier: 'schedules',
    edits: [
      edit(
        'src/store/engine/writebacks.ts',
        "w.status = 'ready' and w.due_at <= ${statementClock} and w.lane_seq = l.done_seq + 1 and l.held_reason is null\n        and not w.target_state",
        "w.status = 'ready' and w.due_at <= ${statementClock} and w.lane_seq = l.done_seq + 1 and l.held_reason is null\n      and w.id > coalesce((select max(x.id) from writeback x where x.connection_id = w.connection_id and x.status in ('confirmed', 'leased')), '')\n        and not w.target_state",
      ),
    ],
  },
  {
    name: 'results without locks',
    bug: 'Two results of one writeback are applied at once, each unaware of the other',
    tier: 'schedules',
    edits: [
      edit('src/store/engine/results.ts', 'order by w.id for no key update of w`', 'order by w.id`'),
      // The lane's lock alone would do for two results of one writeback.
      edit(
        'src/store/engine/results.ts',
        'order by l.subject_id, l.connection_id for no key update of l)',
        'order by l.subject_id, l.connection_id)',
      ),
    ],
  },
  {
    name: 'dedupe in memory',
    bug: 'A process that was started again, or another one, has never seen the event',
    tier: 'schedules',
    edits: [
      edit('migrations/0002_events_and_transitions.sql', '  unique (source, external_id)', '  check (true)'),
      edit(
        'src/services/record-events/load.ts',
        '    records.findEvents(tx, uniqueKeys(intakes)),\n',
        '    records.findEvents(tx, uniqueKeys(intakes)).then((rows) => {\n      const here = rows.filter((row) => seenHere.has(row.external_id));\n      for (const intake of intakes) seenHere.add(intake.externalId);\n      return here;\n    }),\n',
      ),
      edit(
        'src/services/record-events/load.ts',
        'export async function load(',
        'const seenHere = new Set<string>();\n\nexport async function load(',
      ),
    ],
  },
  {
    name: 'plain pool',
    bug: 'A connection that was left in a transaction or without an answer goes to the next caller',
    // A season needs luck for it: `pg` ends what it waited for in a pipeline, and another core does the work of a loop that stands.
    tier: 'recovery',
    only: 'holepostgres',
    edits: [
      edit(
        'src/store/database/pool.ts',
        '    watch(client as WatchedClient, siblings, named, options.onDestroyed ?? (() => {}), options.pipeline ?? false);\n',
        '    void watch;\n    void siblings;\n    void named;\n',
      ),
    ],
  },
  {
    name: 'no error listener',
    bug: 'A database connection that dies while it is in use ends the process',
    tier: 'schedules',
    edits: [edit('src/store/database/pool.ts', "    client.on('error', () => {});\n", '')],
  },
  {
    name: 'anchors ignored',
    bug: 'A log that was cut off at its end, checkpoints and all, passes for whole',
    tier: 'tamper',
    edits: [edit('src/services/log/verify-log.ts', 'checkAnchors(outside.anchors, ', 'checkAnchors([], ')],
  },
  {
    name: 'a chain without links',
    bug: 'A transition that was put in between is not noticed',
    tier: 'tamper',
    edits: [
      edit(
        'src/core/log/check-chain.ts',
        "if (!row.prevHash.equals(before?.hash ?? chainStart)) return 'not_linked';",
        'void chainStart;',
      ),
    ],
  },
  {
    name: 'erasure forgets the inbox',
    bug: 'The payloads of the events that told of an erased person stay',
    tier: 'erasure',
    edits: [
      edit(
        'src/store/persons/erasure.ts',
        'update event e set payload_ct = null, fingerprint',
        'update event e set fingerprint',
      ),
    ],
  },
];
