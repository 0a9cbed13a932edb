using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>Durable memory: survives the driver. Every event goes through its JSON form, as on a disk.</summary>
internal sealed class SimulatedJournal(KillSwitch killSwitch) : IJournal
{
    private readonly Dictionary<RunId, List<RunEvent>> _runs = [];

    public IReadOnlyDictionary<RunId, List<RunEvent>> Runs => _runs;

    public ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        killSwitch.Point();
        if (!_runs.TryGetValue(run, out var log)) _runs[run] = log = [];
        if (log.Count != expectedVersion) return ValueTask.FromResult(new AppendResult(false, log.Count));
        log.AddRange(events.Select(Specimens.RoundTrip));
        killSwitch.Point();
        return ValueTask.FromResult(new AppendResult(true, log.Count));
    }

    public async IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (!_runs.TryGetValue(run, out var log)) yield break;
        foreach (var @event in log.Skip((int)from).ToArray()) yield return @event;
    }

    public IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken) => _runs.Keys.OrderDescending().ToAsyncEnumerable();
}

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
