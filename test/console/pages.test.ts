// What the pages show over a season of which every row is known: figures equal the ledger, and each leads to its rows.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, fingerprint } from '../../src/core/canonical-json.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { playSeason, type Season } from './season.ts';

let desk: TestConsole;
let season: Season;
let viewer: Browser;
let committee: Browser;
beforeAll(async () => {
  desk = await openConsole();
  season = await playSeason(desk.service.context.database.engine);
  await desk.prepare();
  viewer = await desk.signedIn('viewer');
  committee = await desk.signedIn('committee');
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const whole = '/?period=30d';
/** Addresses as they are in a page. */
const hrefs = (text: string): string[] =>
  [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => (href ?? '').replaceAll('&amp;', '&'));
const bodyRows = (text: string): number => /<tbody>(.*?)<\/tbody>/s.exec(text)?.[1]?.match(/<tr>/g)?.length ?? 0;
const cellsOf = (text: string, state: string): string[] => {
  const row = [...text.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .map(([, cells]) => cells ?? '')
    .find((cells) => new RegExp(`${state}</span></th>`).test(cells));
  return [...(row ?? '').matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell]) =>
    (cell ?? '').replace(/<[^>]+>/g, '').trim(),
  );
};

/** Without what marks figures for machines. */
const plain = (html: string): string => html.replaceAll(/<\/?data[^>]*>/g, '');

describe('the home', () => {
  test('counts who stands where, on the picture and in the table alike', async () => {
    const { text } = await viewer.get(whole);
    for (const [path, here] of season.standing) {
      const name = path.slice(path.lastIndexOf('.') + 1).replaceAll('_', ' ');
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      expect(text, path).toContain(`<title>${here} in ${title}</title>`);
    }
    expect(cellsOf(text, 'Triage')[4]).toBe('9');
    expect(cellsOf(text, 'Rejected')[4]).toBe('14');
  });

  test.each(['here', 'time', 'stuck', 'refused', 'unconfirmed'])(
    'every number leads to as many rows as it says: %s',
    async (show) => {
      const { text } = await viewer.get(`${whole}&show=${show}`);
      const lists = [...plain(text).matchAll(/<td class="numeric"><a href="([^"]+)">([\d,]+)<\/a>/g)].map(
        ([, href, count]) =>
          [(href ?? '').replaceAll('&amp;', '&'), Number((count ?? '').replaceAll(',', ''))] as const,
      );
      expect(lists.length).toBeGreaterThan(30);
      for (const [href, count] of lists) {
        const list = await viewer.get(href);
        expect([href, list.status, bodyRows(list.text)]).toEqual([href, 200, count]);
      }
    },
  );

  test('the numbers on the picture lead to rows too', async () => {
    const { text } = await viewer.get(`${whole}&show=unconfirmed`);
    const picture = text.slice(text.indexOf('<svg'), text.indexOf('</svg>', text.indexOf('il-diagram')));
    const badges = [...picture.matchAll(/<a href="([^"]+)" class="il-link"><title>(?:[^<]*: )?(\d+) writes? after/g)];
    expect(badges.length).toBeGreaterThan(3);
    for (const [, href, count] of badges)
      expect(bodyRows((await viewer.get((href ?? '').replaceAll('&amp;', '&'))).text), href).toBe(Number(count));
  });

  test('draws where somebody tried to go and no way leads, as often as it was refused', async () => {
    const { text } = await viewer.get(`${whole}&show=refused`);
    expect(text.match(/class="jump"/g)).toHaveLength(4);
    expect(text).toContain('Refused 7 times: from Triage to Drafted (active.offer.drafted)');
    const all = [...text.matchAll(/Refused (\d+) times?: from/g)].map(([, count]) => Number(count));
    // Each is a hint and the name of a link.
    expect(all.reduce((sum, count) => sum + count, 0)).toBe(2 * season.refusedJumps);
    const list = hrefs(text).find((href) => href.includes('claim=application.rejected')) ?? '';
    expect(bodyRows((await viewer.get(list)).text)).toBe(12);
  });

  test('narrows to a region, a connection and whoever tried', async () => {
    const here = async (query: string): Promise<number> => {
      const { text } = await viewer.get(`${whole}${query}`);
      return [...text.matchAll(/<title>(\d+) in /g)].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    expect(await here('')).toBe(season.subjects);
    const regions = await Promise.all(['EMEA', 'AMER', 'APAC'].map((region) => here(`&region=${region}`)));
    expect(regions.reduce((sum, count) => sum + count, 0)).toBe(season.subjects);
    expect(Math.max(...regions)).toBeLessThan(season.subjects);
    expect(await here('&region=Mars')).toBe(0);
    expect(await here('&connection=board')).toBe(season.subjects);
    expect(await here('&connection=bamboohr')).toBe(0);
    const refused = (await viewer.get(`${whole}&show=refused&source=client:nobody`)).text;
    expect(refused).not.toContain('class="jump"');
  });

  test('measures stays against what is due', async () => {
    const { text } = await viewer.get(`${whole}&show=time`);
    const cells = cellsOf(text, 'Triage');
    expect(cells[3]).toBe('2 d');
    expect(cells[7]).toMatch(/^\d+ h/);
    // The steps of the season take between 1 and 23 hours.
    expect(text).toMatch(/Half of \d+ stays in Triage were over within \d+ h/);
  });

  test('can be walked by keyboard: each state is a link that says what it holds', async () => {
    const { text } = await viewer.get(whole);
    expect(text).toMatch(
      /<a href="\/machines\/application\/2\/list\?[^"]*state=active.triage" class="il-link"><title>Triage, Recruiter, 2 days, ATS: 9 here, /,
    );
    expect(text).toContain('role="group"');
  });

  test('shows the committee figures and no way to single subjects', async () => {
    const { text } = await committee.get(whole);
    expect(cellsOf(text, 'Triage')[4]).toBe('9');
    expect(hrefs(text).filter((href) => href.includes('/list'))).toEqual([]);
    expect((await committee.get('/machines/application/2/list?of=here&state=active.triage')).status).toBe(403);
    expect((await committee.get('/overview')).text).not.toMatch(/sub_/);
  });

  test.each([
    '/machines/nothing',
    '/machines/application/9',
    '/machines/application/0x1',
    '/machines/application/2/list?of=here&state=nowhere',
    '/machines/application/2/list?of=all&state=active.triage',
  ])('%s is not there', async (path) => expect((await viewer.get(path)).status).toBe(404));

  test('takes what makes no sense in the address as not said', async () => {
    expect((await viewer.get(`/?period=eternity&show=%00&region=${'x'.repeat(500)}`)).status).toBe(200);
  });

  test('can be had as a file, with and without figures', async () => {
    const file = await viewer.get('/machines/application/2/diagram.svg?period=30d&save=1');
    expect(file.headers.get('content-type')).toContain('image/svg+xml');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="application-v2.svg"');
    expect(file.text).toContain('<style>');
    expect(file.text).toContain('9 in Triage');
    expect(file.text).not.toContain('href=');
    expect((await viewer.get('/machines/application/2/diagram.svg?plain')).text).not.toContain('9 in Triage');
  });
});

describe('a published page', () => {
  test('is at an address with the hash of what it shows, for anybody, and of nobody', async () => {
    const machine = desk.service.context.machines.get('application', 2);
    const anybody = desk.browser();
    const moved = await anybody.get('/published/application/2');
    expect(moved.headers.get('location')).toBe(`/published/application/2/${machine.hash}`);
    const { status, text } = await anybody.get(moved.headers.get('location') ?? '');
    expect(status).toBe(200);
    expect(text).toContain(machine.hash);
    for (const leaf of machine.leaves.values())
      expect(text).toContain(leaf.description.slice(0, 20).replaceAll("'", '&#39;'));
    expect(text).not.toMatch(/sub_|per_|acc_| in Triage|\d stuck|Sign out|Person \d/);
    // The same for whoever looks.
    expect((await viewer.get(moved.headers.get('location') ?? '')).text).toBe(text);
  });

  test('its definition is exactly what the hash is of', async () => {
    const { hash } = desk.service.context.machines.get('onboarding', 1);
    const { text } = await desk.browser().get(`/published/onboarding/1/${hash}/definition.json`);
    expect(fingerprint(JSON.parse(text))).toBe(hash);
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  test.each(['0'.repeat(64), 'x', '%00'])('no other content is under its number: %s', async (hash) => {
    for (const below of ['', '/diagram.svg', '/definition.json'])
      expect((await desk.browser().get(`/published/application/2/${hash}${below}`)).status).toBe(404);
  });

  test('all are listed', async () => {
    const { text } = await desk.browser().get('/published');
    expect(text.match(/[0-9a-f]{64}<\/code>/g)).toHaveLength(desk.service.context.machines.all().length);
  });
});

describe('the overview', () => {
  test('shows dispositions that add up', async () => {
    const { text } = await viewer.get('/overview?period=30d');
    const sum = /<ul class="sum"><li><b>([\d,]+)<\/b> events<\/li>(.*?)<\/ul>/s.exec(plain(text));
    const parts = [...(sum?.[2] ?? '').matchAll(/<b>([\d,]+)<\/b>/g)].map(([, count]) =>
      Number(count?.replaceAll(',', '')),
    );
    const received = Number(sum?.[1]?.replaceAll(',', ''));
    expect(parts).toHaveLength(7);
    expect(parts.reduce((total, one) => total + one, 0)).toBe(received);
    const { count } = await desk.service.context.database.engine
      .selectFrom('event')
      .select((select) => select.fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow();
    expect(received).toBe(Number(count));
  });

  test('says what needs a person, and how writing went by connection and by transition', async () => {
    const { text } = await viewer.get('/overview?period=30d');
    expect(text).toContain('Writing to greenhouse-eu was given up (stage_missing)');
    expect(text).toMatch(/<th scope="row">board<\/th>/);
    expect(text).toMatch(/<code>screening.invited<\/code>/);
  });

  test('has a picture of what arrived, without a word of script', async () => {
    const { text, headers } = await viewer.get('/overview/volume.svg?period=30d');
    expect(headers.get('content-type')).toContain('image/svg+xml');
    expect(text).toMatch(/^<svg/);
    expect(text).toContain('applied');
    expect(text).not.toMatch(/<script|onload|href=/);
  });
});
