namespace Cadre.Knowledge.Tests;

public sealed class A_vector_store
{
    [Fact]
    public async Task Finds_the_chunk_that_answers()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "The capital of France is Paris.", "france.txt");
        await library.AddAsync("file-2", "Bananas are yellow and grow in bunches.", "fruit.txt", """{"kind":"fruit","year":2024,"fresh":true}""");

        var found = await library.SearchAsync("Which colour have bananas?");

        var first = Assert.Single(found);
        Assert.Equal(("file-2", "fruit.txt", "Bananas are yellow and grow in bunches.", 0), (first.FileId, first.FileName, first.Text, first.Index));
        Assert.InRange(first.Score, 0, 1);
        Assert.Equal("fruit", first.Attributes["kind"].GetString());
        Assert.Equal(2024, first.Attributes["year"].GetInt32());
        Assert.True(first.Attributes["fresh"].GetBoolean());
    }

    [Fact]
    public async Task That_was_never_made_is_empty()
    {
        await using var library = new Library();
        Assert.Empty(await library.SearchAsync("anything"));
        Assert.Empty(await library.TextAsync("file-1"));
        await library.Index.RemoveAsync(Library.Store, "file-1", CancellationToken.None);
        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        Assert.False(File.Exists(library.IndexFile()));
    }

    [Fact]
    public async Task Has_a_file_once_however_often_it_is_ingested()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "The old text speaks of elephants.");
        await library.AddAsync("file-1", "The new text speaks of giraffes.", "renamed.txt");

        Assert.Empty(await library.SearchAsync("elephants"));
        Assert.Equal("renamed.txt", Assert.Single(await library.SearchAsync("giraffes")).FileName);
        Assert.Equal(["The new text speaks of giraffes."], await library.TextAsync("file-1"));
    }

    [Fact]
    public async Task Keeps_its_files_over_a_restart()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "Whales are mammals.");
        await library.RestartAsync();
        Assert.Single(await library.SearchAsync("whale"));
    }

    [Fact]
    public async Task Forgets_a_file_that_is_removed_and_all_when_it_is_deleted()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "Whales are mammals.");
        await library.AddAsync("file-2", "Dolphins are mammals.");

        await library.Index.RemoveAsync(Library.Store, "file-1", CancellationToken.None);
        Assert.Equal("file-2", Assert.Single(await library.SearchAsync("mammals")).FileId);

        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        Assert.Empty(await library.SearchAsync("mammals"));
        Assert.False(File.Exists(library.IndexFile()));
    }

    [Fact]
    public async Task That_is_damaged_says_so_and_can_be_made_anew()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "Whales are mammals.");
        await library.RestartAsync();
        await File.WriteAllBytesAsync(library.IndexFile(), [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        File.Delete(library.IndexFile() + "-wal");

        var damaged = await Assert.ThrowsAsync<KnowledgeDamagedException>(() => library.SearchAsync("mammals"));
        Assert.Equal(Library.Store, damaged.Store);

        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        await library.AddAsync("file-1", "Whales are mammals.");
        Assert.Single(await library.SearchAsync("mammals"));
    }

    [Fact]
    public async Task Of_a_name_that_is_a_path_is_refused()
    {
        await using var library = new Library();
        await Assert.ThrowsAsync<ArgumentException>(() => library.SearchAsync(new SearchRequest("x"), "../other"));
    }

    [Fact]
    public async Task Is_searched_together_with_others()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "Whales are mammals.", store: "vs_1");
        await library.AddAsync("file-2", "Whales, whales, whales: all about whales.", store: "vs_2");
        var found = await library.SearchAsync(new SearchRequest("whales"), "vs_1", "vs_2", "vs_missing", "vs_1");
        Assert.Equal(["vs_1", "vs_2"], found.Select(chunk => chunk.Store).Order());
    }

    [Fact]
    public async Task Closes_the_files_of_the_stores_that_are_not_used()
    {
        await using var library = new Library(options: options => options with { MaxOpenStores = 2 });
        for (var i = 0; i < 6; i++) await library.AddAsync("file-1", $"Number {i} is here.", store: $"vs_{i}");
        for (var i = 0; i < 6; i++) Assert.Single(await library.SearchAsync(new SearchRequest($"number {i}"), $"vs_{i}"));
        var open = Directory.EnumerateFiles("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget).Count(target => target?.StartsWith(Path.GetDirectoryName(library.IndexFile())!, StringComparison.Ordinal) == true && target.EndsWith(".db", StringComparison.Ordinal));
        Assert.InRange(open, 1, 8);
    }
}
