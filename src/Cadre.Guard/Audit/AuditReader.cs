using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;

namespace Cadre.Guard.Audit;

/// <param name="Entry">Null: the line cannot be read.</param>
/// <param name="Line">1 is the first of the file.</param>
public sealed record AuditRecord(long? Number, AuditEntry? Entry, string File, long Line);

/// <summary>Shows the log's entries. It does not verify them.</summary>
public static class AuditReader
{
    /// <summary>Oldest first. Lines that cannot be read are always among them.</summary>
    public static async IAsyncEnumerable<AuditRecord> ReadAsync(string stateDirectory, AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in AuditPaths.Of(stateDirectory, null).Files())
        {
            using var lines = new AuditLines(path, 0);
            for (var number = 1L; lines.TryNext(out var line); number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!AuditLine.TryParse(line, out var entry, out var read)) yield return new(null, null, Path.GetFileName(path), number);
                else if (query.Admits(read)) yield return new(entry, read, Path.GetFileName(path), number);
            }
        }

        await ValueTask.CompletedTask;
    }
}
