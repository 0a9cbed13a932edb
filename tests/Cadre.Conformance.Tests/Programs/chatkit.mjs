// ChatKit's sessions and threads, as a server that hands out client secrets uses them.
import { assert, check, client, collect, fails, OpenAI } from './harness.mjs';

const { chatkit, assistants } = client.beta;
let session, workflow;

await check('a session is made for a user and a workflow', async () => {
  workflow = (await assistants.create({ model: 'gpt-4o', name: 'Support' })).id;
  session = await chatkit.sessions.create({ user: 'user-1', workflow: { id: workflow }, expires_after: { anchor: 'created_at', seconds: 600 }, rate_limits: { max_requests_per_1_minute: 7 }, chatkit_configuration: { history: { enabled: true, recent_threads: 3 } } });
  assert.equal(session.object, 'chatkit.session');
  assert.equal(session.status, 'active');
  assert.equal(session.user, 'user-1');
  assert.equal(session.workflow.id, workflow);
  assert.ok(session.client_secret.length > 20);
  assert.ok(Math.abs(session.expires_at - Date.now() / 1000 - 600) < 60);
  assert.equal(session.rate_limits.max_requests_per_1_minute, 7);
  assert.equal(session.max_requests_per_1_minute, 7);
  assert.equal(session.chatkit_configuration.history.recent_threads, 3);
});

await check('a session is cancelled', async () => {
  const cancelled = await chatkit.sessions.cancel(session.id);
  assert.equal(cancelled.id, session.id);
  assert.equal(cancelled.status, 'cancelled');
  await fails(chatkit.sessions.cancel('cksess_doesnotexist'), OpenAI.NotFoundError, 404);
});

await check('threads are listed by user', async () => {
  assert.deepEqual(await collect(chatkit.threads.list({ user: 'user-without-threads' })), []);
});

await check('what does not exist is a NotFoundError', async () => {
  await fails(chatkit.threads.retrieve('cthr_doesnotexist'), OpenAI.NotFoundError, 404);
  await fails(chatkit.threads.delete('cthr_doesnotexist'), OpenAI.NotFoundError, 404);
  await fails(chatkit.threads.listItems('cthr_doesnotexist'), OpenAI.NotFoundError, 404);
});

await check('what is wrong in a request is a BadRequestError', async () => {
  await fails(chatkit.sessions.create({ workflow: { id: workflow } }), OpenAI.BadRequestError, 400, /user/);
  await fails(chatkit.sessions.create({ user: 'user-1' }), OpenAI.BadRequestError, 400, /workflow/);
});
