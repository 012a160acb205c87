// Values of elements as a vendor's custom fields: what is written, and when the vendor shows it.

/** As plain a value as fields take; null for what the work does not carry: an absent element never empties a field. */
export function fieldValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** Vendors give numbers back as text at times, `87` as "87.0", and a day as the midnight that begins it. */
export function sameValue(wanted: string | number | boolean, shown: unknown): boolean {
  if (shown === null || shown === undefined) return false;
  const [a, b] = [String(wanted).trim(), String(shown).trim()];
  if (a === b || (a !== '' && b !== '' && Number(a) === Number(b))) return true;
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(a) && /^T00:00(:00(\.0+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(b.slice(10)) && b.startsWith(a)
  );
}
