namespace Cadre.Guard.Audit;

/// <summary>Checks a state directory's audit log from its first entry to its head. Changes nothing; may run beside a writer.</summary>
public static class AuditVerifier
{
    /// <param name="keyFile">Null: as <see cref="AuditOptions.KeyFile"/>.</param>
    public static Task<AuditReport> VerifyAsync(string stateDirectory, string? keyFile, CancellationToken cancellationToken) =>
        Task.Run(() => Verify(AuditPaths.Of(stateDirectory, keyFile), cancellationToken), cancellationToken);

    private static AuditReport Verify(AuditPaths paths, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(paths.Head) && !File.Exists(paths.KeyFile) && paths.Files().Length == 0) return new(0, 0, null, false, null);
            var key = AuditKey.Read(paths.KeyFile);
            var head = AuditHead.Read(paths.Head, key, out var headProblem);
            var walk = new AuditWalk(key, head);
            foreach (var file in paths.Files())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!walk.TryFile(file, cancellationToken)) break;
            }

            return walk.Report(HeadProblem(head, headProblem, paths));
        }
        catch (AuditDamagedException unusable)
        {
            return new(0, 0, null, false, new(AuditProblemKind.KeyUnusable, null, null, null, unusable.Message));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new(0, 0, null, false, new(AuditProblemKind.Unreadable, null, null, null, unreadable.Message));
        }
    }

    private static AuditProblem? HeadProblem(AuditHead? head, string? problem, AuditPaths paths) =>
        head is not null ? null
        : problem is null ? new(AuditProblemKind.HeadMissing, Path.GetFileName(paths.Head), null, null, "there is no anchored head: entries may be missing at the end")
        : problem.Contains("another key", StringComparison.Ordinal) ? new(AuditProblemKind.WrongKey, Path.GetFileName(paths.Head), null, null, problem)
        : new(AuditProblemKind.HeadChanged, Path.GetFileName(paths.Head), null, null, problem);
}
