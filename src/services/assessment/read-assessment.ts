// Where an ordered test stands, from the canonical state and elements; that the ATS read a result proves that it knows.
import { completed } from '../../adapters/assessment/index.ts';
import { resultUrlOf } from '../../adapters/assessment/settings.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { findOrderedFor, findUnseen, type OrderedFor } from '../../store/connections/orders.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import type { AssessmentAccess } from './assessment-access.ts';
import { readOrderElements } from './order-elements.ts';

/** As the contract spells it. `complete` is the only status with a meaning of its own. */
export interface AssessmentStatus {
  partner_status: string;
  partner_profile_url: string | null;
  /** Percent of what could be reached. */
  partner_score: number | null;
  metadata: Record<string, string | number>;
}

export interface ReadAssessment {
  status: AssessmentStatus;
  /** Call it once the answer has left: until then nothing was seen. */
  seen(): Promise<void>;
}

/** Null when nothing was ordered under this id, or the person was erased. */
export async function readAssessment(
  context: Context,
  access: AssessmentAccess,
  interview: string,
  requestId: string | undefined,
): Promise<ReadAssessment | null> {
  const application = await findOrderedFor(context.database.engine, access.connection, interview);
  if (!application?.data_key) return null;
  const values = await readOrderElements(context, application, elements);
  const word = wordFor(application.state, values, interview);
  if (word !== 'complete') return { status: { ...nothingYet, partner_status: word }, seen: async () => {} };
  // Personal data leaves here: what cannot be put on record is not given away.
  await writeAudit(context.database.engine, {
    actor: { kind: 'system', id: `assessment/${access.connection}` },
    action: 'subject.read',
    objectKind: 'subject',
    objectId: application.id,
    detail: { connection: access.connection, elements: elements.filter((name) => values[name] !== undefined) },
    ...(requestId === undefined ? {} : { requestId }),
  });
  const reportUrl = values['screening.reportUrl'];
  const status: AssessmentStatus = {
    partner_status: 'complete',
    partner_profile_url: typeof reportUrl === 'string' ? reportUrl : resultUrlOf(access.settings, interview),
    partner_score: values['screening.score'] as number,
    metadata: Object.fromEntries(
      Object.entries(shown).flatMap(([name, label]) => {
        const value = values[name];
        return typeof value === 'string' || typeof value === 'number' ? [[label, value]] : [];
      }),
    ),
  };
  return { status, seen: () => confirmSeen(context, access, application) };
}

/** What a recruiter sees beside the score, and its label. */
const shown: Readonly<Record<string, string>> = {
  'screening.scoreMax': 'Highest score of the tool',
  'screening.recommendation': 'Recommendation',
  'screening.provider': 'Tool',
  'screening.completedAt': 'Completed at',
};
const elements = ['screening.orderId', 'screening.score', 'screening.reportUrl', ...Object.keys(shown)];
const nothingYet = { partner_profile_url: null, partner_score: null, metadata: {} };

/** The first word that fits. A result counts once the tool is done, not while an invitation is open again. */
function wordFor(state: string, values: Readonly<Record<string, unknown>>, interview: string): string {
  const within = (region: string): boolean => isWithin(state, region);
  if (values['screening.orderId'] === undefined) return 'waiting';
  if (values['screening.orderId'] !== interview) return 'replaced';
  if (within('active.screening.invited')) return 'invited';
  if (within('active.screening.started')) return 'started';
  if (within('active.screening.expired')) return 'expired';
  if (typeof values['screening.score'] === 'number') return 'complete';
  return within('active') ? 'without result' : (state.split('.')[0]?.replaceAll('_', ' ') ?? state);
}

/** Every write that told the ATS of this result is confirmed: it came and read it. */
async function confirmSeen(context: Context, { connection }: AssessmentAccess, { id }: OrderedFor): Promise<void> {
  for (const { id: writeback, attempt } of await findUnseen(context.database.engine, id, connection, completed))
    context.confirmByEcho({ writeback, attempt, connection });
}
