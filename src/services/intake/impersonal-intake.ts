// Takes what names a person out of the plain columns of an event: ids that do are replaced, and its fingerprint is keyed.
import type { Intake } from '../../core/deciding/intake.ts';
import type { Vault } from '../vault.ts';

/** The same intake always gives the same ids, so that repetitions are still recognised and subjects still found. */
export function impersonal(vault: Vault, intake: Intake): Intake {
  const named = <Name extends { system: string; ref: string }>(name: Name): Name => ({
    ...name,
    ref: vault.impersonalId(name.system, name.ref),
  });
  return {
    ...intake,
    externalId: vault.impersonalId(intake.source, intake.externalId),
    // A plain hash of what is known of somebody can be guessed.
    fingerprint: vault.keyed('fingerprint', intake.fingerprint),
    subject: intake.subject?.kind === 'ref' ? named(intake.subject) : intake.subject,
    alsoKnownAs: intake.alsoKnownAs.map(named),
    requisition: intake.requisition && named(intake.requisition),
    ...(intake.profile ? { profile: named(intake.profile) } : {}),
  };
}
