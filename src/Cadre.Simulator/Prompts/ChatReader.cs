using System.Text;
using System.Text.Json;
using Cadre.Simulator.Http;

namespace Cadre.Simulator.Prompts;

/// <summary>Reads the body of <c>POST /v1/chat/completions</c>. Unknown fields are ignored, as OpenAI-like servers do.</summary>
internal static class ChatReader
{
    public static Prompt Read(JsonElement body)
    {
        var model = body.RequireModel();
        var turns = new List<Turn>();
        var instructions = new StringBuilder();
        var index = 0;
        foreach (var message in body.GetItems("messages"))
        {
            ReadMessage(message, index++, turns, instructions);
        }

        if (index == 0)
        {
            throw new RequestRefusedException(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.", "empty_array", "messages");
        }

        RequireAnsweredCalls(turns);
        var tools = ReadTools(body);
        var choice = RequestJson.ReadToolChoice(body, static choice => choice.Get("function")?.GetText("name"));
        RequireOffered(choice, tools);
        return new Prompt
        {
            Wire = Wire.Chat,
            Model = model,
            Instructions = instructions.ToString(),
            Turns = turns,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = body.GetFlag("parallel_tool_calls", otherwise: true),
            MaxOutputTokens = body.GetCount("max_completion_tokens") ?? body.GetCount("max_tokens"),
            Stop = ReadStop(body),
            Format = ReadFormat(body),
            Stream = body.GetFlag("stream", otherwise: false),
            IncludeUsage = body.Get("stream_options")?.GetFlag("include_usage", otherwise: false) ?? false,
            Body = body,
        };
    }

    public static void RequireOffered(ToolChoice choice, IReadOnlyList<OfferedTool> tools)
    {
        if (choice.Mode == ToolChoiceMode.Named && !tools.Any(tool => tool.Name == choice.Name))
        {
            throw new RequestRefusedException(400, $"Tool choice '{choice.Name}' not found in 'tools' parameter.", param: "tool_choice");
        }

        if (choice.Mode == ToolChoiceMode.Required && tools.Count == 0)
        {
            throw new RequestRefusedException(400, "'tool_choice' is only allowed when 'tools' are specified.", param: "tool_choice");
        }
    }

    private static void ReadMessage(JsonElement message, int index, List<Turn> turns, StringBuilder instructions)
    {
        var path = $"messages[{index}].";
        switch (message.GetText("role"))
        {
            case "system" or "developer":
                instructions.Append(instructions.Length > 0 ? "\n\n" : "").Append(message.GetContent("content", path));
                break;
            case "user":
                turns.Add(new Turn.User(message.GetContent("content", path)));
                break;
            case "assistant":
                ReadAssistant(message, path, turns);
                break;
            case "tool":
                var callId = message.GetText("tool_call_id")
                    ?? throw new RequestRefusedException(400, $"Missing required parameter: '{path}tool_call_id'.", "missing_required_parameter", path + "tool_call_id");
                turns.Add(new Turn.Output(callId, message.GetContent("content", path)));
                break;
            case null:
                throw new RequestRefusedException(400, $"Missing required parameter: '{path}role'.", "missing_required_parameter", path + "role");
            case var role:
                throw new RequestRefusedException(400, $"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.", "invalid_value", path + "role");
        }
    }

    private static void ReadAssistant(JsonElement message, string path, List<Turn> turns)
    {
        var text = message.GetContent("content", path);
        var before = turns.Count;
        if (text.Length > 0)
        {
            turns.Add(new Turn.Assistant(text));
        }

        foreach (var call in message.GetItems("tool_calls"))
        {
            var function = call.Get("function") ?? default;
            turns.Add(new Turn.Call(
                call.GetText("id") ?? throw new RequestRefusedException(400, $"Missing required parameter: '{path}tool_calls[].id'.", "missing_required_parameter", path + "tool_calls"),
                function.GetText("name") ?? "",
                function.GetText("arguments") ?? ""));
        }

        if (turns.Count == before)
        {
            turns.Add(new Turn.Assistant(""));
        }
    }

    /// <summary>The rule of OpenAI's endpoint: each call is answered by tool messages that follow at once, and by nothing else.</summary>
    private static void RequireAnsweredCalls(List<Turn> turns)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var turn in turns)
        {
            switch (turn)
            {
                case Turn.Call call:
                    open.Add(call.CallId);
                    break;
                case Turn.Output output when !open.Remove(output.CallId):
                    throw new RequestRefusedException(400, "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", param: "messages");
                case Turn.User or Turn.Assistant when open.Count > 0:
                    throw Unanswered(open);
            }
        }

        if (open.Count > 0)
        {
            throw Unanswered(open);
        }
    }

    private static RequestRefusedException Unanswered(HashSet<string> open) => new(
        400,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        + $"The following tool_call_ids did not have response messages: {string.Join(", ", open.Order())}",
        param: "messages");

    private static List<OfferedTool> ReadTools(JsonElement body)
    {
        var tools = new List<OfferedTool>();
        foreach (var tool in body.GetItems("tools"))
        {
            if (tool.GetText("type") == "function" && tool.Get("function") is { } function && function.GetText("name") is { } name)
            {
                tools.Add(new(name, function.Get("parameters") ?? default));
            }
        }

        return tools;
    }

    private static List<string> ReadStop(JsonElement body) => body.Get("stop") switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Select(static stop => stop.GetString() ?? "").Where(static stop => stop.Length > 0)],
        _ => throw RequestJson.WrongType("stop", "a string or an array of strings"),
    };

    private static OutputFormat? ReadFormat(JsonElement body)
    {
        var format = body.Get("response_format");
        switch (format?.GetText("type"))
        {
            case null or "text":
                return null;
            case "json_object":
                return new(null, default);
            case "json_schema":
                var named = format.Value.Get("json_schema") ?? default;
                var name = named.GetText("name")
                    ?? throw new RequestRefusedException(400, "Missing required parameter: 'response_format.json_schema.name'.", "missing_required_parameter", "response_format.json_schema.name");
                return new(name, named.Get("schema") ?? default);
            case var type:
                throw new RequestRefusedException(400, $"Invalid value: '{type}'. Supported values are: 'json_object', 'json_schema', and 'text'.", "invalid_value", "response_format.type");
        }
    }
}
