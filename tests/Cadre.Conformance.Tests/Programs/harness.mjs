// What every program here shares: the SDK that it is run with, a client, and a way to say what held. One line per check on standard output.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const sdk = process.env.SDK_FOLDER;
const from = async (file) => import(pathToFileURL(`${sdk}/node_modules/openai/${file}`).href);

export { assert };
export const { default: OpenAI, toFile } = await from('index.mjs');
export const sdkModule = from;
export const major = Number(JSON.parse(readFileSync(`${sdk}/node_modules/openai/package.json`)).version.split('.')[0]);
export const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY, maxRetries: 0, timeout: 30_000 });

export async function check(name, body) {
  try {
    let late;
    const timeout = new Promise((_, reject) => { late = setTimeout(() => reject(new Error('took more than 25 seconds')), 25_000); });
    await Promise.race([body(), timeout]).finally(() => clearTimeout(late));
    console.log(`ok ${name}`);
  } catch (error) {
    const where = error.stack?.split('\n').find((line) => /\w+\.mjs:\d+/.test(line) && line.includes('Programs'))?.match(/[\w-]+\.mjs:\d+/)?.[0] ?? '';
    console.log(`not ok ${name}: ${error.constructor.name} ${String(error.message).replace(/\s+/g, ' ').slice(0, 600)} ${where}`);
  }
}

/** A check of what only SDK 7 can do. */
export const check7 = (name, body) => (major >= 7 ? check(name, body) : undefined);

/** `del` until SDK 4, `delete` since. */
export const remove = (resource, ...rest) => (resource.delete ?? resource.del).apply(resource, rest);

/** An object below others: SDK 4 takes the ids in the path's order, later ones the last id first and the others by name. */
export function under(resource, method, parents, id, body) {
  const call = (resource[method] ?? resource[method === 'delete' ? 'del' : method]).bind(resource);
  return major === 4 ? call(...Object.values(parents), id, ...(body === undefined ? [] : [body])) : call(id, { ...parents, ...body });
}

export async function fails(promise, type, status, pattern) {
  const error = await promise.then(() => assert.fail('was accepted'), (reason) => reason);
  assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
  assert.equal(error.status, status, error.message);
  if (pattern) assert.match(error.message, pattern);
  return error;
}

export async function collect(pages, limit = 1000) {
  const all = [];
  for await (const item of pages) {
    all.push(item);
    if (all.length >= limit) break;
  }
  return all;
}
