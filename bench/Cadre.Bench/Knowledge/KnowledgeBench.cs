using System.Diagnostics;
using Cadre.Knowledge;
using Cadre.Knowledge.Extraction;
using Cadre.Sandbox;

namespace Cadre.Bench.Knowledge;

/// <summary>Chunks indexed per minute beside the least that SQLite's full-text index can do; queries at that size, by words and with vectors.</summary>
internal static class KnowledgeBench
{
    private const int Files = 100;
    private const int ChunksPerFile = 1_000;
    private const int BareChunks = 10_000;
    private const int Queries = 300;
    private const int Dimensions = 1536;
    private const string Store = "vs_bench";

    public static async Task RunAsync(string? report)
    {
        using var page = new Report(report, "Knowledge: indexing and search", "knowledge");
        var directory = Path.Combine(Environment.GetEnvironmentVariable("CADRE_BENCH_DIRECTORY") ?? Path.GetTempPath(), $"cadre-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            var language = new Language();
            var paths = WriteFiles(directory, language);
            await MeasureAsync(page, directory, paths, language, embedder: null);
            await MeasureAsync(page, directory, paths, language, new NoiseEmbedder(Dimensions));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(Report page, string directory, IReadOnlyList<string> paths, Language language, IEmbedder? embedder)
    {
        using var extractor = new TextExtractor(new HostSandbox(SandboxOptions.Default), ExtractorOptions.Default);
        await using var index = new KnowledgeIndex(new KnowledgeOptions(Path.Combine(directory, embedder?.Id ?? "words")) { VectorCacheBytes = 1L << 30 }, extractor, embedder);
        page.Line(embedder is null ? "## By words" : $"## With vectors of {Dimensions} numbers (made here, at no cost)");
        page.Line();

        // Before and after: what else the machine does meanwhile slows both.
        var before = BareIndex.ChunksPerMinute(Path.Combine(directory, "before.db"), paths[0], BareChunks);
        var watch = Stopwatch.StartNew();
        var chunks = 0;
        foreach (var path in paths)
        {
            var file = new SourceFile(Path.GetFileName(path), Path.GetFileName(path), path, new FileInfo(path).Length, new Dictionary<string, System.Text.Json.JsonElement>());
            chunks += ((Ingested.Done)await index.IngestAsync(Store, file, new Chunking(), CancellationToken.None)).Chunks;
        }

        var rate = chunks / watch.Elapsed.TotalMinutes;
        var bare = (before + BareIndex.ChunksPerMinute(Path.Combine(directory, "after.db"), paths[0], BareChunks)) / 2;
        page.Line($"Indexed {chunks:N0} chunks of 800 tokens, overlapping by 400: {rate:N0} a minute; a bare insert loop into FTS5 with the same tokenizer makes {bare:N0}: **{rate / bare:P0}** of it.");

        await index.SearchAsync([Store], new SearchRequest(language.Query(0)), CancellationToken.None);
        var times = new List<double>();
        for (var i = 1; i <= Queries; i++)
        {
            watch.Restart();
            await index.SearchAsync([Store], new SearchRequest(language.Query(i)), CancellationToken.None);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        page.Line($"{Queries} queries of 2 to 6 words: median **{times[Queries / 2]:0.0} ms**, 95 % under {times[Queries * 95 / 100]:0.0} ms, slowest {times[^1]:0.0} ms.");
        page.Line();
    }

    private static List<string> WriteFiles(string directory, Language language)
    {
        // Of a chunk, half is new: the other half overlaps.
        const int charactersPerFile = ChunksPerFile * 400 * 4;
        var paths = new List<string>();
        for (var i = 0; i < Files; i++)
        {
            paths.Add(Path.Combine(directory, $"file-{i}.txt"));
            File.WriteAllText(paths[^1], language.Text(i, charactersPerFile));
        }

        return paths;
    }
}
