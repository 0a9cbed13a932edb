using Cadre.Cli.Terminals;

namespace Cadre.Cli.Hosting;

/// <summary>A command cannot be carried out for a reason that the person can change. Caught once, at the edge, and shown without a stack.</summary>
/// <param name="help">A command or a setting that helps.</param>
internal sealed class CommandRefusedException(string message, string? help = null, int exitCode = ExitCode.Failed) : Exception(message)
{
    public string? Help => help;
    public int ExitCode => exitCode;
}
