using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>An exact replacement, and the explanation when it does not fit.</summary>
internal sealed record TextEdit(string Old, string New, bool All)
{
    private const int ShownPlaces = 10;
    private const int ShownCharacters = 2_000;

    /// <summary>Follows the line ends of a file whose lines all end with CR LF.</summary>
    public static TextEdit From(JsonElement arguments, TextFile file)
    {
        var (old, @new) = (arguments.Text("old_text"), arguments.Text("new_text"));
        if (file.HasWindowsLines && !old.Contains('\r')) (old, @new) = (WindowsLines(old), WindowsLines(@new));
        return new(old, @new, arguments.Flag("replace_all"));
    }

    /// <param name="summary">What was done, or why nothing was.</param>
    public bool TryApply(string text, WorkspacePath path, out string after, out string summary)
    {
        after = text;
        if (Old == New)
        {
            summary = "old_text and new_text are the same: there is nothing to change.";
            return false;
        }

        var places = Places(text);
        if (places.Count == 0)
        {
            summary = Missing(text, path);
            return false;
        }

        if (places.Count > 1 && !All)
        {
            var lines = string.Join(", ", places.Take(ShownPlaces).Select(place => LineOf(text, place)));
            summary = $"old_text is in '{path.Text}' {places.Count} times (lines {lines}{(places.Count > ShownPlaces ? ", …" : "")}). Include more of the lines around the one you mean, or set replace_all.";
            return false;
        }

        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var place in places)
        {
            result.Append(text, at, place - at).Append(New);
            at = place + Old.Length;
        }

        after = result.Append(text, at, text.Length - at).ToString();
        summary = $"Edited '{path.Text}': {Builtin.Count(places.Count, "replacement")}, from line {LineOf(text, places[0])}.";
        return true;
    }

    /// <summary>By the content alone: certain only when the old text is there as the edit needs it, or gone with the new text in its place.</summary>
    public Probed? Probe(string text, WorkspacePath path)
    {
        var newIsThere = New.Length > 0 && text.Contains(New, StringComparison.Ordinal);
        var places = Places(text);
        if (New.Contains(Old, StringComparison.Ordinal)) return places.Count > 0 && !newIsThere ? Probed.DidNotHappen : null;
        var shrinks = Old.Contains(New, StringComparison.Ordinal);
        if (places.Count > 0) return !newIsThere || shrinks ? Probed.DidNotHappen : null;
        return newIsThere && !shrinks ? new(ToolResult.Ok($"Edited '{path.Text}' (found out after an interruption: the old text is gone and the new text is there).")) : null;
    }

    private List<int> Places(string text)
    {
        var places = new List<int>();
        for (var at = text.IndexOf(Old, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Old, at + Old.Length, StringComparison.Ordinal)) places.Add(at);
        return places;
    }

    private string Missing(string text, WorkspacePath path)
    {
        var lines = text.Split('\n');
        var wanted = Old.Split('\n');
        var (at, exact) = ClosestLines.Find(lines, wanted);
        if (at < 0) return $"old_text is not in '{path.Text}' ({Builtin.Count(lines.Length, "line")}), nor anything like it. Read the file and copy the text from there.";

        var shown = string.Join('\n', lines.Skip(at).Take(wanted.Length));
        if (shown.Length > ShownCharacters) shown = shown[..ShownCharacters] + "…";
        var reason = exact ? "differs only in spaces or indentation" : "is the closest";
        return string.Create(CultureInfo.InvariantCulture, $"old_text is not in '{path.Text}'. What stands from line {at + 1} {reason}:\n{shown}\nCopy it exactly, with its indentation.");
    }

    private static int LineOf(string text, int place) => text.AsSpan(0, place).Count('\n') + 1;

    private static string WindowsLines(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);
}
