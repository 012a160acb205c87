-- Offers and the like that only their requisition holds back: the sweeper asks every second whether one of those has moved.

create index event_parked_requisition on event (subject_id) where disposition = 'parked' and code = 'requisition';
