using System.Text.Json;

namespace Cadre.Simulator.Prompts;

/// <summary>A function tool that the request offers.</summary>
/// <param name="Name">As the caller named it.</param>
/// <param name="Parameters">Its JSON Schema; <see cref="JsonValueKind.Undefined"/> when it takes nothing.</param>
internal sealed record OfferedTool(string Name, JsonElement Parameters)
{
    public int Length => Name.Length + (Parameters.ValueKind == JsonValueKind.Object ? Parameters.GetRawText().Length : 0);
}

internal enum ToolChoiceMode
{
    Auto,
    None,
    Required,
    Named,
}

/// <summary>What <c>tool_choice</c> asks for; <paramref name="Name"/> only with <see cref="ToolChoiceMode.Named"/>.</summary>
internal readonly record struct ToolChoice(ToolChoiceMode Mode, string? Name = null);

/// <summary>The JSON that the answer must be.</summary>
/// <param name="Name">Name of the schema; null for <c>json_object</c>.</param>
/// <param name="Schema">The schema; <see cref="JsonValueKind.Undefined"/> for <c>json_object</c>.</param>
internal sealed record OutputFormat(string? Name, JsonElement Schema);
