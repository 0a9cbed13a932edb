using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// Contents that runs share, on the writer's connection. A link is there only with all links before it: they are written oldest first, and removed newest first.
/// </summary>
internal sealed class Payloads(Connection connection)
{
    private const int MaxRecent = 16_384;
    private const int HashBytes = 32;
    private readonly Dictionary<PayloadHash, long> _recent = [];

    /// <summary>No number is used twice while the store is open: who reads what is being removed meets nothing else.</summary>
    private long _next = Next(connection);

    /// <summary>What a collection takes for garbage, less what was used again since. Null: it is not known yet.</summary>
    private HashSet<long>? _garbage;

    /// <summary>While the garbage is not known. Null: no collection is under way.</summary>
    private List<long>? _usedAgain;

    /// <summary>Number of the payload, written if it is not there.</summary>
    public long Put(PayloadHash hash, ReadOnlySpan<byte> body, long? previous = null) => Find(hash) is { } known ? Used(known) : Insert(hash, body, previous);

    /// <summary>Number of the newest link. The links that are there already are found from the newest backwards.</summary>
    public long PutChain(EncodedStart start)
    {
        var links = start.Links;
        var next = links.Length;
        long? previous = null;
        while (next > 0 && previous is null) previous = Find(links[--next]);
        if (previous is { } known)
        {
            Used(known);
            next++;
        }

        for (; next < links.Length; next++) previous = Insert(links[next], start.LinkBody(next), previous);
        return previous!.Value;
    }

    /// <summary>After a rollback, what was known may not be so.</summary>
    public void Forget() => _recent.Clear();

    public static RunDefinition? ReadDefinition(Connection connection, long number)
    {
        using var statement = connection.Use(ReadOne);
        statement.Bind(1, number);
        return statement.Step() ? JsonSerializer.Deserialize(statement.Bytes(1), RunJson.Default.RunDefinition) : null;
    }

    /// <summary>The chain's messages, oldest first; null when a link is missing.</summary>
    /// <param name="bytes">Has their length added.</param>
    public static ImmutableArray<Message>? ReadChain(Connection connection, long newest, ref long bytes)
    {
        var messages = new List<Message>();
        for (long? number = newest; number is { } link;)
        {
            using var statement = connection.Use(ReadOne);
            statement.Bind(1, link);
            if (!statement.Step() || JsonSerializer.Deserialize(statement.Bytes(1), RunJson.Default.Message) is not { } message) return null;
            messages.Add(message);
            bytes += statement.Bytes(1).Length;
            number = statement.IntegerOrNull(0);
        }

        messages.Reverse();
        return [.. messages];
    }

    /// <summary>Payloads that no run has any more, newest first.</summary>
    public static List<long> FindGarbage(Connection connection, int limit)
    {
        using var statement = connection.Use("""
            WITH RECURSIVE used (number) AS (
              SELECT definition FROM runs WHERE definition IS NOT NULL
              UNION SELECT input FROM runs WHERE input IS NOT NULL
              UNION SELECT payloads.previous FROM used JOIN payloads ON payloads.number = used.number WHERE payloads.previous IS NOT NULL)
            SELECT number FROM payloads WHERE number NOT IN (SELECT number FROM used) ORDER BY number DESC LIMIT ?1
            """);
        statement.Bind(1, limit);
        var found = new List<long>();
        while (statement.Step()) found.Add(statement.Integer(0));
        return found;
    }

    /// <summary>From here on it is remembered which payloads are used again.</summary>
    public void BeginCollection() => (_garbage, _usedAgain) = (null, []);

    /// <param name="garbage">Found after <see cref="BeginCollection"/> was committed.</param>
    public void Condemn(IReadOnlyList<long> garbage)
    {
        _garbage = [.. garbage];
        foreach (var number in _usedAgain!) Spare(number);
    }

    /// <summary>Removes those of the numbers, newest first, that nobody used again.</summary>
    public int Remove(IEnumerable<long> numbers)
    {
        var removed = 0;
        foreach (var number in numbers)
        {
            if (!_garbage!.Remove(number)) continue;
            var statement = connection.Use("DELETE FROM payloads WHERE number = ?1");
            statement.Bind(1, number);
            statement.Run();
            removed++;
        }

        _recent.Clear();
        return removed;
    }

    public void EndCollection() => (_garbage, _usedAgain) = (null, null);

    private const string ReadOne = "SELECT previous, body FROM payloads WHERE number = ?1";

    private static long Next(Connection connection)
    {
        using var statement = connection.Use("SELECT ifnull(max(number), 0) + 1 FROM payloads");
        statement.Step();
        return statement.Integer(0);
    }

    private long? Find(PayloadHash hash)
    {
        if (_recent.TryGetValue(hash, out var known)) return known;
        using var statement = connection.Use("SELECT number FROM payloads WHERE hash = ?1");
        Bind(statement, 1, hash);
        if (!statement.Step()) return null;
        return Remember(hash, statement.Integer(0));
    }

    private long Insert(PayloadHash hash, ReadOnlySpan<byte> body, long? previous)
    {
        var statement = connection.Use("INSERT INTO payloads (hash, previous, body, number) VALUES (?1, ?2, ?3, ?4)");
        Bind(statement, 1, hash);
        statement.Bind(2, previous);
        statement.Bind(3, body);
        statement.Bind(4, _next);
        statement.Run();
        return Remember(hash, _next++);
    }

    private long Remember(PayloadHash hash, long number)
    {
        if (_recent.Count >= MaxRecent) _recent.Clear();
        return _recent[hash] = number;
    }

    private long Used(long number)
    {
        if (_garbage is not null) Spare(number);
        else _usedAgain?.Add(number);
        return number;
    }

    /// <summary>It stays, with all before it.</summary>
    private void Spare(long number)
    {
        for (long? link = number; link is { } spared && _garbage!.Remove(spared);)
        {
            using var statement = connection.Use("SELECT previous FROM payloads WHERE number = ?1");
            statement.Bind(1, spared);
            link = statement.Step() ? statement.IntegerOrNull(0) : null;
        }
    }

    private static void Bind(Statement statement, int index, PayloadHash hash)
    {
        Span<byte> bytes = stackalloc byte[HashBytes];
        hash.CopyTo(bytes);
        statement.Bind(index, bytes);
    }
}
