using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;

namespace Cadre.Server.Definitions;

/// <summary>A request's <c>tools</c>, taken apart: functions that the caller runs, and tools that this server runs.</summary>
/// <param name="Functions">In the request's order.</param>
/// <param name="Hosted">JSON array of all others, unknown types included.</param>
/// <param name="Names">Patterns of the names of hosted tools and of this server's functions, for <see cref="AgentSpec.Tools"/>.</param>
public sealed record RequestedTools(ImmutableArray<ToolDefinition> Functions, string? Hosted, ImmutableArray<string> Names)
{
    public const int MaxTools = 128;
    private const int MaxNameLength = 64;
    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object","properties":{}}""").RootElement;

    public static RequestedTools None { get; } = new([], null, []);

    /// <param name="tools">Each with a "type"; a function either nested ("function": {…}, Assistants and Chat) or flat (Responses).</param>
    public static RequestedTools Read(IReadOnlyList<Fields>? tools)
    {
        if (tools is not { Count: > 0 }) return None;
        var functions = ImmutableArray.CreateBuilder<ToolDefinition>();
        var names = ImmutableArray.CreateBuilder<string>();
        var hosted = new StringBuilder("[");
        foreach (var tool in tools)
        {
            var type = tool.RequiredText("type", minLength: 1);
            if (type == HostedToolSettings.ServerFunction || (type == HostedToolSettings.Function && tool.Flag("server") is true))
            {
                names.Add(Function(tool.Object("function") ?? tool).Name);
                continue;
            }

            if (type == HostedToolSettings.Function)
            {
                functions.Add(Function(tool.Object("function") ?? tool));
                continue;
            }

            if (hosted.Length > 1) hosted.Append(',');
            hosted.Append(tool.Raw.GetRawText());
            if (type.Contains('*', StringComparison.Ordinal)) throw ApiException.BadRequest($"Invalid value: '{type}'.", tool.At("type"), "invalid_value");
            if (type == HostedToolSettings.Mcp) names.AddRange(OfMcp(tool));
            else names.Add(type == FileSearch.OlderName ? HostedToolSettings.FileSearch : type);
        }

        return new(functions.ToImmutable(), hosted.Length == 1 ? null : hosted.Append(']').ToString(), names.ToImmutable());
    }

    /// <summary>All tools of the server with this label, or those that the request allows.</summary>
    private static IEnumerable<string> OfMcp(Fields tool)
    {
        var label = Plain(tool.RequiredText("server_label", MaxNameLength, 1), tool.At("server_label"));
        var allowed = tool.Any("allowed_tools") is { ValueKind: JsonValueKind.Object } ? tool.Object("allowed_tools")!.Value.Texts("tool_names") : tool.Texts("allowed_tools");
        return (allowed ?? ["*"]).Select(name => $"{HostedToolSettings.McpPrefix}{label}__{(allowed is null ? name : Plain(name, tool.At("allowed_tools")))}");
    }

    /// <summary>A name, never a pattern.</summary>
    private static string Plain(string name, string parameter) =>
        name.Contains('*', StringComparison.Ordinal) ? throw ApiException.BadRequest($"Invalid value: '{name}'.", parameter, "invalid_value") : name;

    private static ToolDefinition Function(Fields function)
    {
        var name = function.RequiredText("name", MaxNameLength, 1);
        if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
        {
            throw ApiException.BadRequest(
                $"Invalid '{function.At("name")}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", function.At("name"), "invalid_value");
        }

        return new(name, function.Text("description") ?? "", function.Object("parameters")?.Raw ?? AnyObject, function.Flag("strict") ?? false);
    }
}
