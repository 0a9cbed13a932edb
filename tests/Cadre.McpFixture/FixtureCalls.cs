using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpFixture;

/// <summary>What the fixture's tools do.</summary>
internal static class FixtureCalls
{
    public static async ValueTask<CallToolResult> CallAsync(FixtureOptions options, RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = request.Params!.Arguments ?? new Dictionary<string, JsonElement>();
        switch (request.Params.Name)
        {
            case "echo":
                Record(options, "echo");
                return Text(arguments["text"].GetString()!);
            case "add":
                var sum = arguments["a"].GetInt64() + arguments["b"].GetInt64();
                return new() { Content = [new TextContentBlock { Text = $"{sum}" }], StructuredContent = JsonElement.Parse($$"""{"sum":{{sum}}}""") };
            case "append":
                Record(options, arguments["text"].GetString()!);
                return Text($"Appended with key {request.Params.Meta?["cadre/idempotency-key"]}.");
            case "hang":
                Record(options, "hang");
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return Text("never");
            case "flood":
                return Text(new string('x', (arguments.TryGetValue("mebibytes", out var size) ? size.GetInt32() : 64) << 20));
            case "ansi":
                return Text("\u001b[31mred\u001b[0m \u001b]0;title\u0007bell\u0007 \u202Edrow\u202C z\u200Bw t\U000E0041g\r\nnext\u0000.");
            case "crash":
                Record(options, "crash");
                Environment.Exit(7);
                return Text("never");
            case "environment":
                return Text(Environments());
            case "reach":
                return Text(await ReachAsync(arguments["port"].GetInt32(), cancellationToken));
            case "media":
                return Media();
            case "fail":
                return new() { IsError = true, Content = [new TextContentBlock { Text = "The disk is full." }] };
            case "refuse":
                throw new McpProtocolException("Not today.", McpErrorCode.InvalidParams);
            case "progress":
                await request.Server.NotifyProgressAsync(request.Params.ProgressToken!.Value, new() { Progress = 1, Total = 2, Message = "half \u001b[31mway" }, null, cancellationToken);
                return Text("done");
            default:
                return await AskAsync(request, cancellationToken);
        }
    }

    private static void Record(FixtureOptions options, string line) => File.AppendAllText(options.Effects, line + "\n");

    private static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };

#pragma warning disable MCP9005 // Deprecated since 2026-07-28: older servers still ask for these, and that is what is tested.
    private static async ValueTask<CallToolResult> AskAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        switch (request.Params!.Name)
        {
            case "sample":
                var sample = await request.Server.SampleAsync(new CreateMessageRequestParams { Messages = [], MaxTokens = 10 }, cancellationToken);
                return Text($"sampled {sample.Model}");
            case "elicit":
                var answer = await request.Server.ElicitAsync(new ElicitRequestParams { Message = "Your password?", RequestedSchema = new() }, cancellationToken);
                return Text($"elicited {answer.Action}");
            case "roots":
                var roots = await request.Server.RequestRootsAsync(new ListRootsRequestParams(), cancellationToken);
                return Text($"roots {roots.Roots.Count}");
            default:
                throw new McpProtocolException($"Unknown tool {request.Params.Name}.", McpErrorCode.InvalidParams);
        }
    }

#pragma warning restore MCP9005 // The rest uses nothing deprecated.

    private static string Environments()
    {
        var text = new StringBuilder();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()) text.AppendLine(CultureInfo.InvariantCulture, $"{variable.Key}={variable.Value}");
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                text.AppendLine(File.ReadAllText(Path.Combine(process, "environ")).Replace('\0', '\n')).AppendLine(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Not a process, or not one of ours.
            }
        }

        return text.ToString();
    }

    private static async Task<string> ReachAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return "reached";
        }
        catch (SocketException exception)
        {
            return $"not reached: {exception.SocketErrorCode}";
        }
    }

    private static CallToolResult Media() => new()
    {
        Content =
        [
            new TextContentBlock { Text = "Here:" },
            ImageContentBlock.FromBytes(new byte[] { 1, 2, 3 }, "image/png"),
            new ResourceLinkBlock { Uri = "file:///report.pdf", Name = "report" },
            new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = "note://1", Text = "a note" } },
            new EmbeddedResourceBlock { Resource = BlobResourceContents.FromBytes(new byte[] { 9, 9 }, "blob://2", "application/zip") },
        ],
    };
}
