// Lays a diagram out in a thread of its own: it takes seconds of pure computing, and requests must not wait for it.
import { parentPort, workerData } from 'node:worker_threads';
import { compileMachine } from '../../core/machine.ts';
import type { MachineDefinition } from '../../core/machine-definition.ts';
import { layoutDiagram } from './layout.ts';

parentPort?.postMessage(await layoutDiagram(compileMachine(workerData as MachineDefinition)));
