using System.Text;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>One request to the model: made within what the run has left, streamed to the feed, recorded when it is whole.</summary>
internal sealed class ModelTurn(EnginePorts ports)
{
    private static readonly TimeSpan Forever = TimeSpan.FromDays(20);

    /// <param name="cancelled">Fires when the run is cancelled as well.</param>
    /// <param name="stop">Fires when the driver must stop.</param>
    public async ValueTask<TurnEnd> TakeAsync(OpenRun run, CancellationToken cancelled, CancellationToken stop)
    {
        // A request may be repeated, so it need not wait for what is recorded meanwhile.
        var recorded = run.FlushAsync(stop).AsTask();
        ModelChunk? last;
        bool outOfTime;
        var said = new StringBuilder();
        try
        {
            (last, outOfTime) = await AskAsync(run, await RequestAsync(run, cancelled), said, cancelled);
        }
        catch (OperationCanceledException) when (run.State.Definition!.KeepsCutReply == true && said.Length > 0 && cancelled.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            (last, outOfTime) = (Cut(run.State, said.ToString()), false);
        }
        finally
        {
            await recorded;
        }

        if (outOfTime) return new TurnEnd.Finished(new(RunStatus.Incomplete, RunNext.LastText(run.State), "The budget of wall time is spent.", Limit: OutcomeLimit.Wall));
        if (last is ModelChunk.Failed(var failure)) return Fail(run, failure);
        run.Stage(new RunEvent.TurnFinished(WithUniqueCalls(((ModelChunk.Completed)last!).Reply, run.State.Turns)));
        return new TurnEnd.Went();
    }

    public async ValueTask CompactAsync(OpenRun run, int until, CancellationToken cancelled, CancellationToken stop)
    {
        await run.FlushAsync(stop);
        var agent = run.State.Definition!.Agent;
        var request = new ModelRequest(agent.CompactionModel ?? agent.Model, Compaction.Instructions,
            [new Message.User($"<material>\n{Compaction.Source(run.State.History, until)}\n</material>\n\nSummarise.")]);
        var (last, _) = await AskAsync(run, request, new(), cancelled);
        var reply = (last as ModelChunk.Completed)?.Reply;
        var summary = string.IsNullOrWhiteSpace(reply?.Text) ? Compaction.WithoutModel(run.State.History, until) : reply.Text;
        run.Stage(new RunEvent.HistoryCompacted(Compaction.Note(summary), until, reply?.Usage ?? default, reply?.Cost));
    }

    private async ValueTask<ModelRequest> RequestAsync(OpenRun run, CancellationToken cancelled)
    {
        var state = run.State;
        var agent = state.Definition!.Agent;
        var tools = await Toolbox.OfferedAsync(ports.Tools, run.Id, state.Definition, cancelled);
        return new(agent.Model, agent.Instructions, state.History)
        {
            Tools = [.. tools.Select(tool => tool.Descriptor.Definition)],
            ToolChoice = agent.ToolChoice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named } && state.Turns > 0 ? null : agent.ToolChoice,
            ParallelToolCalls = agent.ParallelToolCalls,
            Output = state.Definition.Output,
            MaxOutputTokens = MaxOutput(state, agent),
            Temperature = agent.Temperature,
            TopP = agent.TopP,
            ReasoningEffort = agent.ReasoningEffort,
            CacheKey = state.Definition.Thread ?? run.Id.ToString(),
            Extra = agent.Extra,
        };
    }

    /// <summary>What a cancelled run had been told until then. Its tokens are an estimate: the endpoint does not count what it did not finish.</summary>
    private static ModelChunk.Completed Cut(RunState state, string said) =>
        new(new(said, [], StopReason.Cancelled, new(state.EstimatedTokens, said.Length / History.CharactersPerToken), state.Definition!.Agent.Model));

    /// <summary>The last chunk of the answer, or that the run's time ran out before it.</summary>
    /// <param name="said">Is given the text of the present attempt, piece by piece.</param>
    private async ValueTask<(ModelChunk? Last, bool OutOfTime)> AskAsync(OpenRun run, ModelRequest request, StringBuilder said, CancellationToken cancelled)
    {
        using var wall = WallClock(run.State.Remaining);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancelled, wall.Token);
        try
        {
            await foreach (var chunk in ports.Model.StreamAsync(request, limited.Token))
            {
                if (chunk is ModelChunk.Completed or ModelChunk.Failed) return (chunk, false);
                Show(run.Id, chunk, said.Length);
                if (chunk is ModelChunk.Text(var text)) said.Append(text);
                else if (chunk is ModelChunk.Retrying) said.Clear();
            }

            return (new ModelChunk.Failed(new(ModelFailureKind.Cut, "The answer ended before its end.")), false);
        }
        catch (OperationCanceledException) when (wall.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            return (null, true);
        }
    }

    private static TurnEnd Fail(OpenRun run, ModelFailure failure)
    {
        if (failure.Kind == ModelFailureKind.ContextTooLong && Compaction.Forced(run.State) is { } until)
        {
            run.Stage(new RunEvent.HistoryCompacted(Compaction.Note(Compaction.WithoutModel(run.State.History, until)), until, default, null));
            return new TurnEnd.Went();
        }

        var mendable = failure.IsTransient || failure.Kind is ModelFailureKind.Unauthorized or ModelFailureKind.QuotaExceeded;
        return mendable && run.State.Definition!.OnOutage == OutagePolicy.Pause
            ? new TurnEnd.Paused(failure)
            : new TurnEnd.Finished(new(RunStatus.Failed, RunNext.LastText(run.State), failure.Message, failure));
    }

    /// <summary>Never more than the run may still spend.</summary>
    private static int? MaxOutput(RunState state, AgentSpec agent)
    {
        var remaining = state.Remaining;
        var max = remaining.OutputTokens is { } output ? (int)Math.Clamp(Math.Min(output, agent.MaxOutputTokens ?? long.MaxValue), 1, int.MaxValue) : agent.MaxOutputTokens;
        if (remaining.Tokens is not { } left) return max;
        var room = (int)Math.Clamp(left - state.EstimatedTokens, 16, int.MaxValue);
        return max is { } most ? Math.Min(most, room) : room < 128_000 ? room : null;
    }

    /// <summary>Providers may repeat call ids over turns, or send none; in a run every call has its own.</summary>
    private static ModelReply WithUniqueCalls(ModelReply reply, int turn)
    {
        var calls = reply.Calls.IsDefault ? [] : reply.Calls;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        return reply with
        {
            Calls =
            [
                .. calls.Take(RunLimits.CallsPerTurn).Select((call, index) =>
                    call.CallId.Length > 0 && ids.Add(call.CallId) ? call : call with { CallId = $"call_{turn}_{index}" }),
            ],
        };
    }

    private CancellationTokenSource WallClock(Budget remaining) => remaining.Wall is { } wall && wall < Forever
        ? new CancellationTokenSource(wall > TimeSpan.Zero ? wall : TimeSpan.Zero, ports.Time)
        : new CancellationTokenSource();

    private void Show(RunId run, ModelChunk chunk, int offset)
    {
        if (!ports.Feed.IsWatched(run)) return;
        FeedItem.Live? item = chunk switch
        {
            ModelChunk.Text(var delta) => new(run, LiveKind.Text, delta, Offset: offset),
            ModelChunk.Reasoning(var delta) => new(run, LiveKind.Reasoning, delta),
            ModelChunk.CallStarted(var call, var tool) => new(run, LiveKind.CallStarted, tool, call),
            ModelChunk.CallArguments(var call, var delta) => new(run, LiveKind.CallArguments, delta, call),
            ModelChunk.Retrying retrying => new(run, LiveKind.Retry, $"{retrying.Failure.Message} Attempt {retrying.Attempt + 1} in {retrying.Delay.TotalSeconds:0.#} s."),
            _ => null,
        };
        if (item is not null) ports.Feed.Show(item);
    }
}

/// <summary>What a request to the model came to.</summary>
internal abstract record TurnEnd
{
    private TurnEnd() { }

    public sealed record Went : TurnEnd;

    public sealed record Paused(ModelFailure Failure) : TurnEnd;

    public sealed record Finished(RunOutcome Outcome) : TurnEnd;
}
