// What somebody wants to see on the state diagram: a version, a kind of figure, and whose subjects; read from the address, written into links.

import { machineNames } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { reportWindow } from '../../services/reports/read-kpis.ts';
import type { FlowFilter } from '../../store/reports/flow.ts';
import { readers, type Visit } from '../route.ts';

export const shows = ['here', 'time', 'stuck', 'refused', 'unconfirmed'] as const;
export type Show = (typeof shows)[number];

export const periods = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
export type Period = keyof typeof periods;

export interface FlowView {
  machine: CompiledMachine;
  show: Show;
  period: Period;
  region: string | undefined;
  connection: string | undefined;
  source: string | undefined;
  filter: FlowFilter;
  /** Whether the visitor may see single subjects: else no figure is a link. */
  lists: boolean;
}

const dayMs = 86_400_000;

/** Null when there is no such version. Anything else in the address that makes no sense counts as not said. */
export function viewOf(visit: Visit, machineName?: string, versionText?: string): FlowView | null {
  const { machines } = visit.desk.context;
  const name = machineNames.find((one) => one === (machineName ?? 'application'));
  if (!name) return null;
  if (versionText !== undefined && !(/^[1-9]\d{0,5}$/.test(versionText) && machines.has(name, Number(versionText))))
    return null;
  const machine = versionText === undefined ? machines.latest(name) : machines.get(name, Number(versionText));
  const given = (key: string): string | undefined => {
    const text = visit.request.req.query(key);
    return text === undefined || text === '' || text.length > 200 ? undefined : text;
  };
  const show = shows.find((one) => one === given('show')) ?? 'here';
  const period = (Object.keys(periods) as Period[]).find((one) => one === given('period')) ?? '7d';
  const now = visit.desk.context.now();
  const window = reportWindow(new Date(now - periods[period] * dayMs).toISOString(), undefined, now);
  if (!window) return null;
  const [region, connection, source] = [given('region'), given('connection'), given('source')];
  return {
    machine,
    show,
    period,
    region,
    connection,
    source,
    filter: { machine: name, version: machine.version, region, connection, source, window },
    lists: visit.who?.roles.some((role) => readers.includes(role)) ?? false,
  };
}

export const versionPath = (machine: Pick<CompiledMachine, 'name' | 'version'>): string =>
  `/machines/${machine.name}/${machine.version}`;

/** The same view at another place below the version's address, with some of it changed. */
export function viewHref(
  view: FlowView,
  below = '',
  change: Readonly<Record<string, string | undefined>> = {},
): string {
  const { show, period, region, connection, source } = view;
  const all: Record<string, string | undefined> = {
    show: show === 'here' ? undefined : show,
    period: period === '7d' ? undefined : period,
    region,
    connection,
    source,
    ...change,
  };
  const query = new URLSearchParams(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
  return `${versionPath(view.machine)}${below}${query === '' ? '' : `?${query}`}`;
}

/** The rows behind a figure; undefined for who may not see them. */
export const listHref = (view: FlowView, of: Show | 'late', state: string, claim?: string): string | undefined =>
  view.lists ? viewHref(view, '/list', { of, state, claim, show: undefined }) : undefined;
