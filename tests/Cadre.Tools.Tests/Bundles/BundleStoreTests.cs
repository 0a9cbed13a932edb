using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Cadre.Engine.Ports;
using Cadre.Tools.Bundles;

namespace Cadre.Tools.Tests.Bundles;

public sealed class BundleStoreTests : IDisposable
{
    private const string Tool = "command: [run.sh]\neffect: unsafe";
    private const string Script = "#!/bin/sh\necho hi\n";
    private readonly BundleStage _stage = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task A_folder_is_stored_by_its_content_with_files_that_are_read_only()
    {
        var bundle = await _stage.InstalledAsync(_stage.Folder("one", Tool, ("run.sh", Script)));

        Assert.Equal([bundle], await _stage.Store.ListAsync(Cancellation));
        var stored = Path.Combine(_stage.Store.DirectoryOf(bundle), "run.sh");
        Assert.EndsWith($"store/{bundle.Hash}/run.sh", stored, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal("555", Convert.ToString((int)File.GetUnixFileMode(stored), 8));
        Assert.Equal("installed", Assert.Single(_stage.Audit.Of(AuditKinds.BundleChange)).Details["action"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_stage["tools/staging"]));
    }

    [Fact]
    public async Task The_same_content_has_the_same_hash_from_a_folder_a_zip_and_a_tar()
    {
        var folder = _stage.Folder("one", Tool, ("run.sh", Script), ("lib/a.txt", "a"));
        await ZipFile.CreateFromDirectoryAsync(folder, _stage["one.zip"], Cancellation);
        await using (var gzip = new GZipStream(File.Create(_stage["one.tar.gz"]), CompressionLevel.Fastest)) await TarFile.CreateFromDirectoryAsync(folder, gzip, includeBaseDirectory: false, Cancellation);

        var hashes = new List<string>();
        foreach (var source in new[] { folder, _stage["one.zip"], _stage["one.tar.gz"] }) hashes.Add((await _stage.InstalledAsync(source)).Hash);

        Assert.Single(hashes.Distinct());
        Assert.Single(await _stage.Store.ListAsync(Cancellation));
    }

    [Fact]
    public async Task A_new_version_replaces_the_old_one_and_removing_leaves_nothing()
    {
        var first = await _stage.InstalledAsync(_stage.Folder("one", Tool, ("run.sh", Script)));
        var second = await _stage.InstallAsync(_stage.Folder("one", Tool, ("run.sh", Script + "# more\n")));

        Assert.Equal(first, second.Replaced);
        Assert.False(Directory.Exists(_stage.Store.DirectoryOf(first)));
        Assert.True(await _stage.Store.RemoveAsync("one", "user:tester", Cancellation));
        Assert.False(await _stage.Store.RemoveAsync("one", "user:tester", Cancellation));
        Assert.Empty(await _stage.Store.ListAsync(Cancellation));
        Assert.Empty(Directory.EnumerateDirectories(_stage["tools/store"]));
    }

    [Fact]
    public async Task A_tool_name_that_another_bundle_has_is_refused()
    {
        await _stage.InstalledAsync(_stage.Folder("one", Tool, ("run.sh", Script)));
        _stage.Folder("two", Tool, ("run.sh", Script));
        _stage.Write("two/bundle.yaml", File.ReadAllText(_stage["two/bundle.yaml"]).Replace("- name: two", "- name: one", StringComparison.Ordinal));

        Assert.Contains("'one' has a tool named 'one' already", (await _stage.InstallAsync(_stage["two"])).Problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_and_hashes_must_match_exactly()
    {
        var folder = _stage.Folder("one", Tool, ("run.sh", Script), ("data", "x"));

        _stage.Write("one/data", "y");
        Assert.Contains($"'data' has the SHA-256 {BundleStage.Hash("y")}", await RefusalAsync(folder), StringComparison.Ordinal);
        _stage.Write("one/data", "x");
        _stage.Write("one/extra", "z");
        Assert.Contains($"'extra' is not among 'files'. Its SHA-256 is {BundleStage.Hash("z")}", await RefusalAsync(folder), StringComparison.Ordinal);
        File.Delete(_stage["one/extra"]);
        File.Delete(_stage["one/data"]);
        Assert.Contains("'data' is among 'files' and not in the bundle", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hashes_of_a_folder_are_computed_for_its_author()
    {
        var folder = _stage.Folder("one", Tool, ("run.sh", Script), ("lib/it's.txt", "a"));

        var (yaml, refusal) = await BundleStore.HashFilesAsync(folder, Cancellation);

        Assert.Null(refusal);
        Assert.Equal($"files:\n  'lib/it''s.txt': {BundleStage.Hash("a")}\n  run.sh: {BundleStage.Hash(Script)}\n", yaml);
    }

    [Fact]
    public async Task A_link_or_a_pipe_in_a_folder_is_refused()
    {
        var folder = _stage.Folder("one", Tool, ("run.sh", Script));
        File.CreateSymbolicLink(_stage["one/passwd"], "/etc/passwd");
        Assert.Contains("'passwd' is a link", await RefusalAsync(folder), StringComparison.Ordinal);
        File.Delete(_stage["one/passwd"]);
        Directory.CreateSymbolicLink(_stage["one/etc"], "/etc");
        Assert.Contains("'etc' is a link", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escape.txt", "would leave the bundle")]
    [InlineData("a/../../escape.txt", "would leave the bundle")]
    [InlineData("/tmp/escape.txt", "absolute name")]
    [InlineData("C:/escape.txt", "absolute name")]
    [InlineData("a\\..\\escape.txt", "backslash")]
    [InlineData("a//b", "would leave the bundle or is not in its simplest form")]
    [InlineData("a\u202Etxt.b", "not visible")]
    public async Task A_name_that_leads_elsewhere_is_refused_in_both_archives(string name, string reason)
    {
        Assert.Contains(reason, await RefusalAsync(Zip((name, "x", 0))), StringComparison.Ordinal);
        Assert.Contains(reason, await RefusalAsync(await TarAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = Data("x") })), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_stage["."], "escape.txt", SearchOption.AllDirectories));
        Assert.False(File.Exists("/tmp/escape.txt"));
    }

    [Fact]
    public async Task A_link_in_an_archive_is_refused()
    {
        Assert.Contains("a link or a special file", await RefusalAsync(Zip(("link", "/etc/passwd", 0xA1FF))), StringComparison.Ordinal);
        Assert.Contains("a link or a special file", await RefusalAsync(await TarAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" })), StringComparison.Ordinal);
        Assert.Contains("a link or a special file", await RefusalAsync(await TarAsync(new PaxTarEntry(TarEntryType.HardLink, "link") { LinkName = "bundle.yaml" })), StringComparison.Ordinal);
        Assert.Contains("a link or a special file", await RefusalAsync(await TarAsync(new PaxTarEntry(TarEntryType.Fifo, "pipe"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("a.txt", "A.txt")]
    [InlineData("a", "a/b")]
    public async Task A_name_that_is_there_twice_is_refused(string first, string second)
    {
        Assert.Contains("", await RefusalAsync(Zip((first, "x", 0), (second, "y", 0))), StringComparison.Ordinal);
        Assert.Empty(await _stage.Store.ListAsync(Cancellation));
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_has_filled_the_disk()
    {
        var zeros = new string('0', 30 << 20);
        Assert.Contains("bomb", await RefusalAsync(Zip(("a", zeros, 0), ("b", zeros, 0))), StringComparison.Ordinal);
        Assert.Contains("bomb", await RefusalAsync(await TarAsync(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = Data(zeros) })), StringComparison.Ordinal);
        Assert.Contains("larger than 32 MiB", await RefusalAsync(Zip(("a", zeros + zeros, 0))), StringComparison.Ordinal);
        Assert.Contains("More than 2000 files", await RefusalAsync(Zip([.. Enumerable.Range(0, 2_001).Select(i => ($"f{i}", "", 0))])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.zip")]
    [InlineData("x.tar.gz")]
    [InlineData("x.exe")]
    public async Task What_is_no_archive_is_refused(string name) => Assert.NotEmpty(await RefusalAsync(_stage.Write(name, "not an archive")));

    [Fact]
    public async Task What_is_not_there_is_refused() => Assert.StartsWith("There is no", await RefusalAsync(_stage["nowhere"]), StringComparison.Ordinal);

    [Fact]
    public async Task Verifying_finds_every_change()
    {
        var bundle = await _stage.InstalledAsync(_stage.Folder("one", Tool, ("run.sh", Script), ("data", "x")));
        var directory = _stage.Store.DirectoryOf(bundle);
        Assert.Null(await MismatchAsync());

        File.WriteAllText(Path.Combine(directory, "extra"), "");
        Assert.Equal("'extra' was added.", await MismatchAsync());
        File.Delete(Path.Combine(directory, "extra"));

        File.Delete(Path.Combine(directory, "data"));
        Assert.Equal("'data' is gone.", await MismatchAsync());
        File.CreateSymbolicLink(Path.Combine(directory, "data"), "/etc/hostname");
        Assert.Equal("'data' is a link now.", await MismatchAsync());
        File.Delete(Path.Combine(directory, "data"));
        File.WriteAllText(Path.Combine(directory, "data"), "y");
        Assert.Equal("'data' was changed.", await MismatchAsync());
        File.WriteAllText(Path.Combine(directory, "data"), "x");
        Assert.Null(await MismatchAsync());

        var manifest = Path.Combine(directory, "bundle.yaml");
        var text = File.ReadAllText(manifest);
        File.Delete(manifest);
        File.WriteAllText(manifest, text.Replace("effect: unsafe", "effect: read", StringComparison.Ordinal));
        Assert.Equal("bundle.yaml was changed.", await MismatchAsync());
    }

    [Fact]
    public async Task A_damaged_index_runs_nothing()
    {
        await _stage.InstalledAsync(_stage.Folder("one", Tool, ("run.sh", Script)));
        _stage.Write("tools/installed.json", """{"version": 1, "bundles": [{"name": "x", "version": "1", "hash": "../../etc", "at": "2026-11-21T00:00:00Z", "source": ""}]}""");

        await Assert.ThrowsAsync<InvalidDataException>(() => _stage.ToolsAsync());
    }

    private async Task<string?> MismatchAsync() => Assert.Single(await _stage.Store.VerifyAsync(null, Cancellation)).Mismatch;

    private async Task<string> RefusalAsync(string source)
    {
        var installation = await _stage.InstallAsync(source);
        Assert.Null(installation.Bundle);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_stage["tools/staging"]));
        return installation.Problem!.Reason;
    }

    private string Zip(params (string Name, string Content, int Mode)[] entries)
    {
        var path = _stage[$"{Guid.NewGuid():n}.zip"];
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content, mode) in entries)
        {
            var entry = archive.CreateEntry(name);
            entry.ExternalAttributes = mode << 16;
            using var writer = new StreamWriter(entry.Open());
            writer.Write(content);
        }

        return path;
    }

    private async Task<string> TarAsync(TarEntry entry)
    {
        var path = _stage[$"{Guid.NewGuid():n}.tar.gz"];
        await using var writer = new TarWriter(new GZipStream(File.Create(path), CompressionLevel.SmallestSize));
        await writer.WriteEntryAsync(entry, Cancellation);
        return path;
    }

    private static MemoryStream Data(string text) => new(Encoding.UTF8.GetBytes(text));
}
