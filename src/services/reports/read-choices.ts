// What lists of subjects can be narrowed to: connections, regions, business units and types of requisition there are.
import { listChoices } from '../../store/reports/choices.ts';
import type { Context } from '../context.ts';

export interface Choices {
  connections: string[];
  regions: string[];
  units: string[];
  /** Of requisitions. */
  types: string[];
}

export const readChoices = (context: Pick<Context, 'database'>): Promise<Choices> =>
  listChoices(context.database.reports);
