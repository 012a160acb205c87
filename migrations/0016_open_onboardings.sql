-- Onboardings that have not ended, however many have: what changes in their offers is looked for every second.

create index subject_onboarding on subject (id) where machine = 'onboarding' and not ended;
