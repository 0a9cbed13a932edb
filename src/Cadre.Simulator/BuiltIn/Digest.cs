using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>What tools returned, told in order: counted, named and quoted, never judged.</summary>
internal static partial class Digest
{
    private const int MaxNames = 40;
    private const int MaxOpening = 300;
    private const int MaxQuotedLines = 12;
    private const int MaxQuotedLine = 300;
    private const int MaxArguments = 160;

    public static string Of(IReadOnlyList<ToolExchange> exchanges) =>
        string.Join("\n\n", exchanges.Select(Of));

    private static string Of(ToolExchange exchange)
    {
        var output = MessageBlocks.WithoutMarks(exchange.Output);
        return exchange.Name switch
        {
            _ when output.Length == 0 => $"`{exchange.Name}` {Arguments(exchange)} returned nothing.",
            "list_directory" or "glob" when OfListing(exchange, output) is { } listing => listing,
            "read_file" when OfFile(exchange, output) is { } file => file,
            _ => $"`{exchange.Name}` {Arguments(exchange)} returned:\n{Quote.Block(output, MaxQuotedLines, MaxQuotedLine)}",
        };
    }

    private static string? OfListing(ToolExchange exchange, string output)
    {
        var listing = Listing.Parse(output);
        var count = listing.Files.Count + listing.Folders.Count;
        var isSentence = count <= 2 && listing.Files.Concat(listing.Folders).All(static name => name.Contains(' '));
        if (isSentence)
        {
            return null;
        }

        var place = Argument(exchange, "path") ?? Argument(exchange, "pattern");
        var where = place is null or "." or "./" ? "The workspace" : exchange.Name == "glob" ? $"The pattern `{place}`" : $"The folder `{place}`";
        var verb = exchange.Name == "glob" ? "matches" : "holds";
        return $"{where} {verb} {Count(count, "entry", "entries")}: {Count(listing.Folders.Count, "folder", "folders")}{Names(listing.Folders, "/")}"
            + $" and {Count(listing.Files.Count, "file", "files")}{Names(listing.Files, "")}.";
    }

    private static string? OfFile(ToolExchange exchange, string output)
    {
        if (Argument(exchange, "path") is not { } path)
        {
            return null;
        }

        var lines = output.Split('\n').Select(static line => LineNumber().Replace(line.TrimEnd(), "")).ToList();
        var count = $"{lines.Count:N0}";
        if (Part().Match(lines[^1]) is { Success: true } part)
        {
            count = part.Groups[1].Value;
            lines.RemoveAt(lines.Count - 1);
        }

        var title = lines.FirstOrDefault(static line => line.Trim().Length > 0)?.Trim().TrimStart('#', ' ') ?? "";
        var opening = string.Join(' ', lines.SkipWhile(static line => line.Trim().Length == 0).Skip(1)
            .SkipWhile(static line => line.Trim().Length == 0)
            .TakeWhile(static line => line.Trim().Length > 0));
        var says = opening.Length > 0 ? $" and goes on: “{Quote.Line(opening, MaxOpening)}”" : "";
        return $"`{path}` ({(count == "1" ? "1 line" : $"{count} lines")}) begins “{Quote.Line(title, MaxQuotedLine)}”{says}";
    }

    private static string Arguments(ToolExchange exchange) =>
        exchange.Arguments.Length <= 2 ? "" : "with " + Quote.Line(exchange.Arguments, MaxArguments);

    private static string? Argument(ToolExchange exchange, string name) =>
        JsonText.TryParse(exchange.Arguments)?.Get(name) is { ValueKind: System.Text.Json.JsonValueKind.String } value ? value.GetString() : null;

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    private static string Names(IReadOnlyList<string> names, string suffix)
    {
        if (names.Count == 0)
        {
            return "";
        }

        var shown = string.Join(", ", names.Take(MaxNames).Select(name => $"`{name}{suffix}`"));
        return names.Count > MaxNames ? $" ({shown} and {names.Count - MaxNames} more)" : $" ({shown})";
    }

    /// <summary>The last line of a file that was read in part.</summary>
    [GeneratedRegex(@"^\[lines \d+ to \d+ of ([\d,]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"^\s*\d+(?:\t|\s*[|→]\s?|:\s)", RegexOptions.CultureInvariant)]
    private static partial Regex LineNumber();
}
