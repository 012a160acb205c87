// The name of an application: SmartRecruiters knows it by its candidate and its job together.

const id = /^[A-Za-z0-9_-]{1,100}$/;

export interface ApplicationName {
  candidateId: string;
  jobId: string;
}

/** `<candidate>:<job>`; null where an id could lead elsewhere in an address. */
export const refOf = (candidateId: string, jobId: string): string | null =>
  id.test(candidateId) && id.test(jobId) ? `${candidateId}:${jobId}` : null;

/** Null for what is no such name. */
export function nameIn(ref: string): ApplicationName | null {
  const [candidateId = '', jobId = '', ...more] = ref.split(':');
  return more.length === 0 && refOf(candidateId, jobId) !== null ? { candidateId, jobId } : null;
}
