// What people may be in Interlock: each role with what it is for, and what an admin may grant beside it.

export const roles = {
  admin: 'Accounts, connections and clients, and all that operators do',
  operator: 'Works on what is stuck: retries, settles, waives',
  auditor: 'Reads everything, the audit log included; changes nothing',
  viewer: 'Reads states, figures and lists; changes nothing',
  committee: 'Reads diagrams and figures; signs versions',
} as const;

export type Role = keyof typeof roles;

export const roleNames = Object.keys(roles) as Role[];

export const isRole = (text: string): text is Role => Object.hasOwn(roles, text);

/** Granted to an account next to its roles; no role has one by itself. */
export const rights = {
  export: 'Takes lists along as CSV files',
} as const;

export type Right = keyof typeof rights;

export const rightNames = Object.keys(rights) as Right[];

export const isRight = (text: string): text is Right => Object.hasOwn(rights, text);
