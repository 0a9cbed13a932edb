using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Goals;

/// <summary>The shapes in which planner, reviewer and reporter answer, and their reading. A run's answer was validated before it comes here.</summary>
public static class StructuredOutput
{
    public static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static OutputSchema Plan { get; } = new("cadre_plan", Schema("""
        {"type":"object","additionalProperties":false,"required":["steps","notes"],"properties":{
          "steps":{"type":"array","minItems":1,"maxItems":40,"items":{"type":"object","additionalProperties":false,
            "required":["id","title","task","depends_on","acceptance"],"properties":{
              "id":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,32}$","description":"Unique, short."},
              "title":{"type":"string","minLength":1,"maxLength":120},
              "task":{"type":"string","minLength":1,"description":"What to do, complete in itself."},
              "depends_on":{"type":"array","items":{"type":"string"},"description":"Ids of the steps whose results this one needs."},
              "acceptance":{"type":"array","items":{"type":"string"},"description":"What must be true of the result; checkable."}}}},
          "notes":{"type":"string"}}}
        """));

    public static OutputSchema Review { get; } = new("cadre_review", Schema("""
        {"type":"object","additionalProperties":false,"required":["verdict","reason","checks"],"properties":{
          "verdict":{"type":"string","enum":["accept","retry","replan","stop"]},
          "reason":{"type":"string","minLength":1},
          "checks":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["criterion","met","evidence"],"properties":{
            "criterion":{"type":"string"},"met":{"type":"boolean"},"evidence":{"type":"string"}}}}}}
        """));

    public static OutputSchema Report { get; } = new("cadre_report", Schema("""
        {"type":"object","additionalProperties":false,"required":["verdict","reason","answer"],"properties":{
          "verdict":{"type":"string","enum":["done","replan","stop"]},
          "reason":{"type":"string","minLength":1},
          "answer":{"type":"string","description":"For the person who set the goal."}}}
        """));

    /// <summary>The plan, or what is wrong with it.</summary>
    public static (Plan? Plan, string? Fault) ReadPlan(string json, int revision)
    {
        using var document = JsonDocument.Parse(json, ParseOptions);
        var root = document.RootElement;
        ImmutableArray<PlanStep> steps =
        [
            .. root.GetProperty("steps").EnumerateArray().Select(step => new PlanStep(
                step.GetProperty("id").GetString()!,
                step.GetProperty("title").GetString()!,
                step.GetProperty("task").GetString()!,
                Strings(step, "depends_on"),
                Strings(step, "acceptance"))),
        ];
        var fault = PlanFault(steps);
        return fault is null ? (new(revision, steps, root.GetProperty("notes").GetString()), null) : (null, fault);
    }

    public static Review ReadReview(string json)
    {
        using var document = JsonDocument.Parse(json, ParseOptions);
        var root = document.RootElement;
        var verdict = root.GetProperty("verdict").GetString() switch
        {
            "accept" => ReviewVerdict.Accept,
            "retry" => ReviewVerdict.Retry,
            "replan" => ReviewVerdict.Replan,
            _ => ReviewVerdict.Stop,
        };
        return new(verdict, root.GetProperty("reason").GetString()!);
    }

    /// <summary><see cref="ReviewVerdict.Accept"/>: the goal is reached and the answer stands.</summary>
    public static (Review Review, string Answer) ReadReport(string json)
    {
        using var document = JsonDocument.Parse(json, ParseOptions);
        var root = document.RootElement;
        var verdict = root.GetProperty("verdict").GetString() switch
        {
            "done" => ReviewVerdict.Accept,
            "replan" => ReviewVerdict.Replan,
            _ => ReviewVerdict.Stop,
        };
        return (new(verdict, root.GetProperty("reason").GetString()!), root.GetProperty("answer").GetString()!);
    }

    private static string? PlanFault(ImmutableArray<PlanStep> steps)
    {
        if (steps.Length is 0 or > RunLimits.PlanSteps) return $"A plan has 1 to {RunLimits.PlanSteps} steps.";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (!seen.Add(step.Id)) return $"Two steps are called '{step.Id}'.";
        }

        foreach (var step in steps)
        {
            foreach (var needed in step.DependsOn.Where(needed => !seen.Contains(needed)))
                return $"Step '{step.Id}' depends on '{needed}', which is no step of the plan.";
        }

        var placed = new HashSet<string>(StringComparer.Ordinal);
        while (placed.Count < steps.Length)
        {
            var next = steps.Where(step => !placed.Contains(step.Id) && step.DependsOn.All(placed.Contains)).Select(step => step.Id).ToArray();
            if (next.Length == 0) return "The steps depend on each other in a circle.";
            placed.UnionWith(next);
        }

        return null;
    }

    private static ImmutableArray<string> Strings(JsonElement step, string name) =>
        [.. step.GetProperty(name).EnumerateArray().Select(item => item.GetString()!).Distinct()];

    private static JsonElement Schema(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
