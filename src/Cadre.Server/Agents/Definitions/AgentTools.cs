using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;

namespace Cadre.Server.Agents.Definitions;

/// <summary>An agent's tools between three forms: as this API takes and shows them, as they are kept, and as a run needs them.</summary>
internal static class AgentTools
{
    private const int MaxDescription = 4_096;
    private static readonly JsonElement NoParameters = JsonDocument.Parse("""{"type":"object","properties":{}}""").RootElement;

    /// <summary>Checks a request's tools and completes them; null when there are none.</summary>
    public static JsonElement? Read(Fields body, string name)
    {
        if (body.Objects(name, RequestedTools.MaxTools) is not { Count: > 0 } tools) return null;
        RequestedTools.Read(tools);
        return AgentCall.Json(json =>
        {
            json.WriteStartArray();
            foreach (var tool in tools) Write(json, tool);
            json.WriteEndArray();
        });
    }

    /// <param name="persisted">An agent's own tools, rather than a session's: these keep "tool_search" and the headers of MCP servers.</param>
    public static IReadOnlyList<JsonElement> Show(JsonElement? tools, bool persisted)
    {
        if (tools is not { ValueKind: JsonValueKind.Array } kept) return [];
        var shown = new List<JsonElement>();
        foreach (var tool in kept.EnumerateArray())
        {
            switch (TypeOf(tool))
            {
                case HostedToolSettings.Function:
                    var function = new Fields(tool);
                    shown.Add(AgentCall.Json(json => WriteFunction(json, function.Object("function") ?? function)));
                    break;
                case "mcp":
                    var mcp = new Fields(tool);
                    shown.Add(AgentCall.Json(json => WriteMcp(json, mcp, persisted ? McpSecrets.Headers : McpSecrets.None)));
                    break;
                case "tool_search" when !persisted:
                    break;
                default:
                    shown.Add(tool);
                    break;
            }
        }

        return shown;
    }

    /// <summary>As a run takes them: MCP servers in the form of the Responses API, which the hosted tools read; nothing of what only steers OpenAI's harness.</summary>
    public static RequestedTools ForRun(JsonElement? tools)
    {
        if (tools is not { ValueKind: JsonValueKind.Array } kept) return RequestedTools.None;
        var asked = new List<Fields>();
        foreach (var tool in kept.EnumerateArray())
        {
            var type = TypeOf(tool);
            if (type is "tool_search" or "programmatic_tool_calling" or "web_search") continue;
            asked.Add(type == "mcp" && new Fields(tool).Object("transport") is { } transport ? new(ForResponses(new(tool), transport)) : new(tool));
        }

        return RequestedTools.Read(asked);
    }

    private static string TypeOf(JsonElement tool) => tool.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "";

    private static void Write(Utf8JsonWriter json, Fields tool)
    {
        switch (tool.RequiredText("type"))
        {
            case HostedToolSettings.Function:
                WriteFunction(json, tool.Object("function") ?? tool);
                break;
            case "mcp":
                var transport = tool.Object("transport") ?? throw ApiException.Missing(tool.At("transport"));
                if (transport.Word("type", "http", "stdio") is null) throw ApiException.Missing(transport.At("type"));
                if (transport.Text("type") == "stdio")
                    throw AgentErrors.NotServed(transport.At("type"), "MCP servers that are started as a process are configured by this server's operator (docs/mcp.md); an agent may name servers over http.");
                transport.RequiredText("server_url");
                if (tool.Text("connection_origin") == "environment")
                    throw AgentErrors.NotServed(tool.At("connection_origin"), "MCP connections originate in this server: 'service' is the only connection_origin.");
                WriteMcp(json, tool, McpSecrets.All);
                break;
            case "tool_search":
                json.WriteStartObject();
                json.WriteString("type", "tool_search");
                json.WriteEndObject();
                break;
            case "programmatic_tool_calling":
                if (tool.Flag("enabled") != false)
                    throw AgentErrors.NotServed(tool.At("enabled"), "Calling tools from code that the model writes is not served; 'enabled' may be false.");
                json.WriteStartObject();
                json.WriteString("type", "programmatic_tool_calling");
                json.WriteBoolean("enabled", false);
                json.WriteEndObject();
                break;
            case "web_search":
                if (tool.Word("mode", "disabled", "cached", "live") != "disabled")
                    throw AgentErrors.NotServed(tool.At("mode"), "This server has no web search; 'mode' may be 'disabled'. Offer a function or an MCP server that searches.");
                WriteWebSearch(json, tool);
                break;
            case "computer_use":
                throw AgentErrors.NotServed(tool.At("type"), "Computer use is not served.");
            case "automations":
                throw AgentErrors.NotServed(tool.At("type"), "An agent cannot make automations itself here; make them by POST /v1/agents/automations.");
            default:
                tool.Raw.WriteTo(json);
                break;
        }
    }

    private static void WriteFunction(Utf8JsonWriter json, Fields function)
    {
        json.WriteStartObject();
        json.WriteString("type", HostedToolSettings.Function);
        json.WriteString("name", function.Text("name"));
        json.WriteString("description", function.Text("description", MaxDescription) ?? "");
        json.WritePropertyName("parameters");
        (function.Object("parameters")?.Raw ?? NoParameters).WriteTo(json);
        json.WriteBoolean("defer_loading", function.Flag("defer_loading") ?? false);
        if (function.Flag("async") is { } isAsync) json.WriteBoolean("async", isAsync);
        json.WriteEndObject();
    }

    private static void WriteWebSearch(Utf8JsonWriter json, Fields tool)
    {
        json.WriteStartObject();
        json.WriteString("type", "web_search");
        json.WriteString("mode", "disabled");
        json.WriteNull("allowed_domains");
        json.WriteString("context_size", tool.Word("context_size", "low", "medium", "high") ?? "medium");
        json.WriteNull("location");
        json.WriteEndObject();
    }

    private static void WriteMcp(Utf8JsonWriter json, Fields tool, McpSecrets secrets)
    {
        json.WriteStartObject();
        json.WriteString("type", "mcp");
        json.WriteString("server_label", tool.Text("server_label"));
        json.WriteStartObject("transport");
        json.WriteString("type", "http");
        // The form of the Responses API has the address in the tool itself.
        var transport = tool.Object("transport") ?? tool;
        json.WriteString("server_url", transport.Text("server_url") ?? "");
        if (secrets != McpSecrets.None)
        {
            json.WritePropertyName("headers");
            if (transport.Object("headers") is { } headers) headers.Raw.WriteTo(json);
            else
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }
        }

        if (secrets == McpSecrets.All && transport.Text("authorization") is { } authorization) json.WriteString("authorization", authorization);
        json.WriteEndObject();
        json.WritePropertyName("allowed_tools");
        if (tool.Any("allowed_tools") is { } allowed) allowed.WriteTo(json);
        else json.WriteNullValue();
        json.WriteString("connection_origin", "service");
        json.WriteString("credential_id", tool.Text("credential_id"));
        json.WritePropertyName("request_metadata");
        if (tool.Object("request_metadata") is { } metadata) metadata.Raw.WriteTo(json);
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        json.WriteBoolean("required", tool.Flag("required") ?? false);
        json.WriteEndObject();
    }

    private static JsonElement ForResponses(Fields tool, Fields transport) => AgentCall.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "mcp");
        json.WriteString("server_label", tool.RequiredText("server_label"));
        json.WriteString("server_url", transport.RequiredText("server_url"));
        if (transport.Object("headers") is { } headers)
        {
            json.WritePropertyName("headers");
            headers.Raw.WriteTo(json);
        }

        if (transport.Text("authorization") is { } authorization) json.WriteString("authorization", authorization);
        if (tool.Any("allowed_tools") is { } allowed)
        {
            json.WritePropertyName("allowed_tools");
            allowed.WriteTo(json);
        }

        json.WriteString("require_approval", "never");
        json.WriteEndObject();
    });

    private enum McpSecrets
    {
        None,
        Headers,
        All,
    }
}
