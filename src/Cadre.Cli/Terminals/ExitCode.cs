namespace Cadre.Cli.Terminals;

/// <summary>How the command ends. These four are all there are.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was tried and did not come to its end: failed, refused, incomplete, paused or waiting for somebody.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use or wrong settings: nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted, or cancelled by somebody.</summary>
    public const int Interrupted = 130;
}
