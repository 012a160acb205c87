// Do a connection's settings fit the dictionary? What it would receive, the fields it adds, and the stages of its regions.
import type { FileExchange } from '../../adapters/files.ts';
import type { Adapter } from '../../adapters/port.ts';
import { type FieldSetting, refineFields } from '../../core/dictionary/field-setting.ts';
import type { SystemMapping } from '../../core/dictionary/mapping.ts';
import type { ConnectionDirection, ConnectionScope } from '../../store/schema/schema.ts';
import type { Context } from '../context.ts';
import { mappingFor, mergedSettings, regionsWithStages } from './system-settings.ts';

interface Account {
  adapter: Adapter;
  /** As they are stored; good by the adapter's own schema. */
  settings: Record<string, unknown>;
  scope: ConnectionScope;
  direction: ConnectionDirection;
}

interface Problem {
  pointer: string;
  detail: string;
}

/** Every reason why the connection cannot be used as it is; none when it fits. */
export function mappingProblems(
  { dictionary, machines }: Pick<Context, 'dictionary' | 'machines'>,
  account: Account,
): Problem[] {
  const { adapter } = account;
  const mapping = mappingFor(dictionary, adapter);
  const parsed = adapter.settings.parse(account.settings) as { fields?: Record<string, FieldSetting> };
  const latest = machines.all().filter((one) => machines.latest(one.name) === one);
  const asked = latest.flatMap(({ leaves }) =>
    [...leaves.keys()].flatMap((state) => adapter.elementsFor(parsed, state, mapping)),
  );
  const unlisted = [...new Set(asked)].filter((element) => !mapping.receives.has(element));
  const faults =
    Object.keys(parsed.fields ?? {}).length > 0 ? refineFields(mapping, '', parsed.fields ?? {}).faults : [];
  return [
    ...unlisted.map((element) => ({
      pointer: '/settings',
      detail: `${element} may not be sent there: dictionary/systems/${adapter.name}.yaml does not list it under receives`,
    })),
    ...faults
      .filter(({ element }) => !unlisted.includes(element))
      .map(({ element, rule }) => ({ pointer: `/settings/fields/${element}`, detail: rule })),
    ...(adapter.files ? fileProblems(adapter.files, account, mapping) : []),
    ...regionsWithStages(dictionary, adapter, account.scope).flatMap((region) =>
      stageProblems(dictionary, account, region),
    ),
  ];
}

/** What has no proof may be told, and is then an observer: no figure counts on it. */
function fileProblems(
  files: FileExchange,
  { adapter, settings, direction }: Account,
  mapping: SystemMapping,
): Problem[] {
  const parsed = adapter.settings.parse(settings);
  const [inbound, outbound] = [files.inbound(parsed), files.outbound(parsed)];
  const unproven = outbound?.proof === 'nothing' && direction !== 'out';
  return [
    ...files.problems(parsed, mapping),
    ...(unproven
      ? [
          {
            pointer: '/direction',
            detail:
              'must be "out" for a system that proves nothing: name "answers" or "inbound" as the proof otherwise',
          },
        ]
      : []),
    ...(direction === 'in' && !inbound ? [{ pointer: '/direction', detail: 'is "in", and "inbound" is missing' }] : []),
    ...(direction === 'out' && !outbound
      ? [{ pointer: '/direction', detail: 'is "out", and "outbound" is missing' }]
      : []),
  ];
}

/** A regional stage stands for one canonical state; the connection's own stages must not give it a second. */
function stageProblems(dictionary: Context['dictionary'], { adapter, settings }: Account, region: string): Problem[] {
  const regional = dictionary.regions.get(region)?.stages.get(adapter.name) ?? {};
  const byState = mappingFor(dictionary, adapter).stages.settings === 'by_state';
  const own = Object.entries((settings.stages ?? {}) as Record<string, string>);
  const clashes = own
    .map(([key, value]) => (byState ? { state: key, stage: value } : { state: value, stage: key }))
    .filter(({ state, stage }) =>
      Object.entries(regional).some(([means, named]) => named === stage && means !== state),
    );
  const merged = adapter.settings.safeParse(mergedSettings(dictionary, adapter, settings, region));
  return [
    ...clashes.map(({ stage }) => ({
      pointer: '/settings/stages',
      detail: `"${stage}" is a stage of the region ${region} and stands for another state there`,
    })),
    ...(merged.success
      ? []
      : [
          {
            pointer: '/scope/regions',
            detail: `the stages of ${region} do not fit: ${merged.error.issues[0]?.message}`,
          },
        ]),
  ];
}
