// The work of `cadre-bench chat` on @openai/agents: a message, one call of todo_create, the answer; each turn is a conversation of its own, nothing is stored.
//   node run.mjs MODEL_BASE_URL [USERS] [SECONDS] [responses|chat_completions]
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";

const [baseURL, users = "64", seconds = "10", wire = "responses"] = process.argv.slice(2);
setTracingDisabled(true);
let tasks = 0;
const create = tool({
  name: "todo_create",
  description: "Creates a task.",
  parameters: { type: "object", properties: { title: { type: "string" } }, required: ["title"], additionalProperties: false },
  execute: async ({ title }) => JSON.stringify({ success: true, task_id: `task_${++tasks}`, title }),
});
const agent = new Agent({ name: "assistant", model: "simulator", instructions: "Act for the user with the tools you are offered.", tools: [create] });
const runner = new Runner({ modelProvider: new OpenAIProvider({ baseURL, apiKey: "simulator", useResponses: wire === "responses" }), tracingDisabled: true });

const turn = async () => {
  const before = tasks;
  const result = await runner.run(agent, "Create a task called Buy groceries");
  if (!result.finalOutput || tasks === before) throw new Error(`No task was made: ${result.finalOutput}`);
};
for (let i = 0; i < 100; i++) await turn();

const [began, spent] = [performance.now(), process.cpuUsage()];
const times = [];
const user = async () => {
  for (let from = performance.now(); from - began < seconds * 1000; from = performance.now()) {
    await turn();
    times.push(performance.now() - from);
  }
};
await Promise.all(Array.from({ length: Number(users) }, user));
const { user: own, system } = process.cpuUsage(spent);
const passed = (performance.now() - began) / 1000;
times.sort((a, b) => a - b);
const figures = { users: Number(users), wire, turns: times.length, rate: times.length / passed, cpu_ms: (own + system) / 1000 / times.length, p50_ms: times[times.length >> 1], p99_ms: times[Math.floor(times.length * 0.99)] };
console.log(JSON.stringify(figures));
