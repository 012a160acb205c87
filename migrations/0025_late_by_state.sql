-- Who is late in one state, or under one owner's states, is found without all who are late, and is counted by ranges.
drop index subject_overdue;

create index subject_overdue on subject (machine, machine_version, state, sla_due_at, id collate "C") include (region) where sla_due_at is not null and not ended;
