// /subjects/:subject/values: the personal values of one subject with where each came from; every look is on record.
import { isId } from '../../../core/ids.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { readValues } from '../../../services/reports/read-values.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { actorWords } from '../../timeline/actors.ts';
import { notFoundPage, otherKeyPage } from '../problem.tsx';

export async function subjectValuesPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('subject') ?? '';
  const values = isId('sub', id) ? await readValues(desk.context, id) : undefined;
  if (!values) return notFoundPage(visit);
  if (values === 'other_key') return otherKeyPage(visit);
  const names = await nameActors(
    desk.context,
    values.map((one) => one.source),
  );
  const now = desk.context.now();
  return page(
    visit,
    { title: 'Values' },
    <p>
      <a href={`/subjects/${id}`}>‹ {id}</a>
    </p>,
    <h1>Values</h1>,
    <p class="lead">What is known of the person, each with where it came from. That you looked is in the audit log.</p>,
    <DataTable
      caption="Values"
      hideCaption
      columns={[{ head: 'Element' }, { head: 'Value' }, { head: 'Said by' }, { head: 'About' }, { head: 'Written' }]}
      rows={values.map((one) => [
        one.element,
        <span class="value">{typeof one.value === 'string' ? one.value : JSON.stringify(one.value)}</span>,
        actorWords(one.source.replace(/^settled:/, ''), names),
        <When at={one.occurredAt} now={now} />,
        <When at={one.writtenAt} now={now} />,
      ])}
      empty="Nothing personal is known, or it was erased."
    />,
  );
}
