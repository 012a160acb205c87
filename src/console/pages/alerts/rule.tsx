// /alerts/rules: one rule to change or to add; which fields it has follows from what it watches.
import { type Condition, conditionSchema, type Rule, termsSchema, type Watched } from '../../../core/alerts/alert.ts';
import { watchedMeanings, watchedNames } from '../../../core/alerts/words.ts';
import { readAlertChannels, readAlertRules } from '../../../services/alerts/read-alerts.ts';
import { page } from '../../frame.tsx';
import { Choice, PostForm } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { OwnVisit } from '../../route.ts';
import { notFoundPage } from '../problem.tsx';
import { ConditionFields, TermsFields } from './rule-fields.tsx';

export interface RuleDraft extends Rule {
  builtin: boolean;
  /** Not saved yet: it has no name that could be in an address. */
  fresh: boolean;
}

export async function rulePage(visit: OwnVisit): Promise<Response> {
  const id = visit.request.req.param('rule') ?? '';
  const found = (await readAlertRules(visit.desk.context)).find((one) => one.id === id);
  return found ? showRule(visit, { ...found, fresh: false }, null) : notFoundPage(visit);
}

/** Empty, of the kind that is asked for. */
export async function newRulePage(visit: OwnVisit): Promise<Response> {
  const asked = visit.request.req.query('watches') as Watched | undefined;
  const watches = asked !== undefined && Object.hasOwn(watchedNames, asked) ? asked : 'stuck';
  return showRule(visit, draftOf(conditionSchema.parse({ watches })), null);
}

export const draftOf = (condition: Condition): RuleDraft => ({
  id: '',
  enabled: true,
  condition,
  terms: termsSchema.parse({}),
  builtin: false,
  fresh: true,
});

export async function showRule(visit: OwnVisit, rule: RuleDraft, fault: string | null): Promise<Response> {
  const { who, desk } = visit;
  const channels = await readAlertChannels(desk.context);
  const { watches } = rule.condition;
  return page(
    visit,
    { title: rule.fresh ? 'Add a rule' : `Rule ${rule.id}`, status: fault === null ? 200 : 422 },
    <p class="quiet">
      <a href="/alerts">Alerts</a> ›
    </p>,
    <h1>{rule.fresh ? 'Add a rule' : rule.id}</h1>,
    <p class="lead">
      {watchedNames[watches]}: {watchedMeanings[watches]}.
    </p>,
    fault === null ? null : <Notice tone="bad">{fault}</Notice>,
    rule.fresh ? (
      <form method="get" action="/alerts/rules" class="bar" data-at-once>
        <Choice name="watches" label="It watches" value={watches} options={Object.entries(watchedNames)} />
        <button type="submit" class="second">
          Show its fields
        </button>
      </form>
    ) : null,
    <div class="narrow-left">
      <PostForm action="/alerts/rules" who={who}>
        <input type="hidden" name="watches" value={watches} />
        <ConditionFields visit={visit} rule={rule} />
        <TermsFields rule={rule} channels={channels.map(({ id }) => id)} />
        <button type="submit">{rule.fresh ? 'Add the rule' : 'Save'}</button>
      </PostForm>
      {rule.fresh || rule.builtin ? null : (
        <PostForm action={`/alerts/rules/${rule.id}/remove`} who={who}>
          <button type="submit" class="second">
            Remove the rule
          </button>
        </PostForm>
      )}
    </div>,
  );
}
