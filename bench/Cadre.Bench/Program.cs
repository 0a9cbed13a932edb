using Cadre.Bench.Engine;
using Cadre.Bench.Identity;
using Cadre.Bench.Journal;
using Cadre.Bench.Knowledge;
using Cadre.Bench.Server;
using Cadre.Bench.Start;
using Cadre.Bench.Storage;

if (await ChildServers.RunAsync(args)) return 0;
var report = Text("--report");

switch (args.FirstOrDefault())
{
    case "journal":
        await JournalBench.RunAsync(report);
        return 0;
    case "resume":
        await ResumeBench.RunAsync(report);
        return 0;
    case "engine":
        await EngineBench.RunAsync(report);
        return 0;
    case "knowledge":
        await KnowledgeBench.RunAsync(report);
        return 0;
    case "start":
        StartBench.Run(report, args.ElementAtOrDefault(Array.IndexOf(args, "--program") + 1));
        return 0;
    case "jwt":
        await JwtBench.RunAsync(report);
        return 0;
    case "store":
        await StoreBench.RunAsync(report);
        return 0;
    case "thread":
        await ThreadBench.RunAsync(report);
        return 0;
    case "passthrough":
        await PassThroughBench.RunAsync(report, null);
        return 0;
    case "runs":
        await RunsBench.RunAsync(report, Number("--clients") is { } clients ? [clients] : [1, 32, 256]);
        return 0;
    case "chat":
        await ChatBench.RunAsync(report, Text("--rival") is { } rival ? new(Text("--node") ?? "node", rival) : null);
        return 0;
    case "streams":
        await StreamsBench.RunAsync(report, Number("--streams") ?? 5_000);
        return 0;
    case "ready":
        await ReadyBench.RunAsync(report, args.ElementAtOrDefault(Array.IndexOf(args, "--program") + 1));
        return 0;
    default:
        Console.Error.WriteLine("""
            Measures what Cadre is asked to be fast at; ratios are of one run on one machine.

              cadre-bench journal [--report FILE]   durable appends per second, beside the disk's own rate
              cadre-bench resume [--report FILE]    folding a journal of 100,000 events
              cadre-bench engine [--report FILE]    a run's own time beside its model calls; runs in flight
              cadre-bench jwt [--report FILE]       checking a token, beside its signature alone
              cadre-bench store [--report FILE]     durable appends to the SQLite store, beside a bare group commit
              cadre-bench thread [--report FILE]    bytes of a thread whose runs start with all of it
              cadre-bench knowledge [--report FILE]   chunks indexed per minute; queries at 100,000 chunks
              cadre-bench passthrough [--report FILE]   Chat Completions passed through, beside a bare proxy
              cadre-bench runs [--clients N] [--report FILE]   durable runs by the Assistants API, beside their floor
              cadre-bench chat [--rival DIRECTORY [--node FILE]] [--report FILE]   turns of the chat with a task, beside bench/rivals/openai-agents
              cadre-bench streams [--streams N] [--report FILE]   many open streams on one server
              cadre-bench ready --program FILE [--report FILE]   a published cadre's start as a server
              cadre-bench start --program FILE [--report FILE]   a published cadre's start
            """);
        return 2;
}

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var place && place + 1 < args.Length ? args[place + 1] : null;

int? Number(string name) => Text(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
