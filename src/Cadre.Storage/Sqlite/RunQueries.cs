using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Reading what a listing shows of runs, on any connection.</summary>
internal static class RunQueries
{
    private const string Columns = "run, organisation, user, thread, face, started_at, ended";
    private static readonly string GetOfOne = $"SELECT {Columns} FROM runs WHERE run = ?3 AND {Owned.By(new("one"))}";
    private static readonly string GetOfAll = $"SELECT {Columns} FROM runs WHERE run = ?3 AND {Owned.By(Scope.Everything)}";

    public static RunEntry? Get(Connection connection, Scope scope, RunId run)
    {
        using var statement = connection.Use(scope.Organisation is null ? GetOfAll : GetOfOne);
        Owned.Bind(statement, scope);
        statement.Bind(Owned.Next, run.ToString());
        return statement.Step() ? Read(statement) : null;
    }

    public static List<RunEntry> List(Connection connection, Scope scope, RunQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, DocumentQuery.MaxLimit);
        var backwards = query.Before is not null && query.After is null;
        var (above, below) = query.Descending ? (query.Before, query.After) : (query.After, query.Before);
        using var statement = connection.Use(Listing(scope, query, query.Descending != backwards));
        Owned.Bind(statement, scope);
        statement.Bind(Owned.Next, query.Thread);
        statement.Bind(Owned.Next + 1, query.Face);
        statement.Bind(Owned.Next + 2, above?.ToString() ?? "");
        statement.Bind(Owned.Next + 3, below?.ToString() ?? "~");
        statement.Bind(Owned.Next + 4, query.Limit);
        var found = new List<RunEntry>();
        while (statement.Step()) found.Add(Read(statement));
        if (backwards) found.Reverse();
        return found;
    }

    private static string Listing(Scope scope, RunQuery query, bool descending)
    {
        var thread = query.Thread is null ? "?3 IS NULL" : "thread = ?3";
        var face = query.Face is null ? "?4 IS NULL" : "face = ?4";
        var ended = query.Ended switch { null => "", true => " AND ended = 1", false => " AND ended = 0" };
        // The open ones are few among very many: without being told, SQLite may look through all.
        var index = query.Ended is false ? " INDEXED BY runs_open" : "";
        return $"SELECT {Columns} FROM runs{index} WHERE {Owned.By(scope)} AND {thread} AND {face}{ended} AND run > ?5 AND run < ?6 ORDER BY run{(descending ? " DESC" : "")} LIMIT ?7";
    }

    private static RunEntry Read(Statement row) => new(
        RunId.Parse(row.Text(0)), new Owner(row.Text(1), row.Text(2)), row.TextOrNull(3), row.TextOrNull(4), new(row.Integer(5), TimeSpan.Zero), row.Integer(6) != 0);
}
