// The contract about what a vendor sends: signatures, repetitions, lateness, disorder and echoes.
import { isDeepStrictEqual } from 'node:util';
import { type ContractCase, happened, notOffered } from '../contract-case.ts';
import { must, mustEqual, mustMatch } from '../must.ts';
import { events, ids, inboundOf, looked, names, one, signedWith, translate, verify } from './inbound.ts';

const hoursLate = 15;

export const webhooks: readonly ContractCase[] = [
  {
    group: 'webhooks',
    name: 'a real one is accepted and says something',
    async run(bench) {
      const request = await one(bench);
      mustEqual(verify(bench, request, bench.sandbox.secrets), { ok: true }, 'verdict');
      must(events(translate(bench, request)).length >= 1, 'it says nothing');
      return undefined;
    },
  },
  {
    group: 'webhooks',
    name: 'during a rotation either secret is good, and afterwards only the new one',
    async run(bench) {
      const request = await one(bench);
      const { secrets } = bench.sandbox;
      const other = { ...secrets, [inboundOf(bench).secretField]: 'another-secret-of-the-same-kind' };
      mustEqual(verify(bench, request, other, secrets), { ok: true }, 'verdict with the next secret');
      mustEqual(verify(bench, request, secrets, other), { ok: true }, 'verdict with the current secret');
      mustMatch(verify(bench, request, other), { ok: false, code: 'bad_signature' }, 'verdict with another secret');
      return undefined;
    },
  },
  {
    group: 'webhooks',
    name: 'without its signature it is refused',
    async run(bench) {
      const request = await one(bench);
      const { secrets } = bench.sandbox;
      const inbound = inboundOf(bench);
      const unsigned = verify(bench, signedWith(request, inbound, undefined), secrets);
      mustMatch(unsigned, { ok: false, code: 'missing_signature' }, 'verdict without a signature');
      must(!verify(bench, signedWith(request, inbound, 'sha256 zz'), secrets).ok, 'nonsense was taken for a signature');
      return undefined;
    },
  },
  {
    group: 'webhooks',
    name: 'one altered byte is refused',
    async run(bench) {
      if (!inboundOf(bench).coversBody) return notOffered('its signature does not cover the body');
      const request = await one(bench);
      const body = Uint8Array.from(request.body);
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
      const verdict = verify(bench, { ...request, body }, bench.sandbox.secrets);
      mustMatch(verdict, { ok: false, code: 'bad_signature' }, 'verdict');
      return undefined;
    },
  },
  {
    group: 'webhooks',
    name: 'sent twice it has the same id, sent for two things it has two',
    column: 'duplicate',
    async run(bench) {
      bench.sandbox.webhooks?.tune({ duplicates: 1 });
      await one(bench);
      const first = bench.captured().map((request) => ids(translate(bench, request)));
      must(first.length > 0 && first.length % 2 === 0, 'the simulator did not send everything twice');
      must(new Set(first.flat()).size === first.flat().length / 2, 'a repetition has another id');
      bench.sandbox.webhooks?.tune({ duplicates: 0 });
      const another = ids(translate(bench, await one(bench)));
      must(
        another.every((id) => !first.flat().includes(id)),
        'two things have one id',
      );
      return happened('same id');
    },
  },
  {
    group: 'webhooks',
    name: `${hoursLate} hours late it says what it said in time`,
    column: 'late',
    async run(bench) {
      const request = await one(bench);
      const late = { ...request, receivedAt: request.receivedAt + hoursLate * 3_600_000 };
      must(isDeepStrictEqual(translate(bench, late), translate(bench, request)), 'it says something else');
      return happened('same claim');
    },
  },
  {
    group: 'webhooks',
    name: 'out of order they still say in which order things happened',
    column: 'reordered',
    async run(bench) {
      await one(bench);
      await one(bench);
      const inOrder = bench.captured().map((request) => events(translate(bench, request)));
      const backward = [...bench.captured()].reverse().map((request) => events(translate(bench, request)));
      must(isDeepStrictEqual([...backward].reverse(), inOrder), 'what one says depends on what came before it');
      const moments = inOrder.flat().map(({ occurredAt }) => Date.parse(occurredAt));
      if (moments.some((moment, at) => at > 0 && moment < (moments[at - 1] ?? 0))) {
        bench.violation('inversion', 'what happened later is dated earlier');
        must(false, 'what happened later is dated earlier');
      }
      return happened('own moments');
    },
  },
  {
    group: 'webhooks',
    name: 'translating twice gives the same',
    async run(bench) {
      const request = await one(bench);
      mustEqual(translate(bench, request), translate(bench, request), 'the second translation');
      return undefined;
    },
  },
  {
    group: 'webhooks',
    name: 'the echo of our own write names the state that was written',
    column: 'echo',
    async run(bench) {
      if (!bench.adapter.capabilities.writes || !inboundOf(bench).echoes)
        return notOffered('it does not report our own writes');
      const work = bench.sandbox.newWork();
      await bench.sandbox.webhooks?.drain();
      const before = bench.captured().length;
      await bench.settle(work);
      await bench.sandbox.webhooks?.drain();
      const after = bench.captured().slice(before);
      const said = after.flatMap((request) => events(translate(bench, request)));
      const read = await Promise.all(said.map((event) => looked(bench, event)));
      must(
        read.some((event) => names(event, work)),
        'no webhook names what was written',
      );
      return happened('recognised');
    },
  },
];
