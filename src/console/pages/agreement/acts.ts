// POST /agreement/act: what is done about the ticked disagreements; what came of each is said on the board.
import { isId } from '../../../core/ids.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { beginBulkAct } from '../../../services/settling/bulk-acts.ts';
import { holdLanes, type LaneName } from '../../../services/settling/hold-lanes.ts';
import { type Adopted, adoptShown, lookAgain } from '../../../services/settling/settle-disagreements.ts';
import type { Decision } from '../../../services/settling/settle-writebacks.ts';
import { readForm } from '../../forms.ts';
import { readReason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { plural } from '../../words.ts';
import { boardOf, showBoard } from './agreement.tsx';

interface Ticked extends LaneName {
  writeback: string | null;
}

type Form = Readonly<Record<string, string>>;

export async function actOnDisagreements(visit: OwnVisit): Promise<Response> {
  const { request, who } = visit;
  const form = await readForm(request);
  const names = Object.keys(form).filter((name) => name.startsWith('tick|'));
  const refuse = (fault: string) =>
    showBoard(visit, boardOf(form), { tone: 'bad', lines: [fault], reason: form.reason ?? '', ticked: new Set(names) });
  const ticked = names.flatMap(readTick);
  if (ticked.length === 0) return refuse('Tick at least one line first.');
  const said = readReason(form.reason);
  if (!said.ok) return refuse(said.fault);
  const decision = { actor: actorOf(who), reason: said.reason, requestId: request.get('requestId') };
  if (form.do === 'write') return (await writeAgain(visit, ticked, decision, form)) ?? refuse(nothingToWrite);
  const lines = await carryOut(visit, form.do ?? '', ticked, decision);
  if (lines === null) return refuse('Nothing was chosen to be done.');
  return showBoard(visit, boardOf(form), { tone: 'good', lines });
}

function readTick(name: string): Ticked[] {
  const [, subject = '', connection = '', writeback = ''] = name.split('|');
  return isId('sub', subject) && /^[a-z0-9][a-z0-9-]{0,62}$/.test(connection)
    ? [{ subject, connection, writeback: isId('wrb', writeback) ? writeback : null }]
    : [];
}

const nothingToWrite =
  'None of these has a write that was given up. What is on its way or held is written by itself; where a system moved by itself, look again: the state’s rule is carried out then.';

/** Those with a write that was given up are tried again, as one act with a result for each. */
async function writeAgain(
  visit: OwnVisit,
  ticked: readonly Ticked[],
  decision: Decision,
  form: Form,
): Promise<Response | null> {
  const items = ticked.flatMap(({ writeback }) => (writeback === null ? [] : [writeback]));
  if (items.length === 0) return null;
  const act = form.act ?? '';
  const begun = await beginBulkAct(visit.desk.context, {
    ...decision,
    kind: 'redrive',
    items,
    force: form.force === 'on',
    ...(isId('act', act) ? { id: act } : {}),
  });
  return visit.request.redirect(`/acts/${begun.id}`, 303);
}

async function carryOut(
  { desk }: OwnVisit,
  wish: string,
  ticked: readonly Ticked[],
  decision: Decision,
): Promise<string[] | null> {
  switch (wish) {
    case 'look':
      return counted(await lookAgain(desk.context, ticked, decision), lookWords);
    case 'hold':
      return counted(await holdLanes(desk.context, ticked, decision), holdWords);
    case 'adopt': {
      const lines: string[] = [];
      for (const pair of ticked)
        lines.push(`${pair.subject}: ${adoptWords(await adoptShown(desk.context, pair, decision))}`);
      return lines;
    }
    default:
      return null;
  }
}

const lookWords: Readonly<Record<string, string>> = {
  done: 'read again with the next round of the sweep',
  on_its_way: 'left alone: a write is on its way and reads by itself',
  never_read: 'left alone: the sweep does not read it',
};

const holdWords: Readonly<Record<string, string>> = {
  done: 'held: nothing more is written there until somebody releases it',
  already_held: 'held already',
  unknown: 'not there any more',
};

function counted(results: readonly { kind: string }[], words: Readonly<Record<string, string>>): string[] {
  const kinds = [...new Set(results.map(({ kind }) => kind))];
  return kinds.map(
    (kind) => `${plural(results.filter((one) => one.kind === kind).length, 'line')} ${words[kind] ?? kind}.`,
  );
}

function adoptWords(adopted: Adopted): string {
  switch (adopted.kind) {
    case 'done':
      return `moved to ${adopted.to} by “${adopted.event}”; every system is told.`;
    case 'unknown':
      return 'not there any more.';
    case 'not_shown':
      return 'left alone: what it shows is none of our states.';
    case 'no_way':
      return 'left alone: the machine has no single way from here to there that a person may take.';
    case 'needs_elements':
      return `left alone: that step needs ${adopted.elements.join(', ')}, which the system does not tell.`;
    case 'refused':
      return `left alone: refused (${adopted.code}).`;
  }
}
