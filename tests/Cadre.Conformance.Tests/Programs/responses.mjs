// The Responses API: whole, streamed, in the background, resumed, with functions and with tools that the server runs.
import { assert, check, check7, client, collect, fails, OpenAI, remove, sdkModule, toFile } from './harness.mjs';

const { responses } = client;
const hello = 'Say hello to the conformance tests.';
const said = 'Hello, conformance tests. All is well here.';
const tools = [{ type: 'function', name: 'get_weather', description: 'Weather', strict: true, parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'], additionalProperties: false } }];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ended(id) {
  let response = await responses.retrieve(id);
  while (['queued', 'in_progress'].includes(response.status)) {
    await wait(50);
    response = await responses.retrieve(id);
  }
  return response;
}

async function gather(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

function assertGapFree(events, first = 0) {
  events.forEach((event, index) => assert.equal(event.sequence_number, first + index, `${event.type} has number ${event.sequence_number}, not ${first + index}`));
}

let first;

await check('a response answers', async () => {
  first = await responses.create({ model: 'gpt-4o', input: hello, instructions: 'You are helpful.', metadata: { suite: 'conformance' }, temperature: 0.5 });
  assert.match(first.id, /^resp_/);
  assert.equal(first.object, 'response');
  assert.equal(first.status, 'completed');
  assert.equal(first.output_text, said);
  assert.equal(first.model, 'gpt-4o');
  assert.equal(first.instructions, 'You are helpful.');
  assert.equal(first.temperature, 0.5);
  assert.deepEqual(first.metadata, { suite: 'conformance' });
  assert.equal(first.error, null);
  assert.deepEqual(first.output.map((item) => item.type), ['message']);
  assert.match(first.output[0].id, /^msg_/);
  assert.ok(first.usage.total_tokens === first.usage.input_tokens + first.usage.output_tokens && first.usage.total_tokens > 0);
});

await check('a response is read again as it was', async () => {
  const again = await responses.retrieve(first.id);
  assert.equal(again.output_text ?? again.output[0].content[0].text, said);
  const { output_text: a, ...left } = first;
  const { output_text: b, ...right } = again;
  assert.deepEqual(right, left);
});

await check('input items are listed', async () => {
  const items = await collect(responses.inputItems.list(first.id));
  assert.equal(items.length, 1);
  assert.equal(items[0].role, 'user');
  assert.deepEqual(items[0].content, [{ type: 'input_text', text: hello }]);
  const many = await responses.create({ model: 'gpt-4o', input: [{ role: 'user', content: 'one' }, { role: 'assistant', content: 'two' }, { role: 'user', content: hello }] });
  assert.equal((await collect(responses.inputItems.list(many.id, { limit: 1, order: 'asc' }))).length, 3);
  assert.equal((await responses.inputItems.list(many.id, { limit: 1, order: 'asc' })).data[0].content[0].text, 'one');
});

await check('a stream numbers its events without gap and ends with the whole', async () => {
  const events = await gather(await responses.create({ model: 'gpt-4o', input: hello, stream: true }));
  assertGapFree(events);
  const names = events.map((event) => event.type).filter((name, index, all) => all[index - 1] !== name);
  assert.deepEqual(names, [
    'response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added', 'response.output_text.delta', 'response.output_text.done',
    'response.content_part.done', 'response.output_item.done', 'response.completed',
  ]);
  const deltas = events.filter((event) => event.type === 'response.output_text.delta');
  assert.ok(deltas.length > 1);
  assert.equal(deltas.map((event) => event.delta).join(''), said);
  assert.equal(events.at(-1).response.output[0].content[0].text, said);
  assert.equal(events.at(-1).response.status, 'completed');
  assert.equal((await responses.retrieve(events[0].response.id)).status, 'completed');
});

await check('the streaming helper of the SDK adds up', async () => {
  let text = '';
  const stream = responses.stream({ model: 'gpt-4o', input: hello }).on('response.output_text.delta', (event) => { text += event.delta; });
  const final = await stream.finalResponse();
  assert.equal(text, said);
  assert.equal(final.output[0].content[0].text, said);
});

await check('a conversation goes on by previous_response_id', async () => {
  const one = await responses.create({ model: 'gpt-4o', input: 'My name is Ada.' });
  const two = await responses.create({ model: 'gpt-4o', input: 'What is my name?', previous_response_id: one.id });
  assert.equal(two.output_text, 'You told me: Ada.');
  assert.equal(two.previous_response_id, one.id);
  await fails(responses.create({ model: 'gpt-4o', input: 'x', previous_response_id: 'resp_doesnotexist' }), OpenAI.APIError, 400, /Previous response with id 'resp_doesnotexist' not found/);
});

await check('functions are called and answered', async () => {
  const asked = await responses.create({ model: 'gpt-4o', input: "What's the weather in Paris today?", tools });
  const [call] = asked.output.filter((item) => item.type === 'function_call');
  assert.equal(call.name, 'get_weather');
  assert.equal(call.status, 'completed');
  assert.deepEqual(JSON.parse(call.arguments), { location: 'Paris, France' });
  const told = await responses.create({ model: 'gpt-4o', tools, previous_response_id: asked.id, input: [{ type: 'function_call_output', call_id: call.call_id, output: '14 degrees' }] });
  assert.equal(told.output_text, 'In Paris it is 14 degrees.');
  const whole = await responses.create({ model: 'gpt-4o', tools, store: false, input: [
    { role: 'user', content: "What's the weather in Paris today?" }, { type: 'function_call', call_id: call.call_id, name: call.name, arguments: call.arguments },
    { type: 'function_call_output', call_id: call.call_id, output: '15 degrees' },
  ] });
  assert.equal(whole.output_text, 'In Paris it is 15 degrees.');
});

await check('a function call streams its arguments', async () => {
  const events = await gather(await responses.create({ model: 'gpt-4o', input: "What's the weather in Paris today?", tools, stream: true }));
  assertGapFree(events);
  const done = events.find((event) => event.type === 'response.function_call_arguments.done');
  assert.deepEqual(JSON.parse(done.arguments), { location: 'Paris, France' });
  assert.equal(events.filter((event) => event.type === 'response.function_call_arguments.delta').map((event) => event.delta).join(''), done.arguments);
  assert.equal(events.find((event) => event.type === 'response.output_item.added').item.type, 'function_call');
});

await check('a function output without its call is refused', async () => {
  await fails(responses.create({ model: 'gpt-4o', input: [{ type: 'function_call_output', call_id: 'call_nowhere', output: 'x' }] }), OpenAI.BadRequestError, 400);
});

await check('structured output keeps to its schema', async () => {
  const response = await responses.create({
    model: 'gpt-4o', input: 'Describe a fruit.',
    text: { format: { type: 'json_schema', name: 'fruit', strict: true, schema: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer' } }, required: ['name', 'count'], additionalProperties: false } } },
  });
  assert.ok(Number.isInteger(JSON.parse(response.output_text).count));
  assert.equal(response.text.format.name, 'fruit');
});

await check('code interpreter computes', async () => {
  const response = await responses.create({ model: 'gpt-4o', input: 'I need to solve the equation `3x + 11 = 14`. Compute it.', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }], include: ['code_interpreter_call.outputs'] });
  assert.match(response.output_text, /The code printed: x = 1\.0/);
  const [call] = response.output.filter((item) => item.type === 'code_interpreter_call');
  assert.equal(call.status, 'completed');
  assert.match(call.code, /print\(/);
  assert.match(call.container_id, /^cntr_/);
  assert.match(call.outputs[0].logs, /x = 1\.0/);
});

await check('code interpreter streams its stages', async () => {
  const events = await gather(await responses.create({ model: 'gpt-4o', input: 'I need to solve the equation `3x + 11 = 14`. Compute it.', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }], stream: true }));
  assertGapFree(events);
  const names = events.map((event) => event.type);
  for (const name of ['in_progress', 'interpreting', 'completed']) assert.ok(names.includes(`response.code_interpreter_call.${name}`), name);
  assert.ok(names.includes('response.code_interpreter_call_code.done'));
});

await check('file search answers with citations', async () => {
  const store = await client.vectorStores.create({ name: 'Orchard' });
  await client.vectorStores.files.uploadAndPoll(store.id, await toFile(Buffer.from('The Orchard Company sold 4,711 crates of quinces in 2023.\n'), 'orchard-10k.txt'), { pollIntervalMs: 50 });
  const response = await responses.create({ model: 'gpt-4o', input: 'Search the files: how many crates of quinces were sold?', tools: [{ type: 'file_search', vector_store_ids: [store.id] }], include: ['file_search_call.results'] });
  assert.match(response.output_text, /4,711/);
  const [search] = response.output.filter((item) => item.type === 'file_search_call');
  assert.equal(search.status, 'completed');
  assert.ok(search.queries.length >= 1);
  assert.equal(search.results[0].filename, 'orchard-10k.txt');
  const message = response.output.find((item) => item.type === 'message');
  const citation = message.content[0].annotations.find((annotation) => annotation.type === 'file_citation');
  assert.equal(citation.filename, 'orchard-10k.txt');
  assert.ok(citation.index >= 0 && citation.index <= message.content[0].text.length);
  const without = await responses.create({ model: 'gpt-4o', input: 'Search the files: how many crates of quinces were sold?', tools: [{ type: 'file_search', vector_store_ids: [store.id] }] });
  assert.equal(without.output.find((item) => item.type === 'file_search_call').results ?? null, null);
});

await check('a response in the background is polled to its end', async () => {
  const queued = await responses.create({ model: 'gpt-4o', input: hello, background: true });
  assert.ok(['queued', 'in_progress', 'completed'].includes(queued.status));
  assert.equal(queued.background, true);
  const done = await ended(queued.id);
  assert.equal(done.status, 'completed');
  assert.equal(done.output[0].content[0].text, said);
});

await check('a response in the background is cancelled', async () => {
  const running = await responses.create({ model: 'gpt-4o', input: 'Answer slowly.', background: true });
  await responses.cancel(running.id);
  const done = await ended(running.id);
  assert.equal(done.status, 'cancelled');
  await fails(responses.cancel(first.id), OpenAI.BadRequestError, 400);
});

await check('a broken stream is taken up after its last event', async () => {
  const stream = await responses.create({ model: 'gpt-4o', input: 'Answer slowly.', background: true, stream: true });
  const before = [];
  for await (const event of stream) {
    before.push(event);
    if (before.length === 5) break;
  }
  const id = before[0].response.id;
  const after = await gather(await responses.retrieve(id, { stream: true, starting_after: before.at(-1).sequence_number }));
  assertGapFree([...before, ...after]);
  assert.equal(after.at(-1).type, 'response.completed');
  const again = await gather(await responses.retrieve(id, { stream: true }));
  assertGapFree(again);
  assert.equal(again.length, before.length + after.length);
  assert.deepEqual(again.map((event) => event.type), [...before, ...after].map((event) => event.type));
});

await check('a response that the model cuts short is incomplete', async () => {
  const response = await responses.create({ model: 'gpt-4o', input: 'Tell me a very long story.', max_output_tokens: 64 });
  assert.equal(response.status, 'incomplete');
  assert.equal(response.incomplete_details.reason, 'max_output_tokens');
});

await check('a response that is not stored cannot be read', async () => {
  const response = await responses.create({ model: 'gpt-4o', input: hello, store: false });
  assert.equal(response.output_text, said);
  await fails(responses.retrieve(response.id), OpenAI.NotFoundError, 404);
});

await check('a response is deleted and is gone', async () => {
  await remove(responses, first.id);
  await fails(responses.retrieve(first.id), OpenAI.NotFoundError, 404);
});

await check('what is wrong in a request is a BadRequestError that names it', async () => {
  const error = await fails(responses.create({ model: 'gpt-4o', input: hello, temperature: 9 }), OpenAI.BadRequestError, 400);
  assert.equal(error.param, 'temperature');
  await fails(responses.create({ model: 'gpt-4o', input: [{ role: 'user', content: [{ type: 'input_hologram' }] }] }), OpenAI.BadRequestError, 400);
});

await check('an image in the input is taken', async () => {
  const response = await responses.create({ model: 'gpt-4o', input: [{ role: 'user', content: [{ type: 'input_text', text: hello }, { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' }] }] });
  assert.equal(response.status, 'completed');
});

await check7('input tokens are counted', async () => {
  const few = await responses.inputTokens.count({ model: 'gpt-4o', input: 'hello' });
  const many = await responses.inputTokens.count({ model: 'gpt-4o', input: 'hello '.repeat(500) });
  assert.equal(few.object, 'response.input_tokens');
  assert.ok(many.input_tokens > few.input_tokens && few.input_tokens > 0);
});

await check7('a long conversation is compacted and goes on', async () => {
  const compacted = await responses.compact({ model: 'gpt-4o', input: [{ role: 'user', content: 'My name is Ada.' }, { role: 'assistant', content: 'Hello Ada.' }] });
  assert.equal(compacted.object, 'response.compaction');
  assert.ok(compacted.output.length >= 1);
  const response = await responses.create({ model: 'gpt-4o', input: [...compacted.output, { role: 'user', content: hello }] });
  assert.equal(response.output_text, said);
});

await check7('a WebSocket carries responses one after the other', async () => {
  const { ResponsesWS } = await sdkModule('resources/responses/ws.mjs');
  const socket = new ResponsesWS(client);
  const completed = [];
  try {
    await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
      const ask = () => socket.send({ type: 'response.create', model: 'gpt-4o', input: hello, ...(completed.length ? { previous_response_id: completed[0].id } : {}) });
      socket.on('response.completed', (event) => {
        completed.push(event.response);
        if (completed.length === 2) resolve();
        else ask();
      });
      ask();
    });
  } finally {
    socket.close();
  }
  assert.deepEqual(completed.map((response) => response.output[0].content[0].text), [said, said]);
  assert.equal(completed[1].previous_response_id, completed[0].id);
});
