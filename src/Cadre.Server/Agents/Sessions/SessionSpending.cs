using System.Globalization;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>
/// What a session has spent. Each of its runs carries in its metadata what was spent before it, so that the sum takes one read; runs of other faces in between
/// are added by looking further back.
/// </summary>
/// <param name="Money">US dollars.</param>
internal readonly record struct SessionSpending(Usage Tokens, decimal Money)
{
    /// <summary>Key in a run's metadata.</summary>
    public const string Key = "agents.spent_before";

    private const int Batch = 20;

    /// <param name="newest">The thread's newest run, when it is at hand; null reads it.</param>
    public static async ValueTask<SessionSpending> OfAsync(ServerContext context, string thread, RunTimeline? newest, CancellationToken cancellationToken)
    {
        var sum = default(SessionSpending);
        RunId? after = null;
        while (true)
        {
            var runs = await context.Store.ListRunsAsync(Scope.Everything, new() { Thread = thread, Limit = Batch, After = after }, cancellationToken);
            foreach (var entry in runs)
            {
                var timeline = entry.Run == newest?.Run ? newest : await context.Runs.LoadAsync(Scope.Everything, entry.Run, cancellationToken);
                if (timeline is null) continue;
                sum = new(sum.Tokens + timeline.State.Spent.Tokens, sum.Money + timeline.State.Spent.Money);
                if (timeline.Definition.Metadata.TryGetValue(Key, out var text) && Parse(text) is { } before) return new(sum.Tokens + before.Tokens, sum.Money + before.Money);
            }

            if (runs.Count < Batch) return sum;
            after = runs[^1].Run;
        }
    }

    public static TokenUsage Show(Usage usage) =>
        new(usage.Input, new(usage.CachedInput), usage.Output, new(usage.Reasoning), usage.Total);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Tokens.Input} {Tokens.Output} {Tokens.CachedInput} {Tokens.Reasoning} {Money}");

    private static SessionSpending? Parse(string text)
    {
        var parts = text.Split(' ');
        return parts.Length == 5 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var input) && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var output)
            && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var cached) && long.TryParse(parts[3], CultureInfo.InvariantCulture, out var reasoning)
            && decimal.TryParse(parts[4], CultureInfo.InvariantCulture, out var money)
                ? new(new(input, output, cached, reasoning), money)
                : null;
    }
}
