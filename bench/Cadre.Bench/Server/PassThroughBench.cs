namespace Cadre.Bench.Server;

/// <summary>Chat Completions passed through, beside calling the model itself and beside a bare reverse proxy.</summary>
internal static class PassThroughBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);
    private static readonly int[] Clients = [1, 32];

    /// <param name="gateway">Another gateway's address that passes on to the model as well: null when there is none to compare with.</param>
    /// <param name="path">Where the report goes.</param>
    public static async Task RunAsync(string? path, Func<Uri, Child>? gateway)
    {
        using var page = new Report(path, "Chat Completions passed through", "passthrough");
        var directory = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        using var load = new Load();
        using (var simulator = Child.Start("child-simulator"))
        using (var cadre = Child.Start("child-cadre", directory, simulator.Url.AbsoluteUri))
        using (var proxy = Child.Start("child-proxy", simulator.Url.AbsoluteUri))
        using (var other = gateway?.Invoke(simulator.Url))
        {
            var direct = new Uri($"{simulator.Url}/chat/completions");
            List<(string Name, Uri Url)> ways = [("the model itself", direct), ("bare Kestrel proxy", new($"{proxy.Url}v1/chat/completions")), ("Cadre", new($"{cadre.Url}v1/chat/completions"))];
            if (other is not null) ways.Add(("the other gateway", new($"{other.Url}/v1/chat/completions")));
            page.Line($"The same requests over connections that stay open, to the simulator, which answers at once. Medians of {Rounds} rounds of {Duration.TotalSeconds} s, taken in turns; ratios are of calls a second to the bare proxy in the same round.");
            page.Line();
            page.Line("| answer | clients | way | calls/s | ratio | median ms | added ms |");
            page.Line("|---|--:|---|--:|--:|--:|--:|");
            foreach (var streams in (bool[])[false, true])
            {
                var body = $$"""{"model":"simulator","stream":{{(streams ? "true" : "false")}},"messages":[{"role":"system","content":"Be short."},{"role":"user","content":"Say something."}]}""";
                var expect = streams ? "[DONE]" : "\"stop\"";
                foreach (var (_, url) in ways) await load.RunAsync(url, body, expect, 32, Duration);
                foreach (var clients in Clients)
                {
                    var rounds = new List<Measured[]>();
                    for (var round = 0; round < Rounds; round++)
                    {
                        var one = new Measured[ways.Count];
                        for (var i = 0; i < ways.Count; i++) one[i] = await load.RunAsync(ways[i].Url, body, expect, clients, Duration);
                        rounds.Add(one);
                    }

                    for (var i = 0; i < ways.Count; i++)
                    {
                        var added = Load.Median(rounds.Select(round => round[i].Median - round[0].Median));
                        var ratio = Load.Median(rounds.Select(round => round[i].Rate / round[1].Rate));
                        page.Line($"| {(streams ? "streamed" : "whole")} | {clients} | {ways[i].Name} | {Load.Median(rounds.Select(round => round[i].Rate)):N0} | {ratio:P0} | {Load.Median(rounds.Select(round => round[i].Median)):N3} | {added:N3} |");
                    }
                }
            }

            page.Line();
            page.Line("Goals: under 0.3 ms added at one client; 80 % of the bare proxy at 32.");
        }

        Directory.Delete(directory, recursive: true);
    }
}
