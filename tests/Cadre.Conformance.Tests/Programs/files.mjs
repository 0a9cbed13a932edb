// Files, uploads, vector stores and containers, as programs use them beside the assistants.
import { assert, check, client, collect, fails, major, OpenAI, remove, toFile, under } from './harness.mjs';

const { files, uploads, vectorStores, containers } = client;
const poll = { pollIntervalMs: 50 };
const text = (name, body) => toFile(Buffer.from(body), name);

let file, store, container;

await check('a file is uploaded, read, listed and downloaded', async () => {
  file = await files.create({ file: await text('orchard.txt', 'Apples, pears and quinces.\n'), purpose: 'assistants' });
  assert.match(file.id, /^file-/);
  assert.equal(file.object, 'file');
  assert.equal(file.bytes, 27);
  assert.equal(file.filename, 'orchard.txt');
  assert.equal(file.purpose, 'assistants');
  assert.deepEqual(await files.retrieve(file.id), file);
  assert.ok((await collect(files.list({ purpose: 'assistants' }))).some((item) => item.id === file.id));
  assert.ok(!(await collect(files.list({ purpose: 'batch' }))).some((item) => item.id === file.id));
  assert.equal(await (await files.content(file.id)).text(), 'Apples, pears and quinces.\n');
  assert.equal((await files.waitForProcessing(file.id, { pollInterval: 50 })).id, file.id);
});

await check('bytes come back as they went in, whatever they are', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256));
  const made = await files.create({ file: await toFile(bytes, 'Ärger & Söhne.bin'), purpose: 'user_data' });
  assert.equal(made.bytes, bytes.length);
  assert.equal(made.filename, 'Ärger & Söhne.bin');
  assert.deepEqual(Buffer.from(await (await files.content(made.id)).arrayBuffer()), bytes);
});

await check('files are paged', async () => {
  const made = [];
  for (let i = 0; i < 3; i++) made.push((await files.create({ file: await text(`page${i}.txt`, `page ${i}`), purpose: 'vision' })).id);
  const ours = async (pages) => (await collect(pages)).map((item) => item.id).filter((id) => made.includes(id));
  assert.deepEqual(await ours(files.list({ purpose: 'vision', limit: 1, order: 'asc' })), made);
  assert.deepEqual(await ours(files.list({ purpose: 'vision', limit: 2 })), [...made].reverse());
});

await check('a file is deleted and is gone', async () => {
  const made = await files.create({ file: await text('gone.txt', 'gone'), purpose: 'assistants' });
  assert.deepEqual(await remove(files, made.id), { id: made.id, object: 'file', deleted: true });
  await fails(files.retrieve(made.id), OpenAI.NotFoundError, 404);
  await fails(files.content(made.id), OpenAI.NotFoundError, 404);
});

await check('a wrong purpose is a BadRequestError', async () => {
  await fails(files.create({ file: await text('a.txt', 'a'), purpose: 'whatever' }), OpenAI.BadRequestError, 400);
});

await check('an upload in parts becomes a file', async () => {
  const upload = await uploads.create({ filename: 'parts.txt', purpose: 'assistants', bytes: 10, mime_type: 'text/plain' });
  assert.match(upload.id, /^upload_/);
  assert.equal(upload.status, 'pending');
  const first = await uploads.parts.create(upload.id, { data: await text('one', 'hello') });
  const second = await uploads.parts.create(upload.id, { data: await text('two', 'world') });
  assert.equal(first.upload_id, upload.id);
  const done = await uploads.complete(upload.id, { part_ids: [first.id, second.id] });
  assert.equal(done.status, 'completed');
  assert.equal(done.file.bytes, 10);
  assert.equal(await (await files.content(done.file.id)).text(), 'helloworld');
  await fails(uploads.parts.create(upload.id, { data: await text('three', '!') }), OpenAI.BadRequestError, 400);
});

await check('an upload that lacks bytes is refused, a cancelled one takes no more', async () => {
  const upload = await uploads.create({ filename: 'parts.txt', purpose: 'assistants', bytes: 10, mime_type: 'text/plain' });
  const part = await uploads.parts.create(upload.id, { data: await text('one', 'hello') });
  await fails(uploads.complete(upload.id, { part_ids: [part.id] }), OpenAI.BadRequestError, 400);
  assert.equal((await uploads.cancel(upload.id)).status, 'cancelled');
  await fails(uploads.complete(upload.id, { part_ids: [part.id] }), OpenAI.BadRequestError, 400);
});

await check('a vector store is created, changed, listed', async () => {
  store = await vectorStores.create({ name: 'Orchard', expires_after: { anchor: 'last_active_at', days: 3 }, metadata: { a: 'b' } });
  assert.match(store.id, /^vs_/);
  assert.equal(store.object, 'vector_store');
  assert.deepEqual(store.file_counts, { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 });
  assert.deepEqual(store.expires_after, { anchor: 'last_active_at', days: 3 });
  assert.ok(store.expires_at > store.created_at + 200_000);
  assert.equal((await vectorStores.update(store.id, { name: 'Orchards' })).name, 'Orchards');
  assert.equal((await vectorStores.retrieve(store.id)).name, 'Orchards');
  assert.equal((await vectorStores.list({ limit: 1 })).data[0].id, store.id);
});

await check('a file in a vector store is indexed by the polling helper', async () => {
  const added = await vectorStores.files.createAndPoll(store.id, { file_id: file.id, attributes: { kind: 'fruit', year: 2023, ripe: true } }, poll);
  assert.equal(added.status, 'completed', JSON.stringify(added.last_error));
  assert.equal(added.id, file.id);
  assert.equal(added.vector_store_id, store.id);
  assert.deepEqual(added.attributes, { kind: 'fruit', year: 2023, ripe: true });
  assert.equal(added.chunking_strategy.type, 'static');
  assert.ok(added.usage_bytes > 0);
  const read = await under(vectorStores.files, 'retrieve', { vector_store_id: store.id }, file.id);
  assert.equal(read.status, 'completed');
  assert.equal((await vectorStores.retrieve(store.id)).file_counts.completed, 1);
});

await check('files are uploaded into a vector store at once', async () => {
  const added = await vectorStores.files.uploadAndPoll(store.id, await text('nuts.md', '# Nuts\n\nWalnuts ripen in October.\n'), poll);
  assert.equal(added.status, 'completed', JSON.stringify(added.last_error));
  const batch = await vectorStores.fileBatches.uploadAndPoll(store.id, { files: [await text('bees.txt', 'Bees pollinate the cherry trees.\n'), await text('frost.txt', 'Frost kills the blossom in April.\n')] }, poll);
  assert.equal(batch.status, 'completed');
  assert.deepEqual(batch.file_counts, { in_progress: 0, completed: 2, failed: 0, cancelled: 0, total: 2 });
  const listed = await collect(major === 4 ? vectorStores.fileBatches.listFiles(store.id, batch.id) : vectorStores.fileBatches.listFiles(batch.id, { vector_store_id: store.id }));
  assert.equal(listed.length, 2);
  assert.equal((await collect(vectorStores.files.list(store.id, { limit: 1 }))).length, 4);
  assert.equal((await collect(vectorStores.files.list(store.id, { filter: 'failed' }))).length, 0);
});

await check('a batch is cancelled', async () => {
  const many = [];
  for (let i = 0; i < 3; i++) many.push((await files.create({ file: await text(`many${i}.txt`, `many ${i}\n`), purpose: 'assistants' })).id);
  const batch = await vectorStores.fileBatches.create(store.id, { file_ids: many });
  const cancelled = await under(vectorStores.fileBatches, 'cancel', { vector_store_id: store.id }, batch.id);
  assert.equal(cancelled.id, batch.id);
  assert.equal(cancelled.file_counts.total, 3);
  assert.ok(['cancelled', 'completed', 'in_progress'].includes(cancelled.status), cancelled.status);
  for (const id of many) await under(vectorStores.files, 'delete', { vector_store_id: store.id }, id);
});

await check('a search finds, ranks and filters', async () => {
  const found = await collect(vectorStores.search(store.id, { query: 'Which trees do bees pollinate?', max_num_results: 3 }));
  assert.ok(found.length >= 1 && found.length <= 3);
  assert.equal(found[0].filename, 'bees.txt');
  assert.match(found[0].content[0].text, /cherry/);
  assert.ok(found[0].score > 0 && found[0].score <= 1 && found.every((item, i) => i === 0 || item.score <= found[i - 1].score));
  const fruit = await collect(vectorStores.search(store.id, { query: 'apples pears quinces bees frost walnuts', filters: { type: 'and', filters: [{ type: 'eq', key: 'kind', value: 'fruit' }, { type: 'gte', key: 'year', value: 2020 }] } }));
  assert.deepEqual(fruit.map((item) => item.filename), ['orchard.txt']);
  assert.deepEqual(fruit[0].attributes, { kind: 'fruit', year: 2023, ripe: true });
  assert.deepEqual(await collect(vectorStores.search(store.id, { query: 'apples', filters: { type: 'eq', key: 'kind', value: 'stone' } })), []);
});

await check('attributes are changed, contents are read', async () => {
  const changed = await under(vectorStores.files, 'update', { vector_store_id: store.id }, file.id, { attributes: { kind: 'pome' } });
  assert.deepEqual(changed.attributes, { kind: 'pome' });
  assert.equal((await collect(vectorStores.search(store.id, { query: 'apples', filters: { type: 'eq', key: 'kind', value: 'pome' } })))[0].file_id, file.id);
  const content = await collect(major === 4 ? vectorStores.files.content(store.id, file.id) : vectorStores.files.content(file.id, { vector_store_id: store.id }));
  assert.match(content.map((part) => part.text).join('\n'), /Apples, pears and quinces/);
});

await check('a file that cannot be read fails alone', async () => {
  const broken = await files.create({ file: await text('broken.pdf', '%PDF-1.4\nand nothing more of it'), purpose: 'assistants' });
  const added = await vectorStores.files.createAndPoll(store.id, { file_id: broken.id }, poll);
  assert.equal(added.status, 'failed');
  assert.ok(['server_error', 'unsupported_file', 'invalid_file'].includes(added.last_error.code), JSON.stringify(added.last_error));
  assert.equal((await vectorStores.retrieve(store.id)).file_counts.failed, 1);
});

await check('a file leaves a vector store and stays a file', async () => {
  assert.deepEqual(await under(vectorStores.files, 'delete', { vector_store_id: store.id }, file.id), { id: file.id, object: 'vector_store.file.deleted', deleted: true });
  await fails(under(vectorStores.files, 'retrieve', { vector_store_id: store.id }, file.id), OpenAI.NotFoundError, 404);
  assert.equal((await files.retrieve(file.id)).id, file.id);
  assert.ok(!(await collect(vectorStores.search(store.id, { query: 'apples pears quinces' }))).some((item) => item.file_id === file.id));
});

await check('a vector store is deleted and is gone', async () => {
  assert.deepEqual(await remove(vectorStores, store.id), { id: store.id, object: 'vector_store.deleted', deleted: true });
  await fails(vectorStores.retrieve(store.id), OpenAI.NotFoundError, 404);
  await fails(vectorStores.search(store.id, { query: 'x' }), OpenAI.NotFoundError, 404);
});

await check('a vector store that is made with files indexes them', async () => {
  let made = await vectorStores.create({ name: 'With files', file_ids: [file.id] });
  for (let i = 0; i < 100 && made.status === 'in_progress'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    made = await vectorStores.retrieve(made.id);
  }
  assert.equal(made.status, 'completed');
  assert.equal(made.file_counts.completed, 1);
});

await check('a container takes files and gives them back', async () => {
  container = await containers.create({ name: 'Workbench', expires_after: { anchor: 'last_active_at', minutes: 20 } });
  assert.match(container.id, /^cntr_/);
  assert.equal(container.status, 'running');
  const made = await containers.files.create(container.id, { file: await text('tool.py', 'print(1)\n') });
  assert.equal(made.container_id, container.id);
  assert.match(made.path, /tool\.py$/);
  assert.equal(made.bytes, 9);
  const copied = await containers.files.create(container.id, { file_id: file.id });
  assert.equal(copied.bytes, 27);
  assert.equal((await collect(containers.files.list(container.id))).length, 2);
  const content = await (major === 4 ? containers.files.content.retrieve(container.id, made.id) : containers.files.content.retrieve(made.id, { container_id: container.id }));
  assert.equal(await content.text(), 'print(1)\n');
  assert.equal((await under(containers.files, 'retrieve', { container_id: container.id }, made.id)).id, made.id);
  await under(containers.files, 'delete', { container_id: container.id }, made.id);
  await fails(under(containers.files, 'retrieve', { container_id: container.id }, made.id), OpenAI.NotFoundError, 404);
});

await check('a container is listed, read, deleted', async () => {
  assert.equal((await containers.retrieve(container.id)).name, 'Workbench');
  assert.ok((await collect(containers.list({ limit: 5 }), 5)).some((item) => item.id === container.id));
  await remove(containers, container.id);
  await fails(containers.retrieve(container.id), OpenAI.NotFoundError, 404);
});
