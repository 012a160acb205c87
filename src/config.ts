// The only reader of the environment: parsed once, at the top; a wrong value stops the start and is named.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type ArmedCrash, isCrashPoint } from './core/crash-points.ts';

export const roles = ['api', 'worker', 'sweeper', 'console'] as const;
export type Role = (typeof roles)[number];

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const port = z.coerce.number().int().min(0).max(65_535);
const crashPoint = z.string().transform((text, context): ArmedCrash => {
  const [name = '', hit = '1', ...more] = text.split(':');
  if (isCrashPoint(name) && /^[1-9]\d{0,5}$/.test(hit) && more.length === 0) return { name, hit: Number(hit) };
  context.addIssue('must be name:hit, such as ingest.committed:2; src/core/crash-points.ts has the names');
  return z.NEVER;
});

const environment = z.object({
  INTERLOCK_DATA_DIR: z.string().min(1).default('.interlock'),
  INTERLOCK_HOST: z.string().min(1).default('127.0.0.1'),
  INTERLOCK_PORT: port.default(8080),
  INTERLOCK_METRICS_PORT: port.optional(),
  INTERLOCK_PUBLIC_URL: z.url().optional(),
  INTERLOCK_MASTER_KEY: z
    .string()
    .refine(
      (text) => Buffer.from(text, 'base64').length === 32,
      'must be 32 bytes in base64; make one with: openssl rand -base64 32',
    )
    .optional(),
  INTERLOCK_MASTER_KEY_FILE: z.string().min(1).optional(),
  INTERLOCK_ROLES: z
    .string()
    .default(roles.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(roles)).min(1)),
  INTERLOCK_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  INTERLOCK_ALLOW_PRIVATE_ADDRESSES: flag.default(false),
  INTERLOCK_REORDER_WINDOW_SECONDS: z.coerce.number().positive().max(3_600).default(60),
  INTERLOCK_PARKED_SECONDS: z.coerce
    .number()
    .positive()
    .max(7 * 86_400)
    .default(900),
  INTERLOCK_DROP_ROOT: z.string().min(1).optional(),
  INTERLOCK_RETENTION: z.enum(['off', 'on']).default('off'),
  INTERLOCK_ALLOW_UNSAFE_DATABASE: flag.default(false),
  INTERLOCK_CRASH_POINT: crashPoint.optional(),
  INTERLOCK_CHECKPOINT_FILE: z.string().min(1).optional(),
  INTERLOCK_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  INTERLOCK_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  INTERLOCK_MAIL_FROM: z
    .string()
    .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be one mail address')
    .optional(),
  INTERLOCK_REQUESTS_PER_MINUTE: z.coerce.number().int().positive().default(60_000),
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  NATS_URL: z.string().min(1).optional(),
  INTERLOCK_NATS_SERVER: z.string().optional(),
});

const complete = environment.refine(
  (given) => given.INTERLOCK_SMTP_URL === undefined || given.INTERLOCK_MAIL_FROM !== undefined,
  { path: ['INTERLOCK_MAIL_FROM'], message: 'is needed with INTERLOCK_SMTP_URL: whom mail comes from' },
);

export interface Config {
  dataFolder: string;
  host: string;
  port: number;
  /** Metrics on a listener of their own; null: on the main one, as long as that is reached from this machine only. */
  metricsPort: number | null;
  publicUrl: string | null;
  masterKey: Buffer | null;
  masterKeyFile: string;
  roles: readonly Role[];
  logLevel: string;
  allowPrivateAddresses: boolean;
  reorderWindowMs: number;
  parkedMs: number;
  /** Proxies of ours in front, each of which appends to X-Forwarded-For. */
  trustedProxies: number;
  requestsPerMinute: number;
  /** The server that takes alerts by mail, credentials included, and whom they come from; null: no mail. */
  mail: { url: string; from: string } | null;
  /** The folder below which file-drop connections may use folders of this machine; null: none may. */
  dropRoot: string | null;
  /** Erase persons by themselves when the dictionary's times are over. */
  retention: boolean;
  databaseUrl: string | null;
  /** Take a database that may lose what it confirmed (fsync off): for tests only. */
  allowUnsafeDatabase: boolean;
  /** Where every checkpoint of the log is appended. */
  checkpointFile: string;
  /** Where this process is to kill itself: for tests only. */
  crashPoint: ArmedCrash | null;
  natsUrl: string | null;
  /** A nats-server program; `none` for the local bus; null: look on PATH. */
  natsServer: string | null;
}

/** Throws an error that names every wrong variable. Empty values count as absent. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = complete.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is wrong:\n${lines.join('\n')}\nREADME.md lists the settings.`);
  }
  const values = parsed.data;
  const dataFolder = resolve(values.INTERLOCK_DATA_DIR);
  return {
    dataFolder,
    host: values.INTERLOCK_HOST,
    port: values.INTERLOCK_PORT,
    metricsPort: values.INTERLOCK_METRICS_PORT ?? null,
    publicUrl: values.INTERLOCK_PUBLIC_URL?.replace(/\/$/, '') ?? null,
    masterKey: values.INTERLOCK_MASTER_KEY
      ? Buffer.from(values.INTERLOCK_MASTER_KEY, 'base64')
      : values.INTERLOCK_MASTER_KEY_FILE
        ? readKey(values.INTERLOCK_MASTER_KEY_FILE)
        : null,
    masterKeyFile: join(dataFolder, 'master.key'),
    roles: values.INTERLOCK_ROLES,
    logLevel: values.INTERLOCK_LOG_LEVEL,
    allowPrivateAddresses: values.INTERLOCK_ALLOW_PRIVATE_ADDRESSES,
    reorderWindowMs: values.INTERLOCK_REORDER_WINDOW_SECONDS * 1_000,
    parkedMs: values.INTERLOCK_PARKED_SECONDS * 1_000,
    trustedProxies: values.INTERLOCK_TRUSTED_PROXIES,
    requestsPerMinute: values.INTERLOCK_REQUESTS_PER_MINUTE,
    mail:
      values.INTERLOCK_SMTP_URL && values.INTERLOCK_MAIL_FROM
        ? { url: values.INTERLOCK_SMTP_URL, from: values.INTERLOCK_MAIL_FROM }
        : null,
    dropRoot: values.INTERLOCK_DROP_ROOT ? resolve(values.INTERLOCK_DROP_ROOT) : null,
    retention: values.INTERLOCK_RETENTION === 'on',
    databaseUrl: values.DATABASE_URL ?? null,
    allowUnsafeDatabase: values.INTERLOCK_ALLOW_UNSAFE_DATABASE,
    checkpointFile: resolve(values.INTERLOCK_CHECKPOINT_FILE ?? join(dataFolder, 'checkpoints.ndjson')),
    crashPoint: values.INTERLOCK_CRASH_POINT ?? null,
    natsUrl: values.NATS_URL ?? null,
    natsServer: values.INTERLOCK_NATS_SERVER ?? null,
  };
}

function readKey(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== 32)
    throw new Error(
      `INTERLOCK_MASTER_KEY_FILE (${file}) must hold 32 bytes in base64. Make one with: openssl rand -base64 32`,
    );
  return key;
}
