using System.Text.Json;
using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Names read out of whatever a listing tool printed: lines, a tree, a table, or JSON.</summary>
internal sealed partial class Listing
{
    private static readonly string[] ProjectFiles =
        ["package.json", "pyproject.toml", "cargo.toml", "go.mod", "pom.xml", "build.gradle", "makefile", "composer.json", "gemfile", "dockerfile"];

    private Listing(IReadOnlyList<string> files, IReadOnlyList<string> folders)
    {
        Files = files;
        Folders = folders;
    }

    public IReadOnlyList<string> Files { get; }

    public IReadOnlyList<string> Folders { get; }

    public static Listing Parse(string output)
    {
        var files = new List<string>();
        var folders = new List<string>();
        var names = JsonText.TryParse(output) is { } json ? FromJson(json) : output.Split('\n').Select(FromLine);
        foreach (var name in names)
        {
            if (name is { Length: > 0 } && name is not ("." or "./"))
            {
                (name.EndsWith('/') ? folders : files).Add(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name);
            }
        }

        return new([.. files.Distinct()], [.. folders.Select(static folder => folder.TrimEnd('/')).Distinct()]);
    }

    /// <summary>The files that say most about a project, the best first.</summary>
    public IReadOnlyList<string> MainDocuments(int max) =>
    [
        .. Files
            .Select(static file => (File: file, Rank: Rank(file)))
            .Where(static ranked => ranked.Rank < int.MaxValue)
            .OrderBy(static ranked => ranked.Rank)
            .ThenBy(static ranked => ranked.File.Length)
            .ThenBy(static ranked => ranked.File, StringComparer.Ordinal)
            .Take(max)
            .Select(static ranked => ranked.File),
    ];

    private static int Rank(string file)
    {
        var depth = file.Count(static character => character == '/') * 10;
        var name = file[(file.LastIndexOf('/') + 1)..].ToLowerInvariant();
        var kind = name switch
        {
            _ when name.StartsWith("readme", StringComparison.Ordinal) => 0,
            "agents.md" => 1,
            _ when ProjectFiles.Contains(name) => 2,
            _ when name.EndsWith(".slnx", StringComparison.Ordinal) || name.EndsWith(".sln", StringComparison.Ordinal) || name.EndsWith(".csproj", StringComparison.Ordinal) => 2,
            _ when name.EndsWith(".md", StringComparison.Ordinal) => 3,
            _ when name.EndsWith(".txt", StringComparison.Ordinal) => 4,
            _ => -1,
        };
        return kind < 0 ? int.MaxValue : depth + kind;
    }

    private static IEnumerable<string?> FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().Select(FromEntry),
        JsonValueKind.Object => json.EnumerateObject()
            .Where(static property => property.Value.ValueKind == JsonValueKind.Array)
            .SelectMany(static property => property.Value.EnumerateArray().Select(FromEntry)),
        _ => [],
    };

    private static string? FromEntry(JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.String)
        {
            return entry.GetString();
        }

        var name = Text(entry, "path") ?? Text(entry, "name") ?? Text(entry, "file");
        var isFolder = (Text(entry, "type") ?? Text(entry, "kind"))?.StartsWith("dir", StringComparison.OrdinalIgnoreCase) == true
            || entry.Get("is_directory") is { ValueKind: JsonValueKind.True };
        return isFolder && name is not null ? name.TrimEnd('/') + "/" : name;
    }

    private static string? Text(JsonElement entry, string name) => entry.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The name on a line of a listing; null for a remark. Names stand first or last, beside sizes, kinds and dates.</summary>
    private static string? FromLine(string line)
    {
        var bare = Rails().Replace(line.TrimEnd(), "");
        if (Remark().IsMatch(bare))
        {
            return null;
        }

        var cells = Gap().Split(Suffix().Replace(bare, ""));
        return cells.FirstOrDefault(static cell => cell.Length > 0 && !Detail().IsMatch(cell));
    }

    [GeneratedRegex(@"^[\s│├└─|`*•-]+(?=\S)", RegexOptions.CultureInvariant)]
    private static partial Regex Rails();

    [GeneratedRegex(@"\t+|\s{2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();

    [GeneratedRegex(@"^(?:[\d.,]+\s?(?:[kmgt]i?)?b?(?:ytes)?|\d{4}-\d\d-\d\d.*|d|f|l|file|dir|directory|folder|link|\(.*\)|[-dl][rwx-]{9}.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Detail();

    /// <summary>What a listing says behind a name: a size or a remark in brackets, where a link leads.</summary>
    [GeneratedRegex(@"\s+(?:\([^()]*\)|->\s.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();

    /// <summary>A sentence about the listing, such as "(12 entries)", "[cut after 500 entries]" or "'src' is empty."</summary>
    [GeneratedRegex(@"^[\[(…]|^\S+(?:\s+\S+)+[:.…]$|^(?:total\s+)?\d+\s+(?:entries|files|folders|items)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Remark();
}
