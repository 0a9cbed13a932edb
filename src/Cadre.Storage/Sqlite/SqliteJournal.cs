using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using Cadre.Storage.Jsonl;

namespace Cadre.Storage.Sqlite;

/// <summary>The runs of a SQLite store as a journal.</summary>
internal sealed class SqliteJournal(SqliteStore store, Readers readers) : IJournal
{
    /// <summary>Events, and about so many bytes of them, that are read at a time; no transaction is open between.</summary>
    private const int SliceEvents = 512;

    private const int SliceBytes = 1 << 20;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            var result = await store.WriteAsync([new Change.Append(run, expectedVersion, events)], null, cancellationToken);
            return new(result.Refused is null, result.Version);
        }
        catch (StoreFailedException failure)
        {
            throw new JournalUnavailableException(failure.Message, failure);
        }
    }

    public async IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (Find(run) is not { } row) yield break;
        for (var next = from; next < row.Version;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = Slice(run, row, next);
            foreach (var @event in slice) yield return @event;
            next += slice.Count;
        }

        await ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<RunId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int Page = 500;
        for (List<RunId>? page = null; page is not { Count: < Page };)
        {
            var before = page is [.., var last] ? last.ToString() : "~";
            page = Runs("SELECT run FROM runs WHERE run < ?1 AND instr(run, '.') = 0 ORDER BY run DESC LIMIT ?2", before, Page);
            foreach (var root in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return root;
                foreach (var child in Runs("SELECT run FROM runs WHERE run > ?1 || '.' AND run < ?1 || '/' ORDER BY run LIMIT ?2", root.ToString(), int.MaxValue)) yield return child;
            }
        }

        await ValueTask.CompletedTask;
    }

    private RunRow? Find(RunId run)
    {
        using var rented = readers.Rent();
        return RunRows.Load(rented.Connection, run);
    }

    /// <summary>At least one event.</summary>
    private List<RunEvent> Slice(RunId run, RunRow row, long from)
    {
        var events = new List<RunEvent>((int)Math.Min(row.Version - from, SliceEvents));
        using var rented = readers.Rent();
        using var statement = rented.Connection.Use("SELECT position, body FROM events WHERE position >= ?1 AND position < ?2 ORDER BY position LIMIT ?3");
        var first = row.Number << RunRows.EventBits;
        statement.Bind(1, first | from);
        statement.Bind(2, first + row.Version);
        statement.Bind(3, SliceEvents);
        for (var bytes = 0L; bytes < SliceBytes && statement.Step();)
        {
            var position = from + events.Count;
            if (statement.Integer(0) - first != position) break;
            var body = statement.Bytes(1);
            bytes += body.Length;
            events.Add(Parse(run, position, body));
        }

        return events.Count > 0 ? events : throw new JournalDamagedException(run, from, "it is missing");
    }

    private static RunEvent Parse(RunId run, long position, ReadOnlySpan<byte> body)
    {
        try
        {
            return EventForm.Read(body) ?? throw new JournalDamagedException(run, position, "it is null");
        }
        catch (JsonException unreadable)
        {
            throw new JournalDamagedException(run, position, EventForm.WhyUnreadable(body, unreadable));
        }
    }

    private List<RunId> Runs(string sql, string beside, int limit)
    {
        using var rented = readers.Rent();
        using var statement = rented.Connection.Use(sql);
        statement.Bind(1, beside);
        statement.Bind(2, limit);
        var found = new List<RunId>();
        while (statement.Step()) found.Add(RunId.Parse(statement.Text(0)));
        return found;
    }
}
