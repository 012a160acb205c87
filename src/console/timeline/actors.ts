// Who did something, as people say it: a name instead of an id.

const systems: Readonly<Record<string, string>> = { interlock: 'Interlock', readback: 'a read-back' };

/** `actor` as rows have it: `account:acc_…`, `client:cli_…`, `cli:<user>`, `connection:<id>`, `system:…` or a plain word. */
export function actorWords(actor: string | null, names: ReadonlyMap<string, string>): string {
  if (actor === null) return 'Interlock';
  const known = names.get(actor) ?? systems[actor];
  if (known !== undefined) return known;
  const [kind, ...rest] = actor.split(':');
  const id = rest.join(':');
  switch (kind) {
    case 'connection':
      return id;
    case 'import':
      return `an import (${id})`;
    case 'cli':
      return `${id}, on the command line`;
    case 'system':
      return `Interlock (${id})`;
    default:
      return actor;
  }
}
