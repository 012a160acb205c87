// What an API client may be allowed to do: every scope, once, with the line that people read.

export const scopes = {
  'events:write': 'Say what happened to a subject',
  'events:read': 'Read events and what became of them, without the values they carried',
  'subjects:read': 'Read subjects and their timelines, without personal values',
  'subjects:read-personal': 'Read the personal values of subjects; every read is logged',
  'persons:read': 'Find persons by an address, and read holds and erasures, without personal values',
  'persons:export': 'Export everything that is held about a person; every export is logged',
  'persons:hold': 'Put persons under a legal hold, and lift it',
  'persons:erase': 'Erase persons, for good',
  'reports:read': 'Read figures and reports',
  'writebacks:read': 'Read writebacks and their attempts',
  'writebacks:manage': 'Redrive, waive, hold and release writebacks',
  'writebacks:work': "Fetch the work behind a command of the client's one connection, as a worker outside does",
  'incidents:read': 'Read incidents',
  'incidents:manage': 'Settle incidents, and replay payloads that were quarantined',
  'alerts:read': 'Read alerts, their rules and channels, never what a channel holds',
  'alerts:manage': 'Change rules and channels of alerts, and try channels',
  'connections:read': 'Read connections, never their secrets',
  'connections:manage': 'Add, change, pause and remove connections and their secrets',
  'machines:read': 'Read machines and their versions, and the dictionary',
  'machines:propose': 'Propose machine versions; only people sign them',
  'audit:read': 'Read who changed what, and the checkpoints of the log',
  'metrics:read': 'Read the metrics of the process',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]];

export const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text);

/** Splits the space-separated form of RFC 6749 §3.3; repetitions count once. */
export const splitScopes = (text: string): string[] => [...new Set(text.split(' ').filter((part) => part !== ''))];
