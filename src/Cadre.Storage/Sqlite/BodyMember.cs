using System.Text.Json;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// The SQL function <c>has_member(body, path, value)</c>: whether a body has this string at a dotted path. SQLite's own JSON functions compare names
/// as they are written, escapes and all, and read no BLOB.
/// </summary>
internal static class BodyMember
{
    private const int Arguments = 3;
    private const int MaxDepth = 64;

    public static void Register(Connection connection) =>
        connection.Check(raw.sqlite3_create_function(connection.Handle, "has_member", Arguments, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null, Answer));

    public static bool Has(ReadOnlySpan<byte> body, ReadOnlySpan<byte> path, ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        return reader.Read() && Has(ref reader, path, value);
    }

    /// <param name="reader">On the value that the path begins at. A name may have dots in it: each reading of the path is tried.</param>
    private static bool Has(scoped ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> path, scoped ReadOnlySpan<byte> value)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var whole = reader.ValueTextEquals(path);
            var rest = whole ? 0 : Rest(ref reader, path);
            reader.Read();
            if (whole && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(value)) return true;
            if (rest > 0)
            {
                var inner = reader;
                if (Has(ref inner, path[rest..], value)) return true;
            }

            reader.Skip();
        }

        return false;
    }

    /// <summary>Where the path goes on behind this name and a dot; 0 when it does not begin so.</summary>
    private static int Rest(scoped ref Utf8JsonReader name, scoped ReadOnlySpan<byte> path)
    {
        for (var i = 1; i < path.Length - 1; i++)
        {
            if (path[i] == '.' && name.ValueTextEquals(path[..i])) return i + 1;
        }

        return 0;
    }

    private static void Answer(sqlite3_context context, object? data, sqlite3_value[] arguments)
    {
        try
        {
            var has = Has(raw.sqlite3_value_blob(arguments[0]), raw.sqlite3_value_blob(arguments[1]), raw.sqlite3_value_blob(arguments[2]));
            raw.sqlite3_result_int(context, has ? 1 : 0);
        }
        catch (JsonException)
        {
            raw.sqlite3_result_int(context, 0);
        }
    }
}
