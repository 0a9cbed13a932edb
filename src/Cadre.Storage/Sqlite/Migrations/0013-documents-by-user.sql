-- What belongs to one user of a large organisation: tasks, threads. What lies in another document is found by that one.
CREATE INDEX documents_by_user ON documents (kind, organisation, user) WHERE parent IS NULL;
