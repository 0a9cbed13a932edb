using System.CommandLine;
using System.Text.Json;
using Cadre.Cli.Hosting;
using Cadre.Cli.Running;
using Cadre.Cli.Terminals;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre mcp invoke</c>: one call by hand, under the same policy as an agent's.</summary>
internal static class McpInvokeCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's name in mcp.json." };
        var tool = new Argument<string>("tool") { Description = "The tool's name, as its server has it." };
        var payload = new Option<string>("--payload") { Description = "The arguments, one JSON object; '-' reads it from standard input.", HelpName = "json", DefaultValueFactory = _ => "{}" };
        var approve = new Option<string>("--approve") { Description = "What to do when the policy wants a person to see the call: ask, never or auto.", DefaultValueFactory = _ => "ask" };
        approve.AcceptOnlyFromAmong("ask", "never", "auto");
        return new Command("invoke", "Call one tool, under the policy and on record as mcp_invoke.") { endpoint, tool, payload, approve }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var text = parsed.GetRequiredValue(payload) is var given and not "-" ? given : await surroundings.Terminal.In.ReadToEndAsync(cancellationToken);
            var wanted = new Wanted(parsed.GetRequiredValue(endpoint), parsed.GetRequiredValue(tool), text, parsed.GetRequiredValue(approve));
            return await ExecuteAsync(wanted, host, cancellationToken);
        });
    }

    private static async Task<int> ExecuteAsync(Wanted wanted, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var operations = McpCommand.Operations(host);

        // What is not there, not offered or no JSON is refused by the call itself, with the reason; there is nothing to judge.
        var listed = (await operations.ListAsync(wanted.Endpoint, cancellationToken)).FirstOrDefault(tool => tool.Name == wanted.Tool || tool.OfferedAs == wanted.Tool);
        if (listed is not null && Parse(wanted.Payload) is { } arguments && await RefusalAsync(wanted, listed, arguments, host, cancellationToken) is { } refusal)
        {
            terminal.Fail(refusal.Reason, refusal.Help);
            return ExitCode.Failed;
        }

        var invocation = await operations.InvokeAsync(wanted.Endpoint, wanted.Tool, wanted.Payload, cancellationToken);
        if (invocation.Result.Status != ToolStatus.Succeeded)
        {
            terminal.Fail(invocation.Result.Output);
            return ExitCode.Failed;
        }

        terminal.Print(invocation.Result.Output);
        if (invocation.Latency is { } latency) terminal.Say($"{latency.TotalMilliseconds:0} ms · {invocation.Provenance?.Source} {invocation.Provenance?.Version}");
        return ExitCode.Ok;
    }

    /// <summary>Null when the call may be made. The host of an HTTP endpoint is judged where the connection is opened.</summary>
    private static async Task<(string Reason, string? Help)?> RefusalAsync(Wanted wanted, McpListedTool tool, JsonElement arguments, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var verdict = host.Policies.Current.Judge(new(tool.OfferedAs, "mcp:" + tool.Endpoint, tool.Effect, arguments));
        switch (verdict.Kind)
        {
            case VerdictKind.Allow:
                return null;
            case VerdictKind.Deny:
                await RecordAsync(AuditKinds.Refusal, wanted, verdict, "denied by the policy", host, cancellationToken);
                return ($"The policy denies {tool.OfferedAs}: rule {verdict.Rule}: {verdict.Because}", "cadre policies show");
        }

        if (wanted.Approve == "auto")
        {
            await RecordAsync(AuditKinds.Approval, wanted, verdict, "approved by --approve auto", host, cancellationToken);
            return null;
        }

        if (wanted.Approve == "ask" && terminal.CanAsk)
        {
            terminal.Say($"? {wanted.Endpoint} {tool.Name}\n    {wanted.Payload.ReplaceLineEndings("\n    ")}\n  Rule {verdict.Rule}: {verdict.Because}");
            var answer = await Confirmation.AskAsync(terminal, "Make this call?", cancellationToken);
            await RecordAsync(AuditKinds.Approval, wanted, verdict, answer switch { true => "approved", false => "denied", null => "not answered" }, host, cancellationToken);
            return answer == true ? null : ("The call was not made.", null);
        }

        await RecordAsync(AuditKinds.Refusal, wanted, verdict, "nobody to ask", host, cancellationToken);
        return ($"The policy wants a person to see {tool.OfferedAs}: rule {verdict.Rule}: {verdict.Because}", "run it on a terminal, or with --approve auto");
    }

    private static ValueTask RecordAsync(string kind, Wanted wanted, Verdict verdict, string outcome, CadreHost host, CancellationToken cancellationToken) => host.Audit.WriteAsync(
        new(host.Surroundings.Time.GetUtcNow(), kind, host.Author, null, null, new Dictionary<string, string>
        {
            ["endpoint"] = wanted.Endpoint,
            ["tool"] = wanted.Tool,
            ["outcome"] = outcome,
            ["rule"] = verdict.Rule,
            ["policy_hash"] = host.Policies.Current.Hash,
        }),
        cancellationToken);

    private static JsonElement? Parse(string payload)
    {
        if (payload.Length > McpOperations.MaxPayloadChars) return null;
        try
        {
            using var document = JsonDocument.Parse(payload, new() { AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Wanted(string Endpoint, string Tool, string Payload, string Approve);
}
