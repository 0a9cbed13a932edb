using System.Runtime.CompilerServices;
using Cadre.Cli.Commands;

namespace Cadre.Cli.Remote;

/// <summary>Cuts a file of lines into pieces that a server takes in one request.</summary>
internal static class ImportBatches
{
    /// <summary>A piece is sent when it has so many lines or bytes.</summary>
    private const int Lines = 1_000;

    private const int Bytes = 4 << 20;

    /// <summary>A longer line is not sent: the server takes 96 MiB in one request.</summary>
    private const int MaxLine = 90 << 20;

    /// <param name="result">Is told of lines that are too long.</param>
    public static async IAsyncEnumerable<ImportBatch> ReadAsync(Stream stream, ImportResult result, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (buffer, batch) = (new byte[1 << 16], new MemoryStream());
        var (line, first, inLine, read) = (1L, 1L, 0L, 0L);
        var lineStart = 0L;
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            read += count;
            for (var from = 0; from < count;)
            {
                var end = buffer.AsSpan(from, count - from).IndexOf((byte)'\n');
                var length = end < 0 ? count - from : end + 1;
                inLine += length;
                if (inLine <= MaxLine) batch.Write(buffer, from, length);
                else batch.SetLength(lineStart);
                from += length;
                if (end < 0) continue;
                if (inLine > MaxLine)
                {
                    result.Errors.Add((line, $"The line is longer than {MaxLine >> 20} MiB."));
                    batch.WriteByte((byte)'\n');
                }

                (line, inLine, lineStart) = (line + 1, 0, batch.Length);
                if (line - first < Lines && batch.Length < Bytes) continue;
                yield return new(batch.ToArray(), first, read);
                batch.SetLength(0);
                (first, lineStart) = (line, 0);
            }
        }

        if (inLine > MaxLine) result.Errors.Add((line, $"The line is longer than {MaxLine >> 20} MiB."));
        if (batch.Length > 0) yield return new(batch.ToArray(), first, read);
    }
}

/// <param name="FirstLine">Number of the first line; 1 is the file's first.</param>
/// <param name="ReadBytes">Of the whole file, up to the end of this piece or a little more.</param>
internal sealed record ImportBatch(byte[] Bytes, long FirstLine, long ReadBytes);
