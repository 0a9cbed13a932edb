using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Wires;

/// <summary>Writes a request's body. The caller's <see cref="ModelRequest.Extra"/> members replace ours of the same name; a dropped member is left out.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int InitialBytes = 4096;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(InitialBytes);
    private readonly RequestShape _shape;
    private readonly JsonElement? _extra;

    public RequestBody(RequestShape shape, JsonElement? extra)
    {
        _shape = shape;
        _extra = extra is { ValueKind: JsonValueKind.Object } ? extra : null;
        Json = new(_buffer, Options);
        Json.WriteStartObject();
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Writes the name of an optional top-level member, unless it is not to be sent.</summary>
    public bool Names(string member)
    {
        if (_shape.Dropped.Contains(member) || _extra?.TryGetProperty(member, out _) is true) return false;
        Json.WritePropertyName(member);
        return true;
    }

    public void Number(string member, double? value)
    {
        if (value is { } number && Names(member)) Json.WriteNumberValue(number);
    }

    public void Number(string member, int? value)
    {
        if (value is { } number && Names(member)) Json.WriteNumberValue(number);
    }

    public void Text(string member, string? value)
    {
        if (value is not null && Names(member)) Json.WriteStringValue(value);
    }

    public ReadOnlyMemory<byte> Finish()
    {
        if (_extra is { } extra)
            foreach (var member in extra.EnumerateObject())
                if (!_shape.Dropped.Contains(member.Name) && member.Name != "stream") member.WriteTo(Json);
        Json.WriteBoolean("stream", true);
        Json.WriteEndObject();
        Json.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => Json.Dispose();
}
