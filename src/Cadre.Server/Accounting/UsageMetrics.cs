using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Runs;

namespace Cadre.Server.Accounting;

/// <summary>What is measured of every run that ends here; names by OpenTelemetry's conventions for generative AI (all "development").</summary>
internal static class UsageMetrics
{
    public const string Name = "Cadre.Server";
    private const string Operation = "gen_ai.operation.name";
    private const string Agent = "gen_ai.agent.name";
    private const string Model = "gen_ai.request.model";
    private const string Tool = "gen_ai.tool.name";
    private const string TokenType = "gen_ai.token.type";
    private const string ErrorType = "error.type";

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Runs = Meter.CreateHistogram<double>("gen_ai.invoke_agent.duration", "s", "Time in which a run was driven.");
    private static readonly Histogram<double> Tools = Meter.CreateHistogram<double>("gen_ai.execute_tool.duration", "s", "Time of a tool call.");
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of a run.");
    private static readonly Counter<double> Cost = Meter.CreateCounter<double>("cadre.run.cost", "USD", "Cost of the model calls that have a price.");

    public static void Ended(RunTimeline run, RunUsage usage)
    {
        if (Runs.Enabled || Tokens.Enabled || Cost.Enabled) EndedRun(usage);
        if (!Tools.Enabled) return;
        foreach (var turn in run.Turns)
        {
            foreach (var call in turn.Calls)
            {
                if (call.Finished is { } finished) Called(call.Request.Tool, finished);
            }
        }
    }

    private static void EndedRun(RunUsage usage)
    {
        var tags = new TagList { { Operation, "invoke_agent" }, { Agent, usage.Face }, { Model, usage.Model } };
        Tokens.Record(usage.Input, With(tags, TokenType, "input"));
        Tokens.Record(usage.Output, With(tags, TokenType, "output"));
        if (usage.Cost > 0) Cost.Add((double)usage.Cost, tags);
        Runs.Record(usage.Milliseconds / 1_000, usage.Status == RunStatus.Completed ? tags : With(tags, ErrorType, usage.Failure ?? usage.Status.ToString()));
    }

    private static void Called(string tool, RunEvent.CallFinished finished)
    {
        var tags = new TagList { { Operation, "execute_tool" }, { Tool, tool } };
        Tools.Record(finished.Duration.TotalSeconds, finished.Result.Status == ToolStatus.Succeeded ? tags : With(tags, ErrorType, finished.Result.Status.ToString()));
    }

    private static TagList With(TagList tags, string name, string value)
    {
        tags.Add(name, value);
        return tags;
    }
}
