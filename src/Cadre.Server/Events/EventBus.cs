using System.Collections.Immutable;
using System.Threading.Channels;

namespace Cadre.Server.Events;

/// <summary>Tells subscribers in this process what has happened, after it was recorded. A subscriber that is too slow loses the oldest.</summary>
public sealed class EventBus
{
    /// <summary>Events a subscriber may lag behind.</summary>
    public const int Backlog = 1_024;

    private ImmutableArray<Channel<PlatformEvent>> _subscribers = [];

    public bool HasSubscribers => !_subscribers.IsEmpty;

    public void Publish(PlatformEvent @event)
    {
        foreach (var subscriber in _subscribers) subscriber.Writer.TryWrite(@event);
    }

    /// <summary>Everything from now on, until cancelled.</summary>
    public async IAsyncEnumerable<PlatformEvent> SubscribeAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<PlatformEvent>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        ImmutableInterlocked.Update(ref _subscribers, static (all, added) => all.Add(added), channel);
        try
        {
            await foreach (var @event in channel.Reader.ReadAllAsync(cancellationToken)) yield return @event;
        }
        finally
        {
            ImmutableInterlocked.Update(ref _subscribers, static (all, gone) => all.Remove(gone), channel);
        }
    }
}
