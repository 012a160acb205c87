// Elements that Greenhouse shall show as custom fields of the application: which differ, and how they are written.
import { refineFields } from '../../core/dictionary/field-setting.ts';
import { type FieldsWritten, writeFields } from '../../core/dictionary/mapping.ts';
import { fieldValue, sameValue } from '../field-values.ts';
import type { Work } from '../port.ts';
import type { ApplicationNow } from './application.ts';
import type { GreenhouseContext } from './client.ts';

export interface CustomField {
  name_key: string;
  value: string | number | boolean;
}

/** The mapped elements of the work that Greenhouse does not show yet. */
export function differingFields(work: Work, now: ApplicationNow, context: GreenhouseContext): CustomField[] {
  return Object.entries(customFields(work, context).body).flatMap(([nameKey, written]) => {
    const value = fieldValue(written);
    return value === null || sameValue(value, now.fields[nameKey]) ? [] : [{ name_key: nameKey, value }];
  });
}

/** True when every mapped element of the work is there; what cannot be written never is. */
export const showsFields = (work: Work, now: ApplicationNow, context: GreenhouseContext): boolean =>
  !hasUnwritable(work, context) && differingFields(work, now, context).length === 0;

/** True when the field cannot hold an element's value as it is, such as a share between two steps of its scale. */
export const hasUnwritable = (work: Work, context: GreenhouseContext): boolean =>
  customFields(work, context).faults.length > 0;

function customFields({ elements }: Work, { settings, mapping }: GreenhouseContext): FieldsWritten {
  const refined = refineFields(mapping, 'custom_fields', settings.fields);
  return writeFields(refined.mapping, 'custom_fields', elements);
}
