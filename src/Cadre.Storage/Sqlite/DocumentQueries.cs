using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Reading documents, on any connection.</summary>
internal static class DocumentQueries
{
    private const long NoLimit = -1;
    private const int IdColumn = 2;
    private const int BodyColumn = 10;
    private const string Columns = "position, kind, id, organisation, user, parent, key, created_at, expires_at, version, body";
    private static readonly ArrayBufferWriter<byte> NoValue = new();
    private static readonly ConcurrentDictionary<Shape, string> Listings = new();

    public static Document? Get(Connection connection, Scope scope, string kind, string id) =>
        One(connection, scope, kind, id, scope.Organisation is null ? GetOfAll : GetOfOne);

    public static Document? Find(Connection connection, Scope scope, string kind, string key) =>
        One(connection, scope, kind, key, scope.Organisation is null ? FindOfAll : FindOfOne);

    public static DocumentPage? List(Connection connection, Scope scope, DocumentQuery query)
    {
        Check(query);
        if (!TryPosition(connection, scope, query, query.After, out var after) || !TryPosition(connection, scope, query, query.Before, out var before)) return null;
        var terms = new BodyTerms(query.Conditions, query.SortBy);
        if (query.SortBy is not null) return Sorted(connection, scope, query, terms);

        // The page that ends next to a cursor is read from there, and turned round.
        var backwards = before is not null && after is null;
        using var statement = Use(connection, scope, query, query.Descending != backwards ? Order.Descending : Order.Ascending);
        var (above, below) = query.Descending ? (before, after) : (after, before);
        statement.Bind(Owned.Next + 2, above ?? 0);
        statement.Bind(Owned.Next + 3, below ?? long.MaxValue);
        statement.Bind(Owned.Next + 4, terms.IsNothing ? query.Limit + 1L : NoLimit);
        var items = new List<Document>();
        var hasMore = false;
        while (!hasMore && statement.Step())
        {
            if (!terms.IsNothing && !terms.Fit(statement.Bytes(BodyColumn), NoValue, out _)) continue;
            hasMore = items.Count == query.Limit;
            if (!hasMore) items.Add(Read(statement));
        }

        if (backwards) items.Reverse();
        return new(items, hasMore);
    }

    public static IReadOnlyDictionary<string, long> Count(Connection connection, Scope scope, DocumentQuery query, string? member)
    {
        Check(query);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (member is null) counts[""] = 0;
        var terms = new BodyTerms(query.Conditions, member);
        using var statement = Use(connection, scope, query, terms.IsNothing ? Order.Counted : Order.None);
        BindAll(statement);
        if (terms.IsNothing)
        {
            statement.Step();
            counts[""] = statement.Integer(0);
            return counts;
        }

        var value = new ArrayBufferWriter<byte>();
        while (statement.Step())
        {
            if (!terms.Fit(statement.Bytes(BodyColumn), value, out var hasValue)) continue;
            var name = hasValue ? Encoding.UTF8.GetString(value.WrittenSpan) : "";
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        return counts;
    }

    private static DocumentPage Sorted(Connection connection, Scope scope, DocumentQuery query, BodyTerms terms)
    {
        // What is sorted by is often like the order of creation: read the same way round, what comes late seldom displaces what was kept.
        using var statement = Use(connection, scope, query, query.Descending ? Order.Descending : Order.Ascending);
        BindAll(statement);
        var page = new SortedPage(query.Limit, query.Descending, query.Beyond);
        var value = new ArrayBufferWriter<byte>();
        var read = () => Read(statement);
        while (statement.Step())
        {
            if (terms.Fit(statement.Bytes(BodyColumn), value, out var hasValue)) page.Offer(hasValue ? value.WrittenSpan : default, hasValue, statement.Bytes(IdColumn), read);
        }

        return page.Take();
    }

    private static void Check(DocumentQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, DocumentQuery.MaxLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Where.Count + query.Conditions.Count, DocumentQuery.MaxConditions);
        foreach (var condition in query.Conditions)
        {
            if (condition is MemberCondition.AnyOf { Values.Count: > DocumentQuery.MaxValues }) throw new ArgumentException($"More than {DocumentQuery.MaxValues} values of one condition.", nameof(query));
        }

        if (query.SortBy is null ? query.Beyond is not null : query.After is not null || query.Before is not null)
            throw new ArgumentException("A sorted listing is paged by its places, and only a sorted one.", nameof(query));
    }

    /// <summary>A statement with all bound but the range of positions and the limit.</summary>
    private static Statement Use(Connection connection, Scope scope, DocumentQuery query, Order order)
    {
        var statement = connection.Use(TextOf(scope, query, order));
        Owned.Bind(statement, scope);
        statement.Bind(Owned.Next, query.Kind);
        statement.Bind(Owned.Next + 1, query.Parent);
        var parameter = Owned.Next + 5;
        foreach (var (path, value) in query.Where)
        {
            statement.Bind(parameter++, path);
            statement.Bind(parameter++, value);
        }

        return statement;
    }

    internal static string TextOf(Scope scope, DocumentQuery query, Order order)
    {
        var whose = scope switch { { Organisation: null } => Whose.Everybody, { User: null } => Whose.Organisation, _ => Whose.User };
        return Listings.GetOrAdd(new(whose, query.Parent is not null, query.TopLevel, order, query.Where.Count), Listing);
    }

    private static void BindAll(Statement statement)
    {
        statement.Bind(Owned.Next + 2, 0L);
        statement.Bind(Owned.Next + 3, long.MaxValue);
        statement.Bind(Owned.Next + 4, NoLimit);
    }

    /// <summary>The document in the statement's present row, where its columns are <see cref="Columns"/>.</summary>
    private static Document Read(Statement row) => new(row.Text(1), row.Text(IdColumn), new Owner(row.Text(3), row.Text(4)), row.Bytes(BodyColumn).ToArray())
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
        var owned = Owned.By(shape.Whose switch { Whose.Everybody => Scope.Everything, Whose.Organisation => new("one"), _ => new("one", "user") });
        var sql = new StringBuilder($"SELECT {(shape.Order == Order.Counted ? "count(*)" : Columns)} FROM documents WHERE kind = ?3 AND {owned}");
        sql.Append(shape.InParent ? " AND parent = ?4" : " AND ?4 IS NULL").Append(" AND position > ?5 AND position < ?6");
        if (shape.TopLevel) sql.Append(" AND parent IS NULL");
        for (var i = 0; i < shape.Conditions; i++) sql.Append($" AND has_member(body, ?{Owned.Next + 5 + 2 * i}, ?{Owned.Next + 6 + 2 * i})");
        return sql.Append(shape.Order switch { Order.Descending => " ORDER BY position DESC", Order.Ascending => " ORDER BY position", _ => "" }).Append(" LIMIT ?7").ToString();
    }

    private readonly record struct Shape(Whose Whose, bool InParent, bool TopLevel, Order Order, int Conditions);

    private enum Whose
    {
        Everybody,
        Organisation,
        User,
    }

    internal enum Order
    {
        None,
        Ascending,
        Descending,
        Counted,
    }
}
