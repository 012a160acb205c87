// The named places between two steps where a test may have the process die, and the counter that says when.

/** Each place by name, and what is done and not yet done there. */
export const crashPoints = {
  'ingest.verified': 'a webhook is proven to be from its sender; nothing is stored',
  'ingest.locked': 'the subjects of a batch are locked',
  'ingest.events_inserted': 'the events are in the inbox; their transitions are not in the log',
  'ingest.transitions_inserted': 'the transitions are in the log; nothing says yet who must show them',
  'ingest.lanes_saved': 'the lanes have their new numbers; the writebacks that carry them are missing',
  'ingest.writebacks_inserted': 'the writebacks are inserted; incidents and counts are not',
  'ingest.before_commit': 'everything is written and nothing committed',
  'ingest.committed': 'the batch is committed; no command has left and nobody was answered',
  'ingest.published': 'commands were handed to the bus; nobody was answered',
  'ingest.reply_cut': 'half of the answer has left',
  'relay.claimed': 'writebacks that were due are leased; their commands have not left',
  'relay.command_sent': 'a command is on its way; the bus has not said that it holds it',
  'relay.command_stored': 'the bus holds a command; its sequence is not noted',
  'worker.command_received': 'a command was taken; nothing was looked up',
  'worker.work_read': 'the worker knows what to write; the vendor was not called',
  'worker.before_vendor_request': 'a request to the vendor is made up and not sent',
  'worker.vendor_request_cut': 'half of a write has left for the vendor',
  'worker.vendor_answered': 'the vendor has carried out a write; its answer was not read',
  'worker.before_result': 'the outcome is known to the worker alone',
  'worker.result_sent': 'a result is on its way; the bus has not said that it holds it',
  'worker.result_stored': 'the bus holds the result; the command is not acknowledged',
  'worker.command_acknowledged': 'the acknowledgement of a command was handed to the connection',
  'results.received': 'results were taken; nothing is locked',
  'results.locked': 'the lanes and writebacks of results are locked',
  'results.before_commit': 'results are applied and the next heads claimed; nothing is committed',
  'results.committed': 'results are committed; the next commands have not left',
  'results.applied': 'the next commands were handed to the bus; the results are not acknowledged',
  'results.acknowledged': 'the acknowledgements of results were handed to the connection',
  'sweeper.lease_expired': 'leases were found to be over; they are still leased',
  'sweeper.lease_lost': 'their attempts are recorded as lost; parking was not looked at',
  'sweeper.parking_expired': 'events were found to have waited too long; they are still parked',
  'sealer.root_computed': 'a Merkle root is computed and signed; no checkpoint is on record',
  'sealer.committed': 'a checkpoint is on record; nobody outside has it',
  'files.rows_recorded': 'rows of a file are recorded; how far it was taken is not noted',
  'files.taken': 'a file is taken; it still lies where it was dropped',
  'files.packed': 'rows are one file; nothing of it is written',
  'files.prepared': 'an outgoing file is whole under its temporary name',
  'files.renamed': 'an outgoing file has its name; that is not noted',
  'erasure.values_emptied': 'what was said about a person is emptied; the keys are still there',
  'erasure.keys_destroyed': 'the keys are destroyed; nothing is committed',
  'erasure.committed': 'the erasure is committed; this process still holds the keys in memory',
  'erasure.feed_told': 'readers of the feed were told; that is not noted',
  'erasure.heap_cleaned': 'the tables were cleaned; the end is not on record',
  'migration.file_under_way': 'the server carries out the statements of a migration',
  'migration.file_applied': 'the statements of a migration are carried out; its transaction is open',
  'activation.machine_kept': 'a machine version is on record; the next ones are not',
  'activation.dictionary_kept': 'all versions are on record; nothing runs yet',
} as const;

export type CrashPointName = keyof typeof crashPoints;

/** Says that the process has come to a place. Returns, unless this is where and when it was told to die. */
export type CrashPoint = (name: CrashPointName) => void;

/** Die when the place is reached for the `hit`th time, counted from 1. */
export interface ArmedCrash {
  name: CrashPointName;
  hit: number;
}

export const isCrashPoint = (text: string): text is CrashPointName => Object.hasOwn(crashPoints, text);

/** What runs in production. */
export const neverCrash: CrashPoint = () => {};

/** Calls `die` once, at the hit it is armed for. */
export function armCrash({ name, hit }: ArmedCrash, die: () => void): CrashPoint {
  let hits = 0;
  return (reached) => {
    if (reached !== name) return;
    hits += 1;
    if (hits === hit) die();
  };
}
