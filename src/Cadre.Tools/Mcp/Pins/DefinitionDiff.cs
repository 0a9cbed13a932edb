using System.Text.Json;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>What changed between two definitions, value by value, for the person who decides.</summary>
internal static class DefinitionDiff
{
    public const int MaxLines = 40;
    private const int MaxValueChars = 400;

    /// <summary>Lines such as "- description: old" and "+ description: new"; hidden characters are shown as their code points.</summary>
    public static string Between(string pinned, string current)
    {
        var (before, after) = (Flatten(pinned), Flatten(current));
        var lines = new List<string>();
        foreach (var path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var (old, @new) = (before.GetValueOrDefault(path), after.GetValueOrDefault(path));
            if (old == @new) continue;
            if (old is not null) lines.Add($"- {path}: {Visible(old)}");
            if (@new is not null) lines.Add($"+ {path}: {Visible(@new)}");
        }

        return lines.Count <= MaxLines ? string.Join('\n', lines) : string.Join('\n', lines.Take(MaxLines)) + $"\n… {lines.Count - MaxLines} more lines";
    }

    /// <summary>Every name and value of the definition, unescaped.</summary>
    public static string AllText(string definition) => string.Concat(Flatten(definition).Select(pair => pair.Key + pair.Value));

    private static string Visible(string text)
    {
        var hidden = PlainText.Hidden(text);
        return PlainText.OneLine(text, MaxValueChars) + (hidden.Count == 0 ? "" : $" (hidden: {string.Join(", ", hidden)})");
    }

    private static Dictionary<string, string> Flatten(string json)
    {
        var values = new Dictionary<string, string>();
        using var document = JsonDocument.Parse(json);
        Flatten(document.RootElement, "", values);
        return values;
    }

    private static void Flatten(JsonElement value, string path, Dictionary<string, string> values)
    {
        if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any())
        {
            foreach (var property in value.EnumerateObject()) Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", values);
        }
        else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray()) Flatten(item, $"{path}[{index++}]", values);
        }
        else
        {
            values[path] = value.ToString();
        }
    }
}
