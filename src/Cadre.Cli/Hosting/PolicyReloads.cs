using Cadre.Engine.Ports;
using Cadre.Guard.Policies;

namespace Cadre.Cli.Hosting;

/// <summary>Puts a reload of the policy on record, whatever became of it.</summary>
internal static class PolicyReloads
{
    /// <returns>What became of it, in words.</returns>
    public static async ValueTask<string> RecordAsync(IAudit audit, PolicyReload reload, string author, TimeProvider time, CancellationToken cancellationToken)
    {
        var outcome = reload.Ok ? reload.Changed ? "in force" : "unchanged" : "refused";
        await audit.WriteAsync(
            new(time.GetUtcNow(), AuditKinds.PolicyReload, author, null, null, new Dictionary<string, string>
            {
                ["policy_hash_before"] = reload.Before,
                ["policy_hash"] = reload.Hash,
                ["outcome"] = outcome,
                ["errors"] = string.Join("; ", reload.Errors.Take(5)),
            }),
            cancellationToken);
        return outcome;
    }
}
