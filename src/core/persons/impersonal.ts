// Tells ids that may name a person outright from ids that only a system can resolve.

const patterns = [
  // An e-mail address, also in an address.
  /@|%40/,
  // A telephone number in international form.
  /^(?:\+|00)\d[\d().\s-]{6,}$/,
  // Words of letters alone, as names are.
  /^[\p{L}\p{M}.'’-]{2,}(?:\s+[\p{L}\p{M}.'’-]+)+$/u,
];

/** What stands for such an id: an HMAC of it, hex. */
export const standIn = (hmac: string): string => `hmac-${hmac.slice(0, 40)}`;

/** True for what stands for an id here alone: the system that the id is from knows nothing by this one. */
export const isStandIn = (id: string): boolean => /^hmac-[0-9a-f]{40}$/.test(id);

/** What each of them needs; most ids have nothing of it. */
const suspicious = /[@%+\s]|^00/;

/** True for an e-mail address, a telephone number and what reads like a name. */
export const looksPersonal = (id: string): boolean =>
  suspicious.test(id) && patterns.some((pattern) => pattern.test(id.trim()));
