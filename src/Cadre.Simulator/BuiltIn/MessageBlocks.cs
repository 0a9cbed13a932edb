using System.Text.RegularExpressions;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The headed parts of a message such as <c>Goal:</c>, <c>Task:</c>, <c>Outcome:</c>. What stands between
/// <c>&lt;material&gt;</c> marks belongs to the part above it, whatever it says.</summary>
internal sealed partial class MessageBlocks
{
    private const string MaterialStart = "<material>";
    private const string MaterialEnd = "</material>";

    private static readonly string[] KnownHeads = ["Goal", "Step", "Task", "Acceptance", "Outcome", "Results", "Evidence", "Workspace"];

    private readonly List<(string Head, string Text)> _blocks = [];

    private MessageBlocks()
    {
    }

    public IReadOnlyList<(string Head, string Text)> All => _blocks;

    /// <summary>The text under the first head that begins with <paramref name="head"/>; null when there is none.</summary>
    public string? this[string head]
    {
        get
        {
            foreach (var (name, text) in _blocks)
            {
                if (name == head || name.StartsWith(head + " ", StringComparison.Ordinal))
                {
                    return text;
                }
            }

            return null;
        }
    }

    public static MessageBlocks Parse(string message)
    {
        var blocks = new MessageBlocks();
        var lines = message.Split('\n');
        var head = "";
        var text = new List<string>();
        var inMaterial = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (!inMaterial && HeadOf(line, i + 1 < lines.Length ? lines[i + 1] : "") is { } found)
            {
                blocks.Add(head, text);
                (head, text) = (found.Head, [found.Inline]);
                continue;
            }

            inMaterial = (inMaterial || line == MaterialStart) && line != MaterialEnd;
            text.Add(line);
        }

        blocks.Add(head, text);
        return blocks;
    }

    /// <summary>Lines that carry content, without the marks.</summary>
    public static string WithoutMarks(string text) => string.Join('\n', text.Split('\n').Where(static line => line is not (MaterialStart or MaterialEnd))).Trim();

    private void Add(string head, List<string> lines)
    {
        var text = string.Join('\n', lines).Trim();
        var closing = Closing().Match(text);
        _blocks.Add((head, WithoutMarks(closing.Success ? text[..closing.Index] : text)));
    }

    private static (string Head, string Inline)? HeadOf(string line, string next)
    {
        var match = Head().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var name = match.Groups[1].Value;
        var isKnown = KnownHeads.Any(known => name == known || name.StartsWith(known + " (", StringComparison.Ordinal));
        return isKnown || (match.Groups[2].Length == 0 && next.TrimEnd('\r') == MaterialStart) ? (name, match.Groups[2].Value) : null;
    }

    [GeneratedRegex(@"^(?:#{1,6} |\*\*)?([A-Z][^:\n]{0,160}):(?:\*\*)?[ \t]*(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    /// <summary>The sentence that ends a role's message outside of any material.</summary>
    [GeneratedRegex(@"\n\n(?:Answer with (?:the plan|your review)\.|All steps were accepted\.[^\n]*)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Closing();
}
