using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Commands;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Running;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Smoke;

/// <summary>Proves one wire of the configured endpoint from end to end: single exchanges, then a small goal in a workspace of its own.</summary>
internal sealed class SmokeTest(CadreSettings settings, Surroundings surroundings)
{
    public const string ResponsesWire = "responses";
    public const string ChatWire = "chat";
    public const string Goal = "goal";

    private const string Note = "The number of this workspace is 4242.";
    private static readonly TimeSpan GoalTime = TimeSpan.FromMinutes(10);

    public async Task<SmokeEvidence> RunAsync(string wire, CancellationToken cancellationToken)
    {
        await using var host = new CadreHost(Isolated(wire), surroundings);
        var connection = await host.ConnectAsync();
        var checks = new List<SmokeCheck>(await new WireChecks(connection.Model, settings.Model, surroundings.Time).RunAsync(cancellationToken));
        var used = wire == ChatWire || connection.Model.Card.Responses is { Value: false } || connection.Model.Card.For(settings.Model).Responses is { Value: false } ? ChatWire : ResponsesWire;
        if (used == wire) checks.Add(await ReachGoalAsync(host, cancellationToken));
        var evidence = new SmokeEvidence(
            settings.Endpoint is null ? "simulator" : connection.Model.Endpoint.Address, settings.Model, wire, used, surroundings.Time.GetUtcNow(), CadreVersion.Text, checks);
        Save(evidence);
        return evidence;
    }

    /// <summary>A workspace and a state directory of the smoke test's own, emptied before: nothing of the user's is touched, nothing known before is taken for an answer.</summary>
    private CadreSettings Isolated(string wire)
    {
        var root = Path.Combine(settings.StateDirectory, "smoke", wire);
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        var workspace = Directory.CreateDirectory(Path.Combine(root, "workspace")).FullName;
        File.WriteAllText(Path.Combine(workspace, "note.txt"), Note + "\n");
        return settings with { ForceChatCompletions = wire == ChatWire, Workspace = workspace, StateDirectory = Path.Combine(root, "state") };
    }

    private async Task<SmokeCheck> ReachGoalAsync(CadreHost host, CancellationToken cancellationToken)
    {
        var started = surroundings.Time.GetTimestamp();
        await using var engine = await EngineHost.OpenAsync(host, 2, cancellationToken);
        var id = RunId.New(surroundings.Time.GetUtcNow(), RandomNumberGenerator.GetBytes(8));
        var request = new RunRequest("List the files of this workspace, read note.txt and tell the number that stands in it.", ApprovalMode.Never, new(Wall: GoalTime), 2, new(false, true));
        await engine.Control.StartAsync(id, await RunCommand.DefineAsync(request, host, cancellationToken), [new Message.User(request.Goal)], cancellationToken);
        var end = await new RunSession(engine, id, new LineDisplay(null, null), null).RunAsync(cancellationToken);
        var tree = await RunTree.LoadAsync(engine.Journal, id, cancellationToken);
        var outcome = (end as SessionEnd.Ended)?.Outcome;
        var told = outcome?.Output.Contains("4242", StringComparison.Ordinal) == true;
        var detail = outcome is null ? end.ToString() : $"{outcome.Status}, {SpendingText.Of(tree.Spent)}; the answer {(told ? "has" : "lacks")} what the file says. {outcome.Reason}";
        return new(Goal, outcome?.Status == RunStatus.Completed && told, TerminalText.Line(detail, 200), (long)surroundings.Time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>The latest of the wire, and the latest of this wire, endpoint and model, which the matrix is made from.</summary>
    private void Save(SmokeEvidence evidence)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(evidence, SmokeJson.Default.SmokeEvidence);
        var kept = Directory.CreateDirectory(Path.Combine(settings.EvidenceDirectory, "smoke")).FullName;
        File.WriteAllBytes(Path.Combine(settings.EvidenceDirectory, $"smoke-{evidence.Wire}.json"), bytes);
        var subject = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{evidence.Endpoint}\n{evidence.Model}")))[..12];
        File.WriteAllBytes(Path.Combine(kept, $"{evidence.Wire}-{subject}.json"), bytes);
    }
}
