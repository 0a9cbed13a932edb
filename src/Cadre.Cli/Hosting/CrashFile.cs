namespace Cadre.Cli.Hosting;

/// <summary>Keeps an exception that reached the edge of the process where no log was open, or none could be written.</summary>
internal static class CrashFile
{
    /// <returns>What to tell the person.</returns>
    public static string Write(Exception exception)
    {
        var path = Path.Combine(Path.GetTempPath(), $"cadre-crash-{Guid.NewGuid():n}.log");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new StreamWriter(path, options);
            file.WriteLine(exception);
            return $"please report it with {path}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"please report it; its details could not be kept ({failure.Message})";
        }
    }
}
