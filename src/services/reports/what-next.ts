// What happens by itself about something that is stuck, and when; in words that pages and the command line share.
import { incidentWords, isIncidentKind } from '../../core/incident-kinds.ts';
import type { IncidentReport } from '../../store/reports/incidents.ts';
import type { LaneHead, Waiting } from '../../store/reports/lane-heads.ts';
import type { Stuck } from './read-stuck.ts';

export interface WhatNext {
  /** A sentence; with `at` it goes on with the moment. */
  words: string;
  at: string | null;
  /** False where nothing changes until somebody acts. */
  byItself: boolean;
}

interface Around {
  lane: LaneHead | undefined;
  event: Waiting | undefined;
  incident: IncidentReport | null;
}

const nothing = (words: string): WhatNext => ({ words, at: null, byItself: false });
const then = (words: string, at: string | null | undefined): WhatNext => ({ words, at: at ?? null, byItself: true });

export function nextOf(
  { cause, code, connection }: Pick<Stuck, 'cause' | 'code' | 'connection'>,
  around: Around,
): WhatNext {
  const system = connection ?? 'the system';
  switch (cause) {
    case 'late_against_sla':
      return nothing('Nothing happens by itself: the next step is taken by whoever has the turn');
    case 'write_unconfirmed':
      return nextOfWrite(code, system, around.lane);
    case 'systems_disagree':
      return around.incident?.detail.rule === 'revert'
        ? then(`Our state is written back to ${system}`, around.lane?.due_at)
        : then(`${system} is read again by turns; when it shows the canonical state the matter is over`, null);
    case 'event_missing':
      return nextOfWaiting(code, system, around.event);
    case 'incident_open':
      return nothing(
        isIncidentKind(code) ? `Until somebody decides: ${lowered(incidentWords[code].otherwise)}` : 'A person decides',
      );
  }
}

function nextOfWrite(code: string, system: string, lane: LaneHead | undefined): WhatNext {
  switch (code) {
    case 'dead':
      return nothing(`Nothing more is written to ${system} about this subject until somebody redrives or waives it`);
    case 'lane_held':
      return lane?.held_reason === 'mapping_gone'
        ? then(
            `It goes on by itself as soon as ${system} has the stage or field again, or the mapping is changed`,
            null,
          )
        : nothing(`Nothing is written to ${system} about this subject until somebody releases the lane`);
    case 'connection_paused':
      return nothing(`It goes on when somebody resumes ${system}`);
    case 'connection_removed':
      return nothing('It can only be waived');
    case 'circuit_open':
      return then(`${system} is tried again`, lane?.circuit_until);
    case 'rate_limited':
      return then(`${system} is asked again`, lane?.blocked_until);
    case 'not_shown_yet':
      return then(`${system} is read again`, lane?.due_at ?? lane?.lease_until);
    default:
      return lane?.status === 'leased'
        ? then('It is on its way; without an answer it is found and driven again', lane.lease_until)
        : then('It is tried again', lane?.due_at);
  }
}

function nextOfWaiting(code: string, system: string, event: Waiting | undefined): WhatNext {
  switch (code) {
    case 'probe':
      return then(`${system} is asked what it shows now`, event?.probe_due_at ?? event?.parked_until);
    case 'subject':
      return then(
        'It is decided as soon as somebody tells us of the subject; else it is refused, with an incident',
        event?.parked_until,
      );
    case 'requisition':
      return then(
        'It is decided as soon as the requisition is live; else it is refused, with an incident',
        event?.parked_until,
      );
    default:
      return then(
        'It is decided again after each transition of this subject; else it is refused, with an incident',
        event?.parked_until,
      );
  }
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
