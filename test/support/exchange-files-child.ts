// A process that exchanges files and kills itself at a named place: what is left is what a power cut leaves.
import { armCrash, isCrashPoint } from '../../src/core/crash-points.ts';
import { openFileExchange } from './file-exchange.ts';

const [connectionString = '', folder = '', point = '', hit = '1'] = process.argv.slice(2);
if (!isCrashPoint(point)) throw new Error(`There is no crash point "${point}"`);
const bench = await openFileExchange(connectionString, folder);
bench.service.context.crashPoint = armCrash({ name: point, hit: Number(hit) }, () =>
  process.kill(process.pid, 'SIGKILL'),
);
for (let turns = 0; turns < 6; turns += 1) await bench.turn();
process.exit(0);
