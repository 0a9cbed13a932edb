namespace Cadre.Models.Http;

/// <summary>How an endpoint answered before the first event.</summary>
internal abstract record Opening
{
    private Opening() { }

    public sealed record Refused(Refusal Refusal) : Opening;

    /// <summary>A stream of events; read it from the exchange.</summary>
    public sealed record Streaming(Stream Events) : Opening;

    /// <summary>A JSON body in place of a stream.</summary>
    public sealed record Whole(ReadOnlyMemory<byte> Body) : Opening;
}
