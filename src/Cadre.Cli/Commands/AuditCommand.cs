using System.CommandLine;
using System.Globalization;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Guard.Audit;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre audit</c>: what was done in the world, and whether the record of it is whole.</summary>
internal static class AuditCommand
{
    private const int DetailsLength = 120;

    public static Command Create(Surroundings surroundings) => new("audit", "Verify and read the audit log.") { Verify(surroundings), List(surroundings) };

    private static Command Verify(Surroundings surroundings)
    {
        var key = new Option<string?>("--key-file") { Description = $"The log's key. [{AuditOptions.KeyFileVariable}; default: audit.key in the state directory]", HelpName = "file" };
        var json = CommonOptions.Json("Print the result as one JSON object.");
        var server = OfServer();
        return new Command("verify", "Check every entry from the first to the anchored head; names the first bad one.") { key, server, json }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var report = await AuditVerifier.VerifyAsync(Directory(host, parsed.GetValue(server)), parsed.GetValue(key), cancellationToken);
            if (parsed.GetValue(json)) new JsonLines(surroundings.Terminal.Out).Write(writer => Write(writer, report));
            else Print(report, host);
            return report.IsIntact ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static void Print(AuditReport report, CadreHost host)
    {
        var terminal = host.Surroundings.Terminal;
        if (report.Problem is not { } problem)
        {
            terminal.Print($"intact: {TerminalText.Plural(report.Entries, "entry", "entries")} in {TerminalText.Plural(report.Files, "file")}, {report.Anchored ?? 0} anchored");
            if (report.HasTornEnd) terminal.Say("The last line is half written, by a writer at work or a crash; it holds nothing that was acknowledged.");
            return;
        }

        terminal.Print($"NOT intact: {problem.Kind.ToString().ToLowerInvariant()}: {problem.Why}");
        if (problem.File is { } file) terminal.Print($"  at {file}{(problem.Line is { } line ? $":{line}" : "")}{(problem.Entry is { } entry ? $", entry {entry}" : "")}");
        terminal.Print($"  {TerminalText.Plural(report.Entries, "entry is", "entries are")} what was written, from the first on");
    }

    private static void Write(System.Text.Json.Utf8JsonWriter json, AuditReport report)
    {
        json.WriteBoolean("intact", report.IsIntact);
        json.WriteNumber("entries", report.Entries);
        json.WriteNumber("files", report.Files);
        if (report.Anchored is { } anchored) json.WriteNumber("anchored", anchored);
        json.WriteBoolean("torn_end", report.HasTornEnd);
        if (report.Problem is not { } problem) return;
        json.WriteStartObject("problem");
        json.WriteString("kind", problem.Kind.ToString().ToLowerInvariant());
        json.WriteString("why", problem.Why);
        if (problem.File is { } file) json.WriteString("file", file);
        if (problem.Line is { } line) json.WriteNumber("line", line);
        if (problem.Entry is { } entry) json.WriteNumber("entry", entry);
        json.WriteEndObject();
    }

    private static Command List(Surroundings surroundings)
    {
        var run = Filter("--run", "run", "Of one run and all below it: an id, its beginning, or 'last'.");
        var kind = new Option<string[]>("--kind") { Description = "Of one kind, such as tool_call, network or approval; may be given more than once.", HelpName = "kind" };
        var user = Filter("--user", "id", "What this user did, or what was done for it.");
        var organisation = Filter("--organisation", "name", "Of one organisation.");
        var tool = Filter("--tool", "name", "About one tool.");
        var call = Filter("--call", "id", "About one call.");
        var outcome = Filter("--outcome", "word", "With this outcome, status or verdict, such as denied or refused.");
        var containing = Filter("--containing", "text", "With this text in a value.");
        var since = CommonOptions.Time("--since", "Not older than this: 10m, 2h, 7d.");
        var limit = new Option<int>("--limit") { Description = "The latest entries to show.", HelpName = "n", DefaultValueFactory = _ => 50 };
        var json = CommonOptions.Json("Print one entry a line as JSON.");
        var server = OfServer();
        return new Command("list", "List entries, oldest first.") { run, kind, user, organisation, tool, call, outcome, containing, since, limit, server, json }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var query = new AuditQuery
            {
                Run = parsed.GetValue(run) is { } text ? await FindAsync(host, text, parsed.GetValue(server), cancellationToken) : null,
                Kinds = parsed.GetValue(kind) ?? [],
                User = parsed.GetValue(user),
                Organisation = parsed.GetValue(organisation),
                Tool = parsed.GetValue(tool),
                CallId = parsed.GetValue(call),
                Outcome = parsed.GetValue(outcome),
                Text = parsed.GetValue(containing),
                From = parsed.GetValue(since) is { } time ? surroundings.Time.GetUtcNow() - time : null,
            };
            await ListAsync(AuditReader.ReadAsync(Directory(host, parsed.GetValue(server)), query, cancellationToken), Math.Max(1, parsed.GetValue(limit)), parsed.GetValue(json), host);
            return ExitCode.Ok;
        });
    }

    private static Option<string?> Filter(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    private static Option<bool> OfServer() => new("--server") { Description = "The log of 'cadre serve' instead of this workspace's." };

    private static string Directory(CadreHost host, bool server) => server ? host.Settings.ServerDirectory : host.Settings.StateDirectory;

    /// <summary>A server's runs are in its database: there an id is taken as it is, with or without a protocol's prefix.</summary>
    private static async ValueTask<RunId> FindAsync(CadreHost host, string text, bool server, CancellationToken cancellationToken)
    {
        if (!server) return await RunLookup.FindAsync(await host.ReadJournalAsync(cancellationToken), text, cancellationToken);
        return RunId.TryParse(text[(text.IndexOf('_', StringComparison.Ordinal) + 1)..], null, out var id) ? id : throw new CommandRefusedException($"'{text}' is no id of a run.", exitCode: ExitCode.Usage);
    }

    private static async Task ListAsync(IAsyncEnumerable<AuditRecord> records, int limit, bool json, CadreHost host)
    {
        var latest = new Queue<AuditRecord>();
        await foreach (var record in records)
        {
            latest.Enqueue(record);
            if (latest.Count > limit) latest.Dequeue();
        }

        var lines = new JsonLines(host.Surroundings.Terminal.Out);
        var table = new TextTable("TIME (UTC)", "KIND", "ACTOR", "RUN", "DETAILS");
        foreach (var record in latest)
        {
            if (json) lines.Write(writer => Write(writer, record));
            else if (record.Entry is not { } entry) table.Row("", "UNREADABLE", "", "", $"{record.File}:{record.Line}; see: cadre audit verify");
            else table.Row(entry.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture), entry.Kind, entry.Actor, entry.Run?.ToString() ?? "", Details(entry.Details));
        }

        if (!json && latest.Count > 0) table.PrintTo(host.Surroundings.Terminal);
        if (!json && latest.Count == 0) host.Surroundings.Terminal.Say("No entries.");
    }

    private static string Details(IReadOnlyDictionary<string, string> details) =>
        TerminalText.Line(string.Join(' ', details.Where(detail => detail.Value.Length > 0).Select(detail => $"{detail.Key}={detail.Value}")), DetailsLength);

    private static void Write(System.Text.Json.Utf8JsonWriter json, AuditRecord record)
    {
        if (record.Number is { } number) json.WriteNumber("entry", number);
        json.WriteString("file", record.File);
        json.WriteNumber("line", record.Line);
        if (record.Entry is not { } entry) return;
        json.WriteString("at", entry.At);
        json.WriteString("kind", entry.Kind);
        json.WriteString("actor", entry.Actor);
        if (entry.Run is { } run) json.WriteString("run", run.ToString());
        if (entry.CallId is { } call) json.WriteString("call", call);
        json.WriteStartObject("details");
        foreach (var (name, value) in entry.Details) json.WriteString(name, value);
        json.WriteEndObject();
    }
}
