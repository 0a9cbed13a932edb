using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Cadre.EndToEnd;

/// <summary>
/// A server that is killed at random moments while clients stream from it: nothing that was acknowledged is lost, every stream goes on without gap or repetition to one end,
/// and no unsafe call is made twice. CADRE_SERVER_KILLS sets how many.
/// </summary>
public sealed class A_server_that_is_killed
{
    private const int Clients = 50;
    private const int Seed = 11;
    private const string Tools = """[{"type":"server_function","name":"ledger"}]""";

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("CADRE_SERVER_KILLS") ?? "100", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Loses_no_run_and_no_event_and_repeats_no_unsafe_call()
    {
        using var shared = new Place();
        using var place = new Place();
        await using var simulated = await Simulated.StartAsync(shared, "--script", Path.Combine(AppContext.BaseDirectory, "served.yaml"));
        await using var ledger = await Ledger.StartAsync();
        ledger.Declare(place);
        await using var served = await Served.StartAsync(place, simulated.BaseUrl);
        using var http = served.Client();
        var finished = new ConcurrentQueue<StreamReader>();
        using var enough = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => TellAsync(http, client, finished, enough.Token))).ToArray();

        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(100, 900));
            await served.KillAsync();
            await served.StartAgainAsync();
            var failed = clients.FirstOrDefault(client => client.IsFaulted);
            if (failed is not null) await failed;
        }

        await enough.CancelAsync();
        await Task.WhenAll(clients);
        Assert.True(finished.Count >= Clients, $"Only {finished.Count} responses came to their end.");
        Assert.True(finished.Sum(reader => reader.Resumes) >= Kills, "The kills met no stream.");
        foreach (var reader in finished) await CheckAsync(http, reader);
        Assert.True(ledger.Lines.Count >= Clients, $"Only {ledger.Lines.Count} calls were made.");
        Assert.Equal([], ledger.Lines.Where(line => line.Value > 1).Select(line => $"{line.Key}: {line.Value} times"));
        (await place.Command.RunAsync("audit", "verify", "--server")).Exits(0);
        TestContext.Current.TestOutputHelper!.WriteLine($"{finished.Count} responses, {finished.Sum(reader => reader.Resumes)} resumes over {Kills} kills.");
    }

    private static async Task TellAsync(HttpClient http, int client, ConcurrentQueue<StreamReader> finished, CancellationToken enough)
    {
        for (var story = 0; !enough.IsCancellationRequested; story++)
        {
            var reader = new StreamReader(http, $"story {story} of client {client}", Tools);
            if (await reader.ReadAsync()) finished.Enqueue(reader);
            else await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>What was streamed is what is kept.</summary>
    private static async Task CheckAsync(HttpClient http, StreamReader reader)
    {
        using var kept = JsonDocument.Parse(await http.GetStringAsync($"responses/{reader.Id}"));
        Assert.Equal("completed", kept.RootElement.GetProperty("status").GetString());
        Assert.Equal(Text(kept.RootElement), reader.Text);
        Assert.Equal(Text(reader.Final), reader.Text);
        Assert.EndsWith("none was forgotten.", reader.Text, StringComparison.Ordinal);
    }

    private static string Text(JsonElement response) => string.Concat(
        from item in response.GetProperty("output").EnumerateArray()
        where item.GetProperty("type").GetString() == "message"
        from part in item.GetProperty("content").EnumerateArray()
        select part.GetProperty("text").GetString());
}
