using System.Text.RegularExpressions;

namespace Cadre.Simulator.Prompts;

/// <summary>The name of the structured output that a prompt asks for.</summary>
internal static partial class SchemaName
{
    /// <summary>From the request's format, else from a line <c>schema: NAME</c> of the instructions (for endpoints
    /// without JSON Schema), else null. A user's text counts only with a name that begins with <c>cadre_</c>.</summary>
    public static string? Of(Prompt prompt)
    {
        if (prompt.Format?.Name is { } name)
        {
            return name;
        }

        var instructed = Instructed().Match(prompt.Instructions);
        if (instructed.Success)
        {
            return instructed.Groups[1].Value;
        }

        var said = Said().Match(prompt.LastUser);
        return said.Success ? said.Groups[1].Value : null;
    }

    [GeneratedRegex(@"\bschema:\s*`?([A-Za-z_][A-Za-z0-9_-]*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Instructed();

    [GeneratedRegex(@"\bschema:\s*`?(cadre_[a-z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Said();
}
