// The outbound part of a new adapter: read, compare, write and read back are in place; the vendor's requests are to be written.
import type { AdapterNames } from './names.ts';

export const outbound = ({ name, pascal, title }: AdapterNames): string => `\
// Brings an application in ${title} to a canonical state: reads it, compares, writes, reads back.
import { isDeepStrictEqual } from 'node:util';
import { noMapping, readFields } from '../../core/dictionary/mapping.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target } from '../apply.ts';
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { Capabilities, Carried, Reading, VendorContext, Work } from '../port.ts';
import { type ${pascal}Settings, isAt, type Place, statesOf, targetOf, type Wanted } from './settings.ts';

type Context = VendorContext<${pascal}Settings>;
/** A request without the account's address and credentials. */
type Asked = Pick<VendorRequest, 'method' | 'json'> & { path: string };

/** The answers to step 1 of src/adapters/README.md; these are the careful ones. */
export const capabilities: Capabilities = {
  idempotencyKey: false,
  precondition: 'read_before_write',
  readLagMs: 1_000,
  concurrency: 2,
  rateLimit: null,
  reads: true,
  writes: true,
};

/** The read of one application; null for what is no id, since ids become part of the path; undefined until it is written. */
function readRequest(_ref: string): Asked | null | undefined {
  return undefined;
}

/** The place in what the read answers, null where the answer is none of the vendor's; undefined until it is written. */
function shown(_json: unknown): Place | null | undefined {
  return undefined;
}

/** The one write that brings the application from one place to another; undefined until it is written. */
function writeRequest(_ref: string, _wanted: Wanted, _now: Place): Asked | undefined {
  return undefined;
}

/** Null when ${title} has no such application. Throws when it could not be read. */
export async function read(ref: string, context: Context): Promise<Reading | null> {
  const asked = readRequest(ref);
  if (asked === undefined) throw new Error('not_written_yet: readRequest in src/adapters/${name}/outbound.ts');
  const found = await readNow(asked, context);
  if (found.kind === 'failed') throw unreadable(found.answer);
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: Context): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: Context): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refusal' in target ? refused(target.refusal) : confirmByReading(target);
}

const refused = (reason: string): Carried => ({ outcome: { kind: 'refused', reason } });

function targetFor(work: Work, context: Context): Target<Place> | { refusal: string } {
  const { ref } = work;
  const { settings } = context;
  const wanted = targetOf(settings, work.targetState);
  if (ref === null) return { refusal: 'ref_unknown' };
  if (wanted === null) return { refusal: 'state_not_mapped' };
  const asked = readRequest(ref);
  if (asked === undefined || shown(null) === undefined) return { refusal: 'not_written_yet' };
  return {
    creates: false,
    alike: (state) => isDeepStrictEqual(targetOf(settings, state), wanted),
    read: () => readNow(asked, context),
    shows: ({ native }) => isAt(native, wanted),
    expected: ({ native, states }) =>
      work.expectedStates.some((state) => {
        const before = targetOf(settings, state);
        if (before !== null && isAt(native, before)) return true;
        return (states ?? []).some((one) => isWithin(one, state) || isWithin(state, one));
      }),
    isConflict: ({ status }) => status === 409,
    // A change that takes two writes: see bringToStage in ../greenhouse/outbound.ts.
    async write(reading) {
      const written = reading ? writeRequest(ref, wanted, reading.native) : undefined;
      if (written === undefined) return { refusal: 'not_written_yet' };
      return { answer: await call(written, context), precondition: 'read_before_write' };
    },
  };
}

async function readNow(asked: Asked | null, context: Context): Promise<ReadResult<Place>> {
  if (asked === null) return { kind: 'missing' };
  const answer = await call(asked, context);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const native = answer.kind === 'answer' && answer.status === 200 ? shown(answer.json) : null;
  if (answer.kind === 'failure' || !native) return { kind: 'failed', answer };
  const states = statesOf(context.settings, native);
  const elements = readFields(context.mapping ?? noMapping, 'application', answer.json).data;
  const stage = native.end ?? native.stage;
  return { kind: 'shows', reading: { stage, state: states[0] ?? null, states, elements, native } };
}

/** With the status, and never the vendor's text. */
const unreadable = (answer: VendorAnswer): Error =>
  new Error(\`${title} could not be read: \${answer.kind === 'answer' ? \`status \${answer.status}\` : answer.failure}.\`);

/** One call with the account's key. */
function call({ method, path, json }: Asked, { settings, secrets, http, signal }: Context): Promise<VendorAnswer> {
  const url = \`\${settings.baseUrl.replace(/\\/+$/, '')}\${path}\`;
  const headers = { authorization: \`Bearer \${secrets.apiKey ?? ''}\` };
  return http.request({ method, url, headers, ...(json === undefined ? {} : { json }) }, signal);
}
`;
