// The port every vendor adapter fills. An adapter knows one vendor's API and nothing of our tables.
import type { z } from 'zod';
import type { Outcome } from '../core/delivery/outcome.ts';
import type { FieldFault, SystemMapping } from '../core/dictionary/mapping.ts';
import type { MachineName, SystemKind } from '../core/machine/definition.ts';
import type { SharedTokens } from './access-tokens.ts';
import type { FileExchange, FileLedger, FileSurroundings } from './files.ts';
import type { VendorHttp } from './http.ts';

/** A webhook as it arrived. Signatures are checked on `body`, the raw bytes, before anything is parsed. */
export interface InboundRequest {
  method: string;
  /** The full address the vendor called: CodeSignal signs it. */
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  receivedAt: number;
}

export type Verdict =
  | { ok: true }
  /** Answered 401 and counted; `code` names the rule that failed, `detail` what to do. */
  | { ok: false; code: 'missing_signature' | 'bad_signature' | 'stale_timestamp'; detail: string };

/** Says "this address is mine". It must give away nothing but what the request brought. */
export interface Handshake {
  status: 200;
  headers: Readonly<Record<string, string>>;
}

/** Secret values by field name. During a rotation two sets are active: current first, then next. */
export type Secrets = Readonly<Record<string, string>>;

/** What a vendor payload says, in our words. One payload may say several things or none. */
export type Translation =
  | TranslatedEvent
  /** Nothing for us: counted and answered 2xx. `reason` is a code such as `ping`. */
  | { kind: 'ignored'; reason: string }
  /** Must not be guessed: stored whole, shown, replayed after a fix. */
  | {
      kind: 'quarantined';
      externalId: string;
      reason: string;
      detail: string;
      /** With the reason `unknown_stage`: the vendor's stage that stands for none of our states. One incident for all of its events. */
      stage?: string;
    };

export interface TranslatedEvent {
  kind: 'event';
  /** The vendor's id of this event, or one derived from object, type, vendor timestamp and canonical body. */
  externalId: string;
  machine: MachineName;
  /** The vendor's id of the thing that moved. */
  ref: string;
  /** Whose id `ref` is, where that differs between the events of one adapter; else its `refSystem`, else the connection. */
  system?: string;
  /** As what kind of system it speaks, where that is not the adapter's kind: an HRIS may have an ATS inside. */
  by?: SystemKind;
  /** A stage names the states it stands for: often several of ours share one of theirs. */
  claim: { kind: 'event'; type: string } | { kind: 'stage'; targets: readonly string[] };
  occurredAt: string;
  /** Element values by their dictionary names. */
  data: Readonly<Record<string, unknown>>;
  /** Other ids of the same subject elsewhere, by system: how two systems' records are known to be one. */
  alsoKnownAs?: readonly { system: string; ref: string }[];
  requisition?: string;
  /** The vendor's id of its profile of the human: several applications may share one. */
  profile?: string;
  /**
   * The payload names the thing and no more. It is read before anything is decided, and what is read is recorded: its element
   * values, and, for a claim of a stage without targets, the states that it shows.
   */
  look?: true;
  /** What the payload holds beside what the mapping knows, as pointers: kept out, counted and shown. */
  unknown?: readonly string[];
  /** Values that the mapping's codecs could not read: kept out, counted and shown. */
  faults?: readonly FieldFault[];
}

export interface TranslateContext<Settings> {
  connection: string;
  settings: Settings;
  /** The dictionary's mapping of this adapter's fields. */
  mapping: SystemMapping;
  headers: Readonly<Record<string, string>>;
  receivedAt: number;
}

/** One writeback, ready to be carried out: everything the vendor call needs. Holds personal data; never logged. */
export interface Work {
  writeback: string;
  attempt: number;
  machine: MachineName;
  /** The vendor's id of the subject; null when this system does not know it yet. */
  ref: string | null;
  eventType: string;
  /** The state the target must show. */
  targetState: string;
  /** The state this system last showed or confirmed, as far as we know. */
  previousState: string | null;
  /** States that writing over loses nobody's change: what we were in before, what it last confirmed, and what writes of ours may have left there since. */
  expectedStates: readonly string[];
  /** The state of our last write here before this one, and how long ago it ended, ms; null when there was none. */
  lastWritten: { state: string; sinceMs: number } | null;
  occurredAt: string;
  /** States of somebody else's that may be overwritten: see `mayOverwrite`. */
  overwrites: string[];
  /** Values of the elements this system's mapping asks for (data minimisation), by dictionary name. */
  elements: Readonly<Record<string, unknown>>;
  subject: string;
  /** The region whose stages apply. */
  region?: string | null;
  /** Version of the subject after the transition: with `subject`, a stable key for vendors that take one. */
  version: number;
}

/** What the target shows. */
export interface Reading<Native = unknown> {
  /** The vendor's own name of the stage, in the vendor's words. */
  stage: string;
  /** The canonical state or region that stage stands for; null where the mapping has none. */
  state: string | null;
  /** All that the stage stands for, where that is more than `state`. */
  states?: readonly string[];
  /** Element values by their dictionary names, for events that only name the thing. */
  elements?: Readonly<Record<string, unknown>>;
  /** Whatever the vendor's write needs again: stage ids, versions. */
  native: Native;
}

export interface VendorContext<Settings> {
  connection: string;
  settings: Settings;
  /** The dictionary's mapping of this adapter's fields. */
  mapping: SystemMapping;
  secrets: Secrets;
  http: VendorHttp;
  /** For vendors that know one access token of a credential at a time; absent where the worker is the only one. */
  sharedTokens?: SharedTokens;
  /** For systems that exchange files; absent in workers outside. */
  files?: FileSurroundings & { ledger: FileLedger };
  signal: AbortSignal;
}

/** What the vendor offers for safe writes; published on the connection's page and used by dispatch. */
export interface Capabilities {
  idempotencyKey: boolean;
  /** How the write is kept from overwriting a change we have not seen. */
  precondition: 'compare_and_set' | 'read_before_write' | 'none';
  /** How long after a write a read may still show the old value, ms. */
  readLagMs: number;
  /** Requests the vendor allows at once from us. */
  concurrency: number;
  rateLimit: { requests: number; perMs: number } | null;
  reads: boolean;
  writes: boolean;
}

/** The stages and fields that a vendor offers right now, by the names under which settings speak of them. Null: it does not list them. */
export interface Catalogue {
  stages: readonly { name: string; id?: string }[] | null;
  fields: readonly { key: string }[] | null;
}

/** What of a catalogue a write into one state cannot do without. */
export interface Needs {
  stages: readonly string[];
  fields: readonly { key: string; element?: string }[];
}

/** One page of what changed at the vendor. */
export interface Polled {
  /** As webhook bodies are: `translate` takes each. */
  payloads: readonly unknown[];
  /** Where the next page begins; kept only after the payloads were recorded. */
  next: string;
  /** More is there right now. */
  more: boolean;
}

/** What an adapter reports beside the outcome: for the attempt's record. */
export interface Carried {
  outcome: Outcome;
  httpStatus?: number;
  precondition?: string;
}

export interface Adapter<Settings = unknown> {
  name: string;
  title: string;
  kind: SystemKind;
  capabilities: Capabilities;
  /** Schema of the connection's settings; a mapping from our states to the vendor's stages is part of them. */
  settings: z.ZodType<Settings>;
  /** Names of the secrets, with what each is; all are required unless marked optional. */
  secrets: Readonly<Record<string, { description: string; optional?: true }>>;
  /** Elements that this adapter may need for a write into a state: nothing else is handed to it. */
  elementsFor(settings: Settings, targetState: string, mapping: SystemMapping): readonly string[];
  /** True when this system can show that state, so that a transition into it has a writeback here. */
  shows(settings: Settings, machine: MachineName, state: string): boolean;
  /** Elements that this system keeps in that state, and that `apply` writes and reads back: a change of one alone is written. None unless given. */
  showsElements?(settings: Settings, machine: MachineName, state: string, mapping: SystemMapping): readonly string[];
  /**
   * For HR systems whose records of new hires are followed: what the ids of such records look like, as a whole, in words that PostgreSQL
   * has too; null where none is followed. An onboarding begins when an application has such an id here, and under it.
   */
  onboardingRefs?(settings: Settings): RegExp | null;
  /** Given where refs in this adapter's events are ids of another system: that system's name. */
  refSystem?(settings: Settings): string | undefined;
  /** Headers that `translate` reads, in lower case: kept with a payload that is looked at later, or replayed. */
  translatedHeaders?: readonly string[];
  /** For vendors that ask whether the address is ours before they send anything: what proves it; null for anything else. */
  handshake?(request: InboundRequest): Handshake | null;
  verify(request: InboundRequest, secrets: readonly Secrets[], settings: Settings): Verdict;
  /** For vendors that say so: this payload tells that one profile was merged into another; null for any other. Pure. */
  mergedProfiles?(payload: unknown): { from: string; into: string } | null;
  /** Pure. Throws never: what it does not understand is quarantined or ignored with a reason. */
  translate(payload: unknown, context: TranslateContext<Settings>): Translation[];
  /** False where these settings leave nothing to read: the system proves each write as it takes it, and shows nothing later. */
  canRead?(settings: Settings): boolean;
  /** What the target shows for one of its ids; null when it has no such thing. */
  read(ref: string, context: VendorContext<Settings>): Promise<Reading | null>;
  /** Brings the target to the state and says what came of it: read, compare, write, read back. */
  apply(work: Work, context: VendorContext<Settings>): Promise<Carried>;
  /** Only looks whether an accepted write shows by now. */
  confirm(work: Work, context: VendorContext<Settings>): Promise<Carried>;
  /** The stages and fields that the vendor offers. Throws when they could not be read. With `needs`, changes there are noticed. */
  catalogue?(context: VendorContext<Settings>): Promise<Catalogue>;
  /** Pure: what a write into a state needs of the catalogue; nothing for states that are not shown. */
  needs?(settings: Settings, machine: MachineName, state: string): Needs;
  /** What changed since the cursor (null: from the beginning), for vendors whose webhooks do not tell. Throws when it could not be read. */
  poll?(cursor: string | null, context: VendorContext<Settings>): Promise<Polled>;
  /** False where these settings need no polling. */
  polls?(settings: Settings): boolean;
  /** For systems that exchange files: rows come in and go out many at a time, beside `poll` and `apply`. */
  files?: FileExchange;
  /** The status and body that tell this vendor "received". */
  acknowledgement: { status: 200 | 202; body: string };
}
