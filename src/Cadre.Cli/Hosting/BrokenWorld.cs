using Cadre.Engine.Ports;

namespace Cadre.Cli.Hosting;

/// <summary>Exceptions that tell of the machine and its files, not of a bug: what to say about them, and what helps.</summary>
internal static class BrokenWorld
{
    /// <summary>ENOSPC and EDQUOT, as .NET puts them into an exception's HResult.</summary>
    private const int NoSpace = 28;
    private const int OverQuota = 122;

    /// <summary>Null for what is not known here.</summary>
    public static (string Sentence, string Help)? Describe(Exception exception) => exception switch
    {
        _ when IsFull(exception) => ($"There is no room left: {exception.Message}", "make room there, then try again; what was acknowledged is kept"),
        JournalDamagedException => (exception.Message, "keep the file for a look, and begin anew: cadre runs"),
        JournalUnavailableException or AuditUnavailableException => (exception.Message, "cadre doctor"),
        InvalidDataException => (exception.Message, "repair the file, or move it away"),
        UnauthorizedAccessException => (exception.Message, "give this user the right to it, or choose another directory; see: cadre doctor"),
        IOException => (exception.Message, "cadre doctor"),
        _ => null,
    };

    private static bool IsFull(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is IOException { HResult: NoSpace or OverQuota }) return true;
        }

        return false;
    }
}
