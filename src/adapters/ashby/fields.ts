// Elements that Ashby shall show as custom fields of the application: which differ, and how they are written.
import { refineFields } from '../../core/dictionary/field-setting.ts';
import { type FieldsWritten, writeFields } from '../../core/dictionary/mapping.ts';
import { fieldValue, sameValue } from '../field-values.ts';
import type { Work } from '../port.ts';
import type { AshbyContext } from './client.ts';
import type { ApplicationNow } from './read-application.ts';

export interface CustomField {
  fieldId: string;
  fieldValue: string | number | boolean;
}

/** The mapped elements of the work that Ashby does not show yet. */
export function differingFields(work: Work, now: ApplicationNow, context: AshbyContext): CustomField[] {
  return Object.entries(customFields(work, context).body).flatMap(([fieldId, written]) => {
    const value = fieldValue(written);
    if (value === null) return [];
    const shown = now.fields.get(fieldId) ?? [];
    return shown.some((one) => sameValue(value, one)) ? [] : [{ fieldId, fieldValue: value }];
  });
}

/** True when a field cannot hold an element's value as it is, such as a share between two steps of its scale. */
export const hasUnwritable = (work: Work, context: AshbyContext): boolean =>
  customFields(work, context).faults.length > 0;

function customFields({ elements }: Work, { settings, mapping }: AshbyContext): FieldsWritten {
  const refined = refineFields(mapping, 'custom_fields', settings.fields);
  return writeFields(refined.mapping, 'custom_fields', elements);
}
