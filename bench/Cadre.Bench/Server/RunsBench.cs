namespace Cadre.Bench.Server;

/// <summary>Durable runs by the Assistants API: thread, message and run in one request, one call of a function on the server, the answer; beside the floor.</summary>
internal static class RunsBench
{
    private const int Rounds = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(string? path, IReadOnlyList<int> counts)
    {
        using var page = new Report(path, "Durable runs", "runs");
        var directory = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        using var load = new Load();
        using (var simulator = Child.Start("child-simulator"))
        using (var cadre = Child.Start("child-cadre", directory, simulator.Url.AbsoluteUri))
        using (var floor = Child.Start("child-floor", directory, simulator.Url.AbsoluteUri))
        {
            var assistant = await CreateAsync(cadre);
            var body = $$"""{"assistant_id":"{{assistant}}","stream":true,"thread":{"messages":[{"role":"user","content":"Where is my order A-42?"}] } }""";
            var runs = new Uri($"{cadre.Url}v1/threads/runs");
            await load.RunAsync(runs, body, "event: done", 32, Duration);
            await load.RunAsync(floor.Url, body, "completed", 32, TimeSpan.FromSeconds(2));
            page.Line($"Each client creates thread, message and run by one streamed request and reads the stream to its end; the model is the simulator, which answers at once. Model, Cadre, floor and clients are four processes on the same processors. Medians of {Rounds} rounds of {Duration.TotalSeconds} s, taken in turns; CPU and bytes are of the server's process alone. The floor makes the same two model calls and commits five rows of 400 bytes in four commits, in groups, to SQLite.");
            page.Line();
            page.Line("| clients | floor, runs/s | Cadre, runs/s | ratio | median ms, floor | Cadre | CPU ms a run, floor | Cadre | bytes written a run, floor | Cadre |");
            page.Line("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
            foreach (var clients in counts)
            {
                List<Spent> ours = [], least = [];
                for (var round = 0; round < Rounds; round++)
                {
                    least.Add(await Spent.OfAsync(floor, () => load.RunAsync(floor.Url, body, "completed", clients, Duration)));
                    ours.Add(await Spent.OfAsync(cadre, () => load.RunAsync(runs, body, "event: done", clients, Duration)));
                }

                var ratio = Load.Median(ours.Zip(least, (mine, floors) => mine.Rate / floors.Rate));
                page.Line($"| {clients} | {Of(least, one => one.Rate):N0} | {Of(ours, one => one.Rate):N0} | {ratio:P0} | {Of(least, one => one.Median):N1} | {Of(ours, one => one.Median):N1} | {Of(least, one => one.Processor):N2} | {Of(ours, one => one.Processor):N2} | {Of(least, one => one.Written):N0} | {Of(ours, one => one.Written):N0} |");
            }

            page.Line();
            page.Line("Goals: at 32 clients 2,200 runs/s and 40 % of the floor; 0.6 ms CPU a run.");
        }

        Directory.Delete(directory, recursive: true);
    }

    private static double Of(List<Spent> rounds, Func<Spent, double> figure) => Load.Median(rounds.Select(figure));

    private static async Task<string> CreateAsync(Child cadre)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{cadre.Url}v1/assistants"));
        request.Headers.Authorization = new("Bearer", ChildServers.Key);
        request.Content = new StringContent("""{"model":"simulator","instructions":"Help.","tools":[{"type":"function","function":{"name":"lookup"},"server":true}]}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await http.SendAsync(request);
        using var document = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("id").GetString()!;
    }
}
