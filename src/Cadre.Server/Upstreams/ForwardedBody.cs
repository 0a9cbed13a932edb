using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Server.Upstreams;

/// <summary>A caller's body on its way to the endpoint: what was held back to look into it, with some bytes replaced, then the rest as it comes.</summary>
/// <param name="held">From the body's first byte; stays the reader's until the exchange is over.</param>
/// <param name="rest">Gives the held bytes back, and the reader of what follows them; null when everything is held.</param>
/// <param name="length">As the caller announced it; null when it did not.</param>
/// <param name="replacements">In the order of their places, all among what is held.</param>
/// <param name="maxBytes">Of the whole body.</param>
internal sealed class ForwardedBody(ReadOnlySequence<byte> held, Func<PipeReader>? rest, long? length, Replacement[] replacements, long maxBytes) : HttpContent
{
    /// <summary>The body is longer than allowed; what was sent of it is void.</summary>
    public bool IsTooLong { get; private set; }

    protected override bool TryComputeLength(out long bytes)
    {
        bytes = rest is null ? held.Length : length ?? 0;
        foreach (var replacement in replacements) bytes += replacement.Growth;
        return rest is null || length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var at = 0L;
        foreach (var replacement in replacements)
        {
            await WriteAsync(stream, held.Slice(at, replacement.Start - at), cancellationToken);
            await stream.WriteAsync(replacement.Bytes, cancellationToken);
            at = replacement.End;
        }

        await WriteAsync(stream, held.Slice(at), cancellationToken);
        if (rest is null) return;
        var sent = held.Length;
        var reader = rest();
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            sent += read.Buffer.Length;
            IsTooLong = sent > maxBytes;
            if (IsTooLong) throw new HttpRequestException($"The body is longer than {maxBytes} bytes.");
            await WriteAsync(stream, read.Buffer, cancellationToken);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static async ValueTask WriteAsync(Stream stream, ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsSingleSegment)
        {
            await stream.WriteAsync(bytes.First, cancellationToken);
            return;
        }

        foreach (var segment in bytes) await stream.WriteAsync(segment, cancellationToken);
    }
}

/// <summary>Bytes that stand in a body in place of others.</summary>
internal sealed record Replacement(long Start, long End, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>How much longer the body becomes.</summary>
    public long Growth => Bytes.Length - (End - Start);

    public static Replacement[] InOrder(ReadOnlySpan<Replacement?> replacements)
    {
        var found = 0;
        foreach (var replacement in replacements) found += replacement is null ? 0 : 1;
        if (found == 0) return [];
        var order = new Replacement[found];
        foreach (var replacement in replacements)
        {
            if (replacement is not null) order[--found] = replacement;
        }

        Array.Sort(order, static (a, b) => a.Start.CompareTo(b.Start));
        return order;
    }

    /// <summary>Another text in place of a member's.</summary>
    public static Replacement Of(TopMembers.Place place, string value) =>
        new(place.Start, place.End, JsonSerializer.SerializeToUtf8Bytes(value, TextJson.Default.String));
}

[JsonSerializable(typeof(string))]
internal sealed partial class TextJson : JsonSerializerContext;
