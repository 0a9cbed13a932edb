using System.Globalization;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <summary>The audit entries of calls: what was asked for, where the tool came from, which rule let it through, what came of it.</summary>
internal sealed class CallAudit(EnginePorts ports)
{
    private const int ArgumentsShown = 2_000;

    public Task StartedAsync(OpenRun run, Prepared.Ready call, CancellationToken cancellationToken)
    {
        var descriptor = call.Tool.Descriptor;
        return WriteAsync(AuditKinds.ToolCall, run, call.State, new()
        {
            ["tool"] = descriptor.Name,
            ["source"] = descriptor.Provenance.Source,
            ["version"] = descriptor.Provenance.Version,
            ["tool_hash"] = descriptor.Provenance.Hash,
            ["effect"] = descriptor.Effect.ToString(),
            ["arguments"] = Bounded.Middle(call.State.Request.Arguments, ArgumentsShown),
            ["arguments_hash"] = CallHash.OfText(call.State.Request.Arguments),
            ["rule"] = call.Rule,
            ["policy_hash"] = ports.Policies.Current.Hash,
            ["attempt"] = ((call.State.Start?.Attempt ?? 0) + 1).ToString(CultureInfo.InvariantCulture),
        }, cancellationToken);
    }

    public Task FinishedAsync(OpenRun run, Prepared.Ready call, ToolResult result, TimeSpan duration, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.ToolResult, run, call.State, new()
        {
            ["tool"] = call.Tool.Descriptor.Name,
            ["status"] = result.Status.ToString(),
            ["output_hash"] = CallHash.OfText(result.Output),
            ["milliseconds"] = duration.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture),
        }, cancellationToken);

    public Task RefusedAsync(OpenRun run, CallState call, ToolResult result, string rule, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.Refusal, run, call, new()
        {
            ["tool"] = Bounded.Line(call.Request.Tool, 200),
            ["arguments"] = Bounded.Middle(call.Request.Arguments, ArgumentsShown),
            ["status"] = result.Status.ToString(),
            ["rule"] = rule,
            ["policy_hash"] = ports.Policies.Current.Hash,
        }, cancellationToken);

    private Task WriteAsync(string kind, OpenRun run, CallState call, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        var definition = run.State.Definition!;
        details[AuditDetails.Organisation] = definition.Owner.Organisation;
        details[AuditDetails.User] = definition.Owner.User;
        return ports.Audit.WriteAsync(
            new(ports.Time.GetUtcNow(), kind, $"model:{definition.Agent.Model}", run.Id, call.Request.CallId, details), cancellationToken).AsTask();
    }
}
