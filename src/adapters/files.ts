// What a system that exchanges files can do, beside the port: where its folders are, how its rows read, and how ours are written.
import type { Readable } from 'node:stream';
import type { SystemMapping } from '../core/dictionary/mapping.ts';
import type { VendorContext } from './port.ts';

/** A file as the folder lists it. */
export interface FoundFile {
  name: string;
  bytes: number;
  /** By the folder's clock, ms since 1970. */
  modifiedMs: number;
}

/** Folders of one place, by their path below it. Everything throws `FileFault` for what a disk or a server does. */
export interface Place {
  /** Regular files; neither folders nor links nor names that begin with a dot. */
  list(folder: string): Promise<FoundFile[]>;
  read(folder: string, name: string): Promise<Readable>;
  /** Over whatever has that name, flushed as far as the place can. */
  write(folder: string, name: string, content: Buffer): Promise<void>;
  /** Never over another file: `missing` when there is nothing to rename, `taken` when the new name is. */
  rename(from: FilePath, to: FilePath): Promise<'renamed' | 'missing' | 'taken'>;
  has(folder: string, name: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface FilePath {
  folder: string;
  name: string;
}

export type FileFaultCode =
  | 'no_root'
  | 'outside_root'
  | 'no_folder'
  | 'no_file'
  | 'not_allowed'
  | 'read_only'
  | 'unreachable'
  | 'blocked_address'
  | 'host_key'
  | 'unauthorised'
  | 'failed';

/** The place could not be used. Its message is the code: what a server says may hold anything. */
export class FileFault extends Error {
  override name = 'FileFault';
  readonly code: FileFaultCode;
  constructor(code: FileFaultCode) {
    super(code);
    this.code = code;
  }
}

/** How a system drops files. */
export interface InboundTerms {
  folder: string;
  matches(name: string): boolean;
  everyMs: number;
  /** A file is due this often; null: nobody promised one. */
  expectedEveryMs: number | null;
  /** How a whole file is told from half of one. */
  complete: { by: 'size' } | { by: 'marker'; suffix: string } | { by: 'trailer' };
  /** Moved to `done` below the folder when it was taken, or left where it is and remembered. */
  afterwards: 'move' | 'leave';
  /** A file without rows is no news to anybody. */
  emptyIsFine: boolean;
  /** Its rows are proof of what we wrote. */
  proves: boolean;
}

/** How a system takes files. */
export interface OutboundTerms {
  folder: string;
  prefix: string;
  everyMs: number;
  rowsMax: number;
  /** What shows that a row arrived: an answer beside the file, the system's own next file, or nothing ever. */
  proof: 'answers' | 'inbound' | 'nothing';
  answers: { folder: string; suffix: string };
  proofWithinMs: number;
}

/** Why a whole file is not taken. */
export type HeldCode =
  | 'wrong_encoding'
  | 'too_large'
  | 'line_too_long'
  | 'bad_quotes'
  | 'too_many_columns'
  | 'columns_missing'
  | 'columns_twice'
  | 'truncated'
  | 'trailer_missing'
  | 'trailer_count';

export interface Inspection {
  /** SHA-256 of the bytes, hex. */
  hash: string;
  bytes: number;
  rows: number;
  /** Columns are those that the settings name: what stands in a first line may be anything. */
  held: { code: HeldCode; columns?: readonly string[]; line?: number } | null;
}

/** Why one row is left out. */
export type RowFault =
  | 'columns_missing'
  | 'columns_extra'
  | 'reference_missing'
  | 'stage_missing'
  | 'moment_unreadable'
  | 'value_too_long';

export type FileRow =
  | { kind: 'fault'; line: number; code: RowFault }
  | {
      kind: 'row';
      line: number;
      /** Cells by column. */
      cells: Readonly<Record<string, string>>;
      reference: string;
      stage: string;
      /** ISO 8601, UTC. */
      moment: string;
      /** What of the row counts, as one text: rows of the same text are one row. */
      identity: string;
    };

/** A row of ours that waits, or what became of it. */
export interface HandedOver {
  state: 'queued' | 'written' | 'withdrawn';
  /** The attempt that handed it over. */
  attempt: number;
  /** When the next file is due, or when this one was written, ms from now. */
  dueInMs: number;
  writtenForMs: number | null;
  answer: { accepted: boolean; code: string | null } | null;
  /** The states that the system's own newest file shows, read after ours was written; null: none yet. */
  shows: readonly string[] | null;
}

/** What our own database knows of rows that go out; the worker of Interlock alone has it. */
export interface FileLedger {
  find(writeback: string): Promise<HandedOver | null>;
  /** Puts a row among those that wait for the next file, once per writeback; a later attempt puts one there again that is through. */
  queue(row: OutgoingRow): Promise<HandedOver>;
}

export interface OutgoingRow {
  writeback: string;
  attempt: number;
  reference: string;
  cells: readonly string[];
}

/** Where local folders may lie, and whether addresses of a private network may be called by everybody. */
export interface FileSurroundings {
  root: string | null;
  allowPrivateAddresses: boolean;
}

/** The part of an adapter whose system exchanges files. */
export interface FileExchange<Settings = unknown> {
  inbound(settings: Settings): InboundTerms | null;
  outbound(settings: Settings): OutboundTerms | null;
  open(context: VendorContext<Settings>): Promise<Place>;
  /** Reads a file to its end, and says whether all of it can be taken. */
  inspect(content: Readable, settings: Settings): Promise<Inspection>;
  /** The rows of a file that `inspect` found good. */
  rows(content: Readable, settings: Settings): AsyncIterable<FileRow>;
  /** A row as the payload that `translate` takes. `id` stands for what the row says. */
  payload(row: Extract<FileRow, { kind: 'row' }>, id: string): unknown;
  /** The states that a stage stands for. */
  statesOf(settings: Settings, stage: string): readonly string[];
  /** A whole outgoing file of rows that `queue` was given. */
  render(rows: readonly (readonly string[])[], settings: Settings): Buffer;
  /** An answer file, as far as it is whole: what became of each row. */
  answers(content: Readable, settings: Settings): Promise<{ row: string; accepted: boolean; code: string | null }[]>;
  /** Lines that were left out, for whoever made the file. */
  renderFaults(faults: readonly { line: number; code: string }[]): Buffer;
  /** What of the settings the dictionary does not allow. */
  problems(settings: Settings, mapping: SystemMapping): { pointer: string; detail: string }[];
}
