using System.Text.Json;
using ModelContextProtocol;

namespace Cadre.McpConformance;

/// <summary>The fixtures are written down as the suites show them: in JSON.</summary>
internal static class FixtureJson
{
    /// <summary>Of one pixel.</summary>
    public const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    /// <summary>Without a single sample.</summary>
    public const string Wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

    public static T Read<T>(string json) => (T)JsonSerializer.Deserialize(json, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)))!;

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)));
}
