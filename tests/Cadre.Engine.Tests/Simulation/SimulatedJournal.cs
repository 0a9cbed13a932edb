using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>Durable memory: survives the driver. Every event goes through its JSON form, as on a disk. Beside the runs it keeps a table of rows.</summary>
internal sealed class SimulatedJournal(KillSwitch killSwitch) : IJournal
{
    private readonly Dictionary<RunId, List<RunEvent>> _runs = [];
    private readonly Dictionary<string, int> _rows = [];

    public IReadOnlyDictionary<RunId, List<RunEvent>> Runs => _runs;

    /// <summary>How often each row was written.</summary>
    public IReadOnlyDictionary<string, int> Rows => _rows;

    /// <summary>Moves on with every row: a <see cref="Row"/> decided at another one is refused.</summary>
    public int RowsVersion { get; private set; }

    /// <summary>Told of each attempt to write rows, before it is looked at.</summary>
    public Func<Task>? BeforeRows { get; set; }

    public ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken) =>
        AppendAsync(run, expectedVersion, events, [], cancellationToken);

    public async ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, IReadOnlyList<JointEffect> effects, CancellationToken cancellationToken)
    {
        killSwitch.Point();
        if (effects.Count > 0 && BeforeRows is { } before) await before();
        if (!_runs.TryGetValue(run, out var log)) _runs[run] = log = [];
        if (log.Count != expectedVersion) return new AppendResult(false, log.Count);
        foreach (var effect in effects)
        {
            if (((Row)effect).At != RowsVersion) return new AppendResult(false, log.Count) { EffectRefused = true };
            Write(((Row)effect).Name);
        }

        log.AddRange(events.Select(Specimens.RoundTrip));
        killSwitch.Point();
        return new AppendResult(true, log.Count);
    }

    /// <summary>What another than the engine writes.</summary>
    public void Write(string row)
    {
        _rows[row] = _rows.GetValueOrDefault(row) + 1;
        RowsVersion++;
    }

    public async IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (!_runs.TryGetValue(run, out var log)) yield break;
        foreach (var @event in log.Skip((int)from).ToArray()) yield return @event;
    }

    public IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken) => _runs.Keys.OrderDescending().ToAsyncEnumerable();
}

/// <param name="At">The <see cref="SimulatedJournal.RowsVersion"/> it was decided at.</param>
internal sealed record Row(string Name, int At) : JointEffect;

internal sealed class SimulatedQueue : IRunQueue
{
    private readonly List<RunId> _waiting = [];

    public ValueTask EnqueueAsync(RunId run, CancellationToken cancellationToken)
    {
        if (!_waiting.Contains(run)) _waiting.Add(run);
        return ValueTask.CompletedTask;
    }

    public IAsyncEnumerable<RunId> ReadAllAsync(CancellationToken cancellationToken) => throw new NotSupportedException("The simulation takes runs itself.");

    public RunId? Take(Random random)
    {
        if (_waiting.Count == 0) return null;
        var index = random.Next(_waiting.Count);
        var run = _waiting[index];
        _waiting.RemoveAt(index);
        return run;
    }

    public void Clear() => _waiting.Clear();
}

internal sealed class SimulatedAudit(KillSwitch killSwitch) : IAudit
{
    public List<AuditEntry> Entries { get; } = [];

    public ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        killSwitch.Point();
        Entries.Add(entry);
        return ValueTask.CompletedTask;
    }
}
