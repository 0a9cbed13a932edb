// The Conversations API, and responses that go on in a conversation.
import { assert, check, client, collect, fails, OpenAI } from './harness.mjs';

const { conversations, responses } = client;
let conversation;

await check('a conversation is created with items and metadata', async () => {
  conversation = await conversations.create({ metadata: { topic: 'demo' }, items: [{ type: 'message', role: 'user', content: 'My name is Ada.' }] });
  assert.match(conversation.id, /^conv_/);
  assert.equal(conversation.object, 'conversation');
  assert.deepEqual(conversation.metadata, { topic: 'demo' });
  assert.deepEqual(await conversations.retrieve(conversation.id), conversation);
});

await check('its metadata is changed', async () => {
  assert.deepEqual((await conversations.update(conversation.id, { metadata: { topic: 'other' } })).metadata, { topic: 'other' });
});

await check('items are added, read and listed in both orders', async () => {
  const added = await conversations.items.create(conversation.id, { items: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello Ada.', annotations: [] }] }, { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Good.' }] }] });
  assert.equal(added.data.length, 2);
  const listed = await collect(conversations.items.list(conversation.id, { order: 'asc', limit: 1 }));
  assert.deepEqual(listed.map((item) => item.content[0].text), ['My name is Ada.', 'Hello Ada.', 'Good.']);
  assert.deepEqual((await collect(conversations.items.list(conversation.id))).map((item) => item.id), listed.map((item) => item.id).reverse());
  assert.deepEqual(await conversations.items.retrieve(added.data[0].id, { conversation_id: conversation.id }), added.data[0]);
});

await check('an item is deleted and the conversation comes back', async () => {
  const [last] = (await conversations.items.list(conversation.id, { limit: 1 })).data;
  assert.equal((await conversations.items.delete(last.id, { conversation_id: conversation.id })).id, conversation.id);
  await fails(conversations.items.retrieve(last.id, { conversation_id: conversation.id }), OpenAI.NotFoundError, 404);
});

await check('a response goes on in a conversation and leaves its items there', async () => {
  const response = await responses.create({ model: 'gpt-4o', conversation: conversation.id, input: 'What is my name?' });
  assert.equal(response.output_text, 'You told me: Ada.');
  assert.equal(response.conversation.id, conversation.id);
  const items = await collect(conversations.items.list(conversation.id, { order: 'asc' }));
  assert.deepEqual(items.slice(-2).map((item) => [item.role, item.content[0].text]), [['user', 'What is my name?'], ['assistant', 'You told me: Ada.']]);
  assert.equal(items.at(-1).id, response.output[0].id);
});

await check('a streamed response goes on in a conversation', async () => {
  let text = '';
  for await (const event of await responses.create({ model: 'gpt-4o', conversation: { id: conversation.id }, input: 'What is my name?', stream: true })) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  assert.equal(text, 'You told me: Ada.');
});

await check('conversation and previous_response_id exclude each other', async () => {
  const other = await responses.create({ model: 'gpt-4o', input: 'Say hello to the conformance tests.' });
  await fails(responses.create({ model: 'gpt-4o', input: 'x', conversation: conversation.id, previous_response_id: other.id }), OpenAI.BadRequestError, 400);
});

await check('what does not exist is a NotFoundError', async () => {
  await fails(conversations.retrieve('conv_doesnotexist'), OpenAI.NotFoundError, 404);
  await fails(responses.create({ model: 'gpt-4o', input: 'x', conversation: 'conv_doesnotexist' }), OpenAI.APIError, 404);
});

await check('a conversation is deleted and is gone', async () => {
  assert.deepEqual(await conversations.delete(conversation.id), { id: conversation.id, object: 'conversation.deleted', deleted: true });
  await fails(conversations.retrieve(conversation.id), OpenAI.NotFoundError, 404);
});
