// Vendors' timestamps, made regular.

/** A timestamp in UTC, or null. */
export function instant(text: string | null | undefined): string | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Milliseconds since 1970, as a number or as text, in UTC; null for anything else. */
export function instantOfMs(ms: number | string | null | undefined): string | null {
  const value = ms === null || ms === undefined || ms === '' ? Number.NaN : Number(ms);
  return value > 0 && value < 8.64e15 ? new Date(value).toISOString() : null;
}
