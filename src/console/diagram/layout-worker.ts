// Lays diagrams out in a thread of its own: that takes a second or more of pure computing, and requests must not wait for it.
import { parentPort } from 'node:worker_threads';
import type { MachineDefinition } from '../../core/machine/definition.ts';
import { compileMachine } from '../../core/machine/machine.ts';
import { layoutDiagram } from './layout.ts';

// An error ends the thread, and whoever waits for its answer hears of it.
parentPort?.on('message', (definition: MachineDefinition) => {
  void layoutDiagram(compileMachine(definition)).then((layout) => parentPort?.postMessage(layout));
});
