using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Tools.Mcp;

namespace Cadre.Server.McpEndpoints;

/// <summary>How endpoints, their tools and their health are shown. No secret is.</summary>
internal static class EndpointRendering
{
    public static void Write(Utf8JsonWriter json, KnownEndpoint endpoint, string status)
    {
        var definition = endpoint.Definition;
        json.WriteStartObject();
        json.WriteString("name", endpoint.Name);
        json.WriteString("url", definition.Url);
        json.WriteStartObject("headers");
        foreach (var name in definition.Headers?.Keys ?? []) json.WriteString(name, EndpointForm.Mask);
        json.WriteEndObject();
        if (definition.Tools is { } tools)
        {
            json.WriteStartArray("tools");
            foreach (var tool in tools) json.WriteStringValue(tool);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("tools");
        }

        WritePolicies(json, definition);
        json.WriteString("sign_in", Word(definition.SignIn));
        WriteClient(json, definition.OAuth);
        json.WriteBoolean("enabled", definition.Enabled);
        json.WriteNumber("timeout_seconds", definition.TimeoutSeconds);
        json.WriteString("status", status);
        json.WriteString("created_at", endpoint.CreatedAt);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, McpListedTool tool)
    {
        json.WriteStartObject();
        json.WriteString("name", tool.Name);
        json.WriteString("offered_as", tool.OfferedAs);
        json.WriteString("state", Word(tool.State));
        json.WriteString("description", tool.Description);
        json.WriteString("effect", Word(tool.Effect));
        json.WriteString("hints", tool.Hints);
        json.WriteString("hash", tool.Hash);
        json.WriteString("reason", tool.Reason);
        json.WriteString("diff", tool.Diff);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, McpHealth health)
    {
        json.WriteStartObject();
        json.WriteString("name", health.Endpoint);
        json.WriteString("status", HealthLog.Word(health.Status));
        json.WriteString("at", health.At);
        if (health.Latency is { } latency) json.WriteNumber("latency_ms", Math.Round(latency.TotalMilliseconds, 1));
        else json.WriteNull("latency_ms");
        json.WriteString("protocol", health.Protocol);
        json.WriteString("server", health.ServerName);
        json.WriteString("version", health.ServerVersion);
        json.WriteNumber("tools", health.Tools);
        json.WriteString("reason", health.Reason);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, HealthCheck check)
    {
        json.WriteStartObject();
        json.WriteString("at", check.At);
        json.WriteString("status", check.Status);
        if (check.LatencyMs is { } latency) json.WriteNumber("latency_ms", latency);
        else json.WriteNull("latency_ms");
        json.WriteString("reason", check.Reason ?? "");
        json.WriteEndObject();
    }

    private static void WritePolicies(Utf8JsonWriter json, EndpointDefinition definition)
    {
        json.WriteStartObject("policies");
        foreach (var (tool, rule) in definition.Policies ?? ImmutableSortedDictionary<string, ToolRule>.Empty)
        {
            json.WriteStartObject(tool);
            if (rule.Effect is { } effect) json.WriteString("effect", Word(effect));
            if (rule.Verdict is { } verdict) json.WriteString("verdict", Word(verdict));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteClient(Utf8JsonWriter json, ClientSettings? client)
    {
        if (client is null)
        {
            json.WriteNull("oauth");
            return;
        }

        json.WriteStartObject("oauth");
        json.WriteString("client_id", client.ClientId);
        if (client.ClientSecret is not null) json.WriteString("client_secret", EndpointForm.Mask);
        json.WriteStartArray("scopes");
        foreach (var scope in client.Scopes ?? []) json.WriteStringValue(scope);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
