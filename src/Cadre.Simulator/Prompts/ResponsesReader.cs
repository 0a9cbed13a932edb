using System.Text;
using System.Text.Json;
using Cadre.Simulator.Http;

namespace Cadre.Simulator.Prompts;

/// <summary>Reads the body of <c>POST /v1/responses</c>. Unknown fields, items and tools are ignored.</summary>
internal static class ResponsesReader
{
    /// <param name="body">The request.</param>
    /// <param name="earlier">The conversation that <c>previous_response_id</c> names; empty without one.</param>
    public static Prompt Read(JsonElement body, IReadOnlyList<Turn> earlier)
    {
        var model = body.RequireModel();
        var turns = new List<Turn>(earlier);
        var instructions = new StringBuilder(body.GetText("instructions"));
        ReadInput(body, turns, instructions);
        if (body.Get("conversation") is null)
        {
            RequireAnsweredCalls(turns);
        }

        var tools = ReadTools(body);
        var choice = RequestJson.ReadToolChoice(body, static choice => choice.GetText("type") is "function" or null ? choice.GetText("name") : null);
        ChatReader.RequireOffered(choice, tools);
        return new Prompt
        {
            Wire = Wire.Responses,
            Model = model,
            Instructions = instructions.ToString(),
            Turns = turns,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = body.GetFlag("parallel_tool_calls", otherwise: true),
            MaxOutputTokens = body.GetCount("max_output_tokens"),
            Format = ReadFormat(body),
            Stream = body.GetFlag("stream", otherwise: false),
            Body = body,
        };
    }

    private static void ReadInput(JsonElement body, List<Turn> turns, StringBuilder instructions)
    {
        var input = body.Get("input");
        switch (input?.ValueKind)
        {
            case null when turns.Count > 0 || body.Get("conversation") is not null || body.Get("prompt") is not null:
                break;
            case null:
                throw new RequestRefusedException(400, "Missing required parameter: 'input'.", "missing_required_parameter", "input");
            case JsonValueKind.String:
                turns.Add(new Turn.User(input.Value.GetString()!));
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in input.Value.EnumerateArray())
                {
                    ReadItem(item, $"input[{index++}].", turns, instructions);
                }

                break;
            default:
                throw RequestJson.WrongType("input", "a string or an array of items");
        }
    }

    private static void ReadItem(JsonElement item, string path, List<Turn> turns, StringBuilder instructions)
    {
        switch (item.GetText("type"))
        {
            case null or "message":
                ReadMessage(item, path, turns, instructions);
                break;
            case "function_call":
                turns.Add(new Turn.Call(Require(item, "call_id", path), Require(item, "name", path), item.GetText("arguments") ?? ""));
                break;
            case "function_call_output":
                turns.Add(new Turn.Output(Require(item, "call_id", path), item.GetContent("output", path)));
                break;
            case "file_search_call":
                // The endpoint's own tool: its results are what a model would have read.
                var id = item.GetText("id") ?? path;
                turns.Add(new Turn.Call(id, "file_search", item.Get("queries")?.GetRawText() ?? ""));
                turns.Add(new Turn.Output(id, item.Get("results")?.GetRawText() ?? "[]"));
                break;
        }
    }

    private static void ReadMessage(JsonElement item, string path, List<Turn> turns, StringBuilder instructions)
    {
        var text = item.GetContent("content", path);
        switch (Require(item, "role", path))
        {
            case "system" or "developer":
                instructions.Append(instructions.Length > 0 ? "\n\n" : "").Append(text);
                break;
            case "user":
                turns.Add(new Turn.User(text));
                break;
            case "assistant":
                turns.Add(new Turn.Assistant(text));
                break;
            case var role:
                throw new RequestRefusedException(400, $"Invalid value: '{role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.", "invalid_value", path + "role");
        }
    }

    private static string Require(JsonElement item, string name, string path) => item.GetText(name)
        ?? throw new RequestRefusedException(400, $"Missing required parameter: '{path}{name}'.", "missing_required_parameter", path + name);

    /// <summary>The rule of OpenAI's endpoint: calls and outputs come in pairs, in any order of pairs.</summary>
    private static void RequireAnsweredCalls(List<Turn> turns)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var turn in turns)
        {
            if (turn is Turn.Call call)
            {
                open.Add(call.CallId);
            }
            else if (turn is Turn.Output output && !open.Remove(output.CallId))
            {
                throw new RequestRefusedException(400, $"No tool call found for function call output with call_id {output.CallId}.", param: "input");
            }
        }

        if (open.Count > 0)
        {
            throw new RequestRefusedException(400, $"No tool output found for function call {open.Order().First()}.", param: "input");
        }
    }

    private static List<OfferedTool> ReadTools(JsonElement body)
    {
        var allowed = body.Get("tool_choice") is { ValueKind: JsonValueKind.Object } choice && choice.GetText("type") == "allowed_tools"
            ? choice.GetItems("tools").Select(static tool => tool.GetText("name")).ToHashSet()
            : null;
        var tools = new List<OfferedTool>();
        foreach (var tool in body.GetItems("tools"))
        {
            if (tool.GetText("type") == "function" && tool.GetText("name") is { } name && allowed?.Contains(name) != false)
            {
                tools.Add(new(name, tool.Get("parameters") ?? default));
            }
        }

        return tools;
    }

    private static OutputFormat? ReadFormat(JsonElement body)
    {
        var format = body.Get("text")?.Get("format");
        return format?.GetText("type") switch
        {
            null or "text" => null,
            "json_object" => new(null, default),
            "json_schema" => new(Require(format.Value, "name", "text.format."), format.Value.Get("schema") ?? default),
            var type => throw new RequestRefusedException(400, $"Invalid value: '{type}'. Supported values are: 'json_object', 'json_schema', and 'text'.", "invalid_value", "text.format.type"),
        };
    }
}
