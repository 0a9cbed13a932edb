using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Cadre.Engine.Runs;

namespace Cadre.Server.Runs;

/// <summary>Tells who watches a thread which runs start on it, from whichever face.</summary>
public sealed class ThreadWatch
{
    /// <summary>Starts that a watcher may lag behind; the oldest are forgotten then.</summary>
    private const int Backlog = 256;

    private readonly ConcurrentDictionary<string, ImmutableArray<Channel<RunId>>> _watchers = new(StringComparer.Ordinal);

    /// <summary>Runs that start from now on are in its reader, until it is disposed.</summary>
    public Watching Watch(string thread)
    {
        var channel = Channel.CreateBounded<RunId>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _watchers.AddOrUpdate(thread, [channel], (_, watchers) => watchers.Add(channel));
        return new(this, thread, channel);
    }

    internal void Started(string thread, RunId run)
    {
        if (!_watchers.TryGetValue(thread, out var watchers)) return;
        foreach (var watcher in watchers) watcher.Writer.TryWrite(run);
    }

    private void Leave(string thread, Channel<RunId> channel)
    {
        while (_watchers.TryGetValue(thread, out var watchers))
        {
            var rest = watchers.Remove(channel);
            if (rest.IsEmpty ? _watchers.TryRemove(new(thread, watchers)) : _watchers.TryUpdate(thread, rest, watchers)) return;
        }
    }

    public sealed class Watching : IDisposable
    {
        private readonly ThreadWatch _watch;
        private readonly string _thread;
        private readonly Channel<RunId> _channel;

        internal Watching(ThreadWatch watch, string thread, Channel<RunId> channel) => (_watch, _thread, _channel) = (watch, thread, channel);

        public ChannelReader<RunId> Runs => _channel.Reader;

        public void Dispose() => _watch.Leave(_thread, _channel);
    }
}
