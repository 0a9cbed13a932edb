using System.Text.Json;
using Cadre.Engine.Runs;

namespace Cadre.Server.HostedTools;

/// <summary>
/// The tools that a request names and this server runs, as they came (OpenAI's <c>tools</c> array without functions), kept in the run's metadata: everything a driver
/// needs after a restart.
/// </summary>
public static class HostedToolSettings
{
    /// <summary>Key in <see cref="RunDefinition.Metadata"/>: a JSON array of tools, each with a "type".</summary>
    public const string Tools = "tools";

    /// <summary>Key in <see cref="RunDefinition.Metadata"/>: OpenAI's <c>tool_resources</c>.</summary>
    public const string Resources = "tool_resources";

    public const string Function = "function";

    /// <summary>A function that is registered on this server; the same as a function with <c>"server": true</c>.</summary>
    public const string ServerFunction = "server_function";

    /// <summary>The tool of this type as the request set it; null when it has none.</summary>
    public static JsonElement? Find(RunDefinition definition, string type)
    {
        if (!definition.Metadata.TryGetValue(Tools, out var json)) return null;
        using var document = JsonDocument.Parse(json);
        foreach (var tool in document.RootElement.EnumerateArray())
        {
            if (tool.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String && name.ValueEquals(type)) return tool.Clone();
        }

        return null;
    }

    public static JsonElement? ResourcesOf(RunDefinition definition)
    {
        if (!definition.Metadata.TryGetValue(Resources, out var json)) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>What a call is to the protocols: "function" for a function of the caller or of this server, else the hosted tool's type.</summary>
    public static string KindOf(RunDefinition definition, string tool) => tool switch
    {
        FileSearch or CodeInterpreter when definition.Functions?.Any(function => function.Name == tool) != true => tool,
        _ when tool.StartsWith(McpPrefix, StringComparison.Ordinal) => Mcp,
        _ => Function,
    };

    public const string FileSearch = "file_search";
    public const string CodeInterpreter = "code_interpreter";
    public const string Mcp = "mcp";
    public const string McpPrefix = "mcp__";
}
