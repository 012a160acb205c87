// The outbound part of a new adapter: read, compare, write and read back are in place; the vendor's requests are to be written.
import type { AdapterNames } from './names.ts';

export const outbound = ({ name, pascal, title }: AdapterNames): string => `\
// Brings an application in ${title} to a canonical state: reads it, compares, writes, reads back.
import { isWithin } from '../../core/machine.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target } from '../apply.ts';
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { Capabilities, Carried, Reading, VendorContext, Work } from '../port.ts';
import { type ${pascal}Settings, statesOf, targetOf } from './settings.ts';

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

/** The read of one application; undefined until it is written. Check the id before it becomes part of a path. */
function readRequest(_ref: string): Asked | undefined {
  return undefined;
}

/** The stage in what the read answers, null where the answer is none of the vendor's; undefined until it is written. */
function shown(_json: unknown): string | null | undefined {
  return undefined;
}

/** The one write that brings the application to a stage; undefined until it is written. */
function writeRequest(_ref: string, _stage: string): Asked | undefined {
  return undefined;
}

/** Null when ${title} has no such application. Throws when it could not be read. */
export async function read(ref: string, context: Context): Promise<Reading | null> {
  const asked = readRequest(ref);
  if (!asked) throw new Error('not_written_yet: readRequest in src/adapters/${name}/outbound.ts');
  const found = await readNow(asked, context);
  if (found.kind === 'failed') throw new Error('${title} could not be read.');
  return found.kind === 'shows' ? found.reading : null;
}

export async function apply(work: Work, context: Context): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : applyByReading(target, work, capabilities);
}

export async function confirm(work: Work, context: Context): Promise<Carried> {
  const target = targetFor(work, context);
  return 'refused' in target ? target.refused : confirmByReading(target);
}

const refused = (reason: string): { refused: Carried } => ({ refused: { outcome: { kind: 'refused', reason } } });

function targetFor(work: Work, context: Context): Target<string> | { refused: Carried } {
  const wanted = targetOf(context.settings, work.targetState);
  if (work.ref === null) return refused('ref_unknown');
  if (wanted === null) return refused('state_not_mapped');
  const [asked, written] = [readRequest(work.ref), writeRequest(work.ref, wanted)];
  if (!asked || !written || shown(null) === undefined) return refused('not_written_yet');
  return {
    creates: false,
    alike: (state) => targetOf(context.settings, state) === wanted,
    read: () => readNow(asked, context),
    shows: ({ native }) => native === wanted,
    expected: ({ native, states }) =>
      work.expectedStates.some(
        (state) =>
          targetOf(context.settings, state) === native ||
          (states ?? []).some((one) => isWithin(one, state) || isWithin(state, one)),
      ),
    isConflict: (answer) => answer.status === 409,
    write: async () => ({ answer: await call(written, context), precondition: 'read_before_write' }),
  };
}

async function readNow(asked: Asked, context: Context): Promise<ReadResult<string>> {
  const answer = await call(asked, context);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const stage = answer.kind === 'answer' && answer.status === 200 ? shown(answer.json) : null;
  if (stage === null || stage === undefined) return { kind: 'failed', answer };
  const states = statesOf(context.settings, stage);
  return { kind: 'shows', reading: { stage, state: states[0] ?? null, states, native: stage } };
}

/** One call with the account's key. */
function call({ method, path, json }: Asked, { settings, secrets, http, signal }: Context): Promise<VendorAnswer> {
  const url = \`\${settings.baseUrl.replace(/\\/+$/, '')}\${path}\`;
  const headers = { authorization: \`Bearer \${secrets.apiKey ?? ''}\` };
  return http.request({ method, url, headers, ...(json === undefined ? {} : { json }) }, signal);
}
`;
