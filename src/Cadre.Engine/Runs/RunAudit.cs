using System.Collections.Immutable;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>The audit entries of runs: who started them for whom, who stopped them, what a person decided, how they ended.</summary>
internal sealed class RunAudit(EnginePorts ports)
{
    public Task StartedAsync(RunId run, RunDefinition definition, ImmutableArray<Message> input, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.RunStart, run, $"user:{definition.Owner.User}", definition, new()
        {
            ["agent"] = definition.Agent.Name,
            ["model"] = definition.Agent.Model,
            ["kind"] = definition.Goal is null ? "agent" : "goal",
            ["policy_hash"] = ports.Policies.Current.Hash,
            ["input_hash"] = CallHash.OfText(string.Join('\n', input.Select(message => message.PlainText))),
        }, cancellationToken);

    public Task EndedAsync(RunId run, RunDefinition definition, RunStatus status, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.RunEnd, run, "system", definition, new() { ["status"] = status.ToString() }, cancellationToken);

    public Task CancelledAsync(RunId run, RunDefinition definition, string author, string reason, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.Cancel, run, author, definition, new() { ["reason"] = reason }, cancellationToken);

    /// <param name="definition">Null for a run that does not exist.</param>
    public Task DecidedAsync(RunId run, RunDefinition? definition, (string Id, string Hash) call, Decision decision, CommandResult result, CancellationToken cancellationToken) =>
        WriteAsync(AuditKinds.Approval, run, decision.Author, definition, new()
        {
            ["call_id"] = call.Id,
            ["call_hash"] = call.Hash,
            ["approved"] = decision.Approved ? "true" : "false",
            ["outcome"] = result.ToString(),
            ["comment"] = decision.Comment ?? "",
        }, cancellationToken);

    private Task WriteAsync(string kind, RunId run, string actor, RunDefinition? definition, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        if (definition is not null) (details[AuditDetails.Organisation], details[AuditDetails.User]) = (definition.Owner.Organisation, definition.Owner.User);
        return ports.Audit.WriteAsync(new(ports.Time.GetUtcNow(), kind, actor, run, details.GetValueOrDefault("call_id"), details), cancellationToken).AsTask();
    }
}
