namespace Cadre.Tools.Files;

/// <summary>Keeps other processes of this program from a read-change-write of the same file. Released when the process ends, however it ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Throws <see cref="IOException"/> when another process holds the lock for ten seconds.</summary>
    public static async ValueTask<IDisposable> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        AtomicFile.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
