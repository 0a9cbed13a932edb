using System.Text;
using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Questions to a <c>file_search</c> tool, and answers that quote and cite what it found.</summary>
internal static class FileSearchAnswer
{
    private const string Tool = "file_search";
    private const int MaxPassages = 3;
    private const int MaxQuote = 400;

    public static Answer? Act(Prompt prompt) =>
        prompt.Exchanges.Count == 0 && prompt.LastUser.Length > 0 && prompt.Tools.FirstOrDefault(static tool => tool.Name == Tool) is { } tool
            ? ForcedCall.ToTool(tool, prompt)
            : null;

    public static Answer? Conclude(Prompt prompt)
    {
        var searches = prompt.Exchanges.Where(static exchange => exchange.Name == Tool).ToList();
        if (searches.Count == 0)
        {
            return null;
        }

        var passages = searches.SelectMany(static search => Passages(search.Output)).Take(MaxPassages).ToList();
        if (passages.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder("The files say:");
        var citations = new List<Citation>();
        foreach (var passage in passages)
        {
            text.Append("\n- “").Append(Quote.Line(passage.Text, MaxQuote)).Append("” ");
            citations.Add(new(passage.FileId, passage.FileName, text.Length));
            text.Append('[').Append(passage.FileName).Append(']');
        }

        return new() { Parts = [new AnswerPart.Text(text.ToString(), citations)] };
    }

    /// <summary>Results as the file search of Responses, of vector stores and of most servers shapes them.</summary>
    private static IEnumerable<(string FileId, string FileName, string Text)> Passages(string output)
    {
        if (JsonText.TryParse(output) is not { } json)
        {
            yield break;
        }

        var results = json.ValueKind == JsonValueKind.Array ? json : json.Get("results") ?? json.Get("data") ?? default;
        if (results.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var result in results.EnumerateArray())
        {
            var text = TextOf(result);
            if (text.Length > 0)
            {
                var name = Get(result, "filename") ?? Get(result, "file_name") ?? Get(result, "name") ?? "a file";
                yield return (Get(result, "file_id") ?? name, name, text);
            }
        }
    }

    private static string TextOf(JsonElement result) => Get(result, "text") ?? result.Get("content") switch
    {
        { ValueKind: JsonValueKind.String } content => content.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(static part => Get(part, "text"))),
        _ => "",
    };

    private static string? Get(JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
