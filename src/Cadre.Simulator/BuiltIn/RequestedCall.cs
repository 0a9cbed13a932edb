using System.Text.RegularExpressions;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A call that the user asks for in words: by a tool's name, by "use the tool", or by what the tool is called after.</summary>
internal static partial class RequestedCall
{
    private const int MinSubject = 4;

    public static Answer? Make(Prompt prompt)
    {
        if (prompt.Exchanges.Count > 0)
        {
            return null;
        }

        var said = prompt.LastUser;
        var named = prompt.Tools.Where(tool => Names(said, tool.Name)).ToList();
        if (named.Count > 0)
        {
            return new() { Parts = [.. named.Select(tool => new AnswerPart.Call(tool.Name, Arguments(said, tool, prompt, isOnly: named.Count == 1)))] };
        }

        var chosen = ToldTo().IsMatch(said) ? prompt.Tools[0] : prompt.Tools.FirstOrDefault(tool => IsAbout(said, tool.Name));
        return chosen is null ? null : Answer.Call(chosen.Name, Arguments(said, chosen, prompt, isOnly: true));
    }

    /// <summary>A name with a separator is a tool's name wherever it stands; a plain word only where the text speaks of using it.</summary>
    private static bool Names(string said, string tool)
    {
        var at = said.IndexOf(tool, StringComparison.Ordinal);
        var isWhole = at >= 0
            && (at == 0 || !char.IsLetterOrDigit(said[at - 1]) && said[at - 1] != '_')
            && (at + tool.Length == said.Length || !char.IsLetterOrDigit(said[at + tool.Length]) && said[at + tool.Length] != '_');
        return isWhole && (tool.Contains('_') || tool.Contains('-') || Uses().IsMatch(said));
    }

    /// <summary>"What is the weather?" is about <c>get_weather</c>.</summary>
    private static bool IsAbout(string said, string tool)
    {
        var words = Quote.Words(said);
        return Subject().Split(tool).Any(part => part.Length >= MinSubject && !Verb().IsMatch(part) && words.Contains(part.ToLowerInvariant()));
    }

    /// <summary>JSON in the request is taken as the arguments; otherwise they are made from the schema.</summary>
    private static string Arguments(string said, OfferedTool tool, Prompt prompt, bool isOnly)
    {
        var (start, end) = (said.IndexOf('{'), said.LastIndexOf('}'));
        return isOnly && start >= 0 && end > start && JsonText.TryParse(said[start..(end + 1)]) is not null
            ? said[start..(end + 1)]
            : SchemaInstance.Make(tool.Parameters, prompt);
    }

    [GeneratedRegex(@"\buse\b.{0,40}\btools?\b|\b(?:call|invoke)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ToldTo();

    [GeneratedRegex(@"\b(?:use|using|call|invoke|run|tool|function)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uses();

    [GeneratedRegex(@"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex Subject();

    [GeneratedRegex(@"^(?:list|show|find|search|read|write|create|make|send|fetch|delete|update|complete|edit|apply|file|files|todo|task|tool|call|data|info|current|with|from|this|that|what)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verb();
}
