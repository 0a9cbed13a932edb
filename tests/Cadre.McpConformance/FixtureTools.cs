using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpConformance;

/// <summary>Tools that answer without asking the client anything.</summary>
internal static class FixtureTools
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static IEnumerable<FixtureTool> All { get; } =
    [
        Fixed("test_simple_text", """{"content":[{"type":"text","text":"This is a simple text response for testing."}]}"""),
        Fixed("test_image_content", $$"""{"content":[{"type":"image","data":"{{FixtureJson.Png}}","mimeType":"image/png"}]}"""),
        Fixed("test_audio_content", $$"""{"content":[{"type":"audio","data":"{{FixtureJson.Wav}}","mimeType":"audio/wav"}]}"""),
        Fixed("test_embedded_resource", """
            {"content":[{"type":"resource","resource":{"uri":"test://embedded-resource","mimeType":"text/plain","text":"This is an embedded resource content."}}]}
            """),
        Fixed("test_multiple_content_types", $$"""
            {"content":[{"type":"text","text":"Multiple content types test:"},{"type":"image","data":"{{FixtureJson.Png}}","mimeType":"image/png"},
            {"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json","text":"{\"test\":\"data\",\"value\":123}"} } ]}
            """),
        Fixed("test_error_handling", """{"isError":true,"content":[{"type":"text","text":"This tool intentionally returns an error for testing"}]}"""),
        Fixed("test_custom_header", """{"content":[{"type":"text","text":"The header and the argument agree."}]}""", """
            {"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"count":{"type":"integer","x-mcp-header":"Count"},"sure":{"type":"boolean","x-mcp-header":"Sure"}}}
            """),
        Fixed("json_schema_2020_12_tool", """{"content":[{"type":"text","text":"The schema is what matters."}]}""", """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
              "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}, "contactMethod": {"type": "string", "enum": ["phone", "email"]}, "phone": {"type": "string"}, "email": {"type": "string"}},
              "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
              "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
              "then": {"required": ["phone"]},
              "else": {"required": ["email"]},
              "additionalProperties": false
            }
            """),
        FixtureTool.Of("test_tool_with_logging", "Logs three times.", LogAsync),
        FixtureTool.Of("test_logging_tool", "Logs three times, if it was asked to log.", LogAsync),
        FixtureTool.Of("test_tool_with_progress", "Tells its progress three times.", ProgressAsync),
    ];

    private static FixtureTool Fixed(string name, string result, string schema = FixtureTool.NoArguments) =>
        FixtureTool.Of(name, "Answers the same every time.", (_, _) => ValueTask.FromResult(FixtureJson.Read<CallToolResult>(result)), schema);

    private static async ValueTask<CallToolResult> ProgressAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        foreach (var progress in new[] { 0, 50, 100 })
        {
            if (progress > 0) await Task.Delay(Pause, cancellationToken);
            if (request.Params?.ProgressToken is { } token) await request.Server.NotifyProgressAsync(token, new() { Progress = progress, Total = 100 }, null, cancellationToken);
        }

        return FixtureTool.Text("The work is done.");
    }

#pragma warning disable MCP9005 // Deprecated since 2026-07-28: the suites of older revisions want it.
    private static async ValueTask<CallToolResult> LogAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        foreach (var text in new[] { "Tool execution started", "Tool processing data", "Tool execution completed" })
        {
            if (text != "Tool execution started") await Task.Delay(Pause, cancellationToken);
            if (!IsWanted(request)) continue;
            var log = new LoggingMessageNotificationParams { Level = LoggingLevel.Info, Logger = "fixture", Data = System.Text.Json.JsonElement.Parse($"\"{text}\"") };
            await request.Server.SendNotificationAsync(NotificationMethods.LoggingMessageNotification, log, McpJsonUtilities.DefaultOptions, cancellationToken);
        }

        return FixtureTool.Text("The tool has logged.");
    }

    /// <summary>A request that stands for itself has to ask for logs; in a session they come.</summary>
    private static bool IsWanted(RequestContext<CallToolRequestParams> request) =>
        request.JsonRpcRequest.Context?.ProtocolVersion != "2026-07-28" || request.Params?.Meta?["io.modelcontextprotocol/logLevel"] is not null;
#pragma warning restore MCP9005 // The rest uses nothing deprecated.
}
