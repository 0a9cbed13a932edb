using System.Security.Cryptography;
using System.Text;

namespace Cadre.Tools.Mcp;

/// <summary>
/// mcp__SERVER__TOOL, in the letters that every provider accepts. A name that had to be changed ends in a hash of what it stands for, so two
/// tools never share one, whatever else is listed.
/// </summary>
internal static class ToolNames
{
    public const int MaxLength = 64;
    private const int HashLength = 8;

    public static string Of(string server, string tool)
    {
        var name = $"mcp__{Clean(server)}__{Clean(tool)}";
        var faithful = name == $"mcp__{server}__{tool}" && name.Length <= MaxLength
            && !server.Contains("__", StringComparison.Ordinal) && !server.EndsWith('_') && tool.Length > 0;
        if (faithful) return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\0{tool}")))[..HashLength];
        return $"{name[..Math.Min(name.Length, MaxLength - HashLength - 1)]}_{hash}";
    }

    /// <summary>A name for a server's directory: no separator, no dot, never two servers in one.</summary>
    public static string Directory(string server)
    {
        var clean = Clean(server);
        return clean == server ? clean : $"{clean}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server)))[..HashLength]}";
    }

    private static string Clean(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
}
