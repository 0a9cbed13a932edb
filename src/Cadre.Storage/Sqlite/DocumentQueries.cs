using System.Collections.Concurrent;
using System.Text;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Reading documents, on any connection.</summary>
internal static class DocumentQueries
{
    public const int MaxLimit = 10_000;
    public const int MaxConditions = 16;
    private const string Columns = "position, kind, id, organisation, user, parent, key, created_at, expires_at, version, body";
    private static readonly ConcurrentDictionary<Shape, string> Listings = new();

    public static Document? Get(Connection connection, Scope scope, string kind, string id) =>
        One(connection, scope, kind, id, scope.Organisation is null ? GetOfAll : GetOfOne);

    public static Document? Find(Connection connection, Scope scope, string kind, string key) =>
        One(connection, scope, kind, key, scope.Organisation is null ? FindOfAll : FindOfOne);

    public static DocumentPage? List(Connection connection, Scope scope, DocumentQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Where.Count, MaxConditions);
        if (!TryPosition(connection, scope, query, query.After, out var after) || !TryPosition(connection, scope, query, query.Before, out var before)) return null;

        // The page that ends next to a cursor is read from there, and turned round.
        var backwards = before is not null && after is null;
        var shape = new Shape(scope.Organisation is null, query.Parent is not null, query.Descending != backwards, query.Where.Count);
        using var statement = connection.Use(Listings.GetOrAdd(shape, Listing));
        Owned.Bind(statement, scope);
        var (above, below) = query.Descending ? (before, after) : (after, before);
        statement.Bind(Owned.Next, query.Kind);
        statement.Bind(Owned.Next + 1, query.Parent);
        statement.Bind(Owned.Next + 2, above ?? 0);
        statement.Bind(Owned.Next + 3, below ?? long.MaxValue);
        statement.Bind(Owned.Next + 4, query.Limit + 1L);
        var parameter = Owned.Next + 5;
        foreach (var (path, value) in query.Where)
        {
            statement.Bind(parameter++, path);
            statement.Bind(parameter++, value);
        }

        var items = new List<Document>();
        var hasMore = false;
        while (statement.Step())
        {
            hasMore = items.Count == query.Limit;
            if (!hasMore) items.Add(Read(statement));
        }

        if (backwards) items.Reverse();
        return new(items, hasMore);
    }

    /// <summary>The document in the statement's present row, where its columns are <see cref="Columns"/>.</summary>
    private static Document Read(Statement row) => new(row.Text(1), row.Text(2), new Owner(row.Text(3), row.Text(4)), row.Bytes(10).ToArray())
    {
        Position = row.Integer(0),
        Parent = row.TextOrNull(5),
        Key = row.TextOrNull(6),
        CreatedAt = new(row.Integer(7), TimeSpan.Zero),
        ExpiresAt = row.IntegerOrNull(8) is { } ticks ? new(ticks, TimeSpan.Zero) : null,
        Version = row.Integer(9),
    };

    /// <summary>Those whose time has come, the longest overdue first; for the sweep, over all organisations.</summary>
    public static List<Document> Expired(Connection connection, DateTimeOffset now, int limit)
    {
        using var statement = connection.Use(Overdue);
        statement.Bind(1, now.UtcTicks);
        statement.Bind(2, limit);
        var found = new List<Document>();
        while (statement.Step()) found.Add(Read(statement));
        return found;
    }

    private const string Overdue = $"SELECT {Columns} FROM documents WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    private static readonly string GetOfOne = $"SELECT {Columns} FROM documents WHERE kind = ?3 AND id = ?4 AND {Owned.By(new("one"))}";
    private static readonly string GetOfAll = $"SELECT {Columns} FROM documents WHERE kind = ?3 AND id = ?4 AND {Owned.By(Scope.Everything)}";
    private static readonly string FindOfOne = $"SELECT {Columns} FROM documents WHERE kind = ?3 AND key = ?4 AND {Owned.By(new("one"))} ORDER BY position LIMIT 1";
    private static readonly string FindOfAll = $"SELECT {Columns} FROM documents WHERE kind = ?3 AND key = ?4 AND {Owned.By(Scope.Everything)} ORDER BY position LIMIT 1";

    private static Document? One(Connection connection, Scope scope, string kind, string name, string sql)
    {
        using var statement = connection.Use(sql);
        Owned.Bind(statement, scope);
        statement.Bind(Owned.Next, kind);
        statement.Bind(Owned.Next + 1, name);
        return statement.Step() ? Read(statement) : null;
    }

    /// <summary>False for a cursor that is not in the scope, or not in the listing's parent.</summary>
    private static bool TryPosition(Connection connection, Scope scope, DocumentQuery query, string? id, out long? position)
    {
        position = null;
        if (id is null) return true;
        if (Get(connection, scope, query.Kind, id) is not { } document || query.Parent is not null && document.Parent != query.Parent) return false;
        position = document.Position;
        return true;
    }

    private static string Listing(Shape shape)
    {
        var sql = new StringBuilder($"SELECT {Columns} FROM documents WHERE kind = ?3 AND {Owned.By(shape.AllOrganisations ? Scope.Everything : new("one"))}");
        sql.Append(shape.InParent ? " AND parent = ?4" : " AND ?4 IS NULL").Append(" AND position > ?5 AND position < ?6");
        for (var i = 0; i < shape.Conditions; i++) sql.Append($" AND has_member(body, ?{Owned.Next + 5 + 2 * i}, ?{Owned.Next + 6 + 2 * i})");
        return sql.Append(shape.Descending ? " ORDER BY position DESC LIMIT ?7" : " ORDER BY position LIMIT ?7").ToString();
    }

    private readonly record struct Shape(bool AllOrganisations, bool InParent, bool Descending, int Conditions);
}
