using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>What all built-in tools say about themselves in the same way.</summary>
internal static class Builtin
{
    public const string Source = "builtin";

    private static readonly string Version = typeof(Builtin).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static ToolDescriptor Describe(string name, Effect effect, string description, string schema)
    {
        using var parsed = JsonDocument.Parse(schema);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name + "\n" + schema)));
        return new(new(name, description, parsed.RootElement.Clone()), effect, new(Source, Version, hash));
    }

    public static ToolResult Failed(Workspace workspace, WorkspacePath path, FileProblem problem) => problem.Kind == FileProblemKind.Protected
        ? ToolResult.Denied(problem.Message)
        : ToolResult.Failed(Suggestions.Explain(workspace, path, problem));

    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");
}
