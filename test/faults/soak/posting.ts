// The requests of a soak: a bounded number in flight, singles and batches, each event sent again until it is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type Random, seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { Rig } from '../rig/rig.ts';
import type { Answer, Ledger, Sender } from './ledger.ts';

export interface Parcel {
  number: number;
  sender: Sender;
  body: string;
  /** It spoils what it is sent with. */
  alone?: boolean;
}

export interface Posting extends AsyncDisposable {
  /** Resolves when it was answered, or at the end. */
  post(parcel: Parcel): Promise<void>;
  /** Events that wait for a request. */
  waiting(): number;
  requests(): number;
  /** Resolves when everything is answered; false after so many ms. */
  idle(withinMs: number): Promise<boolean>;
}

interface Waiting extends Parcel {
  done(): void;
}

const inFlightMax = 24;
const batchMax = 40;
const singles = 0.3;
const patienceMs = 10_000;

export function startPosting(rig: Rig, ledger: Ledger): Posting {
  const random = seededRandom(rig.seed ^ 0x7f4a7c15);
  const pools = rig.cores.map(
    (_, core) =>
      new Pool(rig.url(core), {
        connections: inFlightMax,
        headersTimeout: patienceMs,
        bodyTimeout: patienceMs,
        connectTimeout: patienceMs,
      }),
  );
  let queue: Waiting[] = [];
  let open = 0;
  let requests = 0;
  let flying = 0;
  let ended = false;

  async function carry(parcels: readonly Waiting[]): Promise<boolean> {
    const core = random.integer(0, pools.length - 1);
    const many = parcels.length > 1;
    const body = many ? `[${parcels.map((one) => one.body).join(',')}]` : (parcels[0] as Waiting).body;
    try {
      const token = await rig.token((parcels[0] as Waiting).sender, core);
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      requests += 1;
      const answer = await (pools[core] as Pool).request({ path: '/v1/events', method: 'POST', headers, body });
      const said: unknown = JSON.parse(await answer.body.text());
      if (answer.statusCode === 401) rig.forgetTokens();
      if (answer.statusCode >= 500 || answer.statusCode === 401 || answer.statusCode === 429) return false;
      return hear(ledger, parcels, answer.statusCode, said);
    } catch {
      return false;
    }
  }

  function launch(): void {
    while (!ended && flying < inFlightMax && queue.length > 0) {
      const parcels = draw(queue, random);
      queue = queue.slice(parcels.length);
      flying += 1;
      void deliver(parcels);
    }
  }

  async function deliver(parcels: readonly Waiting[]): Promise<void> {
    const answered = await carry(parcels);
    // The place is free while they wait for the next try, or one broken core would hold them all.
    flying -= 1;
    if (answered) for (const one of parcels) one.done();
    else {
      for (const one of parcels) ledger.miss(one.number);
      launch();
      await sleep(50 + random.next() * 300);
      queue = [...parcels, ...queue];
    }
    launch();
  }

  return {
    post: (parcel) =>
      new Promise((resolve) => {
        open += 1;
        queue.push({
          ...parcel,
          done: () => {
            open -= 1;
            resolve();
          },
        });
        launch();
      }),
    waiting: () => queue.length,
    requests: () => requests,
    async idle(withinMs) {
      for (const until = Date.now() + withinMs; open > 0 && Date.now() < until; await sleep(50));
      return open === 0;
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

/** The next to go in one request: those at the front that may go together. */
function draw(queue: readonly Waiting[], random: Random): Waiting[] {
  const first = queue[0] as Waiting;
  if (first.alone || random.chance(singles)) return [first];
  const most = random.integer(2, batchMax);
  const drawn: Waiting[] = [];
  for (const one of queue.slice(0, most)) {
    if (one.alone || one.sender !== first.sender) break;
    drawn.push(one);
  }
  return drawn;
}

/** False when the answer is not about all of them. */
function hear(ledger: Ledger, parcels: readonly Waiting[], status: number, said: unknown): boolean {
  if (parcels.length === 1) {
    ledger.hear((parcels[0] as Waiting).number, { ...(said as Answer), status });
    return true;
  }
  const results = (said as { results?: { status: number; body: Omit<Answer, 'status'> }[] } | null)?.results;
  if (status !== 200 || results?.length !== parcels.length || results.some((one) => one.status >= 500)) return false;
  parcels.forEach((parcel, at) => {
    const result = results[at];
    if (result) ledger.hear(parcel.number, { ...result.body, status: result.status });
  });
  return true;
}
