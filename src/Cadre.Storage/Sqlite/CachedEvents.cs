using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>Events that are there already, as a sequence that never waits.</summary>
internal sealed class CachedEvents(ArraySegment<RunEvent> events, CancellationToken cancellationToken) : IAsyncEnumerable<RunEvent>
{
    public IAsyncEnumerator<RunEvent> GetAsyncEnumerator(CancellationToken also) => new Enumerator(events, cancellationToken, also);

    private sealed class Enumerator(ArraySegment<RunEvent> events, CancellationToken cancellationToken, CancellationToken also) : IAsyncEnumerator<RunEvent>
    {
        private int _next;

        public RunEvent Current => events[_next - 1];

        public ValueTask<bool> MoveNextAsync()
        {
            cancellationToken.ThrowIfCancellationRequested();
            also.ThrowIfCancellationRequested();
            return new(_next++ < events.Count);
        }

        public ValueTask DisposeAsync() => default;
    }
}
