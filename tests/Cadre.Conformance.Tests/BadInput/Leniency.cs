using Cadre.Conformance.Tests.Description;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>Faults that Cadre may accept though OpenAI's description refuses them; each with its reason.</summary>
internal static class Leniency
{
    private static readonly (string Operation, string Fault, string Reason)[] Known =
    [
    ];

    /// <summary>The reason, or null.</summary>
    public static string? For(ApiOperation operation, string fault) =>
        Known.FirstOrDefault(known => known.Operation == operation.Id && (fault + ' ').StartsWith(known.Fault, StringComparison.Ordinal)).Reason;
}
