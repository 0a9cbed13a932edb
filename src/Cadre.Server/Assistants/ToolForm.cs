using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>A request's tools and how they may be chosen.</summary>
internal static class ToolForm
{
    /// <summary>What version 1 called file search.</summary>
    private const string Retrieval = "retrieval";

    private const string Mcp = "mcp";
    private const int MaxShown = 100;
    private static readonly string[] Types = [HostedToolSettings.CodeInterpreter, HostedToolSettings.Function, HostedToolSettings.FileSearch, HostedToolSettings.ServerFunction];

    /// <summary>Refuses types of tools that neither the dialect has nor this server.</summary>
    public static async ValueTask CheckAsync(ServerContext context, HttpContext http, Fields body)
    {
        if (body.Objects("tools", RequestedTools.MaxTools) is not { } tools) return;
        foreach (var tool in tools)
        {
            var type = tool.RequiredText("type");
            if (Types.Contains(type) || type == Mcp || (type == Retrieval && !IsVersion2(http)) || await IsServersAsync(context, http, type)) continue;
            throw ApiException.BadRequest(
                $"Invalid value: '{(type.Length > MaxShown ? type[..MaxShown] : type)}'. Supported values are: 'code_interpreter', 'function', and 'file_search'.", tool.At("type"), "invalid_value");
        }
    }

    /// <summary>The member <c>tools</c> as it came, but for version 1's words; null when it is absent. Refuses functions that no model could be offered.</summary>
    public static JsonElement? Read(Fields body)
    {
        if (body.Objects("tools", RequestedTools.MaxTools) is not { } tools) return null;
        _ = RequestedTools.Read(tools);
        return tools.Any(tool => tool.Text("type") == Retrieval) ? Renamed(tools) : body.Any("tools");
    }

    /// <param name="tools">As <see cref="Read"/> gave them.</param>
    public static RequestedTools Parts(JsonElement? tools)
    {
        if (tools is not { } array || array.GetArrayLength() == 0) return RequestedTools.None;
        var fields = new List<Fields>(array.GetArrayLength());
        foreach (var tool in array.EnumerateArray()) fields.Add(new(tool, $"tools[{fields.Count}]"));
        return RequestedTools.Read(fields);
    }

    /// <summary>The member <c>tool_choice</c>; null leaves it to the model.</summary>
    public static ToolChoice? ReadChoice(Fields body, RequestedTools tools) => body.Any("tool_choice") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } word => word.GetString() switch
        {
            "auto" => new(ToolChoiceMode.Auto),
            "none" => new(ToolChoiceMode.None),
            "required" => new(ToolChoiceMode.Required),
            var other => throw ApiException.WrongValue("tool_choice", other!, "none", "auto", "required"),
        },
        { ValueKind: JsonValueKind.Object } named => new(ToolChoiceMode.Named, Named(new(named, "tool_choice"), tools)),
        { } other => throw ApiException.WrongType("tool_choice", "one of a string or an object", Fields.Kind(other)),
    };

    /// <summary>A program of version 2 that asks for version 1's tool is told so.</summary>
    private static bool IsVersion2(HttpContext http) => http.Request.Headers["OpenAI-Beta"].ToString().Contains("assistants=v2", StringComparison.Ordinal);

    /// <summary>An addition: a tool of this server's own is named by its name as the type.</summary>
    private static async ValueTask<bool> IsServersAsync(ServerContext context, HttpContext http, string name)
    {
        if (context.Platform.Find(name) is { IsForPeople: false }) return true;
        foreach (var source in context.Parts.Tools)
        {
            if ((await source.ListAsync(Caller.Of(http).Owner, http.RequestAborted)).Any(tool => tool.Descriptor.Name == name)) return true;
        }

        return false;
    }

    private static string Named(Fields choice, RequestedTools tools)
    {
        var type = choice.RequiredText("type");
        if (type == Retrieval) type = HostedToolSettings.FileSearch;
        if (type != HostedToolSettings.Function)
        {
            return tools.Names.Contains(type) ? type : throw ApiException.BadRequest($"Invalid 'tool_choice': the tool '{type}' is not among the run's tools.", "tool_choice", "invalid_value");
        }

        var name = (choice.Object("function") ?? throw ApiException.Missing("tool_choice.function")).RequiredText("name");
        return tools.Functions.Any(function => function.Name == name)
            ? name
            : throw ApiException.BadRequest($"Invalid 'tool_choice': the function '{name}' is not among the run's tools.", "tool_choice", "invalid_value");
    }

    private static JsonElement Renamed(IReadOnlyList<Fields> tools)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var tool in tools)
            {
                if (tool.Text("type") != Retrieval)
                {
                    tool.Raw.WriteTo(json);
                    continue;
                }

                json.WriteStartObject();
                json.WriteString("type", HostedToolSettings.FileSearch);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
