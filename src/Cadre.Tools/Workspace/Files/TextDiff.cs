using System.Globalization;
using System.Text;
using DiffPlex;
using DiffPlex.Model;

namespace Cadre.Tools.Workspaces;

/// <summary>A short unified diff that shows a model what its change did.</summary>
internal static class TextDiff
{
    public const int MaxShownLines = 60;
    public const int MaxComparedLines = 2_000;
    private const int ContextLines = 2;
    private const int MaxLineCharacters = 300;

    /// <summary>Empty when the texts are the same; only counts when what differs is too long to compare.</summary>
    public static string Describe(string before, string after)
    {
        if (before.EndsWith('\n') && after.EndsWith('\n')) (before, after) = (before[..^1], after[..^1]);
        var (old, @new) = (before.Split('\n'), after.Split('\n'));
        var prefix = 0;
        while (prefix < old.Length && prefix < @new.Length && old[prefix] == @new[prefix]) prefix++;
        var suffix = 0;
        while (suffix < old.Length - prefix && suffix < @new.Length - prefix && old[^(suffix + 1)] == @new[^(suffix + 1)]) suffix++;
        var (oldMiddle, newMiddle) = (old.Length - prefix - suffix, @new.Length - prefix - suffix);
        if (oldMiddle == 0 && newMiddle == 0) return "";
        if (oldMiddle > MaxComparedLines || newMiddle > MaxComparedLines)
            return string.Create(CultureInfo.InvariantCulture, $"[{oldMiddle:N0} lines from line {prefix + 1} on became {newMiddle:N0}]");

        var blocks = new Differ().CreateLineDiffs(
            string.Join('\n', old[prefix..(prefix + oldMiddle)]), string.Join('\n', @new[prefix..(prefix + newMiddle)]), ignoreWhitespace: false).DiffBlocks;

        // A side without lines is seen as one empty line.
        if (oldMiddle == 0 || newMiddle == 0) blocks = [new DiffBlock(0, oldMiddle, 0, newMiddle)];
        return Render(old, @new, prefix, blocks);
    }

    private static string Render(string[] old, string[] @new, int prefix, IList<DiffBlock> blocks)
    {
        var lines = new List<string>();
        for (var first = 0; first < blocks.Count;)
        {
            // Changes whose context would touch are shown as one hunk.
            var last = first;
            while (last + 1 < blocks.Count && blocks[last + 1].DeleteStartA - (blocks[last].DeleteStartA + blocks[last].DeleteCountA) <= 2 * ContextLines) last++;
            Hunk(lines, old, @new, prefix, blocks.Skip(first).Take(last - first + 1).ToList());
            first = last + 1;
        }

        if (lines.Count <= MaxShownLines) return string.Join('\n', lines);
        return string.Join('\n', lines.Take(MaxShownLines)) + string.Create(CultureInfo.InvariantCulture, $"\n[{lines.Count - MaxShownLines:N0} more lines of difference]");
    }

    private static void Hunk(List<string> lines, string[] old, string[] @new, int prefix, List<DiffBlock> blocks)
    {
        var start = Math.Max(0, prefix + blocks[0].DeleteStartA - ContextLines);
        var end = Math.Min(old.Length, prefix + blocks[^1].DeleteStartA + blocks[^1].DeleteCountA + ContextLines);
        var newStart = prefix + blocks[0].InsertStartB - (prefix + blocks[0].DeleteStartA - start);
        var newCount = end - start + blocks.Sum(block => block.InsertCountB - block.DeleteCountA);
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"@@ -{start + 1},{end - start} +{newStart + 1},{newCount} @@"));
        var at = start;
        foreach (var block in blocks)
        {
            for (; at < prefix + block.DeleteStartA; at++) lines.Add(Shown(' ', old[at]));
            for (var i = 0; i < block.DeleteCountA; i++) lines.Add(Shown('-', old[at++]));
            for (var i = 0; i < block.InsertCountB; i++) lines.Add(Shown('+', @new[prefix + block.InsertStartB + i]));
        }

        for (; at < end; at++) lines.Add(Shown(' ', old[at]));
    }

    private static string Shown(char mark, string line)
    {
        var text = new StringBuilder().Append(mark).Append(line.TrimEnd('\r'));
        if (text.Length > MaxLineCharacters) text.Append("…", 0, 1).Remove(MaxLineCharacters, text.Length - MaxLineCharacters - 1);
        return text.ToString();
    }
}
