using Cadre.Storage.Documents;
using Cadre.Storage.Durable;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>Copies a database while others write to it, this process or another.</summary>
public static class SqliteBackup
{
    /// <summary>The database as of now, whole and durable in a file that must not exist; it opens as a store when it is put in the store's place.</summary>
    /// <param name="database">A store's <see cref="SqliteStore.FileName"/>.</param>
    /// <exception cref="StoreFailedException">There is no copy: the name is as it was.</exception>
    public static async ValueTask MakeAsync(string database, string file, CancellationToken cancellationToken)
    {
        file = Path.GetFullPath(file);
        var unfinished = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            if (!File.Exists(database)) throw new IOException($"{database} is not there.");
            if (File.Exists(file)) throw new IOException($"{file} exists already.");
            await Task.Run(() => Copy(database, unfinished, cancellationToken), cancellationToken);
            using (var copy = DurableFile.Open(PosixDisk.Instance, unfinished)) copy.Sync();
            PosixDisk.Instance.Rename(unfinished, file);
            PosixDisk.Instance.SyncDirectory(Path.GetDirectoryName(file)!);
        }
        catch (IOException failure)
        {
            throw new StoreFailedException($"There is no backup: {failure.Message}", failure);
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished);
        }
    }

    private static void Copy(string database, string copy, CancellationToken cancellationToken)
    {
        File.Delete(copy);
        DurableFile.Open(PosixDisk.Instance, copy).Dispose();
        using var source = Connection.OpenInspector(database);
        using var target = Connection.OpenWriter(copy);
        target.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        using var backup = raw.sqlite3_backup_init(target.Handle, "main", source.Handle, "main");
        if (backup.IsInvalid) throw target.Failure(raw.sqlite3_extended_errcode(target.Handle));

        // All pages in one step, which is one reading of the source: in several it would begin anew with each commit of the writer.
        cancellationToken.ThrowIfCancellationRequested();
        var code = raw.sqlite3_backup_step(backup, -1);
        if (code != raw.SQLITE_DONE) throw target.Failure(code);
    }
}
