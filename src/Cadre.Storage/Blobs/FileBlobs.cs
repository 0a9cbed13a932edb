using System.Buffers;
using System.Security.Cryptography;
using Cadre.Storage.Documents;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Blobs;

/// <summary>Contents as files, <c>blobs/ab/HASH</c>, below a directory. A file has its name only when all of it is durable.</summary>
public sealed class FileBlobs : IBlobs
{
    private const string Folder = "blobs";
    private const string Unfinished = "unfinished-";
    private const int BufferBytes = 64 << 10;
    private const int HashLength = 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly string _root;
    private readonly IDisk _disk;
    private readonly TimeProvider _time;

    private FileBlobs(string root, IDisk disk, TimeProvider time) => (_root, _disk, _time) = (root, disk, time);

    public static FileBlobs Open(string directory, TimeProvider time, IDisk? disk = null)
    {
        disk ??= PosixDisk.Instance;
        var root = Path.Combine(Path.GetFullPath(directory), Folder);
        DurableFile.CreateDirectory(disk, Path.GetFullPath(directory));
        DurableFile.CreateDirectory(disk, root);
        return new(root, disk, time);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreFailedException">It could not be stored. What <paramref name="content"/> throws is thrown as it is.</exception>
    public async ValueTask<Blob> PutAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_root, Unfinished + Guid.NewGuid().ToString("n"));
        try
        {
            var blob = await WriteAsync(temporary, content, maxBytes, cancellationToken);
            OnDisk(() => Keep(temporary, blob.Hash));
            return blob;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Stream? Open(string hash)
    {
        if (!IsHash(hash)) return null;
        try
        {
            return new FileStream(Place(hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public string? PathOf(string hash) => IsHash(hash) && Place(hash) is var path && File.Exists(path) ? path : null;

    /// <inheritdoc/>
    /// <remarks>What was being written when a process died goes with them. A content that is put again counts as new.</remarks>
    public async ValueTask<int> SweepAsync(Func<string, CancellationToken, ValueTask<bool>> isUsed, TimeSpan age, CancellationToken cancellationToken)
    {
        var removed = 0;
        var before = _time.GetUtcNow() - age;
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc >= before) continue;
            if (!file.Name.StartsWith(Unfinished, StringComparison.Ordinal) && (!IsHash(file.Name) || await isUsed(file.Name, cancellationToken))) continue;
            file.Delete();
            removed++;
        }

        return removed;
    }

    private async ValueTask<Blob> WriteAsync(string temporary, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = OpenNew(temporary);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                if (length + count > maxBytes) throw new InvalidDataException($"The content is longer than {maxBytes} bytes.");
                hash.AppendData(buffer, 0, count);
                var offset = length;
                OnDisk(() => file.Write(buffer.AsSpan(0, count), offset));
                length += count;
            }

            OnDisk(file.Sync);
            return new(Convert.ToHexStringLower(hash.GetHashAndReset()), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private DurableFile OpenNew(string path)
    {
        DurableFile? file = null;
        OnDisk(() => file = DurableFile.Open(_disk, path));
        return file!;
    }

    private static void OnDisk(Action action)
    {
        try
        {
            action();
        }
        catch (IOException failure)
        {
            throw new StoreFailedException($"The content cannot be stored: {failure.Message}", failure);
        }
    }

    /// <summary>Also where the content is there already: its age begins anew, so that a sweep which is under way leaves it to its new user.</summary>
    private void Keep(string temporary, string hash)
    {
        var path = Place(hash);
        var folder = Path.GetDirectoryName(path)!;
        DurableFile.CreateDirectory(_disk, folder);
        _disk.Rename(temporary, path);
        _disk.SyncDirectory(folder);
    }

    private string Place(string hash) => Path.Combine(_root, hash[..2], hash);

    private static bool IsHash(string name) => name.Length == HashLength && !name.AsSpan().ContainsAnyExcept(HexDigits);
}
