using System.Text.RegularExpressions;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Work in a workspace: the calls that a task asks for, else a look around; then what the tools really returned.</summary>
internal static partial class StepAnswer
{
    public const int MaxDocuments = 3;

    private const int MaxSideBySide = 8;

    /// <summary>Lines of a document that are asked for, when the tool can be asked for a part.</summary>
    private const int DocumentLines = 80;

    public static Answer? Act(Prompt prompt)
    {
        if (Task(prompt) is not { } task)
        {
            return null;
        }

        var commands = TaskCommands.Find(task, prompt.Tools);
        if (commands.Count == 0)
        {
            return Explore(prompt, task);
        }

        var pending = Pending(commands, prompt).Where(call => prompt.Offers(call.Tool)).ToList();
        return pending.Count == 0 ? null : Call(pending[0].Alone ? pending.Take(1) : pending.TakeWhile(static call => !call.Alone).Take(MaxSideBySide));
    }

    public static Answer? Conclude(Prompt prompt)
    {
        if (Task(prompt) is not { } task)
        {
            return null;
        }

        var parts = new List<string>();
        if (prompt.Exchanges.Count > 0)
        {
            parts.Add(Digest.Of(prompt.Exchanges));
        }
        else
        {
            parts.AddRange(Results(prompt).Select(static result => result.Text));
        }

        foreach (var call in Pending(TaskCommands.Find(task, prompt.Tools), prompt))
        {
            parts.Add(prompt.Offers(call.Tool)
                ? $"Not done: `{call.Tool}` with {call.Arguments} (only {BuiltInBehaviour.MaxToolRounds} rounds of tools are made)."
                : $"Not done: no tool `{call.Tool}` is offered, so it could not be called with {call.Arguments}.");
        }

        return Answer.Say(parts.Count > 0
            ? string.Join("\n\n", parts)
            : $"No tool fits this task and no result was given, so nothing was done: {Quote.Line(task, 200)}");
    }

    /// <summary>What is to be done: a worker's <c>Task:</c>, or a chat request that the offered workspace tools can serve.</summary>
    private static string? Task(Prompt prompt)
    {
        for (var i = prompt.Turns.Count - 1; i >= 0; i--)
        {
            if (prompt.Turns[i] is Turn.User user && user.Said.Contains("Task:", StringComparison.Ordinal) && MessageBlocks.Parse(user.Said)["Task"] is { Length: > 0 } task)
            {
                return task;
            }
        }

        var asked = prompt.LastUser;
        var canServe = (prompt.Offers("list_directory") && LooksAround().IsMatch(asked))
            || TaskCommands.Find(asked, prompt.Tools).Any(call => prompt.Offers(call.Tool));
        return canServe ? asked : null;
    }

    private static IEnumerable<Intended> Pending(IReadOnlyList<Intended> commands, Prompt prompt) =>
        commands.Where(call => !call.WasMade(prompt));

    private static IReadOnlyList<(string Head, string Text)> Results(Prompt prompt) =>
        [.. MessageBlocks.Parse(prompt.LastUser).All.Where(static block => block.Head.StartsWith("Result", StringComparison.Ordinal) && block.Text.Length > 0)];

    private static Answer? Explore(Prompt prompt, string task)
    {
        if (Results(prompt).Count > 0)
        {
            return null;
        }

        var listed = prompt.Exchanges.FirstOrDefault(static exchange => exchange.Name is "list_directory" or "glob");
        if (listed is null)
        {
            return prompt.Offers("list_directory") ? Answer.Call("list_directory", JsonText.Of(("path", ".")))
                : prompt.Offers("glob") ? Answer.Call("glob", JsonText.Of(("pattern", "*")))
                : null;
        }

        var hasRead = prompt.Exchanges.Any(static exchange => exchange.Name == "read_file");
        if (hasRead || !prompt.Offers("read_file") || !Reads().IsMatch(task))
        {
            return null;
        }

        var documents = Listing.Parse(listed.Output).MainDocuments(MaxDocuments);
        return documents.Count == 0 ? null : Call(documents.Select(path => new Intended("read_file", Reading(path, prompt), 0)));
    }

    private static string Reading(string path, Prompt prompt) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        if (prompt.Tools.First(static tool => tool.Name == "read_file").Parameters.Get("properties")?.Get("limit") is not null)
        {
            json.WriteNumber("limit", DocumentLines);
        }

        json.WriteEndObject();
    });

    private static Answer Call(IEnumerable<Intended> calls) =>
        new() { Parts = [.. calls.Select(static call => new AnswerPart.Call(call.Tool, call.Arguments))] };

    [GeneratedRegex(@"\b(?:describe|summari[sz]e|overview|explore|explain|list|show|look|inspect)\b.*\b(?:workspace|project|repo(?:sitory)?|folder|director(?:y|ies)|files?|code(?:base)?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LooksAround();

    [GeneratedRegex(@"\b(?:read|documents?|readme|describe|summar\w*|overview|explain|about|understand|analy[sz]e|inspect|explore)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reads();
}
