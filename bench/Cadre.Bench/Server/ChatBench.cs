using System.Globalization;
using Cadre.Simulator;

namespace Cadre.Bench.Server;

/// <summary>
/// A turn of the chat: a signed-in user's message, one call of todo_create, the answer; everything stored. Its own time beside its model calls, and how many the server makes,
/// beside the floor and, where it is installed, beside the same loop on npm @openai/agents.
/// </summary>
internal static class ChatBench
{
    private const string Message = """{"message":"Create a task called Buy groceries"}""";
    private const string Expected = "\"success\":true";
    private const int Users = 64;
    private const int Rounds = 3;
    private const int WarmUp = 1_000;
    private const int Turns = 3_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    /// <param name="rival">Null: without.</param>
    public static async Task RunAsync(string? path, AgentsRival? rival)
    {
        using var page = new Report(path, "Turns of the chat", "chat");
        await OwnTimeAsync(page);
        page.Line();
        await ThroughputAsync(page, rival);
    }

    /// <summary>One turn after the other, server and model in this process: each turn's time at the client without that of its two model calls.</summary>
    private static async Task OwnTimeAsync(Report page)
    {
        var directory = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        List<double> whole = [], own = [];
        await using (var simulator = await SimulatorServer.StartAsync(SimulatorScript.Parse(ChildServers.Script), new() { RecordRequests = false }))
        {
            long asking = 0;
            await using var cadre = await HostedCadre.StartAsync(directory, simulator.BaseUrl, call => Interlocked.Add(ref asking, call.Duration.Ticks));
            using var load = new Load();
            var tokens = Enumerable.Range(0, Users).Select(user => HostedCadre.TokenOf($"user {user}")).ToList();
            var url = new Uri(cadre.Address, "api/v1/chat");
            for (var turn = 0; turn < WarmUp + Turns; turn++)
            {
                var before = Interlocked.Read(ref asking);
                var (answer, took) = await load.OnceAsync(url, Message, tokens[turn % Users]);
                if (!answer.Contains(Expected, StringComparison.Ordinal)) throw new InvalidOperationException(answer);
                if (turn < WarmUp) continue;
                whole.Add(took.TotalMilliseconds);
                own.Add(took.TotalMilliseconds - TimeSpan.FromTicks(Interlocked.Read(ref asking) - before).TotalMilliseconds);
            }
        }

        Directory.Delete(directory, recursive: true);
        page.Line($"{Turns:N0} turns, one after the other, of {Users} users in rotation; client, server and model in one process. Own time is the turn at the client without its two model calls, as the server's model client times them.");
        page.Line();
        page.Line("| | median ms | 99th percentile |");
        page.Line("|---|--:|--:|");
        page.Line($"| the turn | {At(whole, 0.5)} | {At(whole, 0.99)} |");
        page.Line($"| **own time** (goal: at most 2 at the median) | **{At(own, 0.5)}** | {At(own, 0.99)} |");
    }

    private static async Task ThroughputAsync(Report page, AgentsRival? rival)
    {
        var directory = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        List<Spent> ours = [], least = [], theirs = [];
        using (var load = new Load())
        using (var simulator = Child.Start("child-simulator"))
        using (var cadre = Child.Start("child-cadre", directory, simulator.Url.AbsoluteUri))
        using (var floor = Child.Start("child-floor", directory, simulator.Url.AbsoluteUri))
        {
            var keys = Enumerable.Range(0, Users).Select(user => HostedCadre.TokenOf($"user {user}")).ToList();
            var chat = new Uri(cadre.Url, "/api/v1/chat");
            var turn = new Uri(floor.Url, FloorServer.Turn);
            await load.RunAsync(chat, Message, Expected, Users, Duration, keys);
            await load.RunAsync(turn, Message, "completed", Users, TimeSpan.FromSeconds(2));
            for (var round = 0; round < Rounds; round++)
            {
                least.Add(await Spent.OfAsync(floor, () => load.RunAsync(turn, Message, "completed", Users, Duration)));
                ours.Add(await Spent.OfAsync(cadre, () => load.RunAsync(chat, Message, Expected, Users, Duration, keys)));
                if (rival is not null) theirs.Add(await rival.RunAsync(simulator.Url, Users, Duration));
            }
        }

        Directory.Delete(directory, recursive: true);
        page.Line($"{Users} users side by side, each turn a conversation of its own. Model, server and clients are processes of their own on the same processors. Medians of {Rounds} rounds of {Duration.TotalSeconds} s, taken in turns; CPU and bytes are of the server's process alone. The floor makes the same two model calls and commits twelve rows of 400 bytes in three commits, in groups, to SQLite.{(rival is null ? "" : $" The rival is npm @openai/agents over Chat Completions, its users within its process: no HTTP before it, nothing stored.")}");
        page.Line();
        page.Line("| | turns/s | median ms | CPU ms a turn | bytes written a turn |");
        page.Line("|---|--:|--:|--:|--:|");
        page.Line(Row("floor", least));
        page.Line(Row("Cadre", ours));
        if (rival is not null) page.Line(Row("@openai/agents", theirs));
        page.Line();
        page.Line($"Cadre to the floor: {Ratio(ours, least, one => one.Rate):P0} of the turns.");
        if (rival is not null) page.Line($"Cadre to @openai/agents: {Ratio(ours, theirs, one => one.Rate):N1} times the turns (goal: 4), {Ratio(ours, theirs, one => one.Processor):P0} of the CPU.");
    }

    private static double Ratio(List<Spent> ours, List<Spent> others, Func<Spent, double> figure) => Load.Median(ours.Zip(others, (mine, other) => figure(mine) / figure(other)));

    private static string Row(string name, List<Spent> rounds) =>
        string.Create(CultureInfo.InvariantCulture, $"| {name} | {Of(rounds, one => one.Rate):N0} | {Of(rounds, one => one.Median):N1} | {Of(rounds, one => one.Processor):N2} | {Of(rounds, one => one.Written):N0} |");

    private static double Of(List<Spent> rounds, Func<Spent, double> figure) => Load.Median(rounds.Select(figure));

    private static string At(List<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)((sorted.Length - 1) * share)].ToString("0.000", CultureInfo.InvariantCulture);
    }
}
