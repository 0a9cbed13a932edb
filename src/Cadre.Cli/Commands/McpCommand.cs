using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Tools.Mcp;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre mcp</c>: the MCP servers of mcp.json.</summary>
internal static class McpCommand
{
    private const int TextLength = 100;

    public static Command Create(Surroundings surroundings) => new("mcp", "Health, tools and calls of MCP servers; Cadre's own tools as one.")
    {
        Health(surroundings), List(surroundings), McpInvokeCommand.Create(surroundings), McpApproveCommand.Create(surroundings), Add(surroundings), Remove(surroundings), McpLoginCommand.Create(surroundings), McpLoginCommand.CreateLogout(surroundings),
        McpServeCommand.Create(surroundings),
    };

    private static Command Health(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print one endpoint a line as JSON.");
        return new Command("health", "Ask every endpoint now: status and latency.") { json }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var health = await Operations(host).HealthAsync(cancellationToken);
            if (parsed.GetValue(json)) WriteHealth(health, new(surroundings.Terminal.Out));
            else PrintHealth(health, host);
            return health.Any(endpoint => endpoint.Status is McpStatus.Failed or McpStatus.SignInRequired) ? ExitCode.Failed : ExitCode.Ok;
        });
    }

    private static void PrintHealth(IReadOnlyList<McpHealth> health, CadreHost host)
    {
        var terminal = host.Surroundings.Terminal;
        if (health.Count == 0)
        {
            terminal.Say($"There are no endpoints in {host.Settings.McpFile}. Add one: cadre mcp add NAME -- COMMAND, or --url URL");
            return;
        }

        var table = new TextTable("ENDPOINT", "STATUS", "LATENCY", "TOOLS", "PROTOCOL", "SERVER", "REASON");
        foreach (var endpoint in health)
        {
            table.Row(
                endpoint.Endpoint, JsonNamingPolicy.SnakeCaseLower.ConvertName(endpoint.Status.ToString()), endpoint.Latency is { } latency ? $"{latency.TotalMilliseconds:0} ms" : "",
                endpoint.Tools.ToString(), endpoint.Protocol ?? "", $"{endpoint.ServerName} {endpoint.ServerVersion}".Trim(), TerminalText.Line(endpoint.Reason, TextLength));
        }

        table.PrintTo(terminal);
    }

    private static void WriteHealth(IReadOnlyList<McpHealth> health, JsonLines lines)
    {
        foreach (var endpoint in health)
        {
            lines.Write(json =>
            {
                json.WriteString("endpoint", endpoint.Endpoint);
                json.WriteString("status", JsonNamingPolicy.SnakeCaseLower.ConvertName(endpoint.Status.ToString()));
                json.WriteString("at", endpoint.At);
                if (endpoint.Latency is { } latency) json.WriteNumber("latency_ms", latency.TotalMilliseconds);
                json.WriteNumber("tools", endpoint.Tools);
                if (endpoint.Protocol is { } protocol) json.WriteString("protocol", protocol);
                if (endpoint.ServerName is { } server) json.WriteString("server", server);
                if (endpoint.ServerVersion is { } version) json.WriteString("version", version);
                if (endpoint.Reason.Length > 0) json.WriteString("reason", endpoint.Reason);
            });
        }
    }

    private static Command List(Surroundings surroundings)
    {
        var endpoint = OptionalEndpoint();
        var json = CommonOptions.Json("Print one tool a line as JSON.");
        return new Command("list", "List the tools of the endpoints, offered or not.") { endpoint, json }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var tools = await Operations(host).ListAsync(parsed.GetValue(endpoint), cancellationToken);
            if (parsed.GetValue(json)) WriteTools(tools, new(surroundings.Terminal.Out));
            else PrintTools(tools, surroundings.Terminal);
            return ExitCode.Ok;
        });
    }

    private static void PrintTools(IReadOnlyList<McpListedTool> tools, Terminal terminal)
    {
        if (tools.Count == 0) terminal.Say("No tools are listed; see: cadre mcp health");
        var table = new TextTable("ENDPOINT", "TOOL", "OFFERED AS", "STATE", "EFFECT", "DESCRIPTION");
        foreach (var tool in tools)
            table.Row(tool.Endpoint, tool.Name, tool.OfferedAs, tool.State.ToString().ToLowerInvariant(), tool.Effect.ToString().ToLowerInvariant(), TerminalText.Line(tool.Reason.Length > 0 ? tool.Reason : tool.Description, TextLength));
        if (tools.Count > 0) table.PrintTo(terminal);
        foreach (var tool in tools.Where(tool => tool.Diff.Length > 0)) terminal.Say($"\n{tool.Endpoint} {tool.Name} has changed since it was pinned:\n{tool.Diff}\n  → cadre mcp approve {tool.Endpoint} {tool.Name}");
    }

    private static void WriteTools(IReadOnlyList<McpListedTool> tools, JsonLines lines)
    {
        foreach (var tool in tools)
        {
            lines.Write(json =>
            {
                json.WriteString("endpoint", tool.Endpoint);
                json.WriteString("tool", tool.Name);
                json.WriteString("offered_as", tool.OfferedAs);
                json.WriteString("state", tool.State.ToString().ToLowerInvariant());
                json.WriteString("effect", tool.Effect.ToString());
                json.WriteString("hash", tool.Hash);
                json.WriteString("description", tool.Description);
                if (tool.Hints.Length > 0) json.WriteString("hints", tool.Hints);
                if (tool.Reason.Length > 0) json.WriteString("reason", tool.Reason);
                if (tool.Diff.Length > 0) json.WriteString("diff", tool.Diff);
            });
        }
    }

    private static Command Add(Surroundings surroundings)
    {
        var name = new Argument<string>("endpoint") { Description = "A name for it." };
        var words = new Argument<string[]>("command") { Description = "The server's command, after '--'.", Arity = ArgumentArity.ZeroOrMore };
        var url = new Option<string?>("--url") { Description = "The server's URL, in place of a command.", HelpName = "url" };
        return new Command("add", "Add a server to mcp.json: cadre mcp add NAME --url URL, or cadre mcp add NAME -- COMMAND.") { name, words, url }.Runs(surroundings, (parsed, host, _) =>
        {
            var command = parsed.GetValue(words) ?? [];
            if (command.Length == 0 == parsed.GetValue(url) is null) throw new CommandRefusedException("Give either a command after '--' or --url.", "cadre mcp add --help", ExitCode.Usage);
            var wanted = parsed.GetRequiredValue(name);
            if (Operations(host).Add(wanted, Definition(command, parsed.GetValue(url))) is { } refusal) throw new CommandRefusedException(refusal);
            surroundings.Terminal.Print($"added {wanted} to {host.Settings.McpFile}");
            surroundings.Terminal.Say("Look at it: cadre mcp health");
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Command Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("endpoint") { Description = "The endpoint's name in mcp.json." };
        return new Command("remove", "Take a server out of mcp.json and forget its pins.") { name }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            if (await Operations(host).RemoveAsync(wanted, cancellationToken) is { } refusal) throw new CommandRefusedException(refusal);
            surroundings.Terminal.Print($"removed {wanted}");
            return ExitCode.Ok;
        });
    }

    private static string Definition(string[] command, string? url)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (url is not null)
            {
                json.WriteString("url", url);
            }
            else
            {
                json.WriteString("command", command[0]);
                json.WriteStartArray("args");
                foreach (var argument in command[1..]) json.WriteStringValue(argument);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static Argument<string?> OptionalEndpoint() => new("endpoint") { Description = "One endpoint; without it, all.", Arity = ArgumentArity.ZeroOrOne };

    internal static McpOperations Operations(CadreHost host) => new(host.Mcp, host.Author);
}
