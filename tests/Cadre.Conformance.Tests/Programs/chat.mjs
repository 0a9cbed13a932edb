// Chat Completions, Embeddings, Models.
import { assert, check, client, collect, fails, major, OpenAI, remove } from './harness.mjs';

const { completions } = client.chat;
const hello = [{ role: 'system', content: 'You are helpful.' }, { role: 'user', content: 'Say hello to the conformance tests.' }];
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] } } }];
let stored;

await check('a completion answers', async () => {
  const completion = await completions.create({ model: 'gpt-4o', messages: hello });
  assert.equal(completion.object, 'chat.completion');
  assert.equal(completion.choices[0].message.content, 'Hello, conformance tests. All is well here.');
  assert.equal(completion.choices[0].message.role, 'assistant');
  assert.equal(completion.choices[0].finish_reason, 'stop');
  assert.ok(completion.usage.total_tokens > 0);
});

await check('a completion streams, with usage when asked', async () => {
  let text = '', usage, finish;
  for await (const chunk of await completions.create({ model: 'gpt-4o', messages: hello, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta?.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, 'Hello, conformance tests. All is well here.');
  assert.equal(finish, 'stop');
  assert.ok(usage.total_tokens > 0);
});

await check('functions are called and answered', async () => {
  const messages = [{ role: 'user', content: "What's the weather in Paris today?" }];
  const first = await completions.create({ model: 'gpt-4o', messages, tools });
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  const [call] = first.choices[0].message.tool_calls;
  assert.deepEqual(JSON.parse(call.function.arguments), { location: 'Paris, France' });
  messages.push(first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: '14 degrees' });
  const second = await completions.create({ model: 'gpt-4o', messages, tools });
  assert.equal(second.choices[0].message.content, 'In Paris it is 14 degrees.');
});

await check('the function runner of the SDK goes round', async () => {
  const runner = (client.beta.chat?.completions ?? client.chat.completions).runTools({
    model: 'gpt-4o', messages: [{ role: 'user', content: "What's the weather in Paris today?" }],
    tools: [{ type: 'function', function: { ...tools[0].function, parse: JSON.parse, function: ({ location }) => `17 degrees in ${location}` } }],
  });
  assert.equal(await runner.finalContent(), 'In Paris it is 17 degrees in Paris, France.');
});

await check('the streaming helper of the SDK adds up', async () => {
  const stream = (client.beta.chat?.completions ?? client.chat.completions).stream({ model: 'gpt-4o', messages: hello });
  let text = '';
  stream.on('content', (delta) => { text += delta; });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.content, text);
});

await check('structured output keeps to its schema', async () => {
  const completion = await completions.create({
    model: 'gpt-4o', messages: [{ role: 'user', content: 'Describe a fruit.' }],
    response_format: { type: 'json_schema', json_schema: { name: 'fruit', strict: true, schema: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer' } }, required: ['name', 'count'], additionalProperties: false } } },
  });
  const fruit = JSON.parse(completion.choices[0].message.content);
  assert.equal(typeof fruit.name, 'string');
  assert.ok(Number.isInteger(fruit.count));
});

await check('a request without messages is a BadRequestError', async () => {
  await fails(completions.create({ model: 'gpt-4o' }), OpenAI.BadRequestError, 400);
});

await check('a stored completion is read, changed, listed', async () => {
  const made = await completions.create({ model: 'gpt-4o', messages: hello, store: true, metadata: { suite: `conformance${major}` } });
  stored = await completions.retrieve(made.id);
  assert.equal(stored.choices[0].message.content, made.choices[0].message.content);
  assert.deepEqual(stored.metadata, { suite: `conformance${major}` });
  assert.deepEqual((await completions.update(made.id, { metadata: { suite: `changed${major}` } })).metadata, { suite: `changed${major}` });
  assert.ok((await collect(completions.list({ metadata: { suite: `changed${major}` } }))).some((item) => item.id === made.id));
  const messages = await collect(completions.messages.list(made.id, { order: 'asc' }));
  assert.deepEqual(messages.map((message) => message.content), hello.map((message) => message.content));
});

await check('a stored completion is deleted and is gone', async () => {
  assert.deepEqual(await remove(completions, stored.id), { object: 'chat.completion.deleted', id: stored.id, deleted: true });
  await fails(completions.retrieve(stored.id), OpenAI.NotFoundError, 404);
});

await check('a completion that is not stored cannot be read', async () => {
  const made = await completions.create({ model: 'gpt-4o', messages: hello, store: false });
  await fails(completions.retrieve(made.id), OpenAI.NotFoundError, 404);
});

await check('an assistant answers, whole and streamed, with its own tools', async () => {
  const assistant = await client.beta.assistants.create({ model: 'gpt-4o', instructions: 'Write code to answer.', tools: [{ type: 'code_interpreter' }] });
  const messages = [{ role: 'user', content: 'I need to solve the equation `3x + 11 = 14`. Compute it.' }];
  const whole = await completions.create({ model: assistant.id, messages });
  assert.match(whole.choices[0].message.content, /The code printed: x = 1\.0/);
  assert.equal(whole.choices[0].finish_reason, 'stop');
  let text = '';
  for await (const chunk of await completions.create({ model: assistant.id, messages, stream: true })) text += chunk.choices[0]?.delta?.content ?? '';
  assert.match(text, /The code printed: x = 1\.0/);
});

await check('an assistant hands its caller\'s functions over', async () => {
  const assistant = await client.beta.assistants.create({ model: 'gpt-4o' });
  const messages = [{ role: 'user', content: "What's the weather in Paris today?" }];
  const first = await completions.create({ model: assistant.id, messages, tools });
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  messages.push(first.choices[0].message, { role: 'tool', tool_call_id: first.choices[0].message.tool_calls[0].id, content: '14 degrees' });
  assert.equal((await completions.create({ model: assistant.id, messages, tools })).choices[0].message.content, 'In Paris it is 14 degrees.');
});

await check('embeddings come as numbers', async () => {
  const made = await client.embeddings.create({ model: 'text-embedding-ada-002', input: ['apples', 'apples', 'ships'] });
  assert.equal(made.data.length, 3);
  assert.deepEqual(made.data.map((item) => item.index), [0, 1, 2]);
  assert.ok(made.data[0].embedding.length > 10 && made.data[0].embedding.every((value) => Number.isFinite(value)));
  assert.deepEqual([...made.data[0].embedding], [...made.data[1].embedding]);
  const length = Math.hypot(...made.data[2].embedding);
  assert.ok(Math.abs(length - 1) < 0.01, `length ${length}`);
  const plain = await client.embeddings.create({ model: 'text-embedding-ada-002', input: 'apples', encoding_format: 'float' });
  assert.ok(Math.abs(plain.data[0].embedding[3] - made.data[0].embedding[3]) < 1e-6);
});

await check('models are listed and read', async () => {
  const models = await collect(client.models.list());
  assert.ok(models.length >= 1 && models.every((model) => model.object === 'model'));
  assert.equal((await client.models.retrieve(models[0].id)).id, models[0].id);
});

await check('a model of the endpoint cannot be deleted, what the endpoint does not have is said so', async () => {
  await assert.rejects(remove(client.models, 'gpt-4o'), OpenAI.APIError);
  await assert.rejects(client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'hello' }), OpenAI.NotFoundError);
  await assert.rejects(client.moderations.create({ input: 'hello' }), OpenAI.NotFoundError);
});

await check('a model that does not exist is a NotFoundError', async () => {
  const error = await fails(client.models.retrieve('no-such-model-at-all'), OpenAI.NotFoundError, 404);
  assert.equal(error.code, 'model_not_found');
});
