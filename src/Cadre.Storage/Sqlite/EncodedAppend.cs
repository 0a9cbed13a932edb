using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>An append with the JSON of its events.</summary>
internal sealed class EncodedAppend : IDisposable
{
    /// <exception cref="ArgumentException">It has no events, or one that is longer than the limit.</exception>
    public EncodedAppend(Change.Append append, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion);
        ArgumentOutOfRangeException.ThrowIfZero(append.Events.Count);
        Append = append;
        var first = 0;
        if (append.ExpectedVersion == 0 && append.Events[0] is RunEvent.Started started)
        {
            Start = EncodedStart.Add(started, Events, limit);
            first = 1;
        }

        for (var i = first; i < append.Events.Count; i++) Events.Add(append.Events[i], limit);
    }

    public Change.Append Append { get; }

    public EncodedEvents Events { get; } = new();

    /// <summary>Not null for a run's first events where they begin as a run should.</summary>
    public EncodedStart? Start { get; }

    public int Bytes => Events.Bytes + (Start?.Bytes ?? 0);

    public void Dispose()
    {
        Events.Dispose();
        Start?.Dispose();
    }
}
