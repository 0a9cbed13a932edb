using System.Text.RegularExpressions;

namespace Cadre.Simulator.BuiltIn;

internal enum TodoKind
{
    Create,
    List,
    Complete,
    Delete,
    Rename,
}

/// <summary>What a sentence asks to be done with tasks.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Titles">Titles of the tasks; empty only for a list.</param>
/// <param name="NewTitle">Only with <see cref="TodoKind.Rename"/>.</param>
internal sealed partial record TodoRequest(TodoKind Kind, IReadOnlyList<string> Titles, string? NewTitle = null)
{
    private const string Noun = @"(?:to-?dos?|tasks?|reminders?|(?:to-?do\s+|task\s+)?items?)";
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>Null when the sentence is not about tasks.</summary>
    public static TodoRequest? Parse(string said)
    {
        var text = said.Trim().TrimEnd('.', '!', '?');
        if (Rename().Match(text) is { Success: true } rename)
        {
            return new(TodoKind.Rename, [Clean(rename.Groups["title"].Value)], Clean(rename.Groups["new"].Value));
        }

        return One(Mark(), text, TodoKind.Complete)
            ?? One(Complete(), text, TodoKind.Complete)
            ?? One(Delete(), text, TodoKind.Delete)
            ?? Created(text)
            ?? (List().IsMatch(text) ? new(TodoKind.List, []) : null);
    }

    private static TodoRequest? One(Regex pattern, string text, TodoKind kind) =>
        pattern.Match(text) is { Success: true } match && Clean(match.Groups["title"].Value) is { Length: > 0 } title ? new(kind, [title]) : null;

    private static TodoRequest? Created(string text)
    {
        if (CreateMany().Match(text) is { Success: true } many)
        {
            var titles = Between().Split(many.Groups["titles"].Value).Select(Clean).Where(static title => title.Length > 0).ToList();
            return titles.Count > 0 ? new(TodoKind.Create, titles) : null;
        }

        return One(Create(), text, TodoKind.Create) ?? One(AddToList(), text, TodoKind.Create) ?? One(Remind(), text, TodoKind.Create);
    }

    private static string Clean(string title) => title.Trim().Trim('"', '\'', '“', '”', '‘', '’', '`').Trim();

    [GeneratedRegex($@"\b(?:rename|change|update|edit)\s+(?:the\s+|my\s+)?(?:{Noun}\s+)?(?:called\s+|named\s+|titled\s+)?(?<title>.+?)\s+(?:to|into|as)\s+(?<new>.+)$", Options)]
    private static partial Regex Rename();

    [GeneratedRegex($@"\b(?:mark|set)\s+(?:the\s+|my\s+)?(?:{Noun}\s+)?(?:called\s+|named\s+|titled\s+)?(?<title>.+?)\s+(?:{Noun}\s+)?(?:as\s+|to\s+)?(?:done|complete[d]?|finished)\b", Options)]
    private static partial Regex Mark();

    [GeneratedRegex($@"\b(?:complete|finish|check\s+off|tick\s+off|close|(?:have|ve|I)\s+(?:finished|completed|done))\s+(?:the\s+|my\s+)?(?:{Noun}\s+)?(?:called\s+|named\s+|titled\s+)?(?<title>.+?)(?:\s+{Noun})?$", Options)]
    private static partial Regex Complete();

    [GeneratedRegex($@"\b(?:delete|remove|drop|cancel)\s+(?:the\s+|my\s+)?(?:{Noun}\s+)?(?:called\s+|named\s+|titled\s+)?(?<title>.+?)(?:\s+(?:from\s+(?:my|the)\s+)?(?:{Noun}|list)(?:\s+list)?)?$", Options)]
    private static partial Regex Delete();

    [GeneratedRegex($@"\b(?:create|add|make)\s+(?:the\s+|these\s+|some\s+|two\s+|three\s+|four\s+|five\s+|\d\s+|new\s+)*(?:to-?dos|tasks|reminders|items)\b\s*(?:called|named|titled|for|to)?\s*:?\s*(?<titles>.+)$", Options)]
    private static partial Regex CreateMany();

    [GeneratedRegex(@"\s*(?:,\s*and\s+|,|;|\n+[-*]?|\s+and\s+)\s*", Options)]
    private static partial Regex Between();

    [GeneratedRegex(@"\b(?:create|add|make|new)\s+(?:me\s+)?(?:an?\s+|the\s+|another\s+)?(?:new\s+)?(?:to-?do|task|reminder)\b(?:\s+item)?\s*(?:called|named|titled|for|to|that\s+says|saying|:)?\s*:?\s*(?<title>.+)$", Options)]
    private static partial Regex Create();

    [GeneratedRegex(@"\b(?:add|put)\s+(?<title>.+?)\s+(?:to|on)\s+(?:my|the)\s+(?:to-?do|task|tasks|shopping)?\s*(?:list|tasks|to-?dos)\b", Options)]
    private static partial Regex AddToList();

    [GeneratedRegex(@"\bremind\s+me\s+(?:to|about)\s+(?<title>.+)$", Options)]
    private static partial Regex Remind();

    [GeneratedRegex($@"\b(?:list|show|what|which|see|view|get|tell|any|display|have)\b.*\b{Noun}\b|^(?:my\s+)?{Noun}$", Options)]
    private static partial Regex List();
}
