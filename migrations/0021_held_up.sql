-- What is stuck is found without a look at each lane or at each subject.

-- Few lanes are held.
create index lane_held on lane (subject_id, connection_id) where held_reason is not null;

-- Who is late under a connection is found by this index and that of lanes alone.
drop index subject_overdue;

create index subject_overdue on subject (sla_due_at) include (id, machine, machine_version, state, region) where sla_due_at is not null and not ended;
