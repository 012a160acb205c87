// The bar above the audit log: each choice is a part of the address.
import { listAuditActions } from '../../../store/access/audit.ts';
import { Choice } from '../../parts/form.tsx';
import type { OwnVisit } from '../../route.ts';
import { type AuditView, auditPeriods } from './view.ts';

export async function Filters({ visit, view }: { visit: OwnVisit; view: AuditView }) {
  const { desk } = visit;
  const actions = await desk.remembered('actions of the audit log', () =>
    listAuditActions(desk.context.database.reports),
  );
  const known = view.action === undefined || actions.includes(view.action) ? actions : [...actions, view.action];
  return (
    <form method="get" action="/audit" class="bar" data-at-once>
      <Choice
        name="period"
        label="Period"
        value={view.period ?? 'all'}
        options={Object.entries(auditPeriods).map(([value, [text]]) => [value, text] as const)}
      />
      <Choice
        name="action"
        label="Did what"
        value={view.action ?? ''}
        options={[['', 'all'], ...known.map((one) => [one, one] as const)]}
      />
      <TextFilter name="actor" label="Who (id)" value={view.actor} />
      <TextFilter name="kind" label="Kind of object" value={view.kind} />
      <TextFilter name="object" label="Object (id)" value={view.object} />
      <button type="submit" class="second">
        Show
      </button>
      {Object.keys(view).length === 0 ? null : <a href="/audit">All entries</a>}
    </form>
  );
}

function TextFilter({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return (
    <div class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input id={`filter-${name}`} name={name} type="text" value={value ?? ''} maxlength={200} autocomplete="off" />
    </div>
  );
}
