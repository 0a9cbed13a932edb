// Programs of 2024 for the Assistants API: a tutor, a weather function, code interpreter, file search, streaming with handlers.
import { assert, check, client, collect, fails, major, OpenAI, remove, toFile, under } from './harness.mjs';

const { assistants, threads } = client.beta;
const poll = { pollIntervalMs: 50 };
const terminal = ['completed', 'failed', 'cancelled', 'expired', 'incomplete'];
const weatherTools = [
  {
    type: 'function',
    function: {
      name: 'getCurrentTemperature',
      description: 'Get the current temperature for a specific location',
      parameters: {
        type: 'object',
        properties: { location: { type: 'string', description: 'The city and state, e.g., San Francisco, CA' }, unit: { type: 'string', enum: ['Celsius', 'Fahrenheit'] } },
        required: ['location', 'unit'],
      },
    },
  },
  {
    type: 'function',
    function: { name: 'getRainProbability', description: 'Get the probability of rain', parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] } },
  },
];
const answer = (name) => (name === 'getCurrentTemperature' ? '57' : '0.06');
const outputsOf = (run) => run.required_action.submit_tool_outputs.tool_calls.map((call) => ({ tool_call_id: call.id, output: answer(call.function.name) }));
const submit = (method, run, body) =>
  major === 4 ? threads.runs[method](run.thread_id, run.id, body, poll) : threads.runs[method](run.id, { thread_id: run.thread_id, ...body }, poll);
const textOf = (message) => message.content.map((part) => part.text?.value ?? '').join('');

let tutor, weather, thread, run;

await check('an assistant is created with what it was given', async () => {
  tutor = await assistants.create({
    name: 'Math Tutor', description: 'Helps', model: 'gpt-4-turbo', instructions: 'You are a personal math tutor.', tools: [{ type: 'code_interpreter' }],
    temperature: 0.5, top_p: 0.9, metadata: { course: 'algebra' }, response_format: 'auto',
  });
  assert.match(tutor.id, /^asst_/);
  assert.equal(tutor.object, 'assistant');
  assert.equal(tutor.model, 'gpt-4-turbo');
  assert.deepEqual(tutor.tools, [{ type: 'code_interpreter' }]);
  assert.deepEqual(tutor.metadata, { course: 'algebra' });
  assert.equal(tutor.temperature, 0.5);
  assert.ok(Math.abs(tutor.created_at - Date.now() / 1000) < 120);
});

await check('an assistant is read, changed and listed', async () => {
  assert.deepEqual(await assistants.retrieve(tutor.id), tutor);
  const changed = await assistants.update(tutor.id, { name: 'Physics Tutor', metadata: { course: 'mechanics' } });
  assert.equal(changed.name, 'Physics Tutor');
  assert.equal(changed.instructions, tutor.instructions);
  assert.deepEqual(changed.metadata, { course: 'mechanics' });
  assert.equal((await assistants.list({ limit: 1 })).data[0].id, tutor.id);
});

await check('assistants are paged in both orders', async () => {
  const made = [];
  for (let i = 0; i < 5; i++) made.push((await assistants.create({ model: 'gpt-4o', name: `page ${i}` })).id);
  const page = await assistants.list({ limit: 2, order: 'desc' });
  assert.equal(page.data.length, 2);
  assert.equal(page.body?.has_more ?? page.has_more, true);
  assert.deepEqual((await collect(assistants.list({ limit: 2 }), 5)).map((item) => item.id), [...made].reverse());
  const after = await assistants.list({ limit: 100, order: 'asc', after: made[1] });
  assert.deepEqual(after.data.map((item) => item.id), made.slice(2));
  const before = await assistants.list({ limit: 100, order: 'asc', before: made[1] });
  assert.equal(before.data.at(-1).id, made[0]);
  for (const id of made) assert.deepEqual(await remove(assistants, id), { id, object: 'assistant.deleted', deleted: true });
});

await check('every answer has a request id', async () => {
  assert.ok((await assistants.retrieve(tutor.id))._request_id?.length > 5);
  const error = await fails(assistants.retrieve('asst_doesnotexist'), OpenAI.NotFoundError, 404);
  assert.ok((error.request_id ?? error.requestID)?.length > 5);
});

await check('what does not exist is a NotFoundError', async () => {
  const error = await fails(assistants.retrieve('asst_doesnotexist'), OpenAI.NotFoundError, 404, /No assistant found with id 'asst_doesnotexist'/);
  assert.equal(error.type, 'invalid_request_error');
  await fails(threads.retrieve('thread_doesnotexist'), OpenAI.NotFoundError, 404, /No thread found with id 'thread_doesnotexist'/);
});

await check('a wrong key is an AuthenticationError', async () => {
  const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'sk-wrong', maxRetries: 0 });
  const error = await fails(stranger.beta.assistants.list(), OpenAI.AuthenticationError, 401);
  assert.equal(error.code, 'invalid_api_key');
});

await check('what is wrong in a request is a BadRequestError that names it', async () => {
  const error = await fails(assistants.create({ name: 'no model' }), OpenAI.BadRequestError, 400, /Missing required parameter: 'model'/);
  assert.equal(error.param, 'model');
  assert.equal(error.code, 'missing_required_parameter');
  await fails(assistants.create({ model: 'gpt-4o', tools: [{ type: 'hologram' }] }), OpenAI.BadRequestError, 400);
  await fails(assistants.create({ model: 'gpt-4o', temperature: 3 }), OpenAI.BadRequestError, 400);
});

await check('a thread keeps its messages in order', async () => {
  thread = await threads.create({ messages: [{ role: 'user', content: 'one' }, { role: 'assistant', content: 'two' }], metadata: { a: 'b' } });
  assert.match(thread.id, /^thread_/);
  const third = await threads.messages.create(thread.id, { role: 'user', content: [{ type: 'text', text: 'three' }], metadata: { n: '3' } });
  assert.match(third.id, /^msg_/);
  assert.equal(third.thread_id, thread.id);
  assert.deepEqual(third.content, [{ type: 'text', text: { value: 'three', annotations: [] } }]);
  const listed = await threads.messages.list(thread.id);
  assert.deepEqual(listed.data.map(textOf), ['three', 'two', 'one']);
  assert.deepEqual((await threads.messages.list(thread.id, { order: 'asc', limit: 2 })).data.map(textOf), ['one', 'two']);
  assert.deepEqual((await collect(threads.messages.list(thread.id, { order: 'asc', limit: 1 }))).map(textOf), ['one', 'two', 'three']);
});

await check('a message is read, changed and deleted', async () => {
  const [last] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  const read = await under(threads.messages, 'retrieve', { thread_id: thread.id }, last.id);
  assert.deepEqual(read, last);
  const changed = await under(threads.messages, 'update', { thread_id: thread.id }, last.id, { metadata: { n: '4' } });
  assert.deepEqual(changed.metadata, { n: '4' });
  assert.deepEqual(await under(threads.messages, 'delete', { thread_id: thread.id }, last.id), { id: last.id, object: 'thread.message.deleted', deleted: true });
  await fails(under(threads.messages, 'retrieve', { thread_id: thread.id }, last.id), OpenAI.NotFoundError, 404);
  assert.equal((await threads.messages.list(thread.id)).data.length, 2);
});

await check('a thread is read, changed and deleted', async () => {
  assert.deepEqual((await threads.retrieve(thread.id)).metadata, { a: 'b' });
  assert.deepEqual((await threads.update(thread.id, { metadata: { a: 'c' } })).metadata, { a: 'c' });
  assert.deepEqual(await remove(threads, thread.id), { id: thread.id, object: 'thread.deleted', deleted: true });
  await fails(threads.messages.list(thread.id), OpenAI.NotFoundError, 404);
});

await check('a run is polled to its end and its answer read', async () => {
  const assistant = await assistants.create({ model: 'gpt-4o', instructions: 'You are helpful.' });
  thread = await threads.create();
  await threads.messages.create(thread.id, { role: 'user', content: 'Say hello to the conformance tests.' });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id, additional_instructions: 'Be short.', metadata: { k: 'v' } }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  assert.equal(run.thread_id, thread.id);
  assert.equal(run.assistant_id, assistant.id);
  assert.equal(run.model, 'gpt-4o');
  assert.match(run.instructions, /You are helpful/);
  assert.deepEqual(run.metadata, { k: 'v' });
  assert.ok(run.started_at >= run.created_at && run.completed_at >= run.started_at);
  assert.equal(run.last_error, null);
  assert.ok(run.usage.total_tokens === run.usage.prompt_tokens + run.usage.completion_tokens && run.usage.total_tokens > 0);
  const messages = await threads.messages.list(run.thread_id);
  assert.deepEqual(messages.data.map((message) => message.role), ['assistant', 'user']);
  assert.equal(textOf(messages.data[0]), 'Hello, conformance tests. All is well here.');
  assert.equal(messages.data[0].run_id, run.id);
  assert.equal(messages.data[0].assistant_id, assistant.id);
  assert.deepEqual((await threads.messages.list(thread.id, { run_id: run.id })).data.map((message) => message.id), [messages.data[0].id]);
});

await check('a run and its steps are read again as they were', async () => {
  const again = await under(threads.runs, 'retrieve', { thread_id: thread.id }, run.id);
  assert.deepEqual(again, run);
  assert.deepEqual((await threads.runs.list(thread.id)).data.map((item) => item.id), [run.id]);
  const steps = await (major === 4 ? threads.runs.steps.list(thread.id, run.id) : threads.runs.steps.list(run.id, { thread_id: thread.id }));
  assert.equal(steps.data.length, 1);
  const [step] = steps.data;
  assert.match(step.id, /^step_/);
  assert.equal(step.type, 'message_creation');
  assert.equal(step.status, 'completed');
  const [message] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  assert.equal(step.step_details.message_creation.message_id, message.id);
  const read = await under(threads.runs.steps, 'retrieve', { thread_id: thread.id, run_id: run.id }, step.id);
  assert.equal(read.id, step.id);
  assert.ok(read.usage.total_tokens > 0);
  const changed = await under(threads.runs, 'update', { thread_id: thread.id }, run.id, { metadata: { k: 'w' } });
  assert.deepEqual(changed.metadata, { k: 'w' });
});

await check('functions are asked for, answered and used', async () => {
  weather = await assistants.create({ model: 'gpt-4o', instructions: 'You are a weather bot. Use the provided functions to answer questions.', tools: weatherTools });
  thread = await threads.create();
  await threads.messages.create(thread.id, { role: 'user', content: "What's the weather in San Francisco today and the likelihood it'll rain?" });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: weather.id }, poll);
  assert.equal(run.status, 'requires_action', JSON.stringify(run.last_error));
  assert.equal(run.required_action.type, 'submit_tool_outputs');
  const calls = run.required_action.submit_tool_outputs.tool_calls;
  assert.deepEqual(calls.map((call) => call.function.name), ['getCurrentTemperature', 'getRainProbability']);
  assert.deepEqual(JSON.parse(calls[0].function.arguments), { location: 'San Francisco, CA', unit: 'Fahrenheit' });
  assert.ok(calls.every((call) => call.type === 'function' && call.id.length > 3));
  run = await submit('submitToolOutputsAndPoll', run, { tool_outputs: outputsOf(run) });
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  assert.equal(run.required_action, null);
  const [message] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  assert.equal(textOf(message), 'It is 57 degrees in San Francisco, with a 0.06 chance of rain.');
});

await check('the steps of a function call show its output', async () => {
  const steps = await (major === 4 ? threads.runs.steps.list(thread.id, run.id, { order: 'asc' }) : threads.runs.steps.list(run.id, { thread_id: thread.id, order: 'asc' }));
  assert.deepEqual(steps.data.map((step) => step.type), ['tool_calls', 'message_creation']);
  assert.deepEqual(steps.data[0].step_details.tool_calls.map((call) => [call.type, call.function.name, call.function.output]), [
    ['function', 'getCurrentTemperature', '57'], ['function', 'getRainProbability', '0.06'],
  ]);
});

await check('a thread with an active run is locked', async () => {
  const locked = await threads.create({ messages: [{ role: 'user', content: "What's the weather in San Francisco?" }] });
  const active = await threads.runs.createAndPoll(locked.id, { assistant_id: weather.id }, poll);
  assert.equal(active.status, 'requires_action');
  await fails(threads.messages.create(locked.id, { role: 'user', content: 'more' }), OpenAI.BadRequestError, 400,
    new RegExp(`Can't add messages to ${locked.id} while a run ${active.id} is active`));
  await fails(threads.runs.create(locked.id, { assistant_id: weather.id }), OpenAI.BadRequestError, 400, new RegExp(`${locked.id} already has an active run ${active.id}`));
  await fails(submit('submitToolOutputs', active, { tool_outputs: [{ tool_call_id: 'call_wrong', output: '1' }] }), OpenAI.BadRequestError, 400);
  await fails(submit('submitToolOutputs', active, { tool_outputs: outputsOf(active).slice(1) }), OpenAI.BadRequestError, 400);
  const cancelling = await under(threads.runs, 'cancel', { thread_id: locked.id }, active.id);
  assert.ok(['cancelling', 'cancelled'].includes(cancelling.status), cancelling.status);
  const cancelled = await (major === 4 ? threads.runs.poll(locked.id, active.id, poll) : threads.runs.poll(active.id, { thread_id: locked.id }, poll));
  assert.equal(cancelled.status, 'cancelled');
  assert.ok(cancelled.cancelled_at > 0);
  await threads.messages.create(locked.id, { role: 'user', content: 'now it goes' });
  await fails(under(threads.runs, 'cancel', { thread_id: locked.id }, active.id), OpenAI.BadRequestError, 400, /Cannot cancel run with status 'cancelled'/);
});

await check('a stream tells the whole run by its handlers', async () => {
  thread = await threads.create({ messages: [{ role: 'user', content: 'Say hello to the conformance tests.' }] });
  const heard = [];
  let text = '', done = '';
  const stream = threads.runs
    .stream(thread.id, { assistant_id: weather.id })
    .on('textCreated', () => heard.push('textCreated'))
    .on('textDelta', (delta, snapshot) => { text += delta.value; assert.equal(snapshot.value, text); })
    .on('textDone', (content) => { done = content.value; heard.push('textDone'); })
    .on('messageDone', (message) => { assert.equal(message.status, 'completed'); heard.push('messageDone'); })
    .on('runStepDone', () => heard.push('runStepDone'))
    .on('end', () => heard.push('end'));
  const final = await stream.finalRun();
  assert.equal(final.status, 'completed');
  assert.equal(text, 'Hello, conformance tests. All is well here.');
  assert.equal(done, text);
  assert.deepEqual(heard.filter((name) => name !== 'end'), ['textCreated', 'textDone', 'messageDone', 'runStepDone']);
  assert.equal(textOf((await stream.finalMessages())[0]), text);
  assert.equal((await stream.finalRunSteps()).length, 1);
});

await check("a stream's events come in OpenAI's order", async () => {
  thread = await threads.create({ messages: [{ role: 'user', content: 'Say hello to the conformance tests.' }] });
  const names = [];
  for await (const event of await threads.runs.create(thread.id, { assistant_id: weather.id, stream: true })) names.push(event.event);
  const once = names.filter((name, index) => names[index - 1] !== name);
  assert.deepEqual(once, [
    'thread.run.created', 'thread.run.queued', 'thread.run.in_progress', 'thread.run.step.created', 'thread.run.step.in_progress', 'thread.message.created',
    'thread.message.in_progress', 'thread.message.delta', 'thread.message.completed', 'thread.run.step.completed', 'thread.run.completed',
    ...(names.includes('done') ? ['done'] : []),
  ]);
  assert.ok(names.filter((name) => name === 'thread.message.delta').length > 1, 'one delta only');
});

await check('a streamed run asks for functions and goes on in a second stream', async () => {
  thread = await threads.create({ messages: [{ role: 'user', content: "What's the weather in San Francisco today?" }] });
  const first = threads.runs.stream(thread.id, { assistant_id: weather.id });
  let called = '', args = '';
  first.on('toolCallCreated', (call) => { called += call.function.name + ' '; }).on('toolCallDelta', (delta) => { args += delta.function?.arguments ?? ''; });
  const waiting = await first.finalRun();
  assert.equal(waiting.status, 'requires_action');
  assert.equal(called.trim(), 'getCurrentTemperature getRainProbability');
  assert.match(args, /San Francisco, CA/);
  const body = { tool_outputs: outputsOf(waiting) };
  const second = major === 4 ? threads.runs.submitToolOutputsStream(thread.id, waiting.id, body) : threads.runs.submitToolOutputsStream(waiting.id, { thread_id: thread.id, ...body });
  let text = '';
  const names = [];
  second.on('textDelta', (delta) => { text += delta.value; }).on('event', (event) => names.push(event.event));
  const finished = await second.finalRun();
  assert.equal(finished.status, 'completed');
  assert.equal(finished.id, waiting.id);
  assert.equal(text, 'It is 57 degrees in San Francisco, with a 0.06 chance of rain.');
  assert.ok(!names.includes('thread.run.created'), names.join(' '));
  assert.ok(names.includes('thread.run.step.completed') && names.at(-1 - Number(names.at(-1) === 'done')) === 'thread.run.completed', names.join(' '));
});

await check('createAndRun makes thread and run in one', async () => {
  const made = await threads.createAndRun({ assistant_id: weather.id, thread: { messages: [{ role: 'user', content: 'Say hello to the conformance tests.' }], metadata: { one: 'two' } } });
  assert.ok(['queued', 'in_progress', 'completed'].includes(made.status));
  assert.deepEqual((await threads.retrieve(made.thread_id)).metadata, { one: 'two' });
  const polled = await threads.createAndRunPoll({ assistant_id: weather.id, thread: { messages: [{ role: 'user', content: 'Say hello to the conformance tests.' }] } }, poll);
  assert.equal(polled.status, 'completed');
  const empty = await threads.createAndRunPoll({ assistant_id: weather.id }, poll);
  assert.ok(terminal.includes(empty.status));
});

await check('createAndRunStream begins with thread.created', async () => {
  const names = [];
  const stream = threads.createAndRunStream({ assistant_id: weather.id, thread: { messages: [{ role: 'user', content: 'Say hello to the conformance tests.' }] } });
  stream.on('event', (event) => names.push(event.event));
  assert.equal((await stream.finalRun()).status, 'completed');
  assert.deepEqual(names.slice(0, 3), ['thread.created', 'thread.run.created', 'thread.run.queued']);
});

await check('code interpreter computes and shows what it ran', async () => {
  const coder = await assistants.create({ model: 'gpt-4o', instructions: 'Write code to answer.', tools: [{ type: 'code_interpreter' }] });
  thread = await threads.create({ messages: [{ role: 'user', content: 'I need to solve the equation `3x + 11 = 14`. Compute it.' }] });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: coder.id }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  const [message] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  assert.match(textOf(message), /The code printed: x = 1\.0/);
  const steps = await (major === 4 ? threads.runs.steps.list(thread.id, run.id, { order: 'asc' }) : threads.runs.steps.list(run.id, { thread_id: thread.id, order: 'asc' }));
  assert.deepEqual(steps.data.map((step) => step.type), ['tool_calls', 'message_creation']);
  const [call] = steps.data[0].step_details.tool_calls;
  assert.equal(call.type, 'code_interpreter');
  assert.match(call.code_interpreter.input, /print\(/);
  assert.equal(call.code_interpreter.outputs[0].type, 'logs');
  assert.match(call.code_interpreter.outputs[0].logs, /x = 1\.0/);
});

await check('code interpreter streams its code as it is written', async () => {
  const coder = await assistants.create({ model: 'gpt-4o', instructions: 'Write code to answer.', tools: [{ type: 'code_interpreter' }] });
  let input = '', logs = '';
  const stream = threads.createAndRunStream({ assistant_id: coder.id, thread: { messages: [{ role: 'user', content: 'I need to solve the equation `3x + 11 = 14`. Compute it.' }] } });
  stream.on('toolCallDelta', (delta) => {
    if (delta.type !== 'code_interpreter') return;
    input += delta.code_interpreter.input ?? '';
    for (const output of delta.code_interpreter.outputs ?? []) if (output.type === 'logs') logs += output.logs;
  });
  assert.equal((await stream.finalRun()).status, 'completed');
  const [step] = (await stream.finalRunSteps()).filter((item) => item.type === 'tool_calls');
  assert.match(step.step_details.tool_calls[0].code_interpreter.input, /print\(/);
  assert.match(input || step.step_details.tool_calls[0].code_interpreter.input, /print\(/);
});

await check('code interpreter reads an attached file and hands one back', async () => {
  const file = await client.files.create({ file: await toFile(Buffer.from('fruit,count\napple,3\npear,4\n'), 'fruit.csv'), purpose: 'assistants' });
  const coder = await assistants.create({ model: 'gpt-4o', tools: [{ type: 'code_interpreter' }], tool_resources: { code_interpreter: { file_ids: [file.id] } } });
  assert.deepEqual(coder.tool_resources.code_interpreter.file_ids, [file.id]);
  thread = await threads.create({ messages: [{ role: 'user', content: 'Sum the counts of the attached table and save the sum.', attachments: [{ file_id: file.id, tools: [{ type: 'code_interpreter' }] }] }] });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: coder.id }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  const [message] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  assert.match(textOf(message), /sum: 7/);
  const path = message.content[0].text.annotations.find((annotation) => annotation.type === 'file_path');
  assert.ok(path, JSON.stringify(message.content));
  assert.equal(textOf(message).slice(path.start_index, path.end_index), path.text);
  assert.equal((await (await client.files.content(path.file_path.file_id)).text()).trim(), '7');
});

await check('file search answers from an uploaded file with citations', async () => {
  const store = await client.vectorStores.create({ name: 'Financial Statements' });
  const text = 'The Orchard Company sold 4,711 crates of quinces in 2023.\n\nIts headquarters are in Bremen.\n';
  await client.vectorStores.fileBatches.uploadAndPoll(store.id, { files: [await toFile(Buffer.from(text), 'orchard-10k.txt')] }, poll);
  let analyst = await assistants.create({ name: 'Analyst', model: 'gpt-4o', instructions: 'Use your knowledge base.', tools: [{ type: 'file_search' }] });
  analyst = await assistants.update(analyst.id, { tool_resources: { file_search: { vector_store_ids: [store.id] } } });
  assert.deepEqual(analyst.tool_resources.file_search.vector_store_ids, [store.id]);
  thread = await threads.create({ messages: [{ role: 'user', content: 'Search the files: how many crates of quinces were sold?' }] });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: analyst.id }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  const [message] = (await threads.messages.list(thread.id, { limit: 1 })).data;
  assert.match(textOf(message), /4,711/);
  const citation = message.content[0].text.annotations.find((annotation) => annotation.type === 'file_citation');
  assert.ok(citation, JSON.stringify(message.content));
  assert.equal(textOf(message).slice(citation.start_index, citation.end_index), citation.text);
  const cited = await client.files.retrieve(citation.file_citation.file_id);
  assert.equal(cited.filename, 'orchard-10k.txt');
  const steps = await (major === 4
    ? threads.runs.steps.list(thread.id, run.id, { include: ['step_details.tool_calls[*].file_search.results[*].content'] })
    : threads.runs.steps.list(run.id, { thread_id: thread.id, include: ['step_details.tool_calls[*].file_search.results[*].content'] }));
  const search = steps.data.flatMap((step) => step.step_details.tool_calls ?? []).find((call) => call.type === 'file_search');
  assert.equal(search.file_search.results[0].file_id, cited.id);
  assert.match(search.file_search.results[0].content[0].text, /4,711/);
});

await check('a file attached to a message is searched in a store of the thread', async () => {
  const file = await client.files.create({ file: await toFile(Buffer.from('The secret fruit of the day is the medlar.\n'), 'secret.txt'), purpose: 'assistants' });
  const analyst = await assistants.create({ model: 'gpt-4o', tools: [{ type: 'file_search' }] });
  thread = await threads.create({ messages: [{ role: 'user', content: 'Search the files: what is the secret fruit of the day?', attachments: [{ file_id: file.id, tools: [{ type: 'file_search' }] }] }] });
  assert.equal(thread.tool_resources.file_search.vector_store_ids.length, 1);
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: analyst.id }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  assert.match(textOf((await threads.messages.list(thread.id, { limit: 1 })).data[0]), /medlar/);
});

await check('the older turns of a thread reach the model', async () => {
  const talker = await assistants.create({ model: 'gpt-4o' });
  thread = await threads.create({ messages: [{ role: 'user', content: 'My name is Ada.' }] });
  await threads.runs.createAndPoll(thread.id, { assistant_id: talker.id }, poll);
  await threads.messages.create(thread.id, { role: 'user', content: 'What is my name?' });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: talker.id }, poll);
  assert.equal(run.status, 'completed', JSON.stringify(run.last_error));
  assert.equal(textOf((await threads.messages.list(thread.id, { limit: 1 })).data[0]), 'You told me: Ada.');
  assert.deepEqual((await threads.messages.list(thread.id)).data.map((message) => message.role), ['assistant', 'user', 'assistant', 'user']);
});

await check('a run that the model cuts short is incomplete', async () => {
  const talker = await assistants.create({ model: 'gpt-4o' });
  thread = await threads.create({ messages: [{ role: 'user', content: 'Tell me a very long story.' }] });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: talker.id, max_completion_tokens: 256 }, poll);
  assert.equal(run.status, 'incomplete', JSON.stringify(run.last_error));
  assert.equal(run.incomplete_details.reason, 'max_completion_tokens');
});

await check('a run under way says when to ask again, and is cancelled in the middle', async () => {
  const talker = await assistants.create({ model: 'gpt-4o' });
  run = await threads.createAndRun({ assistant_id: talker.id, thread: { messages: [{ role: 'user', content: 'Answer slowly.' }] } });
  const { data, response } = await (major === 4 ? threads.runs.retrieve(run.thread_id, run.id) : threads.runs.retrieve(run.id, { thread_id: run.thread_id })).withResponse();
  assert.ok(['queued', 'in_progress'].includes(data.status), data.status);
  assert.ok(Number(response.headers.get('openai-poll-after-ms')) > 0, 'no openai-poll-after-ms');
  await under(threads.runs, 'cancel', { thread_id: run.thread_id }, run.id);
  const ended = await (major === 4 ? threads.runs.poll(run.thread_id, run.id) : threads.runs.poll(run.id, { thread_id: run.thread_id }));
  assert.equal(ended.status, 'cancelled');
});

await check('a run whose model refuses to work fails with a reason', async () => {
  const talker = await assistants.create({ model: 'gpt-4o' });
  thread = await threads.create({ messages: [{ role: 'user', content: 'Break with a bad request.' }] });
  run = await threads.runs.createAndPoll(thread.id, { assistant_id: talker.id }, poll);
  assert.equal(run.status, 'failed');
  assert.ok(['server_error', 'rate_limit_exceeded', 'invalid_prompt'].includes(run.last_error.code), run.last_error.code);
  assert.ok(run.last_error.message.length > 5 && run.failed_at > 0);
});

await check('an assistant is deleted and is gone', async () => {
  assert.deepEqual(await remove(assistants, tutor.id), { id: tutor.id, object: 'assistant.deleted', deleted: true });
  await fails(assistants.retrieve(tutor.id), OpenAI.NotFoundError, 404);
  await fails(remove(assistants, tutor.id), OpenAI.NotFoundError, 404);
});
