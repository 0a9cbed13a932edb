namespace Cadre.Simulator.BuiltIn;

/// <summary>The report on a goal: the results themselves, not words about them.</summary>
internal static class ReportAnswer
{
    private const int MaxAnswer = 16_000;

    public static string Make(MessageBlocks message)
    {
        var results = Results(message);
        return results.Count == 0
            ? JsonText.Of(("verdict", "stop"), ("reason", "No step has a result."), ("answer", "Nothing was found out: no step of the plan has a result."))
            : JsonText.Of(("verdict", "done"), ("reason", "Every step has a result."), ("answer", Compose(results)));
    }

    /// <summary>A summary already holds what the other steps found; without one, every result is given under its title.</summary>
    private static string Compose(List<(string Head, string Text)> results)
    {
        var summary = results.LastOrDefault(static result => result.Head.StartsWith("Summar", StringComparison.OrdinalIgnoreCase));
        var text = summary.Text is { } whole ? whole
            : results.Count == 1 ? results[0].Text
            : string.Join("\n\n", results.Select(static result => result.Head.Length > 0 ? $"{result.Head}:\n{result.Text}" : result.Text));
        return Quote.Middle(text, MaxAnswer);
    }

    private static List<(string Head, string Text)> Results(MessageBlocks message)
    {
        var start = message.All.ToList().FindIndex(static block => block.Head == "Results" || block.Head.StartsWith("Results ", StringComparison.Ordinal));
        return [.. message.All.Skip(start).Where(static block => block.Text.Length > 0).Select(static block => (block.Head == "Results" ? "" : block.Head, block.Text))];
    }
}
