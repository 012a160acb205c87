// One spelling for every value: the form that fingerprints, hashes and commitments are taken over (RFC 8785 in spirit).
import { hash } from 'node:crypto';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** JSON with sorted keys, no spaces and no undefined members. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Record<string, unknown>;
  let text = '';
  // A loop, not a chain of arrays: every event and every row of the log comes through here.
  for (const key of inOrder(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Printable ASCII without quotes and backslashes stands for itself; everything else is JSON's to escape. */
const plain = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text));

/** Sorted in place by code units, as `sort()` does, which costs more for the few keys of a row. */
function inOrder(keys: string[]): string[] {
  if (keys.length > 32) return keys.sort();
  for (let from = 1; from < keys.length; from += 1) {
    const key = keys[from] as string;
    let to = from;
    for (; to > 0 && (keys[to - 1] as string) > key; to -= 1) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer');

/** SHA-256 of the canonical form, as lower-case hex. */
export const fingerprint = (value: unknown): string => hash('sha256', canonicalJson(value), 'hex');
