// Which part of a timeline somebody wants to see; read from the address, written into links.
import type { Entry } from '../../services/reports/timeline-entry.ts';
import type { OwnVisit } from '../route.ts';

export const timelineShows = ['all', 'moves', 'said', 'writes', 'people', 'looks'] as const;
export type TimelineShow = (typeof timelineShows)[number];

export const showWords: Readonly<Record<TimelineShow, string>> = {
  all: 'Everything',
  moves: 'Where it moved',
  said: 'What systems said',
  writes: 'What was written',
  people: 'What people did',
  looks: 'Who looked',
};

const kinds: Readonly<Record<TimelineShow, readonly Entry['kind'][] | undefined>> = {
  all: undefined,
  moves: ['transition'],
  said: ['event', 'echo', 'reading'],
  writes: ['writeback', 'echo', 'reading'],
  people: ['action', 'note', 'incident', 'approval'],
  looks: ['action'],
};

export interface TimelineView {
  subject: string;
  show: TimelineShow;
  connection: string | undefined;
  /** ISO 8601 with microseconds. */
  before: string | undefined;
}

export function timelineView({ request }: OwnVisit, subject: string): TimelineView {
  const connection = request.req.query('system');
  const before = request.req.query('before');
  return {
    subject,
    show: timelineShows.find((one) => one === request.req.query('show')) ?? 'all',
    connection: connection !== undefined && /^[a-z0-9][a-z0-9-]{0,62}$/.test(connection) ? connection : undefined,
    before:
      before !== undefined &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(before) &&
      !Number.isNaN(Date.parse(before))
        ? before
        : undefined,
  };
}

export const kindsOf = ({ show }: TimelineView): readonly Entry['kind'][] | undefined => kinds[show];

/** The address of this view with something else in it. */
export function timelineHref(view: TimelineView, change: Partial<Omit<TimelineView, 'subject'>> = {}): string {
  const { subject, show, connection, before } = { ...view, before: undefined, ...change };
  const query = new URLSearchParams({
    ...(show === 'all' ? {} : { show }),
    ...(connection === undefined ? {} : { system: connection }),
    ...(before === undefined ? {} : { before }),
  });
  const text = query.toString();
  return `/subjects/${subject}${text === '' ? '' : `?${text}`}`;
}
