using System.Text;
using System.Text.Json;
using Cadre.Knowledge.Extraction;
using Cadre.Sandbox;
using Cadre.Testing;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Tests;

/// <summary>An index over real files, with the machine's sandbox.</summary>
internal sealed class Library : IAsyncDisposable
{
    public const string Store = "vs_test";

    private static readonly HostSandbox Sandbox = new(SandboxOptions.Default);

    private readonly TemporaryDirectory _directory = new();
    private readonly KnowledgeOptions _options;
    private readonly IEmbedder? _embedder;
    private int _files;

    public Library(IEmbedder? embedder = null, Func<ExtractorOptions, ExtractorOptions>? extractor = null, Func<KnowledgeOptions, KnowledgeOptions>? options = null)
    {
        _embedder = embedder;
        _options = new KnowledgeOptions(_directory["index"]);
        _options = options?.Invoke(_options) ?? _options;
        ExtractorOptions = ExtractorOptions.Default with { TemporaryDirectory = _directory["extract"] };
        ExtractorOptions = extractor?.Invoke(ExtractorOptions) ?? ExtractorOptions;
        Extractor = new TextExtractor(Sandbox, ExtractorOptions);
        Index = new KnowledgeIndex(_options, Extractor, embedder);
    }

    public KnowledgeIndex Index { get; private set; }

    public TextExtractor Extractor { get; }

    public ExtractorOptions ExtractorOptions { get; }

    public string IndexFile(string store = Store) => _directory[$"index/{store}.db"];

    /// <summary>What is left of files that were being read.</summary>
    public IEnumerable<string> Leftovers => Directory.Exists(_directory["extract"]) ? Directory.EnumerateFileSystemEntries(_directory["extract"]) : [];

    public string Path(string name) => _directory[name];

    public string Write(string name, byte[] content)
    {
        var path = _directory[$"{Interlocked.Increment(ref _files)}-{System.IO.Path.GetFileName(name)}"];
        File.WriteAllBytes(path, content);
        return path;
    }

    public SourceFile Source(string id, string name, byte[] content, string attributes = "{}") =>
        new(id, name, Write(name, content), content.Length, Attributes(attributes));

    public async Task<Ingested> AddAsync(string id, string text, string name = "file.txt", string attributes = "{}", Chunking? chunking = null, string store = Store) =>
        await AddAsync(id, Encoding.UTF8.GetBytes(text), name, attributes, chunking, store);

    public async Task<Ingested> AddAsync(string id, byte[] content, string name, string attributes = "{}", Chunking? chunking = null, string store = Store) =>
        await Index.IngestAsync(store, Source(id, name, content, attributes), chunking ?? new Chunking(), CancellationToken.None);

    public async Task<IReadOnlyList<Found>> SearchAsync(string query, AttributeFilter? filter = null) => await SearchAsync(new SearchRequest(query) { Filter = filter });

    public async Task<IReadOnlyList<Found>> SearchAsync(SearchRequest request, params string[] stores) =>
        await Index.SearchAsync(stores is [] ? [Store] : stores, request, CancellationToken.None);

    public async Task<IReadOnlyList<string>> TextAsync(string id) => await Index.ReadTextAsync(Store, id, CancellationToken.None);

    /// <summary>The text of a file as it goes into chunks.</summary>
    public async Task<(TextForm Form, string Text)> ReadAsync(string name, byte[] content)
    {
        var extraction = await Extractor.ExtractAsync(Write(name, content), name, CancellationToken.None);
        using var text = Assert.IsType<Extracted.Done>(extraction, exactMatch: true).Text;
        using var reader = text.Open();
        return (text.Form, await reader.ReadToEndAsync());
    }

    public async Task<Extracted.Refused> RefusedAsync(string name, byte[] content) =>
        Assert.IsType<Extracted.Refused>(await Extractor.ExtractAsync(Write(name, content), name, CancellationToken.None));

    /// <summary>Chunks that the index's file holds, found or not; each has to be in all of its tables.</summary>
    public async Task<long> CountRowsAsync(string store = Store)
    {
        await using var connection = new SqliteConnection($"Data Source={IndexFile(store)};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM chunks), (SELECT count(*) FROM words_docsize), (SELECT count(*) FROM vectors)";
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.Equal(row.GetInt64(0), row.GetInt64(1));
        Assert.InRange(row.GetInt64(2), 0, row.GetInt64(0));
        return row.GetInt64(0);
    }

    /// <summary>As after a new start of the program.</summary>
    public async Task RestartAsync()
    {
        await Index.DisposeAsync();
        Index = new KnowledgeIndex(_options, Extractor, _embedder);
    }

    /// <summary>The same stores, seen with another embedder.</summary>
    public KnowledgeIndex With(IEmbedder embedder) => new(_options, Extractor, embedder);

    public static IReadOnlyDictionary<string, JsonElement> Attributes(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone());
    }

    public static AttributeFilter Filter(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.True(AttributeFilter.TryParse(document.RootElement, "filters", out var filter, out var fault), fault?.ToString());
        return filter!;
    }

    public async ValueTask DisposeAsync()
    {
        await Index.DisposeAsync();
        Extractor.Dispose();
        _directory.Dispose();
    }
}
