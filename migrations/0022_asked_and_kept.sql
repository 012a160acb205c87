-- Before two persons are put before somebody as one human, it is looked up whether anybody was asked about them before: among settled
-- incidents too, which no index by their keys held, so that every comparison read all incidents there ever were.
create index incident_key on incident (key);

-- Whose time to be kept is over is found among those that ended longest ago, not by a look at everybody.
create index subject_kept on subject (state_since) where ended and erased_at is null;
