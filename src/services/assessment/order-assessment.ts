// An ATS orders a test: the right application is invited to screening, and the tool gets the order; the same order again is the same order.
import type { AssessmentSettings } from '../../adapters/assessment/settings.ts';
import { mayCall } from '../../adapters/assessment/settings.ts';
import { fingerprint, sha256 } from '../../core/canonical-json.ts';
import { decide } from '../../core/deciding/decide.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { orderId, readOrderId } from '../../core/deciding/order-id.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { findOrderedFor, type OrderedFor } from '../../store/connections/orders.ts';
import { mappingFor } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';
import type { AssessmentAccess } from './assessment-access.ts';
import { readOrderElements } from './order-elements.ts';

export interface TestOrder {
  test: string;
  /** The ATS's id of the application. */
  application: string;
  /** Where the ATS wants to hear that the test is done. */
  url: string;
  /** `candidate.*` elements that came along. */
  candidate: Readonly<Record<string, unknown>>;
}

export type Ordered = { kind: 'ordered'; interview: string } | { kind: 'refused'; code: OrderRefusal; detail: string };

export type OrderRefusal =
  | 'unknown_test'
  | 'unknown_application'
  | 'callback_not_allowed'
  | 'tool_takes_no_orders'
  | 'another_test_ordered'
  | 'not_to_be_screened'
  | 'invalid';

/** Rejects with `Unavailable` when the order could not be recorded; the ATS then sends it again. */
export async function orderAssessment(context: Context, access: AssessmentAccess, order: TestOrder): Promise<Ordered> {
  const { settings } = access;
  const test = Object.hasOwn(settings.tests, order.test) ? settings.tests[order.test] : undefined;
  if (!test) return refused('unknown_test', 'There is no such test. GET list_tests names those there are.');
  if (settings.callback && !mayCall(settings, order.url))
    return refused('callback_not_allowed', 'The url is not at one of the callbackHosts of this connection.');
  if (!(await takesOrders(context, test.tool)))
    return refused(
      'tool_takes_no_orders',
      `The connection "${test.tool}" of this test is not there, or takes no orders.`,
    );
  const application = await findOrderedFor(context.database.engine, settings.applicationSystem, order.application);
  if (!application?.data_key)
    return refused(
      'unknown_application',
      `Interlock has not heard of this application from "${settings.applicationSystem}" yet. Try again in a minute.`,
    );
  const place = await placeOf(context, access, application, order);
  if (place.kind !== 'open') return place;
  const intake = intakeOf(context, access, order, { ...place, tool: test.tool });
  if ('kind' in intake) return intake;
  return answerOf(await context.recorder().record(intake), place.interview);
}

/** The tests of this connection by name, as the contract spells them. */
export const listTests = ({ tests }: AssessmentSettings): { partner_test_id: string; partner_test_name: string }[] =>
  Object.entries(tests)
    .map(([id, { name }]) => ({ partner_test_id: id, partner_test_name: name }))
    .sort((one, other) => (one.partner_test_name < other.partner_test_name ? -1 : 1));

const invited = 'active.screening.invited';
const underWay = [invited, 'active.screening.started'];

const refused = (code: OrderRefusal, detail: string): Extract<Ordered, { kind: 'refused' }> => ({
  kind: 'refused',
  code,
  detail,
});

async function takesOrders(context: Context, tool: string): Promise<boolean> {
  const found = (await context.connections.load(context.database.engine)).find((one) => one.id === tool);
  if (!found?.adapter.shows(found.settings, 'application', invited)) return false;
  const mapping = mappingFor(context.dictionary, found.adapter);
  const shown = found.adapter.showsElements?.(found.settings, 'application', invited, mapping);
  return shown?.includes('screening.orderId') ?? false;
}

type Place = { kind: 'open'; interview: string; round: number };

/** Whether the application may be ordered a test now, and under which id. */
async function placeOf(
  context: Context,
  { connection }: AssessmentAccess,
  application: OrderedFor,
  { test, application: ref }: TestOrder,
): Promise<Place | Ordered> {
  const { 'screening.orderId': current } = await readOrderElements(context, application, ['screening.orderId']);
  const last = readOrderId(current);
  const open = (round: number): Place => {
    const code = context.vault.keyed('order of a test', [connection, ref, test, round].join('\n')).slice(0, 20);
    return { kind: 'open', interview: orderId({ connection, test, round }, code), round };
  };
  const same = last?.connection === connection && last.test === test;
  const isUnderWay = underWay.some((state) => isWithin(application.state, state));
  const decision = decideOn(context, application);
  // Before anything is ordered, and again once an invitation ran out.
  if (decision.kind === 'applied') return open((last?.round ?? 0) + 1);
  if (same && isUnderWay) return open(last.round);
  // Done, or left behind: the order is known, and nothing is sent again.
  if (same) return { kind: 'ordered', interview: current as string };
  if (last && isUnderWay) return refused('another_test_ordered', 'Another test was ordered and is not done yet.');
  // The ATS moved the card, which invited the application before any test was named.
  if (!last && isWithin(application.state, invited)) return open(1);
  const now = 'refusal' in decision ? decision.refusal.detail : `The application is in ${application.state}`;
  return refused('not_to_be_screened', `No test can be ordered now: ${now}.`);
}

function decideOn(context: Context, { machine_version, state, history, facts, parent_facts }: OrderedFor) {
  const machine = context.machines.get('application', machine_version);
  const place = { state, history, facts: { ...parent_facts, ...facts } };
  const claim = { kind: 'event', type: 'screening.invited' } as const;
  return decide(machine, place, { claim, by: 'ats', elements: [] }, context.now());
}

function intakeOf(
  context: Context,
  { connection, settings }: AssessmentAccess,
  order: TestOrder,
  { interview, round, tool }: { interview: string; round: number; tool: string },
): Intake | Ordered {
  const checked = context.dictionary.validateValues({
    ...order.candidate,
    'screening.orderId': interview,
    'screening.orderTool': tool,
    ...(settings.callback ? { 'screening.orderUrl': order.url } : {}),
  });
  const wrong = checked.problems[0];
  if (wrong) return refused('invalid', `${wrong.pointer}: ${wrong.detail}`);
  const now = new Date(context.now()).toISOString();
  return {
    source: `connection:${connection}`,
    connection,
    by: 'ats',
    // The same order with another address to answer at is news, and no other order.
    externalId: `order:${interview}:${sha256(order.url).toString('hex').slice(0, 16)}`,
    fingerprint: fingerprint({ test: order.test, application: order.application, round, url: order.url }),
    machine: 'application',
    claim: { kind: 'event', type: 'screening.invited' },
    subject: { kind: 'ref', system: settings.applicationSystem, ref: order.application },
    alsoKnownAs: [{ system: connection, ref: interview }],
    requisition: null,
    machineVersion: null,
    occurredAt: now,
    receivedAt: now,
    data: checked.values,
  };
}

/** What waits for its turn is an order too: it goes out as soon as it may. */
function answerOf(recorded: Recorded, interview: string): Ordered {
  const disposition = recorded.original?.disposition ?? recorded.disposition;
  if (disposition !== 'refused' && disposition !== 'quarantined') return { kind: 'ordered', interview };
  const { detail } = (recorded.detail ?? {}) as { detail?: string };
  return refused('not_to_be_screened', `No test can be ordered now: ${detail ?? recorded.code ?? 'refused'}.`);
}
