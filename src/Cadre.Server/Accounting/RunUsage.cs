using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Accounting;

/// <summary>What one run took, children included; recorded in the transaction that ends it, so each run counts exactly once. A member that was written once is read for ever.</summary>
/// <param name="Model">As the run's agent names it.</param>
internal sealed record RunUsage(string Model, RunStatus Status)
{
    public const string Kind = "usage";

    /// <summary>How long it is kept.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(400);

    public string? Face { get; init; }
    public long Input { get; init; }
    public long CachedInput { get; init; }
    public long Output { get; init; }

    /// <summary>US dollars of the model calls that have a price.</summary>
    public decimal Cost { get; init; }

    /// <summary>Model calls without a price: <see cref="Cost"/> lacks them.</summary>
    public int Unpriced { get; init; }

    public int ModelCalls { get; init; }
    public int ToolCalls { get; init; }
    public int FailedToolCalls { get; init; }

    /// <summary>In which it was being driven; waiting for people does not count.</summary>
    public double Milliseconds { get; init; }

    /// <summary>What stopped it, where it has failed.</summary>
    public string? Failure { get; init; }

    /// <param name="run">With its terminal event.</param>
    public static RunUsage Of(RunTimeline run)
    {
        var (spent, outcome) = (run.State.Spent, run.Outcome!);
        var failed = 0;
        foreach (var turn in run.Turns)
        {
            foreach (var call in turn.Calls)
            {
                if (call.Finished is { Result.Status: not ToolStatus.Succeeded }) failed++;
            }
        }

        return new(run.Definition.Agent.Model, outcome.Status)
        {
            Face = run.Definition.Face,
            Input = spent.Tokens.Input,
            CachedInput = spent.Tokens.CachedInput,
            Output = spent.Tokens.Output,
            Cost = spent.Money,
            Unpriced = spent.UnpricedTurns,
            ModelCalls = spent.Turns,
            ToolCalls = spent.Calls,
            FailedToolCalls = failed,
            Milliseconds = spent.Active.TotalMilliseconds,
            Failure = outcome.Failure?.Kind.ToString() ?? outcome.Limit?.ToString(),
        };
    }

    public Document Document(RunTimeline run)
    {
        var at = run.EndedAt ?? run.State.LastAt;
        return new(Kind, run.Run.ToString(), run.Definition.Owner, JsonSerializer.SerializeToUtf8Bytes(this, UsageJson.Default.RunUsage)) { CreatedAt = at, ExpiresAt = at + KeptFor };
    }

    public static RunUsage Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, UsageJson.Default.RunUsage) ?? throw new InvalidDataException($"The usage of run {document.Id} is empty.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RunUsage))]
internal sealed partial class UsageJson : JsonSerializerContext;
