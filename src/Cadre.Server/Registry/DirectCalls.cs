using System.Globalization;
using System.Text.Json;
using Cadre.Engine;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;

namespace Cadre.Server.Registry;

/// <summary>
/// A platform tool called by somebody who is not a run, such as an MCP client: validated, judged by the policy, on record in the audit before and after. What a
/// transactional tool leaves to be made is made in one transaction.
/// </summary>
public sealed class DirectCalls(EnginePorts ports, IStore store, Ids ids)
{
    private const int Tries = 8;
    private const int ArgumentsShown = 2_000;

    /// <summary>Never throws for a failure that the caller could act on.</summary>
    /// <param name="via">Where the call came from, for the audit: "mcp".</param>
    public async ValueTask<ToolResult> CallAsync(Caller caller, IPlatformTool tool, JsonElement arguments, string via, CancellationToken cancellationToken)
    {
        var call = new ToolCall(ids.NewRun(), Ids.New(), Ids.New(), arguments, caller.Owner);
        if (JsonSchema.Check(tool.Descriptor.Definition.Parameters, arguments) is { } misfit) return ToolResult.Failed($"The arguments do not fit the tool's schema. {misfit}");
        var verdict = ports.Policies.Current.Judge(tool.Facts(arguments));
        if (verdict.Kind != VerdictKind.Allow)
        {
            var denied = ToolResult.Denied($"Rule '{verdict.Rule}' {(verdict.Kind == VerdictKind.Ask ? "asks a person first, and nobody can be asked here" : "denies it")}: {verdict.Because}");
            await AuditAsync(AuditKinds.Refusal, caller, tool, call, via, new() { ["rule"] = verdict.Rule, ["arguments"] = Shown(arguments) }, cancellationToken);
            return denied;
        }

        var start = ports.Time.GetTimestamp();
        await AuditAsync(AuditKinds.ToolCall, caller, tool, call, via, new() { ["rule"] = verdict.Rule, ["arguments"] = Shown(arguments), ["arguments_hash"] = CallHash.OfText(arguments.GetRawText()) }, cancellationToken);
        var result = await MakeAsync(tool, call, cancellationToken);
        await AuditAsync(AuditKinds.ToolResult, caller, tool, call, via, new()
        {
            ["status"] = result.Status.ToString(),
            ["output_hash"] = CallHash.OfText(result.Output),
            ["milliseconds"] = ports.Time.GetElapsedTime(start).TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture),
        }, cancellationToken);
        return result with { Output = Bounded.Middle(result.Output, tool.Descriptor.OutputLimit) };
    }

    private async ValueTask<ToolResult> MakeAsync(IPlatformTool tool, ToolCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(tool.Descriptor.Timeout, ports.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            for (var tries = 0; tries < Tries; tries++)
            {
                var result = await tool.CallAsync(call, linked.Token);
                if (result.Pending is not JointChanges(var changes)) return result;
                // Not cancelled half-way: either it is made and said to be made, or it is not made.
                if ((await store.CommitAsync(changes, CancellationToken.None)).Won) return result with { Pending = null };
            }

            return ToolResult.Failed("What this call is about was changed by others all the time. Nothing was done: try again.");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ToolResult.Failed($"The call took longer than {tool.Descriptor.Timeout.TotalSeconds:0} s and was ended.");
        }
    }

    private ValueTask AuditAsync(string kind, Caller caller, IPlatformTool tool, ToolCall call, string via, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        details["tool"] = tool.Descriptor.Name;
        details["source"] = tool.Descriptor.Provenance.Source;
        details["version"] = tool.Descriptor.Provenance.Version;
        details["effect"] = tool.Descriptor.Effect.ToString();
        details["policy_hash"] = ports.Policies.Current.Hash;
        details["organisation"] = caller.Organisation;
        details["user"] = caller.User;
        details["via"] = via;
        return ports.Audit.WriteAsync(new(ports.Time.GetUtcNow(), kind, caller.Author, null, call.CallId, details), cancellationToken);
    }

    private static string Shown(JsonElement arguments) => Bounded.Middle(arguments.GetRawText(), ArgumentsShown);
}
