using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Changing runs, on the writer's connection. Each answers whether it was made; one that was refused has changed nothing.</summary>
internal sealed class RunChanges(Connection connection, RunRows rows, Payloads payloads)
{
    private const string InsertRun = "INSERT INTO runs (run, organisation, user, thread, face, started_at, ended, definition, input, number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    private const string InsertEvent = "INSERT INTO events (position, body) VALUES (?1, ?2)";
    private const string EndRun = "UPDATE runs SET ended = 1 WHERE number = ?1";
    private const string OpenRun = "SELECT 1 FROM runs WHERE thread = ?1 AND ended = 0";

    /// <summary>What the listing shows of a run that does not begin as a run should.</summary>
    private const string Nobody = "";

    /// <param name="version">Events that the run has now.</param>
    public bool CanAppend(EncodedAppend encoded, out long version, out RunRow? row)
    {
        var append = encoded.Append;
        row = rows.Find(append.Run);
        version = row?.Version ?? 0;
        if (version != append.ExpectedVersion || version + append.Events.Count > RunRows.EventsPerRun) return false;
        return row is not null || ThreadOf(append) is not { } thread || IsIdle(thread);
    }

    /// <param name="version">Events that the run has after it.</param>
    public bool Append(EncodedAppend encoded, out long version)
    {
        if (!CanAppend(encoded, out version, out var row)) return false;
        var append = encoded.Append;
        var ends = Ends(append.Events);
        if (row is null)
        {
            row = Start(encoded, ends);
        }
        else if (ends && !row.Ended)
        {
            var statement = connection.Use(EndRun);
            statement.Bind(1, row.Number);
            statement.Run();
        }

        var insert = connection.Use(InsertEvent);
        for (var i = 0; i < append.Events.Count; i++)
        {
            insert.Bind(1, row.Number << RunRows.EventBits | row.Version + i);
            insert.Bind(2, encoded.Events[i]);
            insert.Run();
        }

        row.Version += append.Events.Count;
        row.Ended |= ends;
        version = row.Version;
        return true;
    }

    public bool IsIdle(string thread)
    {
        using var statement = connection.Use(OpenRun);
        statement.Bind(1, thread);
        return !statement.Step();
    }

    /// <param name="request">Is told of the runs that are gone.</param>
    public bool Forget(RunId run, CommitRequest request)
    {
        List<RunId> forgotten = [];
        List<long> numbers = [];
        using (var below = connection.Use("SELECT run, number, ended FROM runs WHERE run = ?1 OR run > ?1 || '.' AND run < ?1 || '/'"))
        {
            below.Bind(1, run.ToString());
            while (below.Step())
            {
                if (below.Integer(2) == 0) return false;
                forgotten.Add(RunId.Parse(below.Text(0)));
                numbers.Add(below.Integer(1));
            }
        }

        foreach (var number in numbers)
        {
            var events = connection.Use("DELETE FROM events WHERE position BETWEEN ?1 AND ?1 | 0xffffff");
            events.Bind(1, number << RunRows.EventBits);
            events.Run();
            var entry = connection.Use("DELETE FROM runs WHERE number = ?1");
            entry.Bind(1, number);
            entry.Run();
        }

        foreach (var gone in forgotten) rows.Forget(gone);
        request.Forget(forgotten);
        return true;
    }

    private RunRow Start(EncodedAppend encoded, bool ended)
    {
        var (append, start) = (encoded.Append, encoded.Start);
        var definition = (append.Events[0] as RunEvent.Started)?.Definition;
        long? shared = start is null ? null : payloads.Put(start.Definition, start.DefinitionBody);
        long? input = start is null || start.Links.IsEmpty ? null : payloads.PutChain(start);
        var statement = connection.Use(InsertRun);
        statement.Bind(1, append.Run.ToString());
        statement.Bind(2, definition?.Owner.Organisation ?? Nobody);
        statement.Bind(3, definition?.Owner.User ?? Nobody);
        statement.Bind(4, ThreadOf(append));
        statement.Bind(5, definition?.Face);
        statement.Bind(6, append.Events[0].At.UtcTicks);
        statement.Bind(7, ended ? 1 : 0);
        statement.Bind(8, shared);
        statement.Bind(9, input);
        var row = new RunRow(rows.NewNumber()) { Definition = shared, Input = input };
        statement.Bind(10, row.Number);
        statement.Run();
        rows.Add(append.Run, row);
        return row;
    }

    /// <summary>The thread that a run which begins so is in.</summary>
    private static string? ThreadOf(Change.Append append) => append.Run.Parent is null ? (append.Events[0] as RunEvent.Started)?.Definition.Thread : null;

    private static bool Ends(IReadOnlyList<RunEvent> events)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            if (events[i] is RunEvent.Ended) return true;
        }

        return false;
    }
}
