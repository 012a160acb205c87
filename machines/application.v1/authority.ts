// Which kinds of system may say what about an application, by the people who work in them.

/** The people who decide about a candidate work in the applicant tracking system or in Interlock. */
export const recruiters = ['ats', 'operator'] as const;
export const schedulers = ['ats', 'operator', 'scheduling'] as const;
/** Wherever a candidate may answer an offer: to the recruiter, on the careers site, on the contract. */
export const answerers = ['ats', 'hris', 'operator', 'portal'] as const;
