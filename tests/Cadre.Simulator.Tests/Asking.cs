using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests;

/// <summary>One conversation that can be put to either wire.</summary>
internal sealed class Asking(string wire)
{
    public const string Chat = "chat";
    public const string Responses = "responses";

    private readonly JsonArray _items = [];
    private readonly JsonArray _tools = [];
    private readonly JsonObject _extra = [];

    public string Path => wire == Chat ? "/chat/completions" : "/responses";

    public Asking System(string text) => Message("system", text);

    public Asking User(string text) => Message("user", text);

    public Asking Assistant(string text) => Message("assistant", text);

    public Asking Tool(string name, string schema = """{"type":"object","properties":{}}""")
    {
        var function = new JsonObject { ["name"] = name, ["parameters"] = JsonNode.Parse(schema) };
        if (wire == Chat)
        {
            _tools.Add(new JsonObject { ["type"] = "function", ["function"] = function });
        }
        else
        {
            function["type"] = "function";
            function["strict"] = false;
            _tools.Add(function);
        }

        return this;
    }

    public Asking With(string name, JsonNode value)
    {
        _extra[name] = value;
        return this;
    }

    /// <summary>Demands an answer of a schema.</summary>
    public Asking Schema(string name, string schema) => wire == Chat
        ? With("response_format", new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = name, ["schema"] = JsonNode.Parse(schema), ["strict"] = true } })
        : With("text", new JsonObject { ["format"] = new JsonObject { ["type"] = "json_schema", ["name"] = name, ["schema"] = JsonNode.Parse(schema), ["strict"] = true } });

    public Asking Force(string tool) => wire == Chat
        ? With("tool_choice", new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = tool } })
        : With("tool_choice", new JsonObject { ["type"] = "function", ["name"] = tool });

    public Asking MaxTokens(int tokens) => With(wire == Chat ? "max_completion_tokens" : "max_output_tokens", tokens);

    /// <summary>Takes over what the model said and adds the outputs of its calls.</summary>
    public Asking Continue(Said said, Func<SaidCall, string> run)
    {
        if (wire == Chat)
        {
            _items.Add(JsonNode.Parse(said.Raw.GetProperty("choices")[0].GetProperty("message").GetRawText()));
        }
        else
        {
            foreach (var item in said.Raw.GetProperty("output").EnumerateArray())
            {
                _items.Add(JsonNode.Parse(item.GetRawText()));
            }
        }

        foreach (var call in said.Calls)
        {
            _items.Add(wire == Chat
                ? new JsonObject { ["role"] = "tool", ["tool_call_id"] = call.Id, ["content"] = run(call) }
                : new JsonObject { ["type"] = "function_call_output", ["call_id"] = call.Id, ["output"] = run(call) });
        }

        return this;
    }

    public JsonObject Body()
    {
        var body = new JsonObject { ["model"] = "simulator", [wire == Chat ? "messages" : "input"] = _items.DeepClone() };
        if (_tools.Count > 0)
        {
            body["tools"] = _tools.DeepClone();
        }

        foreach (var (name, value) in _extra)
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    public async Task<Said> AskAsync(Playing playing) => Said.Read(await playing.PostAsync(Path, Body()), wire);

    private Asking Message(string role, string text)
    {
        _items.Add(new JsonObject { ["role"] = role, ["content"] = text });
        return this;
    }
}

internal sealed record SaidCall(string Id, string Name, string Arguments)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Arguments);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>What came back, the same for both wires.</summary>
internal sealed record Said(string Text, IReadOnlyList<SaidCall> Calls, string Finish, JsonElement Usage, JsonElement Raw)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.Clone();
        }
    }

    public static Said Read(JsonElement body, string wire)
    {
        if (wire == Asking.Chat)
        {
            var choice = body.GetProperty("choices")[0];
            var message = choice.GetProperty("message");
            List<SaidCall> calls = message.TryGetProperty("tool_calls", out var made)
                ? [.. made.EnumerateArray().Select(static call => new SaidCall(call.GetProperty("id").GetString()!, call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!))]
                : [];
            return new(message.GetProperty("content").GetString() ?? "", calls, choice.GetProperty("finish_reason").GetString()!, body.GetProperty("usage"), body);
        }

        var text = "";
        var found = new List<SaidCall>();
        foreach (var item in body.GetProperty("output").EnumerateArray())
        {
            if (item.GetProperty("type").GetString() == "message")
            {
                text += string.Concat(item.GetProperty("content").EnumerateArray().Select(static part => part.GetProperty("text").GetString()));
            }
            else
            {
                found.Add(new(item.GetProperty("call_id").GetString()!, item.GetProperty("name").GetString()!, item.GetProperty("arguments").GetString()!));
            }
        }

        return new(text, found, body.GetProperty("status").GetString()!, body.GetProperty("usage"), body);
    }
}
