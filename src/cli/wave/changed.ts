// What the commands of `wave` answer after a change, or when it was refused.
import { gateWords } from '../../core/deciding/gates.ts';
import type { WaveChanged } from '../../services/waves/waves.ts';
import { type Answer, done, failed } from '../answer.ts';

export function changed(result: WaveChanged, connection: string, text: string): Answer {
  if (result.ok) return done({ connection, ok: true }, text);
  switch (result.code) {
    case 'unknown_connection':
      return failed('unknown_connection', `There is no connection "${connection}".`);
    case 'gate_not_passed':
      return failed(
        'gate_not_passed',
        `${connection} may not move on: ${result.detail}. --override with a --reason moves it all the same.`,
        result.gates.map((gate) => ({ pointer: `/gates/${gate.name}`, detail: gateWords(gate) })),
      );
    default:
      return failed(result.code, `${connection}: ${result.detail}.`);
  }
}
