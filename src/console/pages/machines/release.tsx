// /machines/:machine/:version/release and /dictionary/:version/release: who signed this very content, who is missing, and the form to sign.
import type { ApprovalFile, Content } from '../../../core/access/approval.ts';
import { approvalFileOf } from '../../../services/versions/approval-files.ts';
import { manageParties } from '../../../services/versions/manage-parties.ts';
import { readDictionaryVersion, type Version } from '../../../services/versions/read-versions.ts';
import type { Decision, Signed } from '../../../services/versions/sign-version.ts';
import { titleOf } from '../../diagram/words.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { span } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { releasePath, StatusChip, versionAt } from './parts.tsx';
import { Parties, SignForm, type Typed } from './sign.tsx';

export async function releasePage(visit: OwnVisit): Promise<Response> {
  const version = await meant(visit);
  return version ? show(visit, version, null, null) : notFoundPage(visit);
}

export async function signVersion(visit: OwnVisit): Promise<Response> {
  const version = await meant(visit);
  if (!version) return notFoundPage(visit);
  const form = await readForm(visit.request);
  const typed: Typed = { party: form.party ?? '', displayName: form.name ?? '', reason: form.reason ?? '' };
  const decision: Decision = {
    // As the signer saw it, which may be another content by now.
    of: { ...version.of, hash: form.hash ?? '' },
    party: typed.party,
    displayName: typed.displayName,
    decision: form.decision === 'rejected' ? 'rejected' : 'approved',
    reason: form.decision === 'rejected' ? typed.reason : null,
    password: (form.password ?? '').slice(0, 1_000),
    requestId: visit.request.get('requestId'),
  };
  const signed = await visit.desk.signVersion(visit.who, decision);
  if (signed.kind === 'signed')
    return visit.request.redirect(`${releasePath(version.of)}?said=${signed.approval.decision}`, 303);
  return show(visit, version, faultOf(signed), typed);
}

/** The file that proves the signatures, for anybody who is signed in. */
export async function signaturesFile(visit: OwnVisit): Promise<Response> {
  const version = await meant(visit);
  if (!version) return notFoundPage(visit);
  const file = await approvalFileOf(visit.desk.context, version.of.name, version.of.version);
  return file ? answerFile(visit, file) : notFoundPage(visit);
}

export function answerFile({ request }: Pick<OwnVisit, 'request'>, file: ApprovalFile): Response {
  const name = `${file.of.name}-v${file.of.version}-signatures.json`;
  return request.body(`${JSON.stringify(file, null, 2)}\n`, 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  });
}

async function meant(visit: OwnVisit): Promise<Version | null> {
  const { machine, version = '' } = visit.request.req.param() as { machine?: string; version?: string };
  if (machine !== undefined) return versionAt(visit, 'version');
  return /^[1-9]\d{0,5}$/.test(version) ? readDictionaryVersion(visit.desk.context, Number(version)) : null;
}

const sayings: Readonly<Record<string, string>> = {
  approved: 'You have signed. Your signature is bound to this content: another content needs another one.',
  rejected: 'You have rejected this content. What was signed before stays in force.',
};

async function show(visit: OwnVisit, version: Version, fault: string | null, typed: Typed | null): Promise<Response> {
  const parties = manageParties(visit.desk.context);
  const [members, own] = await Promise.all([parties.list(), parties.of(visit.who.account)]);
  const said = sayings[visit.request.req.query('said') ?? ''];
  const now = visit.desk.context.now();
  const name = nameOf(version.of);
  return page(
    visit,
    { title: `Signatures: ${name}`, status: fault === null ? 200 : 422 },
    <h1>{name}</h1>,
    <p>
      <StatusChip status={version.status} />
    </p>,
    fault === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    fault === null ? null : <Notice tone="bad">{fault}</Notice>,
    <p class="lead">{leadOf(version)}</p>,
    <Facts version={version} now={now} />,
    <h2 id="signatures">Who has to sign</h2>,
    <Parties version={version} members={members} now={now} />,
    <SignForm visit={visit} version={version} own={own} typed={typed} />,
    <Links version={version} />,
  );
}

export const nameOf = (of: Content): string => `${titleOf(of.name)}, version ${of.version}`;

function leadOf({ of, status, standing, releasedAt, proposal }: Version): string {
  if (of.kind === 'dictionary') return 'It took effect at its first start; signatures say who stands behind it.';
  if (status === 'rejected')
    return `Rejected by ${standing.rejected.join(', ')}. What was signed before stays in force; a changed proposal can be signed anew.`;
  if (status === 'signed')
    return 'All have signed. It runs from the next start of an installation that has exactly this content among its files.';
  if (releasedAt !== null && !proposal && standing.approved.length === 0)
    return 'It came with the first start of this installation and ran at once. It can be signed all the same.';
  if (releasedAt !== null) return 'It runs. Its signatures are bound to exactly what runs.';
  return 'It runs once all have signed. Any change to it is another content and needs all signatures anew.';
}

function Facts({ version, now }: { version: Version; now: number }) {
  const { of, proposal, releasedAt } = version;
  return (
    <dl class="key-values">
      <dt>Content hash (SHA-256)</dt>
      <dd>
        <code>{of.hash}</code>
      </dd>
      {proposal ? (
        <>
          <dt>Proposed</dt>
          <dd>
            <When at={proposal.proposed_at} now={now} /> by {proposal.proposer_kind} <code>{proposal.proposer_id}</code>
          </dd>
          <dt>Why</dt>
          <dd>{proposal.note}</dd>
        </>
      ) : null}
      {releasedAt === null ? null : (
        <>
          <dt>Runs since</dt>
          <dd>
            <When at={releasedAt} now={now} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Links({ version: { of, releasedAt } }: { version: Version }) {
  const machine = of.kind === 'machine';
  return (
    <p class="actions">
      <a class="button second" href={`${releasePath(of)}/signatures.json`}>
        Signature file
      </a>
      {machine && of.version > 1 ? (
        <a class="button second" href={`/machines/${of.name}/${of.version}/diff/${of.version - 1}`}>
          Compare with version {String(of.version - 1)}
        </a>
      ) : null}
      {machine && releasedAt === null ? (
        <a class="button second" href={`/machines/${of.name}/${of.version}/replay`}>
          Replay history
        </a>
      ) : null}
      {machine && releasedAt !== null ? (
        <a class="button second" href={`/published/${of.name}/${of.version}`}>
          The published page
        </a>
      ) : null}
      <a class="button second" href="/machines">
        All versions
      </a>
    </p>
  );
}

function faultOf(signed: Exclude<Signed, { kind: 'signed' }>): string {
  switch (signed.kind) {
    case 'wrong_password':
      return 'That is not your password. Nothing was signed.';
    case 'throttled':
      return `Too many tries. Try again in ${span(signed.waitMs)}.`;
    case 'unknown_version':
      return 'There is no such version any more.';
    case 'content_changed':
      return 'Another content is proposed under this number since you opened the page. Look at it again; nothing was signed.';
    case 'not_of_party':
      return 'Your account does not sign for that party. An admin can change that.';
    case 'decided_already':
      return 'You, or somebody for that party, has decided about this content already. A decision stays as it was made.';
    case 'name_missing':
      return 'Say how you want to be shown beside your signature, in up to 80 characters.';
    case 'reason_missing':
      return 'A rejection needs a reason of up to 500 characters, so that the next proposal can be better.';
  }
}
