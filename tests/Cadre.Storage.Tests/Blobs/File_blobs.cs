using System.Security.Cryptography;
using System.Text;
using Cadre.Storage.Blobs;
using Cadre.Storage.Documents;
using Cadre.Storage.Tests.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Blobs;

public sealed class File_blobs : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Are_found_by_what_is_in_them()
    {
        var blobs = Open();
        var content = RandomNumberGenerator.GetBytes(200_000);
        var blob = await blobs.PutAsync(new MemoryStream(content), content.Length, Cancellation);
        Assert.Equal(new(Convert.ToHexStringLower(SHA256.HashData(content)), content.Length), blob);
        Assert.Equal(blob, await blobs.PutAsync(new MemoryStream(content), content.Length, Cancellation));
        await using var stream = Open().Open(blob.Hash);
        Assert.NotNull(stream);
        stream.Seek(100_000, SeekOrigin.Begin);
        var rest = new MemoryStream();
        await stream.CopyToAsync(rest, Cancellation);
        Assert.Equal(content[100_000..], rest.ToArray());
        Assert.Equal([_directory[$"blobs/{blob.Hash[..2]}/{blob.Hash}"]], Files());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files()[0]));
        Assert.Equal(0, (await blobs.PutAsync(new MemoryStream(), 0, Cancellation)).Bytes);
    }

    [Theory]
    [InlineData(""), InlineData("ab"), InlineData("../../secret"), InlineData("../0123456789012345678901234567890123456789012345678901234567890"), InlineData("AB")]
    public void Are_not_found_by_another_name(string name)
    {
        _directory.Write("secret", "x");
        Assert.Null(Open().Open(name));
        Assert.Null(Open().Open(name.PadRight(64, '0')));
        Assert.Null(Open().Open(name.PadLeft(64, 'A')));
    }

    [Fact]
    public async Task Leave_nothing_when_they_are_too_long_or_break_off()
    {
        var blobs = Open();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await blobs.PutAsync(new MemoryStream(new byte[101]), 100, Cancellation));
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await blobs.PutAsync(new BrokenStream(), 100, Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await blobs.PutAsync(new MemoryStream(new byte[10]), 100, new(canceled: true)));
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public async Task Leave_nothing_when_the_disk_fails(int operation)
    {
        // After the making of the folder come: write, sync, the making of the folder within, rename.
        var blobs = FileBlobs.Open(_directory.Root, TimeProvider.System, new FailingDisk { FailsAt = operation });
        await Assert.ThrowsAsync<StoreFailedException>(async () => await blobs.PutAsync(new MemoryStream(new byte[10]), 100, Cancellation));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Go_when_they_are_old_and_nobody_has_them()
    {
        var blobs = Open();
        var (used, unused, young) = (await PutAsync("used"), await PutAsync("unused"), await PutAsync("young"));
        foreach (var hash in new[] { used, unused }) File.SetLastWriteTimeUtc(_directory[$"blobs/{hash[..2]}/{hash}"], DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(_directory.Write("blobs/unfinished-1", "x"), DateTime.UnixEpoch);
        Assert.Equal(2, await blobs.SweepAsync((hash, _) => new(hash == used), TimeSpan.FromHours(1), Cancellation));
        Assert.Equal(new[] { used, young }.Order(), Files().Select(Path.GetFileName).Order());
        async Task<string> PutAsync(string text) => (await blobs.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), 100, Cancellation)).Hash;
    }

    private FileBlobs Open() => FileBlobs.Open(_directory.Root, TimeProvider.System);

    private string[] Files() => Directory.GetFiles(_directory["blobs"], "*", SearchOption.AllDirectories);

    /// <summary>A client that goes away in the middle.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        private bool _began;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_began) throw new EndOfStreamException();
            _began = true;
            return new(10);
        }
    }
}
