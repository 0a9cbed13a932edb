using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The plain commands in a text: write, read, replace, search, fetch, run.</summary>
internal static partial class TaskCommands
{
    private const string Quoted = "`[^`\\n]+`|\"[^\"\\n]*\"|“[^”\\n]*”|(?<=^|[\\s(])'[^'\\n]*'(?=$|[\\s.,;:)!?])";
    private const string PathPattern = "[`'\"“]?(?<path>[^\\s`'\"“”;,]*[^\\s`'\"“”;,.])[`'\"”]?";
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>The clauses of a text that hold commands, in order; empty when none does.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var masked = QuotedText().Replace(text, static quoted => new string('x', quoted.Length));
        var clauses = new List<string>();
        var start = 0;
        foreach (Match separator in Separator().Matches(masked))
        {
            Add(text[start..separator.Index]);
            start = separator.Index + separator.Length;
        }

        Add(text[start..]);
        return clauses;

        void Add(string clause)
        {
            var trimmed = clause.Trim().TrimEnd('.', ',', ';').Trim();
            if (Find(trimmed, []).Count > 0)
            {
                clauses.Add(trimmed);
            }
        }
    }

    /// <summary>Whether a clause needs what was done before it: everything but the writing of a file.</summary>
    public static bool IsOrdered(string clause) => Find(clause, []).Any(static call => call.Tool != "write_file");

    /// <param name="text">What to search.</param>
    /// <param name="tools">Offered tools; a tool's schema decides how its arguments are named.</param>
    public static IReadOnlyList<Intended> Find(string text, IReadOnlyList<OfferedTool> tools)
    {
        var found = new List<Intended>();
        var taken = new List<(int From, int To)>();
        foreach (var (match, call) in Candidates(text, tools))
        {
            // One stretch of text is one command, or the several of one pattern: "run `a` and `b`".
            var range = (From: match.Index, To: match.Index + match.Length);
            if (!taken.Exists(other => other != range && other.From < range.To && range.From < other.To))
            {
                taken.Add(range);
                found.Add(call);
            }
        }

        return [.. found.DistinctBy(static call => (call.Tool, call.Arguments, call.Alone ? call.At : -1)).OrderBy(static call => call.At)];
    }

    /// <summary>All readings of the text, the surest first.</summary>
    private static IEnumerable<(Match Match, Intended Call)> Candidates(string text, IReadOnlyList<OfferedTool> tools)
    {
        var edits = Replace().Matches(text).Select(match => (match, EditCall(match, tools)));
        var writes = CreateFile().Matches(text).Concat(WriteTo().Matches(text))
            .Where(static match => LooksLikeFile(match.Groups["path"].Value))
            .Select(static match => (match, new Intended("write_file", JsonText.Of(("path", match.Groups["path"].Value), ("content", Content(match.Groups["text"].Value))), match.Index)));
        var runs = Run().Matches(text)
            .SelectMany(static match => Backticked().Matches(match.Value).Select(command => (match, CommandLine.Call(command.Groups[1].Value, match.Index + command.Index))));
        var fetches = Fetch().Matches(text)
            .Select(static match => (match, new Intended("fetch_url", JsonText.Of(("url", match.Groups["url"].Value.TrimEnd('.', ',', ')'))), match.Index)));
        var searches = Search().Matches(text)
            .Select(static match => (match, new Intended("search", JsonText.Of(("pattern", Unquote(match.Groups["text"].Value))), match.Index)));
        var reads = Read().Matches(text)
            .SelectMany(static match => FileName().Matches(match.Value).Select(file => (match, new Intended("read_file", JsonText.Of(("path", file.Value)), match.Index + file.Index))));
        return edits.Concat(writes).Concat(runs).Concat(fetches).Concat(searches).Concat(reads);
    }

    private static Intended EditCall(Match match, IReadOnlyList<OfferedTool> tools)
    {
        var names = tools.FirstOrDefault(static tool => tool.Name == "edit_file") is { Parameters: var schema } && schema.Get("properties") is { } properties
            ? properties.EnumerateObject().Select(static property => property.Name).ToList()
            : [];
        return new("edit_file", JsonText.Of(
            (Named("path", "path", "file"), match.Groups["path"].Value),
            (Named("old_text", "old", "find", "search"), Unquote(match.Groups["old"].Value)),
            (Named("new_text", "new", "replace", "with"), Unquote(match.Groups["new"].Value))), match.Index);

        string Named(string usual, params string[] signs) =>
            names.FirstOrDefault(name => signs.Any(sign => name.Contains(sign, StringComparison.OrdinalIgnoreCase))) ?? usual;
    }

    private static bool LooksLikeFile(string path) => path.Contains('.') || path.Contains('/');

    private static string Content(string text) => text.Length == 0 ? "" : Unquote(text.Trim());

    private static string Unquote(string text) => text.Length >= 2 && text[0] is '`' or '"' or '\'' or '“' && text[^1] is '`' or '"' or '\'' or '”'
        ? text[1..^1]
        : text.TrimEnd('.', ' ');

    [GeneratedRegex(Quoted, Options)]
    private static partial Regex QuotedText();

    [GeneratedRegex(@"(?:[.,;]?\s+(?:and\s+)?(?:then|after that|afterwards|finally)\b,?\s*)|;\s*|\n+\s*(?:[-*]|\d{1,2}[.)])?\s*|\.\s+(?=[A-Z])|(?:,\s+(?:and\s+)?|\s+and\s+)(?=(?:write|create|run|execute|read|search|grep|fetch|download|put|save|replace|print|show)\b)", Options)]
    private static partial Regex Separator();

    [GeneratedRegex($@"\breplace\s+(?<old>{Quoted})\s+(?:with|by)\s+(?<new>{Quoted})\s+in\s+(?:the\s+)?(?:file\s+)?{PathPattern}", Options)]
    private static partial Regex Replace();

    [GeneratedRegex($@"\b(?:create|make|add|write)\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:(?:text\s+)?file\s+)?(?:called\s+|named\s+)?{PathPattern}(?:\s+(?:with|containing|saying|that\s+(?:says|contains|reads))\s+(?:the\s+)?(?:text\s+|contents?\s+|lines?\s+|words?\s+)?(?:of\s+)?(?<text>{Quoted}|[^\n]+))?(?=$|[\s.,;!)])", Options)]
    private static partial Regex CreateFile();

    [GeneratedRegex($@"\b(?:write|put|save|store)\s+(?:the\s+)?(?:text\s+|words?\s+|line\s+|content\s+|string\s+)?(?<text>{Quoted}|[^\n]+?)\s+(?:in|into|to)\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:file\s+)?(?:called\s+|named\s+)?{PathPattern}", Options)]
    private static partial Regex WriteTo();

    [GeneratedRegex(@"\b(?:run|execute)\b[^`\n]{0,60}`[^`\n]+`(?:(?:\s*,\s*|\s*,?\s+(?:and\s+)?(?:then\s+)?(?:run\s+)?)`[^`\n]+`)*", Options)]
    private static partial Regex Run();

    [GeneratedRegex(@"`([^`\n]+)`", Options)]
    private static partial Regex Backticked();

    [GeneratedRegex(@"\b(?:fetch|get|download|open|read|visit|load)\b[^\n]{0,40}?(?<url>https?://[^\s`""'<>]+)", Options)]
    private static partial Regex Fetch();

    [GeneratedRegex($@"\b(?:search|grep|look)\s+(?:(?:in|through)\s+)?(?:(?:the|all|every)\s+\w+\s+)?for\s+(?:the\s+)?(?:text\s+|word\s+|pattern\s+)?(?<text>{Quoted}|[^\s,;]+)", Options)]
    private static partial Regex Search();

    [GeneratedRegex(@"\b(?:read|show|open|print|cat|display)\b[^\n]*", Options)]
    private static partial Regex Read();

    /// <summary>A file's name with a suffix that begins with a letter: not a number, not "e.g.", not a part of a URL.</summary>
    [GeneratedRegex(@"(?<![\w/:.@-])(?!(?:e\.g|i\.e)\b)(?:[\w.-]+/)*[\w-][\w.-]*\.[a-z]\w{0,9}\b(?!/)", Options)]
    private static partial Regex FileName();
}
