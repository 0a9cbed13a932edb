namespace Cadre.Server.Mcp;

/// <summary>Revisions of the protocol, by what they want of a request.</summary>
internal static class McpVersions
{
    /// <summary>Every request says in its headers and its <c>_meta</c> what older ones agreed upon in a handshake. There are no sessions.</summary>
    public static IReadOnlyList<string> PerRequest { get; } = ["2026-07-28"];

    /// <summary>A handshake opens a session.</summary>
    public static IReadOnlyList<string> Handshake { get; } = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
}
