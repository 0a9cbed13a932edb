using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// The events of runs that were touched lately, as they were appended, so that driving a run does not read its journal again. A run is in it from its
/// first event on or not at all. The writer adds what is durable before it acknowledges it; a reader adds what it read only where nothing was appended
/// meanwhile.
/// </summary>
internal sealed class RunCache(long bytes, int runs)
{
    /// <summary>What an event takes beside its text.</summary>
    private const int EventOverhead = 256;

    private readonly object _gate = new();
    private readonly Dictionary<RunId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = new();
    private long _bytes;

    private long MaxBytesOfRun => bytes / 4;

    /// <summary>Null: not in it.</summary>
    public ArraySegment<RunEvent>? Read(RunId run, long from)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(run, out var node) || node.Value.Filling) return null;
            _order.Remove(node);
            _order.AddFirst(node);
            var first = (int)Math.Min(from, node.Value.Count);
            return new(node.Value.Events, first, node.Value.Count - first);
        }
    }

    /// <summary>Says that the run is about to be read from its beginning. Null: somebody else is at it.</summary>
    public object? BeginFill(RunId run)
    {
        lock (_gate) return _entries.ContainsKey(run) ? null : Add(new(run) { Filling = true });
    }

    /// <param name="filling">From <see cref="BeginFill"/>.</param>
    /// <param name="events">Null: it came to nothing.</param>
    public void EndFill(object filling, List<RunEvent>? events, long length)
    {
        lock (_gate)
        {
            var entry = (Entry)filling;
            if (!_entries.TryGetValue(entry.Run, out var node) || !ReferenceEquals(node.Value, entry)) return;
            if (events is null)
            {
                Remove(node);
                return;
            }

            entry.Filling = false;
            Extend(node, events, length);
        }
    }

    /// <summary>The writer made these durable, as the events from <paramref name="version"/> on.</summary>
    public void Append(RunId run, long version, IReadOnlyList<RunEvent> events, long length)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(run, out var node)) node = version == 0 ? _entries[Add(new(run)).Run] : null;
            if (node is null) return;
            if (!node.Value.Filling && node.Value.Count == version) Extend(node, events, length);
            else if (node.Value.Filling || node.Value.Count < version + events.Count) Remove(node);
        }
    }

    public void Forget(RunId run)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(run, out var node)) Remove(node);
        }
    }

    private Entry Add(Entry entry)
    {
        _entries[entry.Run] = _order.AddFirst(entry);
        return entry;
    }

    private void Extend(LinkedListNode<Entry> node, IReadOnlyList<RunEvent> events, long length)
    {
        var entry = node.Value;
        entry.Add(events);
        var added = length + (long)events.Count * EventOverhead;
        entry.Bytes += added;
        _bytes += added;
        if (entry.Bytes > MaxBytesOfRun) Remove(node);
        while (_bytes > bytes || _entries.Count > runs) Remove(_order.Last!);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _entries.Remove(node.Value.Run);
        _bytes -= node.Value.Bytes;
    }

    private sealed class Entry(RunId run)
    {
        public RunId Run => run;

        /// <summary>Those within <see cref="Count"/> never change: whoever reads them needs no lock for it.</summary>
        public RunEvent[] Events { get; private set; } = new RunEvent[8];

        public int Count { get; private set; }
        public long Bytes { get; set; }
        public bool Filling { get; set; }

        public void Add(IReadOnlyList<RunEvent> added)
        {
            if (Count + added.Count > Events.Length)
            {
                var larger = new RunEvent[Math.Max(Events.Length * 2, Count + added.Count)];
                Events.AsSpan(0, Count).CopyTo(larger);
                Events = larger;
            }

            for (var i = 0; i < added.Count; i++) Events[Count + i] = added[i];
            Count += added.Count;
        }
    }
}
