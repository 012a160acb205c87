// What pages can hear of, and which tables tell that something of it has changed.

/** A page's topic is the first word of its address; `act:…` is one bulk act. */
export const topicPattern = /^[a-z]{1,20}(:[a-z0-9_]{1,64})?$/;

export const topicsMax = 10;

/** Tables by topic. Those that are written all the time, such as the turns of loops, are left out: they would say nothing. */
const tablesOf: Readonly<Record<string, readonly string[]>> = {
  overview: ['subject', 'writeback', 'incident', 'event', 'alert'],
  states: ['subject', 'event'],
  stuck: ['subject', 'writeback', 'lane', 'incident', 'event'],
  applications: ['subject'],
  subjects: ['subject', 'writeback', 'element_value'],
  writebacks: ['writeback', 'lane'],
  incidents: ['incident', 'incident_note'],
  events: ['event'],
  agreement: ['subject', 'writeback', 'shown', 'incident'],
  connections: ['connection', 'catalogue'],
  machines: ['machine_version', 'approval'],
  imports: ['import'],
  alerts: ['alert', 'alert_delivery', 'alert_rule', 'alert_channel'],
  acts: ['bulk_act', 'bulk_act_item'],
  act: ['bulk_act', 'bulk_act_item'],
};

export const watchedTables: readonly string[] = [...new Set(Object.values(tablesOf).flat())];

/** Topics of these tables, without what is after a colon. */
export function topicsOf(tables: ReadonlySet<string>): string[] {
  return Object.keys(tablesOf).filter((topic) => tablesOf[topic]?.some((table) => tables.has(table)));
}

/** True when somebody who listens to `heard` should know of `told`: `act` is about every `act:…`, and the other way round. */
export const concerns = (heard: string, told: string): boolean =>
  heard === told || heard.split(':')[0] === told || told.split(':')[0] === heard;

/** What a page shows, by its address: `/stuck?…` is `stuck`, `/acts/act_1` is `act:act_1`, `/` and a machine's picture are `states`. */
export function topicOfAddress(address: string): string {
  const [, first = '', second] = /^\/([a-z]*)(?:\/([a-z0-9_]+))?/.exec(address) ?? [];
  if (first === 'acts' && second !== undefined) return `act:${second}`;
  return first === '' || (first === 'machines' && second !== undefined) ? 'states' : first;
}
