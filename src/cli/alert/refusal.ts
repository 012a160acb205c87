// Why a change of rules or channels was not made, as the command line says it.
import type { Refused } from '../../services/alerts/manage-alert-rules.ts';
import { type Answer, failed } from '../answer.ts';

export const refusal = ({ code, problems }: Refused): Answer => failed(code, 'Nothing was changed.', problems);
