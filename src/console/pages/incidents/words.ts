// What one incident is about, in a few words made of what is kept with it.
import type { IncidentReport } from '../../../store/reports/incidents.ts';
import { titleOf } from '../../diagram/words.ts';
import { claimWords, waitWords, whyOf } from '../../event-words.ts';
import { sentence } from '../../words.ts';

/** Without personal values. */
export function aboutOf({ kind, detail, element, connection_id: connection, state }: IncidentReport): string {
  const system = connection ?? 'A system';
  const text = (key: string): string | null => (typeof detail[key] === 'string' ? (detail[key] as string) : null);
  switch (kind) {
    case 'field_conflict':
      return `${element ?? 'An element'}: ${sourceOf(detail.theirs)} says something else than ${sourceOf(detail.ours)}`;
    case 'divergence':
      return `${system} shows ${showsOf(text('shows'))}, we have ${titleOf(text('canonical') ?? state ?? 'another state')}`;
    case 'dead_writeback':
      return `Writing to ${system} was given up`;
    case 'duplicate_profile':
      return 'Two persons may be one human';
    case 'event_expired':
      return `${claimWords('event', text('claim'))}: ${lowered(waitWords(text('waitedFor')) || 'waited')}`;
    case 'fingerprint_conflict':
      return `${(text('source') ?? system).replace(/^connection:/, '')} used one id twice`;
    case 'quarantined_event':
    case 'unmapped_stage': {
      const stage = text('stage');
      return stage === null
        ? `${system}: ${lowered(whyOf(text('code'), null).title || 'not understood')}`
        : `${system}: the stage “${stage}” stands for none of our states`;
    }
    case 'mapping_gone':
      return `${system} has no ${text('kind') ?? 'stage'} “${text('name') ?? '?'}” any more`;
    case 'polling_stale':
      return `${system}: ${lowered(sentence(text('reason') ?? 'not polled'))}`;
    default:
      return sentence(kind);
  }
}

/** Who said one of two values. */
export function sourceOf(said: unknown): string {
  const source = (said as { source?: unknown } | null | undefined)?.source;
  return typeof source === 'string' ? source.replace(/^(connection|client|settled):/, '') : 'somebody';
}

const showsOf = (shows: string | null): string =>
  shows === null || shows === 'unmapped' ? 'a stage that stands for none of our states' : titleOf(shows);

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
