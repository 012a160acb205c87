// POST /events/replay, and the page that shows what became of each event that was replayed.

import { dispositions } from '../../../core/deciding/intake.ts';
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { type Replayed, replayEvents, replayMatching } from '../../../services/intake/replay-events.ts';
import { dispositionWords, whyOf } from '../../event-words.ts';
import { localPath, readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { OwnVisit } from '../../route.ts';
import { plural } from '../../words.ts';
import type { Tone } from '../../writeback-words.ts';
import { eventFilter, eventsHref, eventsView } from './view.ts';

/** Leads to a page whose address names each event and what became of it, so that a reload replays nothing. */
export async function replayByForm(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const form = await readForm(request);
  const wish = { actor: actorOf(who), requestId: request.get('requestId') };
  const view = eventsView((name) => form[name]);
  const ticked = Object.keys(form).flatMap((name) => (name.startsWith('tick-') ? [name.slice(5)] : []));
  const { results, more } =
    form.do === 'matching'
      ? await replayMatching(desk.context, eventFilter({ ...view, tab: 'quarantined' }, visit), wish)
      : {
          results: await replayEvents(
            desk.context,
            ticked.filter((id) => isId('evt', id)),
            wish,
          ),
          more: ticked.length > limits.bulkReplayMax,
        };
  const query = new URLSearchParams({
    did: results.map(codeOf).join(','),
    ...(more ? { more: 'yes' } : {}),
    back: form.back === undefined ? eventsHref({ ...view, tab: 'quarantined' }) : localPath(form.back),
  });
  return request.redirect(`/events/replayed?${query}`, 303);
}

/** `evt_….replayed.applied` or `evt_….still_quarantined.unknown_stage`. */
function codeOf({ event, result }: Replayed): string {
  const more =
    result.kind === 'replayed'
      ? (result.recorded[0]?.disposition ?? 'ignored')
      : result.kind === 'still_quarantined'
        ? result.reason
        : '';
  return `${event}.${result.kind}.${more}`;
}

export function replayedPage(visit: OwnVisit): Response | Promise<Response> {
  const { request } = visit;
  const results = (request.req.query('did') ?? '').split(',').slice(0, limits.bulkReplayMax).flatMap(readCode);
  const back = localPath(request.req.query('back') ?? '/events?tab=quarantined');
  const taken = results.filter((one) => one.tone === 'good').length;
  return page(
    visit,
    { title: 'Replayed' },
    <p>
      <a href={back}>‹ Back</a>
    </p>,
    <h1>What became of what was replayed</h1>,
    results.length === 0 ? (
      <Notice tone="bad">Nothing was replayed: tick at least one event, or widen the filter.</Notice>
    ) : (
      <p class="lead">
        {plural(taken, 'event counts', 'events count')} now; {plural(results.length - taken, 'is', 'are')} as before.
      </p>
    ),
    request.req.query('more') === 'yes' ? (
      <Notice>More match than one replay takes. Go back and replay again for the next ones.</Notice>
    ) : null,
    results.length === 0 ? null : (
      <DataTable
        caption="Each with its own result"
        columns={[{ head: 'Event' }, { head: 'Result' }, { head: 'That means' }]}
        rows={results.map((one) => [<code>{one.event}</code>, <Chip tone={one.tone}>{one.word}</Chip>, one.means])}
      />
    ),
  );
}

interface Result {
  event: string;
  word: string;
  tone: Tone;
  means: string;
}

/** Only what this page itself writes is read; anything else in the address is left out. */
function readCode(text: string): Result[] {
  const [event = '', kind = '', more = ''] = text.split('.');
  if (!isId('evt', event) || !/^[a-z_0-9]{0,60}$/.test(more)) return [];
  switch (kind) {
    case 'replayed': {
      const disposition = dispositions.find((one) => one === more);
      const [word, , meaning] = (disposition && dispositionWords[disposition]) ?? [
        'Taken',
        'good',
        'The payload says no news',
      ];
      return [{ event, word: disposition === 'duplicate' ? 'Replayed before' : word, tone: 'good', means: meaning }];
    }
    case 'still_quarantined': {
      const why = whyOf(more, null).title;
      return [
        {
          event,
          word: 'Still not understood',
          tone: 'bad',
          means: `${why}. Mend the mapping first; nothing was recorded.`,
        },
      ];
    }
    case 'not_quarantined':
      return [{ event, word: 'Nothing to replay', tone: 'plain', means: 'It is not quarantined' }];
    case 'unknown_event':
      return [{ event, word: 'Not there', tone: 'plain', means: 'There is no such event' }];
    case 'erased':
      return [{ event, word: 'Erased', tone: 'warn', means: 'Its payload or the person is gone' }];
    case 'connection_removed':
      return [{ event, word: 'Connection removed', tone: 'warn', means: 'Nobody can translate it any more' }];
    default:
      return [];
  }
}
