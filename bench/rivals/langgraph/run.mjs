// The work of `cadre-bench runs` on LangGraph with its SQLite checkpointer: a message, one call of a function, the answer; each run on a thread of its own.
//   node run.mjs MODEL_BASE_URL [CLIENTS] [SECONDS]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HumanMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";

const [baseURL, clients = "32", seconds = "10"] = process.argv.slice(2);
const lookup = tool(async ({ number }) => `Order ${number} is on its way.`, {
  name: "lookup_order",
  description: "Finds an order by its number.",
  schema: { type: "object", properties: { number: { type: "string" } }, required: ["number"] },
});
const model = new ChatOpenAI({ model: "simulator", apiKey: "simulator", configuration: { baseURL } }).bindTools([lookup]);
const directory = mkdtempSync(join(tmpdir(), "langgraph-"));
const graph = new StateGraph(MessagesAnnotation)
  .addNode("agent", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode("tools", new ToolNode([lookup]))
  .addEdge("__start__", "agent")
  .addConditionalEdges("agent", toolsCondition)
  .addEdge("tools", "agent")
  .compile({ checkpointer: SqliteSaver.fromConnString(join(directory, "state.db")) });

let next = 0;
const run = async () => {
  const { messages } = await graph.invoke({ messages: [new HumanMessage("Where is my order A-42?")] }, { configurable: { thread_id: `t${next++}` } });
  if (messages.length !== 4) throw new Error(`${messages.length} messages instead of 4.`);
};
for (let i = 0; i < 50; i++) await run();

const [began, spent] = [performance.now(), process.cpuUsage()];
let done = 0;
const client = async () => {
  while (performance.now() - began < seconds * 1000) {
    await run();
    done++;
  }
};
await Promise.all(Array.from({ length: Number(clients) }, client));
const { user, system } = process.cpuUsage(spent);
const passed = (performance.now() - began) / 1000;
console.log(`${clients} clients: ${(done / passed).toFixed(0)} runs/s, ${((user + system) / 1000 / done).toFixed(2)} ms CPU a run`);
rmSync(directory, { recursive: true });
