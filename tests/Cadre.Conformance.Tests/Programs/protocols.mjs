// One thread, several protocols: what one began, another reads and goes on with.
import { assert, check, client, collect } from './harness.mjs';

const { assistants, threads, chatkit } = client.beta;
const { conversations, responses } = client;
const textOf = (content) => content.map((part) => part.text?.value ?? part.text ?? '').join('');
let assistant, thread, conversation;

await check('a thread of the assistants is a conversation', async () => {
  assistant = await assistants.create({ model: 'gpt-4o' });
  thread = await threads.create({ messages: [{ role: 'user', content: 'My name is Ada.' }], metadata: { a: 'b' } });
  conversation = await conversations.retrieve(thread.id.replace('thread_', 'conv_'));
  assert.deepEqual(conversation.metadata, { a: 'b' });
  const items = await collect(conversations.items.list(conversation.id));
  assert.deepEqual(items.map((item) => [item.type, item.role, textOf(item.content)]), [['message', 'user', 'My name is Ada.']]);
});

await check('a response goes on in it and the assistants read its answer', async () => {
  const response = await responses.create({ model: 'gpt-4o', conversation: conversation.id, input: 'What is my name?' });
  assert.equal(response.output_text, 'You told me: Ada.');
  const messages = await collect(threads.messages.list(thread.id, { order: 'asc' }));
  assert.deepEqual(messages.map((message) => [message.role, textOf(message.content)]), [['user', 'My name is Ada.'], ['user', 'What is my name?'], ['assistant', 'You told me: Ada.']]);
});

await check('an assistant goes on in it and the conversation shows its answer', async () => {
  await threads.messages.create(thread.id, { role: 'user', content: 'Say hello to the conformance tests.' });
  const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id }, { pollIntervalMs: 50 });
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  const [last] = (await conversations.items.list(conversation.id, { limit: 1 })).data;
  assert.equal(textOf(last.content), 'Hello, conformance tests. All is well here.');
});

await check('function calls of a run are items of the conversation', async () => {
  const caller = await assistants.create({ model: 'gpt-4o', tools: [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { location: { type: 'string' } } } } }] });
  await threads.messages.create(thread.id, { role: 'user', content: "What's the weather in Paris today?" });
  const run = await threads.runs.createAndPoll(thread.id, { assistant_id: caller.id }, { pollIntervalMs: 50 });
  const [call] = run.required_action.submit_tool_outputs.tool_calls;
  await threads.runs.submitToolOutputsAndPoll(run.id, { thread_id: thread.id, tool_outputs: [{ tool_call_id: call.id, output: '14 degrees' }] }, { pollIntervalMs: 50 });
  const items = (await collect(conversations.items.list(conversation.id, { order: 'asc' }))).slice(-4);
  assert.deepEqual(items.map((item) => item.type), ['message', 'function_call', 'function_call_output', 'message']);
  assert.equal(items[1].call_id, items[2].call_id);
  const told = await responses.create({ model: 'gpt-4o', conversation: conversation.id, input: 'What is my name?' });
  assert.equal(told.output_text, 'You told me: Ada.');
});

await check('a conversation is a thread of the assistants', async () => {
  const begun = await conversations.create({ items: [{ type: 'message', role: 'user', content: 'My name is Ada.' }, { type: 'message', role: 'user', content: 'What is my name?' }] });
  const run = await threads.runs.createAndPoll(begun.id.replace('conv_', 'thread_'), { assistant_id: assistant.id }, { pollIntervalMs: 50 });
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  assert.equal(textOf((await threads.messages.list(run.thread_id, { limit: 1 })).data[0].content), 'You told me: Ada.');
});

await check('ChatKit shows a thread of the assistants', async () => {
  const shown = await chatkit.threads.retrieve(thread.id.replace('thread_', 'cthr_'));
  assert.equal(shown.object, 'chatkit.thread');
  const items = await collect(chatkit.threads.listItems(shown.id, { order: 'asc' }));
  assert.deepEqual(items.slice(0, 2).map((item) => item.type), ['chatkit.user_message', 'chatkit.user_message']);
  assert.ok(items.some((item) => item.type === 'chatkit.assistant_message'));
});
