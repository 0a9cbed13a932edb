using System.Globalization;
using System.Reflection;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Brings a database to this program's form by numbered files, each in one transaction; <c>user_version</c> tells which were run.</summary>
internal static class Schema
{
    private const string Folder = "migrations/";
    private static readonly (int Number, string Resource)[] Migrations = Find();

    public static int Newest => Migrations[^1].Number;

    /// <exception cref="StoreTooNewException">A newer Cadre wrote it.</exception>
    public static void Migrate(Connection connection, string file)
    {
        var version = Version(connection);
        if (version > Newest) throw new StoreTooNewException(file, version, Newest);
        foreach (var (number, resource) in Migrations)
        {
            if (number > version) connection.Execute($"BEGIN IMMEDIATE; {Read(resource)}; PRAGMA user_version = {number}; COMMIT;");
        }
    }

    private static int Version(Connection connection)
    {
        using var query = connection.Use("PRAGMA user_version");
        query.Step();
        return (int)query.Integer(0);
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private static (int, string)[] Find() =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture), name))
            .Order(),
    ];
}
