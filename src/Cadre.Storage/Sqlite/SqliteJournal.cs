using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using Cadre.Storage.Jsonl;

namespace Cadre.Storage.Sqlite;

/// <summary>The runs of a SQLite store as a journal.</summary>
internal sealed class SqliteJournal(SqliteStore store, Readers readers, RunCache cache) : IJournal
{
    /// <summary>Events, and about so many bytes of them, that are read at a time; no transaction is open between.</summary>
    private const int SliceEvents = 512;

    private const int SliceBytes = 1 << 20;

    /// <summary>Runs of a listing that are read at a time.</summary>
    private const int PageRuns = 500;

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

    public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return cache.Read(run, from) is { } known ? new CachedEvents(known, cancellationToken) : ReadStoredAsync(run, from, cancellationToken);
    }

    public async IAsyncEnumerable<RunId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (List<RunId>? page = null; page is not { Count: < PageRuns };)
        {
            var before = page is [.., var last] ? last.ToString() : "~";
            page = readers.Read(Runs, ("SELECT run FROM runs WHERE run < ?1 AND instr(run, '.') = 0 ORDER BY run DESC LIMIT ?2", before, PageRuns));
            foreach (var root in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return root;
                var children = readers.Read(Runs, ("SELECT run FROM runs WHERE run > ?1 || '.' AND run < ?1 || '/' ORDER BY run LIMIT ?2", root.ToString(), int.MaxValue));
                foreach (var child in children) yield return child;
            }
        }

        await ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<RunEvent> ReadStoredAsync(RunId run, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filling = from == 0 ? cache.BeginFill(run) : null;
        try
        {
            if (readers.Read(RunRows.Load, run) is not { } row) yield break;
            var all = filling is null ? null : new List<RunEvent>();
            var length = 0L;
            for (var next = from; next < row.Version;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var slice = readers.Read(Slice, (run, row, next));
                if (slice.Events.Count == 0)
                {
                    if (readers.Read(RunRows.Load, run)?.Number != row.Number) yield break;
                    throw new JournalDamagedException(run, next, "it is missing");
                }

                next += slice.Events.Count;
                length += slice.Bytes;
                all?.AddRange(slice.Events);
                if (next == row.Version && filling is not null)
                {
                    cache.EndFill(filling, all, length);
                    filling = null;
                }

                foreach (var @event in slice.Events) yield return @event;
            }
        }
        finally
        {
            if (filling is not null) cache.EndFill(filling, null, 0);
        }

        await ValueTask.CompletedTask;
    }

    private static (List<RunEvent> Events, long Bytes) Slice(Connection connection, (RunId Run, RunRow Row, long From) wanted)
    {
        var (run, row, from) = wanted;
        var events = new List<RunEvent>((int)Math.Min(row.Version - from, SliceEvents));
        using var statement = connection.Use("SELECT position, body FROM events WHERE position >= ?1 AND position < ?2 ORDER BY position LIMIT ?3");
        var first = row.Number << RunRows.EventBits;
        statement.Bind(1, first | from);
        statement.Bind(2, first + row.Version);
        statement.Bind(3, SliceEvents);
        var bytes = 0L;
        while (bytes < SliceBytes && statement.Step())
        {
            var position = from + events.Count;
            if (statement.Integer(0) - first != position) break;
            var body = statement.Bytes(1);
            bytes += body.Length;
            events.Add(Parse(connection, run, row, position, body, ref bytes));
        }

        return (events, bytes);
    }

    private static RunEvent Parse(Connection connection, RunId run, RunRow row, long position, ReadOnlySpan<byte> body, ref long bytes)
    {
        try
        {
            return position == 0 && row.Definition is { } definition
                ? ParseStart(connection, run, row, definition, body, ref bytes)
                : EventForm.Read(body) ?? throw new JournalDamagedException(run, position, "it is null");
        }
        catch (JsonException unreadable)
        {
            throw new JournalDamagedException(run, position, EventForm.WhyUnreadable(body, unreadable));
        }
    }

    private static RunEvent.Started ParseStart(Connection connection, RunId run, RunRow row, long definition, ReadOnlySpan<byte> body, ref long bytes)
    {
        var stored = JsonSerializer.Deserialize(body, StoredStartJson.Default.StoredStart);
        ImmutableArray<Message>? input = row.Input is { } newest ? Payloads.ReadChain(connection, newest, ref bytes) : stored?.Input;
        return stored is not null && input is not null && Payloads.ReadDefinition(connection, definition) is { } shared
            ? stored.Restore(shared, input.Value)
            : throw new JournalDamagedException(run, 0, "a part of it that it shares with other runs is missing");
    }

    private static List<RunId> Runs(Connection connection, (string Sql, string Beside, int Limit) wanted)
    {
        using var statement = connection.Use(wanted.Sql);
        statement.Bind(1, wanted.Beside);
        statement.Bind(2, wanted.Limit);
        var found = new List<RunId>();
        while (statement.Step()) found.Add(RunId.Parse(statement.Text(0)));
        return found;
    }
}
