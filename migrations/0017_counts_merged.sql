-- Counts are merged once: whether they were is a mark with an index of its own, since looking for keys that come twice read them all.

alter table kpi_hour add column merged boolean not null default false;

create index kpi_hour_unmerged on kpi_hour (hour, measure, machine, event_type, connection_id, id) where not merged;
