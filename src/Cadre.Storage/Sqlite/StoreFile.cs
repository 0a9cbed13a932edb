using Cadre.Storage.Documents;
using Cadre.Storage.Durable;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>Opens a store's database for its writer.</summary>
internal static class StoreFile
{
    private const int MaxFindings = 10;
    private const int InstructionsBetweenLooks = 10_000;

    /// <exception cref="StoreDamagedException">It is no whole database.</exception>
    public static (Connection Connection, StoreCheck Check) Open(string file, TimeSpan checkTime, TimeProvider time)
    {
        // SQLite removes its log when the last connection is closed: one that is there was left by a process that died.
        var unclean = File.Exists(file) && new FileInfo(file + WalFile.Suffix) is { Exists: true, Length: > 0 };
        DurableFile.Open(PosixDisk.Instance, file).Dispose();
        Connection? connection = null;
        try
        {
            var check = unclean ? Check(file, checkTime, time) : StoreCheck.NotNeeded;
            connection = Connection.OpenWriter(file);
            connection.Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = {WalFile.KeptBytes}");
            Schema.Migrate(connection, file);
            return (connection, check);
        }
        catch (SqliteFailedException failure) when (failure.IsDamage)
        {
            connection?.Dispose();
            throw new StoreDamagedException(file, failure.Message);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Not by the writer: closing that after a finding would empty the log and make it look like a clean stop.</summary>
    private static StoreCheck Check(string file, TimeSpan limit, TimeProvider time)
    {
        using var connection = Connection.OpenInspector(file);
        var start = time.GetTimestamp();
        raw.sqlite3_progress_handler(connection.Handle, InstructionsBetweenLooks, _ => time.GetElapsedTime(start) > limit ? 1 : 0, null);
        try
        {
            using var statement = connection.Use($"PRAGMA quick_check({MaxFindings})");
            var findings = new List<string>();
            while (statement.Step()) findings.Add(statement.Text(0));
            return findings is ["ok"] ? StoreCheck.Whole : throw new StoreDamagedException(file, string.Join("; ", findings));
        }
        catch (SqliteFailedException failure) when (failure.Code == raw.SQLITE_INTERRUPT)
        {
            return StoreCheck.Unfinished;
        }
        finally
        {
            raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        }
    }
}

/// <summary>What looking at the file found when it was opened.</summary>
public enum StoreCheck
{
    /// <summary>It was closed in order.</summary>
    NotNeeded,

    Whole,

    /// <summary>It takes longer than allowed; nothing wrong was found so far.</summary>
    Unfinished,
}
