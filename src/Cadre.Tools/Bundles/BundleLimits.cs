namespace Cadre.Tools.Bundles;

/// <summary>What a bundle may be at most, counted as it is unpacked and not as the archive claims.</summary>
public static class BundleLimits
{
    public const int Files = 2_000;
    public const long FileBytes = 32 << 20;
    public const long TotalBytes = 64 << 20;
    public const long ArchiveBytes = 64 << 20;

    /// <summary>Unpacked bytes for each packed byte, over a whole archive of more than a mebibyte.</summary>
    public const int Ratio = 200;
}
