namespace Cadre.Guard.Audit;

/// <summary>Follows the chain through the files, and says what is wrong where it breaks.</summary>
internal sealed class AuditWalk(AuditKey key, AuditHead? head)
{
    private readonly byte[] _mac = new byte[AuditKey.HashLength];
    private AuditProblem? _problem;
    private string? _lastFile;
    private long _count;
    private long _line;
    private int _files;
    private bool _tornEnd;

    /// <summary>False: the chain broke.</summary>
    public bool TryFile(string path, CancellationToken cancellationToken)
    {
        if (_tornEnd) return Breaks(AuditProblemKind.Changed, "the file before ends in the middle of an entry");
        _files++;
        _line = 0;
        _lastFile = Path.GetFileName(path);
        using var lines = new AuditLines(path, 0);
        while (lines.TryNext(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _line++;
            if (lines.IsTerminated && AuditTail.TryFollow(line.Span, key, _count, _mac))
            {
                _count++;
                if (_count == head?.Count && Convert.ToHexStringLower(_mac) != head.Hash) return Breaks(AuditProblemKind.Changed, "it is not the entry that the head vouches for");
                continue;
            }

            if (!lines.IsTerminated)
            {
                // Unless the head knows better, this is what a crash or a writer at work leaves.
                _tornEnd = true;
                return true;
            }

            return Breaks(Why(line, lines, path));
        }

        return true;
    }

    public AuditReport Report(AuditProblem? headProblem)
    {
        var problem = _problem;
        if (problem is null && head is not null && _count < head.Count)
        {
            problem = new(AuditProblemKind.Truncated, _lastFile, _line, _count, $"{head.Count - _count} of {head.Count} entries are missing at the end");
        }

        // A wrong key explains everything else; other troubles of the head come after those of the entries.
        problem = headProblem?.Kind == AuditProblemKind.WrongKey ? headProblem : problem ?? headProblem;
        return new(_count, _files, head?.Count, _tornEnd && problem is null, problem);
    }

    private bool Breaks(AuditProblemKind kind, string why) => Breaks((kind, why));

    private bool Breaks((AuditProblemKind Kind, string Why) found)
    {
        _problem = new(found.Kind, _lastFile, _line, _count, found.Why);
        return false;
    }

    private (AuditProblemKind Kind, string Why) Why(ReadOnlyMemory<byte> line, AuditLines lines, string path)
    {
        Span<byte> stated = stackalloc byte[AuditKey.HashLength];
        if (!AuditLine.TrySplit(line.Span, out var number, out _, stated))
        {
            return NextFollows(lines, _mac, _count) ? (AuditProblemKind.Inserted, "the line is no entry") : (AuditProblemKind.Changed, "the line is not built as an entry is");
        }

        if (number < _count) return (AuditProblemKind.Inserted, $"it is numbered {number}, which was there before");
        if (number > _count)
        {
            return Holds(lines, path, _count)
                ? (AuditProblemKind.Reordered, $"entry {number} stands where entry {_count} belongs")
                : (AuditProblemKind.Deleted, $"{number - _count} entries are missing before entry {number}");
        }

        var before = _mac.ToArray();
        if (lines.TryNext(out var next))
        {
            if (AuditTail.TryFollow(next.Span, key, _count, before)) return (AuditProblemKind.Inserted, "the true entry with this number follows");
            stated.CopyTo(before);
            if (head is null && _count == 0 && !AuditTail.TryFollow(next.Span, key, 1, before)) return (AuditProblemKind.WrongKey, "no entry was sealed with this key");
        }

        return (AuditProblemKind.Changed, "its content does not match its mac");
    }

    private bool NextFollows(AuditLines lines, byte[] mac, long number) => lines.TryNext(out var next) && AuditTail.TryFollow(next.Span, key, number, mac.ToArray());

    private static bool Holds(AuditLines rest, string path, long number)
    {
        if (Holds(rest, number)) return true;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, "audit-*.jsonl").Where(file => string.CompareOrdinal(file, path) > 0))
        {
            using var lines = new AuditLines(file, 0);
            if (Holds(lines, number)) return true;
        }

        return false;
    }

    private static bool Holds(AuditLines lines, long number)
    {
        Span<byte> mac = stackalloc byte[AuditKey.HashLength];
        while (lines.TryNext(out var line))
        {
            if (AuditLine.TrySplit(line.Span, out var found, out _, mac) && found == number) return true;
        }

        return false;
    }
}
