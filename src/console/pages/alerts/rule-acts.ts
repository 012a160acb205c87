// What the forms of a rule do: save it, or remove it.
import { alertNameSchema, conditionSchema, termsSchema, type Watched } from '../../../core/alerts/alert.ts';
import { watchedNames } from '../../../core/alerts/words.ts';
import { fieldErrors } from '../../../core/field-errors.ts';
import { removeAlertRule, saveAlertRule } from '../../../services/alerts/manage-alert-rules.ts';
import { readAlertRules } from '../../../services/alerts/read-alerts.ts';
import { readForm } from '../../forms.ts';
import type { OwnVisit } from '../../route.ts';
import { byOf } from './acts.ts';
import { showAlerts } from './alerts.tsx';
import { draftOf, showRule } from './rule.tsx';
import { fieldsOf, numbers, termNumbers } from './rule-fields.tsx';

export async function saveRule(visit: OwnVisit): Promise<Response> {
  const form = await readForm(visit.request);
  const watches = (Object.hasOwn(watchedNames, form.watches ?? '') ? form.watches : 'stuck') as Watched;
  const id = alertNameSchema.safeParse(form.id ?? '');
  const condition = conditionSchema.safeParse(conditionIn(watches, form));
  const terms = termsSchema.safeParse(termsIn(form));
  const known = (await readAlertRules(visit.desk.context)).find((one) => one.id === form.id);
  const draft = {
    ...(known ? { ...known, fresh: false } : { ...draftOf(conditionSchema.parse({ watches })), id: form.id ?? '' }),
    ...(condition.success ? { condition: condition.data } : {}),
    ...(terms.success ? { terms: terms.data } : {}),
    enabled: form.enabled === 'on',
  };
  if (!id.success || !condition.success || !terms.success) {
    const faults = [
      ...(id.success ? [] : fieldErrors(id.error, '/name')),
      ...(condition.success ? [] : fieldErrors(condition.error)),
      ...(terms.success ? [] : fieldErrors(terms.error)),
    ];
    return showRule(visit, draft, wrong(faults));
  }
  const { enabled } = draft;
  const rule = { id: id.data, enabled, condition: condition.data, terms: terms.data };
  const saved = await saveAlertRule(visit.desk.context, byOf(visit), rule);
  return saved.kind === 'refused'
    ? showRule(visit, draft, wrong(saved.problems))
    : visit.request.redirect('/alerts?said=rule#rules', 303);
}

export async function removeRule(visit: OwnVisit): Promise<Response> {
  const removed = await removeAlertRule(visit.desk.context, byOf(visit), visit.request.req.param('rule') ?? '');
  if (removed.kind === 'saved') return visit.request.redirect('/alerts?said=rule-removed#rules', 303);
  const text = `Nothing was changed: ${removed.problems.map(({ detail }) => detail).join('; ')}.`;
  return showAlerts(visit, { status: 409, notice: { tone: 'bad', text } });
}

type Form = Readonly<Record<string, string>>;

/** An empty field says nothing; per cent become shares. */
function conditionIn(watches: Watched, form: Form): Record<string, unknown> {
  const condition: Record<string, unknown> = { watches };
  for (const name of fieldsOf[watches]) {
    const text = (form[name] ?? '').trim();
    if (text === '') continue;
    const number = Number(text.replace(',', '.'));
    condition[name] = numbers.includes(name) ? (name === 'below' ? number / 100 : number) : text;
  }
  return condition;
}

function termsIn(form: Form): Record<string, unknown> {
  const terms: Record<string, unknown> = { severity: form.severity };
  for (const name of termNumbers) terms[name] = Number((form[name] ?? '').trim() || Number.NaN);
  const named = Object.keys(form).flatMap((name) => /^channel-(.+)-$/.exec(name)?.[1] ?? []);
  terms.channels = form['channel-all'] === 'on' ? 'all' : named;
  return terms;
}

const wrong = (faults: readonly { pointer: string; detail: string }[]): string =>
  `The rule was not saved. ${faults.map(({ pointer, detail }) => `${pointer.split('/').at(-1) || 'name'}: ${detail}`).join('; ')}.`;
