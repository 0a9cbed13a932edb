using System.Text.Json;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>Writes calls of the tools that this server runs.</summary>
internal static class HostedCallWriter
{
    /// <summary>The label of the tools that are the server's own.</summary>
    public const string OwnLabel = "cadre";

    /// <summary>Before an image's id: an address of this server's, whatever name the caller reaches it by.</summary>
    private const string FileUrl = "cadre:///v1/files/";

    private const string NameSeparator = "__";

    public static void Write(Utf8JsonWriter json, OutputItem output, ItemBody.Called call)
    {
        json.WriteStartObject();
        var id = ItemIds.Of(output.Item);
        switch (call.Kind)
        {
            case HostedToolSettings.FileSearch:
                WriteSearch(json, id, output, call);
                break;
            case HostedToolSettings.CodeInterpreter:
                WriteInterpreter(json, id, output, call);
                break;
            default:
                WriteMcp(json, id, output, call);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>The program of a code interpreter's call.</summary>
    public static string CodeOf(string arguments) => Argument(arguments, "code", "input") is { ValueKind: JsonValueKind.String } code ? code.GetString()! : arguments;

    private static void WriteSearch(Utf8JsonWriter json, string id, OutputItem output, ItemBody.Called call)
    {
        ItemWriter.WriteHead(json, id, "file_search_call"u8, output.Status);
        json.WriteStartArray("queries"u8);
        if (Argument(call.Arguments, "queries", "query") is { } queries)
        {
            if (queries.ValueKind == JsonValueKind.Array) foreach (var query in queries.EnumerateArray()) query.WriteTo(json);
            else queries.WriteTo(json);
        }

        json.WriteEndArray();
        json.WritePropertyName("results"u8);
        if (!output.Include.HasFlag(Include.SearchResults) || Results(output.Result, "results") is not { } results)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (var found in results.EnumerateArray()) WriteFound(json, found);
        json.WriteEndArray();
    }

    /// <summary>A passage as the search gave it: its parts are one text here, and its marker is nobody's business.</summary>
    private static void WriteFound(Utf8JsonWriter json, JsonElement found)
    {
        json.WriteStartObject();
        foreach (var member in found.EnumerateObject())
        {
            if (member.NameEquals("content"u8) && member.Value.ValueKind == JsonValueKind.Array)
                json.WriteString("text"u8, string.Join('\n', member.Value.EnumerateArray().Select(part => ForeignItem.Text(part, "text"))));
            else if (!member.NameEquals("marker"u8)) member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteInterpreter(Utf8JsonWriter json, string id, OutputItem output, ItemBody.Called call)
    {
        ItemWriter.WriteHead(json, id, "code_interpreter_call"u8, output.Status);
        json.WriteString("code"u8, CodeOf(call.Arguments));
        json.WriteString("container_id"u8, output.Result?.Result is { ValueKind: JsonValueKind.Object } result && ForeignItem.Text(result, "container_id") is { } container
            ? container : ItemIds.NoContainer);
        json.WritePropertyName("outputs"u8);
        if (!output.Include.HasFlag(Include.InterpreterOutputs) || Results(output.Result, "outputs") is not { } outputs)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (var made in outputs.EnumerateArray()) WriteMade(json, made);
        json.WriteEndArray();
    }

    /// <summary>What a program wrote, or an image that it made: a file, to be fetched as every file is.</summary>
    private static void WriteMade(Utf8JsonWriter json, JsonElement made)
    {
        json.WriteStartObject();
        if (ForeignItem.Text(made, "file_id") is { } file)
        {
            json.WriteString("type"u8, "image"u8);
            json.WriteString("url"u8, $"{FileUrl}{file}/content");
        }
        else
        {
            json.WriteString("type"u8, "logs"u8);
            json.WriteString("logs"u8, ForeignItem.Text(made, "logs") ?? "");
        }

        json.WriteEndObject();
    }

    /// <summary>A tool of an MCP server, or of this server itself: this protocol has no other item for what the caller need not answer.</summary>
    private static void WriteMcp(Utf8JsonWriter json, string id, OutputItem output, ItemBody.Called call)
    {
        ItemWriter.WriteHead(json, id, "mcp_call"u8, output.Status);
        var (label, name) = NameOf(call.Tool);
        json.WriteString("server_label"u8, label);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteNull("approval_request_id"u8);
        json.WriteString("output"u8, output.Result is { Succeeded: true } given ? given.Output : null);
        if (output.Result is { Succeeded: false } failed)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("type"u8, "mcp_tool_execution_error"u8);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, failed.Output);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else json.WriteNull("error"u8);
    }

    private static (string Label, string Name) NameOf(string tool)
    {
        if (!tool.StartsWith(HostedToolSettings.McpPrefix, StringComparison.Ordinal)) return (OwnLabel, tool);
        var rest = tool[HostedToolSettings.McpPrefix.Length..];
        return rest.IndexOf(NameSeparator, StringComparison.Ordinal) is var at and > 0 ? (rest[..at], rest[(at + NameSeparator.Length)..]) : (OwnLabel, rest);
    }

    private static JsonElement? Results(ItemBody.Returned? returned, string member) => returned?.Result switch
    {
        { ValueKind: JsonValueKind.Array } list => list,
        { ValueKind: JsonValueKind.Object } result when result.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array => list,
        _ => null,
    };

    private static JsonElement? Argument(string arguments, string name, string otherName)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            return document.RootElement.TryGetProperty(name, out var value) || document.RootElement.TryGetProperty(otherName, out value) ? value.Clone() : null;
        }
        catch (JsonException)
        {
            // A model's arguments may be no JSON at all.
            return null;
        }
    }
}
