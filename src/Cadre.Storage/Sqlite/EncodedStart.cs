using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>The payloads of a run that starts: its definition, and the messages of its input when they are kept as a chain.</summary>
internal sealed class EncodedStart : IDisposable
{
    private readonly EncodedEvents _bodies = new();
    private readonly PayloadHash[] _links;

    private EncodedStart(RunEvent.Started started, int limit)
    {
        _bodies.Add(StoredStart.Shared(started.Definition), RunJson.Default.RunDefinition, limit);
        Definition = PayloadHash.Of(_bodies[0]);
        var inline = _bodies.Bytes + StoredStart.InlineBytes;
        foreach (var message in started.Input) _bodies.Add(message, RunJson.Default.Message, limit);
        _links = new PayloadHash[_bodies.Bytes <= inline ? 0 : started.Input.Length];
        var last = default(PayloadHash);
        for (var i = 0; i < _links.Length; i++) _links[i] = last = last.Link(_bodies[i + 1]);
    }

    public PayloadHash Definition { get; }

    public ReadOnlySpan<byte> DefinitionBody => _bodies[0];

    /// <summary>From the oldest message to the newest; empty when the input is kept with the run.</summary>
    public ReadOnlySpan<PayloadHash> Links => _links;

    public ReadOnlySpan<byte> LinkBody(int index) => _bodies[index + 1];

    public int Bytes => _bodies.Bytes;

    public void Dispose() => _bodies.Dispose();

    /// <summary>Encodes the start; what is left of the event becomes the next of <paramref name="events"/>.</summary>
    /// <exception cref="ArgumentException">It is longer than the limit.</exception>
    public static EncodedStart Add(RunEvent.Started started, EncodedEvents events, int limit)
    {
        var start = new EncodedStart(started, limit);
        events.Add(StoredStart.Of(started, start._links.Length == 0 ? started.Input : null), StoredStartJson.Default.StoredStart, limit);
        return start;
    }
}
