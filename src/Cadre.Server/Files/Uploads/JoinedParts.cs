using System.Security.Cryptography;
using Cadre.Storage.Documents;

namespace Cadre.Server.Files.Uploads;

/// <summary>The parts of an upload one behind the other, and the MD5 that clients prove them by (an integrity check of OpenAI's protocol, no security).</summary>
internal sealed class JoinedParts(IReadOnlyList<UploadPart> parts, IBlobs blobs) : ReadOnlyStream
{
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private int _next;
    private Stream? _current;

    /// <summary>Of everything that was read, in lower-case hex.</summary>
    public string Md5 => Convert.ToHexStringLower(_md5.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_current is null)
            {
                if (_next == parts.Count) return 0;
                var part = parts[_next++];
                _current = blobs.Open(part.Hash) ?? throw new InvalidOperationException($"The content of the part {part.Id} is not there.");
            }

            var count = await _current.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                _md5.AppendData(buffer.Span[..count]);
                return count;
            }

            await _current.DisposeAsync();
            _current = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
            _md5.Dispose();
        }

        base.Dispose(disposing);
    }
}
