using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cadre.Server.Upstreams;

/// <summary>The beginning of a caller's body, held until what matters in it is known; mostly all of it.</summary>
internal sealed class HeldBody
{
    /// <summary>A body up to this is held whole; of a longer one, only as much as it takes to find its model.</summary>
    public const int HeldBytes = 1 << 20;

    /// <summary>Where the model of a longer body must have been named.</summary>
    public const int MaxHeldBytes = 16 << 20;

    /// <summary>Of a whole body.</summary>
    public const long MaxBytes = 64 << 20;

    private readonly PipeReader _reader;
    private bool _passed;

    private HeldBody(PipeReader reader, ReadOnlySequence<byte> bytes, bool whole, TopMembers members) =>
        (_reader, Bytes, IsWhole, Members) = (reader, bytes, whole, members);

    public ReadOnlySequence<byte> Bytes { get; }
    public bool IsWhole { get; }
    public TopMembers Members { get; }

    public static async ValueTask<HeldBody> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes) throw RequestBody.TooLarge(MaxBytes);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBytes;
        var reader = http.Request.BodyReader;
        var members = new TopMembers();
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            try
            {
                members.Read(read.Buffer, read.IsCompleted);
            }
            catch (JsonException fault)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw ApiException.BadRequest($"We could not parse the JSON body of your request (line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}).");
            }
            catch (InvalidOperationException)
            {
                // How .NET's reader says that an escape is half of a surrogate pair, or that a text is no UTF-8.
                reader.AdvanceTo(read.Buffer.End);
                throw ApiException.BadRequest("We could not parse the JSON body of your request (a text in it is no Unicode).");
            }

            if (read.IsCompleted && !IsUtf8(read.Buffer))
            {
                reader.AdvanceTo(read.Buffer.End);
                throw ApiException.BadRequest("We could not parse the JSON body of your request (it is not valid UTF-8).");
            }

            if (read.IsCompleted || (read.Buffer.Length >= HeldBytes && members.Model is not null)) return new(reader, read.Buffer, read.IsCompleted, members);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.Buffer.Length > MaxHeldBytes) throw ApiException.BadRequest($"A body of more than {MaxHeldBytes} bytes has to name its model before that.", "model");
        }
    }

    /// <param name="length">Of the whole body, as the caller announced it.</param>
    /// <param name="replacements">In any order; null ones count as absent.</param>
    public ForwardedBody Forward(long? length, params ReadOnlySpan<Replacement?> replacements) =>
        new(Bytes, IsWhole ? null : TakeReader, length, Replacement.InOrder(replacements), MaxBytes);

    /// <summary>Gives the bytes back unread: somebody else reads the body from its first byte.</summary>
    public void PutBack() => _reader.AdvanceTo(Bytes.Start);

    /// <summary>The bytes are not needed any more. May be said twice.</summary>
    public void Release()
    {
        if (!_passed) TakeReader();
    }

    /// <summary>A body in several pieces, which may cut a character, is left to the endpoint's judgement.</summary>
    private static bool IsUtf8(in ReadOnlySequence<byte> body) => !body.IsSingleSegment || Utf8.IsValid(body.FirstSpan);

    /// <summary>For what follows the held bytes, which are given back.</summary>
    private PipeReader TakeReader()
    {
        _passed = true;
        _reader.AdvanceTo(Bytes.End);
        return _reader;
    }
}
