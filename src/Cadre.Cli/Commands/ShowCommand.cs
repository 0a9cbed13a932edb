using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre show ID</c>: a run's plan, steps, calls, cost and answer; or its events.</summary>
internal static class ShowCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var run = new Argument<string>("run") { Description = RunLookup.ArgumentHelp, DefaultValueFactory = _ => "last" };
        var json = CommonOptions.Json("Print the run as one JSON object.");
        var events = new Option<bool>("--events") { Description = "Print the events of the run and all below it, one a line as JSON." };
        return new Command("show", "Show a run: plan, steps, calls, cost and answer.") { run, json, events }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(parsed.GetRequiredValue(run), parsed.GetValue(json), parsed.GetValue(events), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(string text, bool json, bool events, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var journal = await host.ReadJournalAsync(cancellationToken);
        var id = await RunLookup.FindAsync(journal, text, cancellationToken);
        if (events)
        {
            await WriteEventsAsync(journal, id, new(terminal.Out), cancellationToken);
            return ExitCode.Ok;
        }

        var tree = await RunTree.LoadAsync(journal, id, cancellationToken);
        if (json) new JsonLines(terminal.Out).Write(writer => Write(writer, tree));
        else terminal.Print(RunReport.Of(tree));
        return ExitCode.Ok;
    }

    private static void Write(System.Text.Json.Utf8JsonWriter json, RunTree tree)
    {
        RunSummary.Of(tree).WriteTo(json);
        if (tree.Root.Outcome is { } outcome) json.WriteString("output", outcome.Output);
        json.WriteStartArray("steps");
        foreach (var step in tree.Root.Goal?.Steps ?? [])
        {
            json.WriteStartObject();
            json.WriteString("id", step.Step.Id);
            json.WriteString("title", step.Step.Title);
            json.WriteString("phase", step.Phase.ToString().ToLowerInvariant());
            json.WriteNumber("attempt", step.Attempt);
            json.WriteStartArray("depends_on");
            foreach (var needed in step.Step.DependsOn) json.WriteStringValue(needed);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("approvals");
        foreach (var pending in tree.Approvals)
        {
            json.WriteStartObject();
            json.WriteString("run", pending.Run.ToString());
            json.WriteString("call", pending.Request.CallId);
            json.WriteString("tool", pending.Request.Tool);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task WriteEventsAsync(IJournal journal, RunId run, JsonLines lines, CancellationToken cancellationToken)
    {
        var seq = 0L;
        var children = new List<RunId>();
        await foreach (var @event in journal.ReadAsync(run, 0, cancellationToken))
        {
            lines.Write(new FeedItem.Fact(run, seq++, @event));
            if (@event is RunEvent.ChildStarted child) children.Add(run.Child(child.Key));
        }

        foreach (var child in children) await WriteEventsAsync(journal, child, lines, cancellationToken);
    }
}
