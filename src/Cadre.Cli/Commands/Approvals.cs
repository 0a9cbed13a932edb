using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre approvals</c>: what waits for a person, and the person's answers.</summary>
internal static class Approvals
{
    public static Command Create(Surroundings surroundings)
    {
        var json = CommonOptions.Json();
        var list = new Command("list", "Calls that wait for a person.") { json }.Runs(surroundings, (parsed, host, cancellationToken) => ListAsync(parsed.GetValue(json), host, cancellationToken));
        var parent = new Command("approvals", "List, approve or deny the calls that wait for a person.") { list, Decide("approve", true, surroundings), Decide("deny", false, surroundings) };
        var bare = CommonOptions.Json();
        parent.Add(bare);
        return parent.Runs(surroundings, (parsed, host, cancellationToken) => ListAsync(parsed.GetValue(bare), host, cancellationToken));
    }

    public static string Describe(PendingApproval pending)
    {
        var arguments = string.Join('\n', CallText.Whole(pending.Request).Split('\n').Select(line => "      " + line));
        return $"  {pending.Run} {pending.Request.CallId}  {pending.Request.Tool}\n{arguments}\n      rule {pending.Asked.Rule}: {pending.Asked.Because}";
    }

    private static Command Decide(string name, bool approved, Surroundings surroundings)
    {
        var run = new Argument<string>("run") { Description = RunLookup.ArgumentHelp };
        var call = new Argument<string?>("call") { Description = "The call's id; may be left out when the run waits for one call only.", Arity = ArgumentArity.ZeroOrOne };
        var comment = new Option<string?>("--comment") { Description = "Told to the model and kept in the audit.", HelpName = "text" };
        return new Command(name, approved ? "Let a call be made." : "Refuse a call; the model is told.") { run, call, comment }
            .Runs(surroundings, (parsed, host, cancellationToken) =>
                DecideAsync(parsed.GetRequiredValue(run), parsed.GetValue(call), new(approved, host.Author, parsed.GetValue(comment)), host, cancellationToken));
    }

    private static async Task<int> ListAsync(bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var pending = await PendingAsync(await host.ReadJournalAsync(cancellationToken), cancellationToken);
        if (json)
        {
            var lines = new JsonLines(terminal.Out);
            foreach (var approval in pending) Write(lines, approval);
            return ExitCode.Ok;
        }

        if (pending.Count == 0) terminal.Say("Nothing waits for an approval.");
        foreach (var approval in pending) terminal.Print(Describe(approval));
        return ExitCode.Ok;
    }

    private static void Write(JsonLines lines, PendingApproval approval) => lines.Write(json =>
    {
        json.WriteString("run", approval.Run.ToString());
        json.WriteString("call", approval.Request.CallId);
        json.WriteString("tool", approval.Request.Tool);
        json.WriteString("arguments", approval.Request.Arguments);
        json.WriteString("hash", approval.Asked.Hash);
        json.WriteString("reason", approval.Asked.Reason.ToString());
        json.WriteString("rule", approval.Asked.Rule);
        json.WriteString("because", approval.Asked.Because);
    });

    private static async Task<int> DecideAsync(string run, string? call, Decision decision, CadreHost host, CancellationToken cancellationToken)
    {
        var journal = await host.ReadJournalAsync(cancellationToken);
        var id = await RunLookup.FindAsync(journal, run, cancellationToken);
        var tree = await RunTree.LoadAsync(journal, id.Root, cancellationToken);
        var fitting = tree.Approvals.Where(approval => (approval.Run == id || id.Parent is null) && (call is null || approval.Request.CallId == call)).ToArray();
        var pending = fitting switch
        {
            [var only] => only,
            [] => throw new CommandRefusedException(call is null ? $"{id} waits for no approval." : $"{id} does not wait for an approval of {call}.", "cadre approvals"),
            _ => throw new CommandRefusedException($"{id} waits for {fitting.Length} approvals: name the run and the call.", "cadre approvals"),
        };
        return await RunMail.DecideAsync(host, pending, decision, cancellationToken);
    }

    private static async ValueTask<List<PendingApproval>> PendingAsync(IJournal journal, CancellationToken cancellationToken)
    {
        var pending = new List<PendingApproval>();
        await foreach (var id in journal.ListAsync(cancellationToken))
        {
            if (id.Parent is null) pending.AddRange((await RunTree.LoadAsync(journal, id, cancellationToken)).Approvals);
        }

        return pending;
    }
}
