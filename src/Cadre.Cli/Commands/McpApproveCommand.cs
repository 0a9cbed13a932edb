using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Running;
using Cadre.Cli.Terminals;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre mcp approve</c>: a person reads what a server says of its tools now, and accepts it or not.</summary>
internal static class McpApproveCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's name in mcp.json." };
        var tool = new Argument<string?>("tool") { Description = "One tool; without it, all that wait and a changed address.", Arity = ArgumentArity.ZeroOrOne };
        var yes = new Option<bool>("--yes", "-y") { Description = "Approve without being asked; needed where there is no terminal." };
        return new Command("approve", "Show what changed at a server, and accept it.") { endpoint, tool, yes }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(parsed.GetRequiredValue(endpoint), parsed.GetValue(tool), parsed.GetValue(yes), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(string endpoint, string? tool, bool yes, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var operations = McpCommand.Operations(host);
        var shown = await ShowAsync(endpoint, tool, operations, host, cancellationToken);
        if (shown is null)
        {
            terminal.Say("No tool waits for approval.");
            return ExitCode.Ok;
        }

        if (!yes && !terminal.CanAsk) throw new CommandRefusedException("Nobody can be asked here, so nothing was approved.", "read the above, then add --yes");
        if (!yes && await Confirmation.AskAsync(terminal, "Approve?", cancellationToken) != true)
        {
            terminal.Fail("Nothing was approved.");
            return ExitCode.Failed;
        }

        var approval = await operations.ApproveAsync(endpoint, tool, shown, cancellationToken);
        if (approval.Refusal is { } refusal) throw new CommandRefusedException(refusal, "cadre mcp list");
        foreach (var approved in approval.Approved) terminal.Print($"approved {approved.Endpoint} {approved.Name} {approved.Hash}");
        if (shown.Count == 0) terminal.Print($"approved {endpoint}; its tools can be listed now, and may wait in turn");
        return ExitCode.Ok;
    }

    /// <summary>Null when nothing waits; else the hashes of what was shown, none for an endpoint whose address itself waits.</summary>
    private static async Task<IReadOnlySet<string>?> ShowAsync(string endpoint, string? tool, McpOperations operations, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var listed = await operations.ListAsync(endpoint, cancellationToken);
        var waiting = listed.Where(each => each.State == McpToolState.Quarantined && (tool is null || each.Name == tool || each.OfferedAs == tool)).ToArray();
        if (tool is not null && waiting.Length == 0) throw new CommandRefusedException($"{endpoint} has no tool '{tool}' that waits for approval.", $"cadre mcp list {endpoint}");
        if (waiting.Length == 0 && listed.Count > 0) return null;

        terminal.Say($"{endpoint} is {AddressOf(endpoint, host)}");
        if (listed.Count == 0)
        {
            var health = (await operations.HealthAsync(cancellationToken)).FirstOrDefault(each => each.Endpoint == endpoint);
            if (health?.Status != McpStatus.Quarantined) throw new CommandRefusedException(health is null ? $"There is no endpoint '{endpoint}'." : $"{endpoint} lists no tools: {health.Reason}", "cadre mcp health");
            terminal.Say($"  {health.Reason}");
        }

        foreach (var each in waiting)
        {
            terminal.Say($"\n{each.Name} ({each.Effect.ToString().ToLowerInvariant()}), {each.Hash}\n  {each.Reason}");
            terminal.Say("  " + (each.Diff.Length > 0 ? each.Diff : each.Description).ReplaceLineEndings("\n  "));
            if (each.Hints.Length > 0) terminal.Say($"  It says of itself: {each.Hints}");
        }

        return waiting.Select(each => each.Hash).ToHashSet(StringComparer.Ordinal);
    }

    private static string AddressOf(string endpoint, CadreHost host) =>
        McpConfiguration.Load(host.Settings.McpFile).Endpoints.FirstOrDefault(each => each.Name == endpoint)?.Address
        ?? throw new CommandRefusedException($"There is no endpoint '{endpoint}' in {host.Settings.McpFile}.", "cadre mcp health");
}
