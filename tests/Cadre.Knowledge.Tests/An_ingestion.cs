using Cadre.Knowledge.Tests.Search;

namespace Cadre.Knowledge.Tests;

public sealed class An_ingestion
{
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 3_000).Select(i => $"Sentence {i} speaks of whales and dolphins."));

    [Fact]
    public async Task Is_not_found_before_it_is_complete_and_leaves_what_was_there_until_then()
    {
        var gate = new Gate();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync });
        await library.AddAsync("a", "The old text about whales.");
        gate.Close();

        var ingestion = library.AddAsync("a", Long);
        await gate.Reached;
        var found = await library.Index.SearchAsync([Library.Store], new SearchRequest("whales") { EmbeddingWeight = 0 }, CancellationToken.None);
        Assert.Equal("The old text about whales.", Assert.Single(found).Text);

        gate.Open();
        Assert.IsType<Ingested.Done>(await ingestion);
        Assert.DoesNotContain(await library.SearchAsync("whales"), chunk => chunk.Text.Contains("old text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_file_that_is_removed_meanwhile_is_refused()
    {
        var gate = new Gate();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync });
        gate.Close();
        var ingestion = library.AddAsync("a", Long);
        await gate.Reached;
        await library.Index.RemoveAsync(Library.Store, "a", CancellationToken.None);
        gate.Open();

        Assert.Equal(IngestFault.Failed, Assert.IsType<Ingested.Refused>(await ingestion).Fault);
        Assert.Empty(await library.SearchAsync("whales"));
        Assert.Equal(0, await library.CountRowsAsync());
    }

    [Fact]
    public async Task Into_a_store_that_is_deleted_meanwhile_is_refused_and_does_not_bring_it_back()
    {
        var gate = new Gate();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync });
        gate.Close();
        var ingestion = library.AddAsync("a", Long);
        await gate.Reached;
        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        gate.Open();

        Assert.Equal(IngestFault.Failed, Assert.IsType<Ingested.Refused>(await ingestion).Fault);
        Assert.False(File.Exists(library.IndexFile()));
    }

    [Fact]
    public async Task Into_a_store_that_is_deleted_and_made_anew_meanwhile_does_not_mix_with_the_new_one()
    {
        var (first, second) = (new Gate(), new Gate());
        var embedder = new ConceptEmbedder { BeforeBatch = () => first.IsReached ? second.PassAsync() : first.PassAsync() };
        await using var library = new Library(embedder);
        first.Close();
        var old = library.AddAsync("a", Long);
        await first.Reached;
        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        second.Close();
        var young = library.AddAsync("b", "Bananas.");
        await second.Reached;
        first.Open();
        Assert.IsType<Ingested.Refused>(await old);
        second.Open();
        Assert.IsType<Ingested.Done>(await young);
        Assert.Equal(1, await library.CountRowsAsync());
    }

    [Fact]
    public async Task Goes_on_in_a_store_whose_file_was_closed_and_opened_again_meanwhile()
    {
        var gate = new Gate();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync }, options: options => options with { MaxOpenStores = 1, EmbeddingBatchTexts = 4 });
        gate.Close(after: 1);
        var ingestion = library.AddAsync("a", Long);
        await gate.Reached;
        await library.Index.SearchAsync(["vs_other"], new SearchRequest("x") { EmbeddingWeight = 0 }, CancellationToken.None);
        Assert.IsType<Ingested.Refused>(await library.AddAsync("b", "\n\n", store: "vs_other"));
        await library.Index.RemoveAsync(Library.Store, "c", CancellationToken.None);
        gate.Open();
        Assert.IsType<Ingested.Done>(await ingestion);
    }

    [Fact]
    public async Task That_is_cancelled_leaves_nothing()
    {
        var gate = new Gate();
        using var cancelled = new CancellationTokenSource();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync });
        gate.Close();
        var source = library.Source("a", "a.txt", System.Text.Encoding.UTF8.GetBytes(Long));
        var ingestion = library.Index.IngestAsync(Library.Store, source, new Chunking(), cancelled.Token).AsTask();
        await gate.Reached;
        await cancelled.CancelAsync();
        gate.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ingestion);
        Assert.Equal(0, await library.CountRowsAsync());
    }

    [Fact]
    public async Task That_a_stop_of_the_program_cut_off_is_cleared_away()
    {
        var gate = new Gate();
        await using var library = new Library(new ConceptEmbedder { BeforeBatch = gate.PassAsync }, options: options => options with { EmbeddingBatchTexts = 4 });
        await library.AddAsync("b", "Bananas.");
        gate.Close(after: 2);
        var ingestion = library.AddAsync("a", Long);
        await gate.Reached;
        await library.RestartAsync();
        gate.Open();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ingestion);
        Assert.True(await library.CountRowsAsync() > 1);

        Assert.Empty(await library.Index.SearchAsync([Library.Store], new SearchRequest("whales") { EmbeddingWeight = 0 }, CancellationToken.None));
        await library.AddAsync("c", "Cherries.");
        Assert.Equal(2, await library.CountRowsAsync());
        Assert.Equal("b", Assert.Single(await library.Index.SearchAsync([Library.Store], new SearchRequest("bananas") { EmbeddingWeight = 0 }, CancellationToken.None)).FileId);
    }

    [Fact]
    public async Task Goes_on_beside_others_and_beside_searches_and_deletions()
    {
        await using var library = new Library(new ConceptEmbedder(), options: options => options with { MaxOpenStores = 2, EmbeddingBatchTexts = 4 });
        var stores = new[] { "vs_a", "vs_b", "vs_c" };
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 40; i++)
            {
                var store = stores[random.Next(stores.Length)];
                var file = $"file-{random.Next(4)}";
                switch (random.Next(10))
                {
                    case < 4:
                        Assert.True(await library.AddAsync(file, $"Worker {worker} writes about whales, {i} times. {Long[..random.Next(20_000)]}", store: store) is Ingested.Done or Ingested.Refused { Fault: IngestFault.Failed });
                        break;
                    case < 8:
                        var found = await library.SearchAsync(new SearchRequest("whales"), stores);
                        Assert.All(found, chunk => Assert.Contains("whales", chunk.Text, StringComparison.Ordinal));
                        break;
                    case 8:
                        await library.Index.RemoveAsync(store, file, CancellationToken.None);
                        break;
                    default:
                        await library.Index.DeleteAsync(store, CancellationToken.None);
                        break;
                }
            }
        })));

        foreach (var store in stores)
        {
            await library.Index.DeleteAsync(store, CancellationToken.None);
            await library.AddAsync("last", "Narwhals at last.", store: store);
            Assert.Equal("last", (await library.SearchAsync(new SearchRequest("narwhals"), store))[0].FileId);
            Assert.Equal(1, await library.CountRowsAsync(store));
        }
    }

    [Fact]
    public async Task Of_too_many_tokens_is_refused_and_leaves_nothing()
    {
        await using var library = new Library(options: options => options with { MaxTokensPerFile = 2_000, ChunksPerWrite = 2 });
        Assert.Equal(IngestFault.TooLarge, Assert.IsType<Ingested.Refused>(await library.AddAsync("a", Long)).Fault);
        Assert.Equal(0, await library.CountRowsAsync());
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(4097, 0)]
    [InlineData(800, 401)]
    [InlineData(800, -1)]
    public async Task Takes_no_strategy_outside_its_limits(int max, int overlap)
    {
        await using var library = new Library();
        await Assert.ThrowsAsync<ArgumentException>(() => library.AddAsync("a", "Text.", chunking: new Chunking(max, overlap)));
    }

    /// <summary>Holds back the embedder until it is opened.</summary>
    private sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _free = int.MaxValue;

        public Task Reached => _reached.Task;

        public bool IsReached => _reached.Task.IsCompleted;

        public void Close(int after = 0) => _free = after;

        public void Open() => _opened.SetResult();

        public async Task PassAsync()
        {
            if (_free-- > 0) return;
            _reached.TrySetResult();
            await _opened.Task;
        }
    }
}
