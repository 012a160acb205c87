-- What of one kind is not settled is found, and counted by owner, without all that ever was: lists of what is stuck read every divergence of the past.

create index incident_unsettled on incident (kind, opened_at, id collate "C") include (owner) where settled_at is null;
