using Cadre.Engine.Ports;

namespace Cadre.Guard.Audit;

/// <summary>
/// Reads a state directory's audit log backwards, without an index: files and lines that cannot matter are passed over unparsed, a page of an ordinary query reads a block
/// or two. May run beside the writer.
/// </summary>
public sealed class AuditHistory(string stateDirectory) : IAuditHistory
{
    /// <summary>Bytes of the log that one page looks at; where they do not suffice, the next page goes on.</summary>
    public const long PageScan = 512L << 20;

    /// <summary>Bytes of the entries on one page.</summary>
    public const int PageBytes = 8 << 20;

    private readonly AuditPaths _paths = AuditPaths.Of(stateDirectory, null);

    public ValueTask<AuditPage?> ReadAsync(AuditQuery query, AuditPlace? before, int limit, CancellationToken cancellationToken) =>
        new(Task.Run(() => Read(query, before, limit, cancellationToken), cancellationToken));

    public async ValueTask<AuditFindings> VerifyAsync(CancellationToken cancellationToken)
    {
        var report = await AuditVerifier.VerifyAsync(_paths.StateDirectory, null, cancellationToken);
        var last = await ReadAsync(new(), null, 1, cancellationToken);
        return new(report.Entries, FirstAt(), last?.Items is [var item] ? item.Entry.At : null, report.Problem is { } problem
            ? [new(problem.Kind.ToString().ToLowerInvariant(), problem.Why, problem.File, problem.Line, problem.Entry)]
            : []);
    }

    private AuditPage? Read(AuditQuery query, AuditPlace? before, int limit, CancellationToken cancellationToken)
    {
        var files = _paths.Files();
        var newest = before is { } place ? Array.FindLastIndex(files, file => AuditPaths.FirstEntry(file) == place.FirstEntry) : files.Length - 1;
        if (newest < 0) return before is null ? new([], null) : null;
        var needles = new AuditNeedles(query);
        var items = new List<AuditItem>();
        var (scanned, bytes) = (0L, 0L);
        for (var i = newest; i >= 0; i--)
        {
            if (!MayHold(files[i], query)) continue;
            var from = before is { } within && i == newest ? within.Offset : long.MaxValue;
            using var lines = new AuditLinesBackward(files[i], from);
            if (from != long.MaxValue && !(lines.Position == from && lines.BeginsBetweenLines)) return null;
            while (lines.TryPrevious(out var line))
            {
                cancellationToken.ThrowIfCancellationRequested();
                scanned += line.Length;
                if (needles.AreIn(line.Span) && AuditLine.TryParse(line, out var number, out var entry) && query.Admits(entry))
                {
                    items.Add(new(number, entry));
                    bytes += line.Length;
                }

                if (items.Count < limit && bytes < PageBytes && scanned < PageScan) continue;
                var next = new AuditPlace(AuditPaths.FirstEntry(files[i]), lines.Position);
                return new(items, i == 0 && next.Offset == 0 ? null : next);
            }
        }

        return new(items, null);
    }

    /// <summary>A file is of one day, and no entry was made after it was written.</summary>
    private static bool MayHold(string file, AuditQuery query) =>
        AuditPaths.Day(file) is not { } day
        || ((query.From is not { } from || day >= DateOnly.FromDateTime(from.UtcDateTime)) && (query.To is not { } to || day.DayNumber <= DateOnly.FromDateTime(to.UtcDateTime).DayNumber + 1));

    private DateTimeOffset? FirstAt()
    {
        if (_paths.Files() is not [var first, ..]) return null;
        using var lines = new AuditLines(first, 0);
        return lines.TryNext(out var line) && AuditLine.TryParse(line, out _, out var entry) ? entry.At : null;
    }
}
