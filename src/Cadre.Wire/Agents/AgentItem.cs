using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Agents;

/// <summary>An item of a session.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Message), "message")]
[JsonDerivedType(typeof(Reasoning), "reasoning")]
[JsonDerivedType(typeof(FunctionCall), "function_call")]
[JsonDerivedType(typeof(FunctionCallOutput), "function_call_output")]
[JsonDerivedType(typeof(McpCall), "mcp_call")]
[JsonDerivedType(typeof(CommandExecution), "command_execution")]
public abstract record AgentItem(string Id, string TurnId)
{
    /// <param name="Phase">commentary or final_answer; null for a user's message.</param>
    /// <param name="Role">user or assistant.</param>
    public sealed record Message(string Id, string TurnId, string Role, string Status, string? Phase, IReadOnlyList<AgentContent> Content) : AgentItem(Id, TurnId);

    public sealed record Reasoning(string Id, string TurnId, string? Status, IReadOnlyList<SummaryText> Summary) : AgentItem(Id, TurnId);

    /// <param name="Arguments">An object; a string when the model wrote what is no JSON.</param>
    public sealed record FunctionCall(string Id, string TurnId, string CallId, string Name, JsonElement Arguments, string Status) : AgentItem(Id, TurnId);

    /// <param name="Output">Text, or an array of content parts.</param>
    public sealed record FunctionCallOutput(string Id, string TurnId, string CallId, JsonElement? Output, string? Error, string Status) : AgentItem(Id, TurnId);

    public sealed record McpCall(string Id, string TurnId, string ServerLabel, string Name, JsonElement Arguments, JsonElement? Output, JsonElement? Error, string Status)
        : AgentItem(Id, TurnId);

    public sealed record CommandExecution(string Id, string TurnId, string Command, string? Cwd, long? DurationMs, int? ExitCode, string? Output, string Status)
        : AgentItem(Id, TurnId);
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(InputText), "input_text")]
[JsonDerivedType(typeof(InputImage), "input_image")]
[JsonDerivedType(typeof(OutputText), "output_text")]
public abstract record AgentContent
{
    public sealed record InputText(string Text) : AgentContent;

    public sealed record InputImage(string ImageUrl) : AgentContent;

    public sealed record OutputText(string Text) : AgentContent;
}

public sealed record SummaryText(string Text)
{
    public string Type { get; init; } = "summary_text";
}
