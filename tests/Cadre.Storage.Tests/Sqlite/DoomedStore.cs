using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Sqlite;

/// <summary>
/// A process of its own that commits as fast as it can, says what was acknowledged, and is killed, or fills its disk. Each commit of a writer adds two events
/// to its run, an item, and puts the number of events into one document.
/// </summary>
internal static class DoomedStore
{
    public const string Verb = "--doomed-store";
    public const string FillVerb = "--fill-store";
    public const string Failed = "failed";
    public const string Recovered = "recovered";
    public const int Writers = 8;
    private static readonly Owner Owner = new("acme", "anna");

    public static async Task<int> RunAsync(string directory)
    {
        await using var store = await OpenAsync(directory);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => Task.Run(async () =>
        {
            for (var version = await CountAsync(store, number); ; version += 2) await CommitAsync(store, number, version, 100);
        })));
        return 0;
    }

    /// <summary>Until nothing can be written; where there is ballast to be thrown out, goes on after that.</summary>
    public static async Task<int> FillAsync(string directory, string ballast)
    {
        await using var store = await OpenAsync(directory);
        for (var round = 0; round < 3; round++) await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => Task.Run(() => FillAsync(store, number))));
        Console.WriteLine(Failed);
        if (!File.Exists(ballast)) return 0;
        File.Delete(ballast);
        for (var number = 0; number < Writers; number++) await CommitAsync(store, number, await CountAsync(store, number), 100);
        Console.WriteLine(Recovered);
        return 0;
    }

    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;

    /// <summary>Everything acknowledged is there, and of each commit all or nothing.</summary>
    /// <returns>Events of each run.</returns>
    public static async Task<int[]> CheckAsync(SqliteStore store, IReadOnlyDictionary<int, int> acknowledged)
    {
        var counts = new int[Writers];
        for (var number = 0; number < Writers; number++)
        {
            var events = await store.Journal.ReadAsync(Run(number), 0, Cancellation).ToListAsync(Cancellation);
            counts[number] = events.Count;
            Assert.True(events.Count >= acknowledged.GetValueOrDefault(number), $"run {number} has {events.Count} events of {acknowledged.GetValueOrDefault(number)}");
            Assert.True(events.Count % 2 == 0, "half an append is there");
            Assert.Equal(Enumerable.Range(1, Math.Max(events.Count - 1, 0)).Select(i => $"{number}:{i}"), events.Skip(1).Select(@event => Text(@event).TrimEnd('x')));
            Assert.All(events.Take(1), first => Assert.Equal(20, ((RunEvent.Started)first).Input.Length));
            var items = await store.ListAsync(Scope.Everything, new("item") { Parent = $"{number}", Limit = 10_000 }, Cancellation);
            Assert.Equal(events.Count / 2, items!.Items.Count);
            var count = await store.GetAsync(Scope.Everything, "count", $"{number}", Cancellation);
            Assert.Equal(events.Count == 0 ? null : $"{events.Count}", count is null ? null : Encoding.UTF8.GetString(count.Body.Span));
        }

        return counts;
    }

    private static async Task FillAsync(SqliteStore store, int number)
    {
        var version = await CountAsync(store, number);
        try
        {
            for (; ; version += 2) await CommitAsync(store, number, version, 4000);
        }
        catch (StoreUnavailableException)
        {
            if (await CountAsync(store, number) != version) Console.WriteLine("what was refused is there");
        }
    }

    private static RunId Run(int number) => RunId.Parse($"doomed-{number}");

    private static async Task<int> CountAsync(SqliteStore store, int number) => await store.Journal.ReadAsync(Run(number), 0, CancellationToken.None).CountAsync();

    private static async Task CommitAsync(SqliteStore store, int number, int version, int length)
    {
        RunEvent first = version > 0 ? Said($"{number}:{version}".PadRight(length, 'x')) : new RunEvent.Started(
            new RunDefinition(new AgentSpec("a", "m", "", []), Owner),
            [.. Enumerable.Range(0, 20).Select(i => new Message.User($"{number} said {i} ".PadRight(100, 'x')))]);
        var committed = await store.CommitAsync(
            [
                new Change.Append(Run(number), version, [first, Said($"{number}:{version + 1}".PadRight(length, 'x'))]),
                new Change.Create(new("item", $"{number}-{version}", Owner, "{}"u8.ToArray()) { Parent = $"{number}" }),
                new Change.Put(new("count", $"{number}", Owner, Encoding.ASCII.GetBytes($"{version + 2}"))),
            ],
            CancellationToken.None);
        if (!committed.Won) throw new UnreachableException();
        Console.WriteLine($"{number} {version + 2}");
    }

    private static ValueTask<SqliteStore> OpenAsync(string directory) =>
        SqliteStore.OpenAsync(directory, new() { CheckpointPages = 64, CachedRuns = 4 }, TimeProvider.System, CancellationToken.None);
}
