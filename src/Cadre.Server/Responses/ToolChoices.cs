using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;

namespace Cadre.Server.Responses;

/// <summary>Reads <c>tool_choice</c>: a word, a tool, or a list of tools that may be used.</summary>
internal static class ToolChoices
{
    public static ToolChoice? Read(Fields body, RequestedTools tools)
    {
        if (body.Any("tool_choice") is not { } choice) return null;
        if (choice.ValueKind == JsonValueKind.String) return OfWord(body.Word("tool_choice", "none", "auto", "required")!, tools);
        if (body.Object("tool_choice") is not { } named) return null;
        switch (named.RequiredText("type"))
        {
            case HostedToolSettings.Function:
                var name = named.RequiredText("name");
                if (tools.Functions.Any(function => function.Name == name)) return new(ToolChoiceMode.Named, name);
                throw ApiException.BadRequest("Tool choice 'function' not found in 'tools' parameter.", "tool_choice", "invalid_value");
            case "allowed_tools":
                return OfWord(named.Word("mode", "auto", "required") ?? "auto", tools);
            case HostedToolSettings.Mcp:
                return named.Text("name") is { } tool
                    ? new(ToolChoiceMode.Named, $"{HostedToolSettings.McpPrefix}{named.RequiredText("server_label")}__{tool}")
                    : new(ToolChoiceMode.Required);
            case HostedToolSettings.FileSearch or HostedToolSettings.CodeInterpreter:
                return new(ToolChoiceMode.Named, named.Text("type"));
            default:
                return null;
        }
    }

    private static ToolChoice? OfWord(string word, RequestedTools tools) => word switch
    {
        "none" => new(ToolChoiceMode.None),
        "required" when tools.Functions.Length > 0 || tools.Names.Length > 0 => new(ToolChoiceMode.Required),
        "required" => throw ApiException.BadRequest("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice", "invalid_value"),
        _ => null,
    };
}
