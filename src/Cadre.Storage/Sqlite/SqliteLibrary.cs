using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>The machine's own SQLite (3.40 or later), bound once per process. <c>CADRE_SQLITE_LIB</c> names another library file.</summary>
public static class SqliteLibrary
{
    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Call before the first connection is made; later calls do nothing.</summary>
    /// <exception cref="DllNotFoundException">No SQLite library was found; the message says how to get one.</exception>
    public static void Use() => _ = Bound.Value;

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return 0;
        foreach (var candidate in new[] { Environment.GetEnvironmentVariable("CADRE_SQLITE_LIB"), "libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib", "winsqlite3.dll" })
        {
            if (!string.IsNullOrEmpty(candidate) && NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }

        throw new DllNotFoundException("SQLite was not found. On Debian: apt-get install libsqlite3-0; or set CADRE_SQLITE_LIB to the library file.");
    }
}
