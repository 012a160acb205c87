// A BambooHR company that can be hired into: employees, the field catalogue and signed webhooks.
import { type Applicants, addApplicants } from './bamboohr-applicants.ts';
import { addJobs, type BambooJobs } from './bamboohr-jobs.ts';
import { addLists } from './bamboohr-lists.ts';
import { signedHeaders, webhookBody } from './bamboohr-webhooks.ts';
import { answer, type Planned, respond } from './kernel/answer.ts';
import { createFaultScript, type FaultScript } from './kernel/faults.ts';
import { seededRandom } from './kernel/random.ts';
import { type SandboxApp, sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf, type Shelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

type Fields = Readonly<Record<string, string | null>>;
export interface SandboxEmployee {
  id: string;
  fields: Fields;
}

export interface BambooHrSandboxOptions {
  apiKey: string;
  webhookPrivateKey: string;
  seed?: number;
  port?: number;
  /** Custom employee fields, beside the usual ones. */
  customFields?: readonly string[];
  /** Options of the employment status list. */
  statuses?: readonly string[];
  /** `fields`: the older list-shaped webhooks with values. `events`: the newer ones that only name what changed. */
  webhookShape?: 'fields' | 'events';
  /** Recordings of a create show a body, the vendor's description denies it. */
  bodyOnCreate?: boolean;
}

export interface BambooHrSandbox extends Simulator<Fields> {
  employees(): readonly SandboxEmployee[];
  /** HR types somebody in; gives the id. */
  addByHand(fields: Fields): string;
  /** Takes an option out of the employment status list: writing it is answered 409 from then on. */
  removeStatus(label: string): void;
  restoreStatus(label: string): void;
  /** Takes a custom field away. */
  removeField(name: string): void;
  /** Its own applicant tracking. */
  applicants: Applicants;
  jobs: BambooJobs;
}

const usualFields = [
  'firstName',
  'lastName',
  'homeEmail',
  'workEmail',
  'hireDate',
  'jobTitle',
  'department',
  'workPhone',
  'employeeNumber',
  'employmentHistoryStatus',
  'status',
];
const statusField = 'employmentHistoryStatus';
const usualStatuses = ['Pre-Hire', 'Full-Time', 'Part-Time', 'Contractor', 'Withdrawn'];

interface Company {
  options: BambooHrSandboxOptions;
  shelf: Shelf<SandboxEmployee>;
  faults: FaultScript;
  fields: Set<string>;
  statuses: Set<string>;
  everyStatus: readonly string[];
  nextId: () => string;
  save(employee: SandboxEmployee, by: 'api' | 'hand', lagMs?: number): void;
}

/** Starts the company at `url`; its API is under `{url}/api/v1`. */
export async function startBambooHr(options: BambooHrSandboxOptions): Promise<BambooHrSandbox> {
  const random = seededRandom(options.seed ?? 1);
  const log = createWriteLog();
  const webhooks = createWebhookEmitter({
    random,
    sign: (delivery) => signedHeaders(options.webhookPrivateKey, delivery),
    // A 4xx is never repeated.
    received: (status) => status < 500,
  });
  let lastId = 120;
  let events = 0;
  const shelf = createShelf<SandboxEmployee>(log, ({ fields }) =>
    [fields[statusField], fields.hireDate].filter(Boolean).join(' '),
  );
  const company: Company = {
    options,
    shelf,
    faults: createFaultScript(random),
    fields: new Set([...usualFields, ...(options.customFields ?? [])]),
    statuses: new Set(options.statuses ?? usualStatuses),
    everyStatus: options.statuses ?? usualStatuses,
    nextId() {
      lastId += 1;
      return String(lastId);
    },
    save(employee, by, lagMs = 0) {
      const before = shelf.saved(employee.id);
      shelf.put(employee.id, employee, by, lagMs);
      events += 1;
      webhooks.emit(`bamboohr-${events}`, webhookBody(options.webhookShape ?? 'fields', before, employee));
    },
  };
  const app = routes(company);
  const applicants = addApplicants(app, company.faults);
  const jobs = addJobs(app, company.faults);
  const server = await startSandboxServer(app, options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  return {
    url: server.url,
    faults: company.faults,
    log,
    webhooks,
    employees: shelf.all,
    addByHand(fields) {
      const id = company.nextId();
      company.save({ id, fields: { status: 'Active', ...fields } }, 'hand');
      return id;
    },
    editByHand(id, change) {
      const employee = shelf.saved(id);
      if (!employee) throw new Error(`There is no employee ${id} to edit.`);
      company.save({ id, fields: { ...employee.fields, ...change } }, 'hand');
    },
    restoreStatus: (label) => void company.statuses.add(label),
    removeField: (name) => void company.fields.delete(name),
    applicants,
    jobs,
    removeStatus: (label) => void company.statuses.delete(label),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function routes(company: Company): SandboxApp {
  const app = sandboxApp();
  app.use('/api/v1/*', async (call, next) => {
    // The key is the user name; any password will do.
    const given = Buffer.from((call.req.header('authorization') ?? '').replace(/^Basic /, ''), 'base64').toString(
      'utf8',
    );
    if (given.split(':')[0] !== company.options.apiKey) return respond(401, undefined);
    return next();
  });
  addLists(app, company.faults, statusField, company);
  app.get('/api/v1/employees', (call) =>
    answer(call, company.faults, 'read', () => listPage(company, new URL(call.req.url).searchParams)),
  );
  app.get('/api/v1/employees/:id', (call) =>
    answer(call, company.faults, 'read', () => {
      const employee = company.shelf.visible(call.req.param('id'));
      const asked = (call.req.query('fields') ?? 'firstName,lastName')
        .split(',')
        .filter((name) => company.fields.has(name));
      return employee
        ? { status: 200, body: { id: employee.id, ...shown(employee, asked) } }
        : refusal(404, 'Employee not found');
    }),
  );
  app.post('/api/v1/employees', async (call) => {
    const body = await json(call.req.raw);
    return answer(call, company.faults, 'write', () => create(company, body, call.req.url));
  });
  app.post('/api/v1/employees/:id', async (call) => {
    const body = await json(call.req.raw);
    return answer(call, company.faults, 'write', () => update(company, call.req.param('id'), body));
  });
  return app;
}

function create(company: Company, body: Record<string, unknown> | null, url: string): Planned {
  if (!body?.firstName || !body.lastName) return refusal(400, 'Minimum fields were not provided');
  if (!validStatus(company, body)) return refusal(409, `Invalid value for ${statusField}`);
  const employee = { id: company.nextId(), fields: { status: 'Active', ...known(company, body) } };
  const { firstName = null, lastName = null, status = null } = employee.fields as Fields;
  return {
    status: 201,
    body: company.options.bodyOnCreate ? { id: employee.id, firstName, lastName, status } : undefined,
    headers: { location: `${url}/${employee.id}` },
    commit: (lagMs) => company.save(employee, 'api', lagMs),
  };
}

function update(company: Company, id: string, body: Record<string, unknown> | null): Planned {
  const employee = company.shelf.saved(id);
  if (!employee) return refusal(404, 'Employee not found');
  if (!body) return refusal(400, 'Malformed JSON');
  if (!validStatus(company, body)) return refusal(409, `Invalid value for ${statusField}`);
  const changed = { id, fields: { ...employee.fields, ...known(company, body) } };
  return { status: 200, body: undefined, commit: (lagMs) => company.save(changed, 'api', lagMs) };
}

/** Filters match parts of names in any case; custom fields cannot be asked for; the cursor is the last id of the page. */
function listPage({ shelf }: Company, query: URLSearchParams): Planned {
  const limit = Math.min(Number(query.get('page[limit]') ?? 250), 2_500);
  const extra = (query.get('fields') ?? '')
    .split(',')
    .filter((name) => ['homeEmail', 'workEmail', 'hireDate', 'workPhone'].includes(name));
  const wanted = ['firstName', 'lastName'].map(
    (name) => [name, (query.get(`filter[${name}]`) ?? '').toLowerCase()] as const,
  );
  const matches = shelf
    .shown()
    .filter(({ fields }) => wanted.every(([name, part]) => (fields[name] ?? '').toLowerCase().includes(part)));
  const rest = matches.filter(({ id }) => Number(id) > Number(query.get('page[after]') ?? 0));
  const page = rest.slice(0, limit);
  const nextCursor = rest.length > limit ? (page.at(-1)?.id ?? null) : null;
  const data = page.map((employee) => ({
    employeeId: employee.id,
    ...shown(employee, ['firstName', 'lastName', 'preferredName', 'photoUrl', 'jobTitleName', 'status', ...extra]),
    _restrictedFields: [],
  }));
  return {
    status: 200,
    body: { data, meta: { total: matches.length, page: { limit, nextCursor, prevCursor: null } }, _links: {} },
  };
}

/** The reason is in a header; the body is empty. */
const refusal = (status: number, message: string): Planned => ({
  status,
  body: undefined,
  headers: { 'x-bamboohr-error-message': message },
});
const shown = ({ fields }: SandboxEmployee, names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
const validStatus = ({ statuses }: Company, body: Record<string, unknown>): boolean =>
  body[statusField] === undefined || statuses.has(String(body[statusField]));
const known = ({ fields }: Company, body: Record<string, unknown>): Fields =>
  Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => fields.has(name))
      .map(([name, value]) => [name, value === null ? null : String(value)]),
  );

async function json(request: Request): Promise<Record<string, unknown> | null> {
  const body: unknown = await request.json().catch(() => null);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null;
}
