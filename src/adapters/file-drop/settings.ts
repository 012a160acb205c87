// What a file-drop connection is told: where the folders are, how rows are written, and what their columns mean.
import { z } from 'zod';
import { buildCodec } from '../../core/dictionary/codecs/index.ts';
import { fieldSetting } from '../../core/dictionary/field-setting.ts';
import { machineNames, systemKinds } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { InboundTerms, OutboundTerms } from '../files.ts';
import { aliasesFit, aliasesRule, elementName, mainStage, stageAliases, stageOf, statesOfStage } from '../stage-map.ts';

const segment = '[A-Za-z0-9][A-Za-z0-9._-]{0,99}';
const relative = z
  .string()
  .max(500)
  .regex(
    new RegExp(`^${segment}(/${segment}){0,9}$`),
    'must be a path below the root, such as acme/in: no dots in front',
  );
const column = z.string().trim().min(1).max(200);
const columnOf = fieldSetting(column);

const place = z.discriminatedUnion('kind', [
  /** Below the folder that INTERLOCK_DROP_ROOT names. */
  z.strictObject({ kind: z.literal('folder'), path: relative }),
  z.strictObject({
    kind: z.literal('sftp'),
    host: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address'),
    port: z.number().int().min(1).max(65_535).default(22),
    username: z.string().min(1).max(100),
    /** As `ssh-keygen -lf` prints it. */
    hostKey: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be SHA256: and 43 characters, as ssh-keygen -lf says'),
    path: z
      .string()
      .max(500)
      .regex(
        new RegExp(`^/?${segment}(/${segment}){0,9}$`),
        'must be a path without dots in front, such as /drop/acme',
      ),
  }),
]);

const momentForm = z
  .strictObject({ formats: z.array(z.string()).min(1), zone: z.string().optional() })
  .default({ formats: ['iso'] })
  .superRefine((given, check) => {
    const built = buildCodec('instant', given);
    for (const { path, rule } of built.ok ? [] : built.faults) check.addIssue({ code: 'custom', path, message: rule });
  });

const suffix = z.string().regex(/^\.[a-z0-9.]{1,20}$/, 'must begin with a dot, such as .done');

const inbound = z.strictObject({
  folder: relative.default('in'),
  /** `*` stands for anything. */
  match: z
    .string()
    .regex(/^[A-Za-z0-9._*-]{1,100}$/)
    .refine((text) => text.split('*').length <= 4, 'at most three *')
    .default('*.csv'),
  columns: z.strictObject({ reference: column, stage: column, moment: column }),
  moment: momentForm,
  /** Elements by the column they stand in. */
  fields: z.record(elementName, columnOf).default({}),
  /** Known, and left where they are. */
  ignored: z.array(column).max(200).default([]),
  complete: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('size') }),
      z.strictObject({ by: z.literal('marker'), suffix: suffix.default('.done') }),
      z.strictObject({ by: z.literal('trailer'), word: z.string().min(1).max(50) }),
    ])
    .default({ by: 'size' }),
  everySeconds: z.number().int().min(1).max(86_400).default(60),
  expectedEveryMinutes: z.number().int().min(5).max(44_640).optional(),
  afterwards: z.enum(['move', 'leave']).default('move'),
  emptyIsFine: z.boolean().default(false),
});

const outbound = z.strictObject({
  folder: relative.default('out'),
  prefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/)
    .default('interlock'),
  /** States or regions that the system is told of. */
  states: z.array(z.string().min(1).max(200)).min(1).max(200),
  columns: z
    .strictObject({ row: column, reference: column, stage: column, moment: column })
    .default({ row: 'row_id', reference: 'reference', stage: 'stage', moment: 'moment' }),
  moment: momentForm,
  fields: z.record(elementName, columnOf).default({}),
  everySeconds: z.number().int().min(1).max(86_400).default(300),
  rowsMax: z.number().int().min(1).max(10_000).default(1_000),
  /** An apostrophe in front of cells that a spreadsheet would carry out. */
  guardFormulas: z.boolean().default(true),
  proof: z.discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('answers'),
      folder: relative.optional(),
      suffix: suffix.default('.ack'),
      columns: z
        .strictObject({ row: column, result: column, code: column.optional() })
        .default({ row: 'row_id', result: 'result' }),
      accepted: z.array(column).min(1).max(20).default(['ok', 'accepted']),
      refused: z.array(column).min(1).max(20).default(['error', 'refused']),
    }),
    z.strictObject({ by: z.literal('inbound') }),
    z.strictObject({ by: z.literal('nothing') }),
  ]),
  proofWithinHours: z.number().int().min(1).max(72).default(48),
});

export type Inbound = z.infer<typeof inbound>;
export type Outbound = z.infer<typeof outbound>;

const statePath = z.string().regex(/^[a-z_]+(\.[a-z_]+)*$/, 'a state or region, such as active.screening or hired');

export const settingsSchema = z
  .strictObject({
    place,
    /** An SFTP server in a network of your own. */
    allowPrivate: z.boolean().default(false),
    machine: z.enum(machineNames).default('application'),
    /** As what kind of system its rows speak. */
    speaksAs: z.enum(systemKinds),
    /** Whose ids the reference column holds, where they are another connection's. */
    refersTo: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .optional(),
    delimiter: z.enum([',', ';', '\t']).default(','),
    encoding: z.enum(['utf-8', 'windows-1252']).default('utf-8'),
    /** Our state or region to the word in the stage column; the most specific entry wins. */
    stages: z
      .record(statePath, z.string().trim().min(1).max(255))
      .refine((stages) => Object.keys(stages).length > 0, 'Map at least one state.'),
    sameAs: stageAliases,
    inbound: inbound.optional(),
    outbound: outbound.optional(),
  })
  .refine(({ inbound, outbound }) => inbound ?? outbound, 'needs "inbound", "outbound" or both')
  .refine(({ inbound, outbound }) => outbound?.proof.by !== 'inbound' || inbound !== undefined, {
    path: ['outbound', 'proof'],
    message: 'files of the system prove nothing without "inbound"',
  })
  .refine(({ inbound, outbound }) => inbound?.folder !== outbound?.folder, {
    path: ['outbound', 'folder'],
    message: 'must be another folder than that of "inbound"',
  })
  .refine(aliasesFit, { path: ['sameAs'], message: aliasesRule })
  .refine(({ encoding, outbound }) => encoding === 'utf-8' || isLatin(outbound ? columnsOf(outbound) : []), {
    path: ['outbound'],
    message: 'a column has a character that windows-1252 lacks',
  })
  .superRefine(({ inbound, outbound }, check) => {
    for (const [name, one] of [['inbound', inbound] as const, ['outbound', outbound] as const])
      for (const twice of repeated(one ? columnsOf(one) : []))
        check.addIssue({ code: 'custom', path: [name], message: `the column "${twice}" has two meanings` });
  });
export type FileDropSettings = z.infer<typeof settingsSchema>;

/** Columns that a file must have, or is given. */
export const columnsOf = ({ columns, fields }: Pick<Inbound | Outbound, 'columns' | 'fields'>): string[] => [
  ...Object.values(columns),
  ...Object.values(fields).map((one) => (typeof one === 'string' ? one : one.field)),
];

export const stageFor = ({ stages }: FileDropSettings, state: string): string | null => stageOf(stages, state);

export const statesFor = ({ stages, sameAs }: FileDropSettings, stage: string): string[] =>
  statesOfStage(stages, mainStage(sameAs, stage));

/** Only what the connection asks for, and has a word for. */
export const wants = (settings: FileDropSettings, machine: string, state: string): boolean =>
  settings.outbound !== undefined &&
  machine === settings.machine &&
  settings.outbound.states.some((region) => isWithin(state, region)) &&
  stageFor(settings, state) !== null;

export function inboundTerms({ inbound, outbound }: FileDropSettings): InboundTerms | null {
  if (!inbound) return null;
  const { folder, match, everySeconds, expectedEveryMinutes, complete, afterwards, emptyIsFine } = inbound;
  const pattern = new RegExp(`^${match.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return {
    folder,
    matches: (name) => pattern.test(name),
    everyMs: everySeconds * 1_000,
    expectedEveryMs: expectedEveryMinutes === undefined ? null : expectedEveryMinutes * 60_000,
    complete: complete.by === 'trailer' ? { by: 'trailer' } : complete,
    afterwards,
    emptyIsFine,
    proves: outbound?.proof.by === 'inbound',
  };
}

export function outboundTerms({ outbound }: FileDropSettings): OutboundTerms | null {
  if (!outbound) return null;
  const { folder, prefix, everySeconds, rowsMax, proof, proofWithinHours } = outbound;
  return {
    folder,
    prefix,
    everyMs: everySeconds * 1_000,
    rowsMax,
    proof: proof.by,
    answers:
      proof.by === 'answers' ? { folder: proof.folder ?? folder, suffix: proof.suffix } : { folder, suffix: '.ack' },
    proofWithinMs: proofWithinHours * 3_600_000,
  };
}

const isLatin = (names: readonly string[]): boolean => names.every((name) => /^[\x20-\x7e\xa0-\xff]*$/.test(name));

const repeated = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);
