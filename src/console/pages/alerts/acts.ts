// What the forms of the page of alerts do: add, try and remove channels.
import { alertNameSchema } from '../../../core/alerts/alert.ts';
import { channelSchema } from '../../../core/alerts/channel.ts';
import { fieldErrors } from '../../../core/field-errors.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import {
  removeAlertChannel,
  saveAlertChannel,
  testAlertChannel,
} from '../../../services/alerts/manage-alert-channels.ts';
import type { By, Refused } from '../../../services/alerts/manage-alert-rules.ts';
import { readForm } from '../../forms.ts';
import type { OwnVisit } from '../../route.ts';
import { showAlerts } from './alerts.tsx';

export async function addChannel(visit: OwnVisit): Promise<Response> {
  const { id = '', kind, url = '', allowPrivate, to = '' } = await readForm(visit.request);
  const addresses = to.split(/[,;\s]+/).filter((one) => one !== '');
  const given = kind === 'mail' ? { kind, to: addresses } : { kind, url, allowPrivate: allowPrivate === 'on' };
  const name = alertNameSchema.safeParse(id);
  const terms = channelSchema.safeParse(given);
  if (!name.success || !terms.success) {
    const faults = [name, terms].flatMap((one) => (one.error ? fieldErrors(one.error) : []));
    const text = faults.map(({ pointer, detail }) => `${pointer.split('/')[1] || 'name'}: ${detail}`).join('; ');
    return showAlerts(visit, { status: 422, notice: { tone: 'bad', text: `The channel was not added. ${text}.` } });
  }
  const saved = await saveAlertChannel(visit.desk.context, byOf(visit), name.data, terms.data);
  if (saved.kind === 'refused') return showRefusal(visit, saved);
  if (saved.madeSecret === null) return visit.request.redirect('/alerts?said=channel#channels', 303);
  // A secret goes into no address, so it is in this answer alone.
  return showAlerts(visit, {
    notice: { tone: 'good', text: `Alerts go to ${name.data} from now on.` },
    secret: saved.madeSecret,
  });
}

export async function tryChannel(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const tested = await testAlertChannel(desk.context, byOf(visit), request.req.param('channel') ?? '', desk.publicUrl);
  return tested.kind === 'refused'
    ? showRefusal(visit, tested)
    : request.redirect(`/alerts?tried=${tested.delivery}`, 303);
}

export async function removeChannel(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const removed = await removeAlertChannel(desk.context, byOf(visit), request.req.param('channel') ?? '');
  return removed.kind === 'refused'
    ? showRefusal(visit, removed)
    : request.redirect('/alerts?said=channel-removed', 303);
}

export const byOf = ({ who, request }: OwnVisit): By => ({ actor: actorOf(who), requestId: request.get('requestId') });

const showRefusal = (visit: OwnVisit, { problems }: Refused): Promise<Response> =>
  showAlerts(visit, {
    status: 409,
    notice: { tone: 'bad', text: `Nothing was changed: ${problems.map(({ detail }) => detail).join('; ')}.` },
  });
