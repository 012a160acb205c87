// What lists of subjects can be narrowed to: connections, regions and business units there are.
import { listChoices } from '../../store/reports/choices.ts';
import type { Context } from '../context.ts';

export interface Choices {
  connections: string[];
  regions: string[];
  units: string[];
}

export const readChoices = (context: Pick<Context, 'database'>): Promise<Choices> =>
  listChoices(context.database.reports);
