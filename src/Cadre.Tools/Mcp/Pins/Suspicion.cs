using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>Reasons not to take a definition at first sight, before a person has looked at it.</summary>
internal static class Suspicion
{
    public const int MaxDescriptionChars = 8_192;
    public const int MaxDefinitionChars = 128 << 10;
    public const int MaxNameChars = 128;

    /// <summary>Null for a definition that shows all that it says and is of a usual size.</summary>
    public static string? About(Tool tool, string definition)
    {
        if (tool.Name.Length is 0 or > MaxNameChars) return $"its name has {tool.Name.Length} characters (at most {MaxNameChars})";
        if (tool.Description?.Length > MaxDescriptionChars) return $"its description has {tool.Description.Length} characters (at most {MaxDescriptionChars})";
        if (definition.Length > MaxDefinitionChars) return $"its definition has {definition.Length} characters (at most {MaxDefinitionChars})";
        var hidden = PlainText.Hidden(DefinitionDiff.AllText(definition));
        return hidden.Count == 0 ? null : $"its definition holds characters that a reader does not see: {string.Join(", ", hidden)}";
    }

    /// <summary>Never offered, approved or not: too large to be given to a model.</summary>
    public static bool IsUnusable(Tool tool, string definition) =>
        tool.Name.Length is 0 or > MaxNameChars || definition.Length > MaxDefinitionChars;
}
