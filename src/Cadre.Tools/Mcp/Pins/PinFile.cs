using System.Text.Json.Serialization;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>pins.json: what each endpoint was when a person, or the first sight of it, accepted it.</summary>
internal sealed record PinFile(int Version, SortedDictionary<string, EndpointPin> Endpoints)
{
    public const int CurrentVersion = 1;
}

/// <param name="Address">SHA-256 (hex) of the command with its arguments, or of the URL; placeholders not replaced.</param>
/// <param name="Shown">The same, as it was shown.</param>
/// <param name="Tools">Null until the endpoint was first listed: approving a changed address accepts no tools yet.</param>
internal sealed record EndpointPin(string Address, string Shown, DateTimeOffset At, SortedDictionary<string, ToolPin>? Tools)
{
    /// <summary>Of an endpoint that was not listed yet.</summary>
    public static EndpointPin Of(McpEndpoint endpoint, DateTimeOffset at) => new(AddressHash(endpoint), endpoint.Address, at, null);

    public static string AddressHash(McpEndpoint endpoint) => ToolFingerprint.Hash(endpoint switch
    {
        McpEndpoint.Stdio stdio => string.Join('\0', ["stdio", stdio.Command, .. stdio.Arguments]),
        _ => "http\0" + endpoint.Address,
    });
}

/// <param name="Definition">Canonical JSON, kept to show what changed.</param>
internal sealed record ToolPin(string Hash, string Definition, DateTimeOffset At, string By);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PinFile))]
[JsonSerializable(typeof(EndpointPin))]
internal sealed partial class PinJson : JsonSerializerContext;
