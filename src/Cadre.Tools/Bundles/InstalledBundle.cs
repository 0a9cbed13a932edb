using System.Text.Json.Serialization;

namespace Cadre.Tools.Bundles;

/// <param name="Hash">SHA-256 (hex) of the content: the bundle's directory in the store.</param>
/// <param name="Source">What it was installed from, for people.</param>
public sealed record InstalledBundle(string Name, string Version, string Hash, DateTimeOffset At, string Source);

/// <param name="Mismatch">Null when every byte is as it was installed.</param>
public sealed record BundleVerification(InstalledBundle Bundle, string? Mismatch);

/// <param name="Problem">Null when it is installed.</param>
/// <param name="Replaced">The bundle of the same name that was there before.</param>
public sealed record BundleInstallation(InstalledBundle? Bundle, BundleProblem? Problem, InstalledBundle? Replaced = null);

internal sealed record BundleIndex(int Version, List<InstalledBundle> Bundles)
{
    public const int CurrentVersion = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BundleIndex))]
internal sealed partial class BundleJson : JsonSerializerContext;
