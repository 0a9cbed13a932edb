-- The requests to model endpoints, one row each; they are kept in batches, as documents.
CREATE VIEW openai_debug_events AS
SELECT
  json_extract(event.value, '$.at') AS at,
  json_extract(event.value, '$.host') AS host,
  json_extract(event.value, '$.path') AS path,
  json_extract(event.value, '$.model') AS model,
  json_extract(event.value, '$.attempt') AS attempt,
  json_extract(event.value, '$.status') AS status,
  json_extract(event.value, '$.duration_ms') AS duration_ms,
  json_extract(event.value, '$.first_byte_ms') AS first_byte_ms,
  json_extract(event.value, '$.bytes_sent') AS bytes_sent,
  json_extract(event.value, '$.bytes_received') AS bytes_received,
  json_extract(event.value, '$.request_id') AS request_id,
  json_extract(event.value, '$.failure') AS failure,
  json_extract(event.value, '$.abandoned') AS abandoned
FROM documents, json_each(CAST(documents.body AS TEXT), '$.events') AS event
WHERE documents.kind = 'openai_debug_events';
