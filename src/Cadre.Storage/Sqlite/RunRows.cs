using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>A run as its one writer knows it.</summary>
internal sealed class RunRow(long number)
{
    public long Number => number;
    public long Version { get; set; }
    public bool Ended { get; set; }

    /// <summary>The payload with its definition; null for a run whose first event is kept as it is.</summary>
    public long? Definition { get; init; }

    /// <summary>The newest message of its input; null when the input is kept with the event.</summary>
    public long? Input { get; init; }
}

/// <summary>What the writer knows of the runs it wrote to lately, so that it need not ask. After a rollback it is asked again.</summary>
internal sealed class RunRows(Connection connection, int limit)
{
    /// <summary>The low bits of an event's position: its number within the run. The rest is the run's number.</summary>
    public const int EventBits = 24;

    public const long EventsPerRun = 1L << EventBits;
    private readonly Dictionary<RunId, RunRow> _known = [];
    private long _next = Next(connection);

    /// <summary>A number that no run had since the store was opened: who reads a run that is being removed meets no other's events.</summary>
    public long NewNumber() => _next++;

    /// <summary>Null for a run without events.</summary>
    public RunRow? Find(RunId run)
    {
        if (_known.TryGetValue(run, out var row)) return row;
        row = Load(connection, run);
        if (row is not null) Add(run, row);
        return row;
    }

    public void Add(RunId run, RunRow row)
    {
        if (_known.Count >= limit) _known.Clear();
        _known[run] = row;
    }

    public void Forget(RunId run) => _known.Remove(run);

    public void ForgetAll() => _known.Clear();

    private static long Next(Connection connection)
    {
        using var statement = connection.Use("SELECT ifnull(max(number), 0) + 1 FROM runs");
        statement.Step();
        return statement.Integer(0);
    }

    /// <summary>On any connection.</summary>
    public static RunRow? Load(Connection connection, RunId run)
    {
        using var statement = connection.Use("""
            SELECT number, ended, definition, input, (SELECT max(position) FROM events WHERE position BETWEEN number << 24 AND number << 24 | 0xffffff)
            FROM runs WHERE run = ?1
            """);
        statement.Bind(1, run.ToString());
        if (!statement.Step()) return null;
        return new(statement.Integer(0))
        {
            Ended = statement.Integer(1) != 0,
            Definition = statement.IntegerOrNull(2),
            Input = statement.IntegerOrNull(3),
            Version = (statement.Integer(4) & EventsPerRun - 1) + 1,
        };
    }
}
