using System.Security.Cryptography;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>Where the chain ends and goes on.</summary>
/// <param name="File">The file to go on in; null to begin one.</param>
/// <param name="Cut">What a crash left half written and was cut off; null when nothing was.</param>
internal sealed record AuditTail(long Count, byte[] Mac, string? File, long Length, AuditCut? Cut)
{
    /// <summary>
    /// Finds the end of the log from its anchor on. Only what is beyond the anchor may be torn: all before it was durable and acknowledged.
    /// </summary>
    /// <exception cref="AuditDamagedException">The log is not what was written.</exception>
    public static AuditTail Find(AuditPaths paths, AuditHead head, AuditKey key, IDisk disk)
    {
        var files = paths.Files();
        var count = head.Count;
        var mac = Convert.FromHexString(head.Hash);
        var first = 0;
        if (head.Count > 0)
        {
            first = Array.FindIndex(files, file => Path.GetFileName(file) == head.File);
            if (first < 0 || !EndsWith(files[first], head)) throw new AuditDamagedException($"The audit log was cut or changed: it does not hold the {head.Count} entries that {paths.Head} vouches for. `cadre audit verify` says where.");
        }

        for (var i = first; i < files.Length; i++)
        {
            var start = i == first ? head.Length : 0;
            using var lines = new AuditLines(files[i], start);
            for (var position = lines.Position; lines.TryNext(out var line); position = lines.Position)
            {
                if (lines.IsTerminated && TryFollow(line.Span, key, count, mac))
                {
                    count++;
                    continue;
                }

                var torn = i == files.Length - 1 && (!lines.IsTerminated || line.Span.Contains((byte)0));
                if (!torn) throw new AuditDamagedException($"Entry {count} of the audit log ({Path.GetFileName(files[i])}, byte {position}) is not what was written. `cadre audit verify` says more.");
                return new(count, mac, files[i], position, CutOff(files[i], position, disk));
            }
        }

        var last = files.Length > 0 ? files[^1] : null;
        return new(count, mac, last, last is null ? 0 : new FileInfo(last).Length, null);
    }

    /// <param name="mac">In: of the entry before; out, if the line is the next entry: its own.</param>
    public static bool TryFollow(ReadOnlySpan<byte> line, AuditKey key, long number, Span<byte> mac)
    {
        Span<byte> stated = stackalloc byte[AuditKey.HashLength];
        if (!AuditLine.TrySplit(line, out var found, out var sealedPart, stated) || found != number) return false;
        Span<byte> right = stackalloc byte[AuditKey.HashLength];
        mac.CopyTo(right);
        AuditLine.Chain(key, right, sealedPart);
        if (!CryptographicOperations.FixedTimeEquals(right, stated)) return false;
        right.CopyTo(mac);
        return true;
    }

    private static bool EndsWith(string path, AuditHead head)
    {
        var expected = System.Text.Encoding.ASCII.GetBytes(head.Hash + "\"}\n");
        using var file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var there = new byte[expected.Length];
        return head.Length >= expected.Length && RandomAccess.Read(file, there, head.Length - there.Length) == there.Length && there.AsSpan().SequenceEqual(expected);
    }

    private static AuditCut CutOff(string path, long position, IDisk disk)
    {
        using var file = DurableFile.Open(disk, path);
        var length = file.Length - position;
        var some = new byte[(int)Math.Min(length, AuditLimits.LineBytes)];
        file.Read(some, position);
        file.Truncate(position);
        file.Sync();
        return new(Path.GetFileName(path), position, length, Convert.ToHexStringLower(SHA256.HashData(some)));
    }
}

/// <param name="Hash">SHA-256 of the bytes that were cut, of their beginning if there were very many.</param>
internal sealed record AuditCut(string File, long Position, long Length, string Hash);
