using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Changing documents, on the writer's connection. Each answers whether it was made; one that was refused has changed nothing.</summary>
internal sealed class DocumentChanges(Connection connection)
{
    private const string Insert = """
        INSERT OR IGNORE INTO documents (kind, id, organisation, user, parent, key, created_at, expires_at, version, body)
        VALUES (?3, ?4, ?1, ?2, ?8, ?5, ?9, ?6, 1, ?7)
        """;

    private const string Update = """
        UPDATE OR IGNORE documents SET body = ?7, key = ?5, expires_at = ?6, version = version + 1
        WHERE kind = ?3 AND id = ?4 AND organisation = ?1 AND user = ?2 AND (?8 IS NULL OR version = ?8)
        """;

    private static readonly string DeleteOfOne = Deleting(new("one"));
    private static readonly string DeleteOfAll = Deleting(Scope.Everything);
    private static readonly string NewestOfOne = Newest(new("one"));
    private static readonly string NewestOfAll = Newest(Scope.Everything);

    public bool Create(Document document)
    {
        var statement = connection.Use(Insert);
        BindBody(statement, document);
        statement.Bind(8, document.Parent);
        statement.Bind(9, document.CreatedAt.UtcTicks);
        statement.Run();
        return connection.Changes == 1;
    }

    public bool Replace(Document document, long? expectedVersion)
    {
        var statement = connection.Use(Update);
        BindBody(statement, document);
        statement.Bind(8, expectedVersion);
        statement.Run();
        return connection.Changes == 1;
    }

    public bool Put(Document document) => Find(document, null) is Found.Nothing ? Create(document) : Replace(document, null);

    /// <summary>What there is with the document's kind and id.</summary>
    public Found Find(Document document, long? expectedVersion)
    {
        using var statement = connection.Use("SELECT organisation = ?3 AND user = ?4 AND (?5 IS NULL OR version = ?5) FROM documents WHERE kind = ?1 AND id = ?2");
        statement.Bind(1, document.Kind);
        statement.Bind(2, document.Id);
        statement.Bind(3, document.Owner.Organisation);
        statement.Bind(4, document.Owner.User);
        statement.Bind(5, expectedVersion);
        if (!statement.Step()) return Found.Nothing;
        return statement.Integer(0) != 0 ? Found.Own : Found.Foreign;
    }

    public bool IsNewest(Change.RequireNewest newest)
    {
        using var statement = connection.Use(newest.Scope.Organisation is null ? NewestOfAll : NewestOfOne);
        Owned.Bind(statement, newest.Scope);
        statement.Bind(Owned.Next, newest.Kind);
        statement.Bind(Owned.Next + 1, newest.Parent);
        return statement.Step() ? statement.Text(0) == newest.Id : newest.Id is null;
    }

    public bool Delete(Change.Delete change)
    {
        var statement = connection.Use(change.Scope.Organisation is null ? DeleteOfAll : DeleteOfOne);
        Owned.Bind(statement, change.Scope);
        statement.Bind(Owned.Next, change.Kind);
        statement.Bind(Owned.Next + 1, change.Id);
        statement.Bind(Owned.Next + 2, change.ExpectedVersion);
        statement.Run();
        return change.ExpectedVersion is null || connection.Changes > 0;
    }

    /// <summary>Removes documents whose time has come, with what lies in them, and returns them.</summary>
    public List<Document> Sweep(DateTimeOffset now, int limit)
    {
        var expired = DocumentQueries.Expired(connection, now, limit);
        foreach (var document in expired) Delete(new(Scope.Everything, document.Kind, document.Id));
        return expired;
    }

    private static void BindBody(Statement statement, Document document)
    {
        statement.Bind(1, document.Owner.Organisation);
        statement.Bind(2, document.Owner.User);
        statement.Bind(3, document.Kind);
        statement.Bind(4, document.Id);
        statement.Bind(5, document.Key);
        statement.Bind(6, document.ExpiresAt?.UtcTicks);
        statement.Bind(7, document.Body.Span);
    }

    private static string Newest(Scope scope) => $"SELECT id FROM documents WHERE kind = ?3 AND parent = ?4 AND {Owned.By(scope)} ORDER BY position DESC LIMIT 1";

    private static string Deleting(Scope scope) => $"""
        WITH RECURSIVE doomed (position, id, organisation) AS (
          SELECT position, id, organisation FROM documents WHERE kind = ?3 AND id = ?4 AND {Owned.By(scope)} AND (?5 IS NULL OR version = ?5)
          UNION
          SELECT child.position, child.id, child.organisation FROM doomed JOIN documents AS child ON child.parent = doomed.id AND child.organisation = doomed.organisation)
        DELETE FROM documents WHERE position IN (SELECT position FROM doomed)
        """;

    public enum Found
    {
        Nothing,

        /// <summary>The owner's, at the version.</summary>
        Own,

        /// <summary>Another owner's, or at another version.</summary>
        Foreign,
    }
}
