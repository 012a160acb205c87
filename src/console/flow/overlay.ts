// The figures of a flow as what is laid over the diagram: one kind of them at a time, so that the picture stays a picture.
import type { Flow, StateFigures } from '../../services/reports/read-flow.ts';
import { type Badge, type DiagramOverlay, eventKey, type Jump, type Tone } from '../diagram/overlay.ts';
import { span as spanOnCard, systemWords, titleOf } from '../diagram/words.ts';
import { count, plural, span } from '../words.ts';
import { type FlowView, listHref } from './view.ts';

/** More bows than this hide the machine; the table has them all. */
const jumpsMax = 12;

export function overlayOf(view: FlowView, flow: Flow): DiagramOverlay {
  const states: Record<string, Badge[]> = {};
  const links: Record<string, { href: string; label: string }> = {};
  for (const figures of flow.states) {
    states[figures.state] = badgesOf(view, figures);
    const href = listHref(view, view.show, figures.state);
    if (href !== undefined) links[figures.state] = { href, label: heard(view, figures) };
  }
  return {
    states,
    ...(view.lists ? { links } : {}),
    ...(view.show === 'unconfirmed' ? { events: eventsOf(view, flow) } : {}),
    ...(view.show === 'refused' ? { jumps: jumpsOf(view, flow) } : {}),
  };
}

/** What a link of a state says to those who hear it: the words on its card first, since people say what they see. */
function heard(view: FlowView, { state, owner, here, stuck, medianMs, slaMs }: StateFigures): string {
  const leaf = view.machine.leaves.get(state);
  const system = leaf ? [systemWords[leaf.meta.systemOfRecord]] : [];
  const card = state === view.machine.initial ? [] : [owner, ...(slaMs === null ? [] : [spanOnCard(slaMs)]), ...system];
  const figures = [`${count(here)} here`];
  if (stuck > 0) figures.push(`${count(stuck)} stuck`);
  if (medianMs !== null) figures.push(`median ${span(medianMs)}`);
  return `${[titleOf(state), ...card].join(', ')}: ${figures.join(', ')}`;
}

/** How the 90th percentile of a state stands against its SLA. */
export function toneOfTime({ p90Ms, slaMs }: Pick<StateFigures, 'p90Ms' | 'slaMs'>): Tone {
  if (p90Ms === null || slaMs === null) return 'plain';
  return p90Ms > slaMs ? 'alarm' : p90Ms > slaMs * 0.8 ? 'warning' : 'plain';
}

function badgesOf(view: FlowView, figures: StateFigures): Badge[] {
  const name = titleOf(figures.state);
  switch (view.show) {
    case 'here':
      return [
        ...badge(figures.here, count(figures.here), 'plain', `${count(figures.here)} in ${name}`),
        ...stuckBadge(view, figures, name),
      ];
    case 'stuck':
      return stuckBadge(view, figures, name);
    case 'time':
      return timeBadges(figures, name);
    case 'refused':
      return badge(
        figures.refused,
        count(figures.refused),
        'warning',
        `${plural(figures.refused, 'attempt')} to leave ${name} were refused`,
      );
    case 'unconfirmed':
      return [];
  }
}

const badge = (value: number, text: string, tone: Tone, hint: string): Badge[] =>
  value === 0 ? [] : [{ text, tone, hint }];

function stuckBadge(view: FlowView, { state, stuck }: StateFigures, name: string): Badge[] {
  const href = view.show === 'stuck' ? undefined : listHref(view, 'stuck', state);
  return badge(stuck, `${count(stuck)} stuck`, 'alarm', `${count(stuck)} stuck in ${name}`).map((one) =>
    href === undefined ? one : { ...one, href },
  );
}

function timeBadges(figures: StateFigures, name: string): Badge[] {
  if (figures.medianMs === null) return [];
  const sla = figures.slaMs === null ? 'no time is set' : `due after ${span(figures.slaMs)}`;
  const stays = plural(figures.stays, 'stay');
  return [
    {
      text: `½ ${span(figures.medianMs)}`,
      tone: 'plain',
      hint: `Half of ${stays} in ${name} were over within ${span(figures.medianMs)}; ${sla}`,
    },
    {
      text: `90 % ${span(figures.p90Ms)}${toneOfTime(figures) === 'alarm' ? ' ▲' : ''}`,
      tone: toneOfTime(figures),
      hint: `Nine of ten of ${stays} in ${name} were over within ${span(figures.p90Ms)}; ${sla}`,
    },
  ];
}

function eventsOf(view: FlowView, flow: Flow): Record<string, Badge> {
  const events: Record<string, Badge> = {};
  for (const { declaredOn, event, open, dead } of flow.ways) {
    const href = listHref(view, 'unconfirmed', declaredOn, event);
    events[eventKey(declaredOn, event)] = {
      text: dead > 0 ? `${count(open + dead)} (${count(dead)} given up)` : count(open),
      tone: dead > 0 ? 'alarm' : 'warning',
      hint: `${plural(open + dead, 'write')} after ${event} that no target shows yet${dead > 0 ? `, ${count(dead)} of them given up` : ''}`,
      ...(href === undefined ? {} : { href }),
    };
  }
  return events;
}

function jumpsOf(view: FlowView, flow: Flow): Jump[] {
  return flow.jumps
    .flatMap((jump) => (jump.to === null || jump.to === jump.from ? [] : [{ ...jump, to: jump.to }]))
    .slice(0, jumpsMax)
    .map(({ from, to, claim, count: times }) => {
      const href = listHref(view, 'refused', from, claim);
      return {
        from,
        to,
        badge: {
          text: `✕ ${count(times)}`,
          tone: 'alarm',
          hint: `Refused ${plural(times, 'time')}: from ${titleOf(from)} to ${titleOf(to)} (${claim})`,
          ...(href === undefined ? {} : { href }),
        },
      };
    });
}
