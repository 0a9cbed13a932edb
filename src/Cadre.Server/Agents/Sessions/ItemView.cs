using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Items of a thread as items of a session. Pure. An item of a type that this API has no name for is not shown; it stays in the thread.</summary>
internal static class ItemView
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Incomplete = "incomplete";
    public const string Commentary = "commentary";
    public const string FinalAnswer = "final_answer";
    private const string TurnMember = "turn";

    /// <summary>Marks an item as given to this turn.</summary>
    public static ThreadItem Given(ThreadItem item, RunId turn) => item with
    {
        Extra = (item.Extra ?? ImmutableDictionary<string, JsonElement>.Empty).SetItem(Definitions.AgentExtra.Face, AgentCall.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString(TurnMember, turn.ToString());
            json.WriteEndObject();
        })),
    };

    /// <summary>Path of what <see cref="Given"/> writes, in the stored item.</summary>
    public const string TurnPath = "extra." + Definitions.AgentExtra.Face + "." + TurnMember;

    /// <summary>The turn an item belongs to, prefix included; empty for one that was added to the thread without starting one.</summary>
    public static string TurnOf(ThreadItem item)
    {
        var turn = item.Run;
        if (turn is null && item.Extra is { } extra && extra.TryGetValue(Definitions.AgentExtra.Face, out var own) && own.TryGetProperty(TurnMember, out var given)) turn = given.GetString();
        return turn is null ? "" : AgentPrefix.Turn + turn;
    }

    /// <param name="callsTools">Whether the reply that these words are from calls tools as well.</param>
    public static AgentItem Words(ThreadItem item, ItemBody.Said said, bool callsTools)
    {
        var isUser = said.Speaker != Speaker.Assistant;
        return new AgentItem.Message(AgentPrefix.Message + item.Id, TurnOf(item), isUser ? "user" : "assistant", item.Incomplete ? Incomplete : Completed,
            isUser || item.Run is null ? null : callsTools ? Commentary : FinalAnswer,
            [.. said.Parts.Select(part => Content(part, isUser)).OfType<AgentContent>()]);
    }

    public static AgentItem Thought(ThreadItem item, ItemBody.Thought thought) =>
        new AgentItem.Reasoning(AgentPrefix.Reasoning + item.Id, TurnOf(item), Completed, Summary(thought.Raw));

    /// <param name="output">Null while there is none.</param>
    public static AgentItem Call(string id, string turn, ItemBody.Called call, ItemBody.Returned? output)
    {
        var status = output is null ? InProgress : output.Succeeded ? Completed : Failed;
        switch (call.Kind)
        {
            case "mcp":
                var name = call.Tool[Math.Min(call.Tool.Length, HostedToolSettings.McpPrefix.Length)..];
                var split = name.IndexOf("__", StringComparison.Ordinal);
                return new AgentItem.McpCall(AgentPrefix.McpCall + id, turn, split < 0 ? "" : name[..split], split < 0 ? name : name[(split + 2)..], Arguments(call.Arguments),
                    output is { Succeeded: true } ? Text(output.Output) : null, output is { Succeeded: false } ? Text(output.Output) : null, status);
            case HostedToolSettings.CodeInterpreter:
                return new AgentItem.CommandExecution(AgentPrefix.Command + id, turn, Code(call.Arguments), null, null, null, output?.Output, status);
            default:
                return new AgentItem.FunctionCall(AgentPrefix.FunctionCall + id, turn, call.CallId, call.Tool, Arguments(call.Arguments), status);
        }
    }

    /// <summary>Whether a call's output is an item of its own; otherwise it is in the call.</summary>
    public static bool HasOutputItem(string kind) => kind is not ("mcp" or HostedToolSettings.CodeInterpreter);

    public static AgentItem Output(string id, string turn, ItemBody.Returned output) =>
        new AgentItem.FunctionCallOutput(AgentPrefix.FunctionOutput + id, turn, output.CallId,
            !output.Succeeded ? null : output.Result is { ValueKind: JsonValueKind.Array } parts ? parts : Text(output.Output),
            output.Succeeded ? null : output.Output, output.Succeeded ? Completed : Failed);

    /// <summary>An object; what is no JSON stays a text.</summary>
    public static JsonElement Arguments(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Text(arguments);
        }
    }

    /// <summary>The summaries in what a provider sent as reasoning: one item or several.</summary>
    public static IReadOnlyList<SummaryText> Summary(JsonElement raw)
    {
        var found = new List<SummaryText>();
        foreach (var item in raw.ValueKind == JsonValueKind.Array ? [.. raw.EnumerateArray()] : new[] { raw })
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("summary", out var summary) || summary.ValueKind != JsonValueKind.Array) continue;
            foreach (var part in summary.EnumerateArray())
            {
                if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String) found.Add(new(text.GetString()!));
            }
        }

        return found;
    }

    private static JsonElement Text(string text) => AgentCall.Json(json => json.WriteStringValue(text));

    private static string Code(string arguments) =>
        Arguments(arguments) is { ValueKind: JsonValueKind.Object } parsed && parsed.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? code.GetString()! : arguments;

    private static AgentContent? Content(Part part, bool isUser) => part switch
    {
        Part.Text text => isUser ? new AgentContent.InputText(text.Value) : new AgentContent.OutputText(text.Value),
        Part.Refusal refusal => new AgentContent.OutputText(refusal.Value),
        Part.Image { Url: { } url } => new AgentContent.InputImage(url),
        Part.Image { FileId: { } file } => new AgentContent.InputText($"[image file-{file}]"),
        Part.File file => new AgentContent.InputText($"[file {file.Name ?? file.FileId ?? "without a name"}]"),
        _ => null,
    };
}
