// What the pages about versions share: where they lie, which version is meant, and how it stands.
import type { Content } from '../../../core/access/approval.ts';
import type { Change } from '../../../core/machine/diff.ts';
import { type MachineVersion, readVersion, type VersionStatus } from '../../../services/versions/read-versions.ts';
import { changeSigns } from '../../diagram/diff-marks.ts';
import type { Visit } from '../../route.ts';

export const releasePath = (of: Pick<Content, 'kind' | 'name' | 'version'>): string =>
  of.kind === 'machine' ? `/machines/${of.name}/${of.version}/release` : `/dictionary/${of.version}/release`;

const statusWords: Readonly<Record<VersionStatus, readonly [tone: string, text: string]>> = {
  in_force: ['good', '✓ In force'],
  released: ['', 'Released, still lived in'],
  retired: ['', 'Retired'],
  proposed: ['warn', '… Proposed'],
  signed: ['good', '✓ Signed, runs from the next start'],
  rejected: ['bad', '✕ Rejected'],
  replaced: ['', 'Replaced by a later proposal'],
};

export function StatusChip({ status }: { status: VersionStatus }) {
  const [tone, text] = statusWords[status];
  return <span class={`chip ${tone}`}>{text}</span>;
}

export function ChangeWord({ change }: { change: Change }) {
  return <span class={`change ${change}`}>{`${changeSigns[change]} ${change}`}</span>;
}

/** The version that a part of the address names, running or proposed; null when there is none. */
export async function versionAt(visit: Visit, parameter: 'version' | 'other'): Promise<MachineVersion | null> {
  const given = visit.request.req.param() as { machine?: string; version?: string; other?: string };
  const text = given[parameter] ?? '';
  if (!/^[1-9]\d{0,5}$/.test(text)) return null;
  return readVersion(visit.desk.context, given.machine ?? '', Number(text));
}
