// Intakes for tests, as a screening tool, a recruiter's portal or an ATS would cause them.
import { fingerprint } from '../../src/core/canonical-json.ts';
import type { Intake } from '../../src/core/deciding/intake.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';

let count = 0;

export interface IntakeOptions {
  id?: string;
  by?: SystemKind;
  data?: Record<string, unknown>;
  connection?: string;
  stage?: boolean;
  occurredAt?: string;
}

/** An event about the application that system `ats` calls `ref`. */
export function intake(ref: string, type: string, options: IntakeOptions = {}): Intake {
  count += 1;
  const data = options.data ?? {};
  const now = new Date().toISOString();
  return {
    source: options.connection ? `connection:${options.connection}` : 'client:cli_test',
    connection: options.connection ?? null,
    by: options.by ?? 'operator',
    externalId: options.id ?? `test-${count}`,
    fingerprint: fingerprint({ ref, type, data }),
    machine: 'application',
    claim: options.stage ? { kind: 'stage', targets: [type] } : { kind: 'event', type },
    subject: { kind: 'ref', system: options.connection ?? 'ats', ref },
    alsoKnownAs: options.connection ? [{ system: 'ats', ref }] : [],
    requisition: null,
    machineVersion: null,
    occurredAt: options.occurredAt ?? now,
    receivedAt: now,
    data,
  };
}
