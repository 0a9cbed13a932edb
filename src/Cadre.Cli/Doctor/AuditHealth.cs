using Cadre.Cli.Terminals;
using Cadre.Guard.Audit;

namespace Cadre.Cli.Doctor;

/// <summary>A short look at the audit log: a long one is only counted.</summary>
internal static class AuditHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public static async Task<Finding> LookAsync(string stateDirectory, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var report = await AuditVerifier.VerifyAsync(stateDirectory, null, linked.Token);
            return report.Problem is { } problem
                ? Of($"does not verify: {problem.Why}", Severity.Problem, "cadre audit verify")
                : Of(report.Entries == 0 ? "no entries" : $"{TerminalText.Plural(report.Entries, "entry", "entries")}, intact");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Of("too long for a quick look", advice: "cadre audit verify");
        }
    }

    private static Finding Of(string value, Severity severity = Severity.Fine, string? advice = null) => new("state", "audit", value, severity, advice);
}
