using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A plan made from the words of a goal: its commands in their order, or the three steps of a description.</summary>
internal static partial class PlanAnswer
{
    private const int MaxSteps = 3;
    private const int MaxTitle = 80;

    public static string Make(MessageBlocks message)
    {
        var goal = message["Goal"]!;
        var steps = Steps(goal, message["Workspace"]);
        return JsonText.Write(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("steps");
            foreach (var step in steps)
            {
                Write(json, step);
            }

            json.WriteEndArray();
            json.WriteString("notes", "Made by the built-in simulator from the words of the goal; no language model is configured.");
            json.WriteEndObject();
        });
    }

    private static List<Step> Steps(string goal, string? workspace)
    {
        var clauses = TaskCommands.Split(goal);
        if (clauses.Count > 0)
        {
            return FromClauses(clauses);
        }

        if (Describes().IsMatch(goal))
        {
            return Description(goal, workspace);
        }

        return ListsOnly().IsMatch(goal)
            ? [new("s1", "List the files", "List the files of the workspace.", [], ["The outcome names entries of the workspace"])]
            : [new("s1", Title(goal), goal, [], ["The outcome says what was done and found"])];
    }

    private static List<Step> Description(string goal, string? workspace)
    {
        var documents = workspace is null ? [] : Listing.Parse(Tree(workspace)).MainDocuments(StepAnswer.MaxDocuments);
        var reading = documents.Count > 0
            ? $"Read the main documents of the workspace: {string.Join(", ", documents.Select(static name => $"`{name}`"))}. Say what each is about."
            : "Read the main documents of the workspace (its README, its instructions for agents, its project files). Say what each is about.";
        return
        [
            new("s1", "List the files", "List the files and folders of the workspace.", [], ["The outcome says how many entries there are", "The outcome names files and folders"]),
            new("s2", "Read the main documents", reading, [], ["The outcome quotes what the documents say"]),
            new("s3", "Summarise the findings", $"Summarise what the steps before found out, for this goal: {goal}", ["s1", "s2"], ["The summary rests on the listing and on the documents"]),
        ];
    }

    /// <summary>The top level of the tree in a description of the workspace; all of it when it has no tree.</summary>
    private static string Tree(string workspace)
    {
        var lines = workspace.Split('\n').SkipWhile(static line => !line.StartsWith("Tree", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(static line => line.Length > 0).Where(static line => line[0] != ' ').ToList();
        return lines.Count > 0 ? string.Join('\n', lines) : workspace;
    }

    private static List<Step> FromClauses(IReadOnlyList<string> clauses)
    {
        var steps = new List<Step>();
        for (var i = 0; i < clauses.Count && steps.Count < MaxSteps; i++)
        {
            var isLast = steps.Count == MaxSteps - 1;
            var task = isLast ? string.Join("; ", clauses.Skip(i)) : clauses[i];
            // What is run, and what the goal puts "then", needs what came before; files are written and read side by side.
            var needsEarlier = isLast && clauses.Count > MaxSteps || TaskCommands.IsOrdered(task);
            List<string> needed = needsEarlier ? [.. steps.Select(static step => step.Id)] : [];
            steps.Add(new($"s{steps.Count + 1}", Title(task), task, needed, ["The outcome quotes what the tools returned"]));
        }

        return steps;
    }

    private static string Title(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= MaxTitle ? line : line[..(MaxTitle - 1)].TrimEnd() + "…";
    }

    private static void Write(Utf8JsonWriter json, Step step)
    {
        json.WriteStartObject();
        json.WriteString("id", step.Id);
        json.WriteString("title", step.Title);
        json.WriteString("task", step.Task);
        WriteTexts(json, "depends_on", step.DependsOn);
        WriteTexts(json, "acceptance", step.Acceptance);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private sealed record Step(string Id, string Title, string Task, IReadOnlyList<string> DependsOn, IReadOnlyList<string> Acceptance);

    [GeneratedRegex(@"\b(?:describe|description|summari[sz]e|summary|overview|explain|explore|inspect|analy[sz]e|investigate|understand|review|report|document|what|tell)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Describes();

    [GeneratedRegex(@"\b(?:list|show|which|count|see)\b.*\b(?:files?|folders?|director(?:y|ies)|workspace|entries)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ListsOnly();
}
