-- For reports: agents' sessions and runs under the ids that OpenAI's protocols know them by. Views of what is there, so they never disagree with it.
CREATE VIEW agent_sessions AS
  SELECT 'sess_' || documents.id AS session_id, documents.organisation AS organisation, documents.user AS user_id,
    'agent_' || json_extract(CAST(documents.body AS TEXT), '$.agent_id') AS agent_id,
    'asst_' || json_extract(CAST(documents.body AS TEXT), '$.agent_id') AS openai_agent_id,
    'thread_' || documents.id AS openai_thread_id, documents.created_at AS created_at
  FROM documents WHERE documents.kind = 'agent_session';
CREATE VIEW agent_runs AS
  SELECT runs.run AS run, runs.organisation AS organisation, runs.user AS user_id, runs.face AS face,
    'run_' || runs.run AS openai_run_id, 'resp_' || runs.run AS openai_response_id, 'thread_' || runs.thread AS openai_thread_id,
    runs.started_at AS started_at, runs.ended AS ended
  FROM runs WHERE instr(runs.run, '.') = 0;
