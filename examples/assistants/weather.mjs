// A program as it was written for OpenAI's Assistants API in 2024. Nothing in it knows of Cadre:
// OPENAI_BASE_URL and OPENAI_API_KEY say whom it talks to.
import OpenAI from "openai";

const openai = new OpenAI();

const assistant = await openai.beta.assistants.create({
  name: "Weather assistant",
  model: "gpt-4-turbo",
  instructions: "You tell people the weather. Ask get_weather for it.",
  tools: [
    {
      type: "function",
      function: {
        name: "get_weather",
        description: "The weather in a city, now.",
        parameters: { type: "object", properties: { location: { type: "string" } }, required: ["location"] },
      },
    },
  ],
});
const thread = await openai.beta.threads.create({
  messages: [{ role: "user", content: "What is the weather in San Francisco?" }],
});

let run = await openai.beta.threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id });
while (run.status === "requires_action") {
  const calls = run.required_action.submit_tool_outputs.tool_calls;
  console.log(`${calls.map((call) => `${call.function.name}(${call.function.arguments})`).join(", ")}`);
  run = await openai.beta.threads.runs.submitToolOutputsAndPoll(thread.id, run.id, {
    tool_outputs: calls.map((call) => ({ tool_call_id: call.id, output: JSON.stringify({ sky: "clear", celsius: 18 }) })),
  });
}

const messages = await openai.beta.threads.messages.list(thread.id, { run_id: run.id });
console.log(run.status);
for (const message of messages.data) console.log(message.content[0].text.value);
