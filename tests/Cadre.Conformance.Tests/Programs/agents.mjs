// The Agents API of September 2026: agents, sessions, events, turns, items.
import { assert, check, client, collect, fails, OpenAI } from './harness.mjs';

const { agents } = client.beta;
const { sessions } = agents;
const hello = 'Say hello to the conformance tests.';
const said = 'Hello, conformance tests. All is well here.';
const weather = { type: 'function', name: 'get_weather', description: 'Weather', parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] } };
let agent, session;

const textOf = (item) => (item.content ?? []).map((part) => part.text ?? '').join('');

async function until(id, ...states) {
  for (let i = 0; i < 200; i++) {
    const found = await sessions.retrieve(id);
    if (states.includes(found.status)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not ${states} in time`);
}

await check('an agent is created, read, changed, listed', async () => {
  agent = await agents.create({ model: 'gpt-4o', name: 'Weather', instructions: 'You are helpful.', tools: [weather], metadata: { a: 'b' } });
  assert.match(agent.id, /^agent_/);
  assert.equal(agent.object, 'agent');
  assert.equal(agent.name, 'Weather');
  assert.equal(agent.tools[0].name, 'get_weather');
  assert.deepEqual(await agents.retrieve(agent.id), agent);
  const changed = await agents.update(agent.id, { name: 'Weather 2' });
  assert.equal(changed.name, 'Weather 2');
  assert.equal(changed.instructions, 'You are helpful.');
  assert.equal((await agents.list({ limit: 1 })).data[0].id, agent.id);
  const others = [];
  for (let i = 0; i < 3; i++) others.push((await agents.create({ model: 'gpt-4o', name: `page ${i}` })).id);
  assert.deepEqual((await collect(agents.list({ limit: 1 }), 3)).map((item) => item.id), [...others].reverse());
});

await check('a session answers its input', async () => {
  session = await sessions.create({ agent_id: agent.id, environment: { type: 'none' }, input: hello, metadata: { s: '1' } });
  assert.match(session.id, /^(sess|session|asess|agsess)/);
  assert.equal(session.object, 'agent.session');
  assert.equal(session.agent.id, agent.id);
  session = await until(session.id, 'idle');
  const items = await collect(sessions.items.list(session.id, { order: 'asc' }));
  assert.deepEqual(items.map((item) => item.role), ['user', 'assistant']);
  assert.equal(textOf(items[1]), said);
  const [turn] = await collect(sessions.turns.list(session.id));
  assert.equal(turn.status, 'completed');
  assert.equal((await sessions.turns.retrieve(turn.id, { session_id: session.id })).id, turn.id);
  assert.ok((await collect(sessions.turns.items.list(turn.id, { session_id: session.id }))).some((item) => textOf(item) === said));
});

await check('a session is read, changed, listed', async () => {
  assert.deepEqual((await sessions.retrieve(session.id)).metadata, { s: '1' });
  assert.deepEqual((await sessions.update(session.id, { metadata: { s: '2' } })).metadata, { s: '2' });
  assert.deepEqual((await collect(sessions.list({ agent_id: agent.id }))).map((item) => item.id), [session.id]);
});

await check('events submitted are heard live', async () => {
  const live = await sessions.events.stream(session.id);
  await sessions.events.create(session.id, { events: [{ type: 'agent.session.input.message', input: [{ role: 'user', content: [{ type: 'input_text', text: hello }] }] }] });
  const names = [];
  let text = '';
  for await (const event of live) {
    assert.ok(event.event_id, `${event.type} has no event_id`);
    names.push(event.type);
    if (event.type === 'agent.session.turn.output_text.delta') text += event.delta;
    if (event.type === 'agent.session.idle' && names.includes('agent.session.turn.completed')) break;
  }
  assert.equal(text, said);
  const known = names.filter((name, index) => name !== names[index - 1] && /turn|idle|in_progress/.test(name));
  for (const name of ['agent.session.turn.created', 'agent.session.turn.in_progress', 'agent.session.turn.item.added', 'agent.session.turn.output_text.done', 'agent.session.turn.item.done', 'agent.session.turn.completed'])
    assert.ok(known.includes(name), `${name} is missing in ${known}`);
  assert.ok(known.indexOf('agent.session.turn.created') < known.indexOf('agent.session.turn.completed'));
});

await check('the stream helper of the SDK follows one turn', async () => {
  const result = await sessions.stream(session.id, { input: hello }).finalResult();
  assert.match(JSON.stringify(result), /Hello, conformance tests/);
});

await check('a session streams from its creation', async () => {
  let text = '', made;
  for await (const event of await sessions.create({ agent_id: agent.id, environment: { type: 'none' }, input: hello, stream: true })) {
    if (event.type === 'agent.session.created') made = event.session;
    if (event.type === 'agent.session.turn.output_text.delta') text += event.delta;
    if (event.type === 'agent.session.idle' && text) break;
  }
  assert.equal(text, said);
  assert.ok(made.id);
});

await check('a function is asked for and its result goes in as an event', async () => {
  let asked = await sessions.create({ agent_id: agent.id, environment: { type: 'none' }, input: "What's the weather in Paris today?" });
  asked = await until(asked.id, 'requires_action');
  const [action] = asked.required_actions;
  assert.equal(action.type, 'function_call');
  assert.equal(action.name, 'get_weather');
  assert.deepEqual(action.arguments, { location: 'Paris, France' });
  await sessions.events.create(asked.id, { events: [{ type: 'agent.session.input.tool_result', call_id: action.call_id, turn_id: action.turn_id, success: true, output: '14 degrees' }] });
  asked = await until(asked.id, 'idle');
  const items = await collect(sessions.items.list(asked.id, { order: 'asc' }));
  assert.equal(textOf(items.at(-1)), 'In Paris it is 14 degrees.');
});

await check('the tool handlers of the SDK are called', async () => {
  const fresh = await sessions.create({ agent_id: agent.id, environment: { type: 'none' } });
  await until(fresh.id, 'idle');
  const heard = [];
  const result = await sessions.stream(fresh.id, { input: "What's the weather in Paris today?", toolHandlers: { get_weather: async (args) => { heard.push(args); return '19 degrees'; } } }).finalResult();
  assert.equal(heard.length, 1);
  assert.match(JSON.stringify(result), /In Paris it is .*19 degrees/);
});

await check('a turn is cancelled', async () => {
  const slow = await sessions.create({ agent_id: agent.id, environment: { type: 'none' }, input: 'Answer slowly.' });
  await until(slow.id, 'in_progress');
  await sessions.events.create(slow.id, { events: [{ type: 'agent.session.input.cancel' }] });
  await until(slow.id, 'idle');
  assert.equal((await collect(sessions.turns.list(slow.id)))[0].status, 'cancelled');
});

await check('an inline agent serves one session', async () => {
  let inline = await sessions.create({ agent: { model: 'gpt-4o', instructions: 'Be short.' }, environment: { type: 'none' }, input: hello });
  inline = await until(inline.id, 'idle');
  assert.equal(inline.agent.instructions, 'Be short.');
});

await check('what does not exist is a NotFoundError', async () => {
  const error = await fails(agents.retrieve('agent_doesnotexist'), OpenAI.NotFoundError, 404);
  assert.equal(error.type, 'not_found_error');
  await fails(sessions.retrieve('session_doesnotexist'), OpenAI.NotFoundError, 404);
});

await check('sub-collections are there though empty', async () => {
  assert.deepEqual(await collect(sessions.artifacts.list(session.id)), []);
  assert.deepEqual(await collect(sessions.subagents.list(session.id)), []);
  assert.ok(Array.isArray(await collect(agents.environments.list())));
  assert.ok(Array.isArray(await collect(agents.automations.list())));
});

await check('session and agent are deleted and are gone', async () => {
  assert.equal((await sessions.delete(session.id)).deleted, true);
  await fails(sessions.retrieve(session.id), OpenAI.NotFoundError, 404);
  assert.equal((await agents.delete(agent.id)).deleted, true);
  await fails(agents.retrieve(agent.id), OpenAI.NotFoundError, 404);
});
