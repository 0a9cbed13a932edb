using System.Buffers;
using System.Text.Json;

namespace Cadre.Server.Upstreams;

/// <summary>
/// Finds a few members at the top of a JSON object without building anything, so that a body can be passed on as it came with only some bytes of it replaced.
/// Fed the same growing buffer again and again; what was read is not read twice.
/// </summary>
internal sealed class TopMembers
{
    private JsonReaderState _state = new(new() { MaxDepth = Http.RequestBody.MaxDepth });
    private Member _next;

    /// <summary>Bytes that need not be shown again.</summary>
    private long _consumed;

    private enum Member
    {
        Other,
        Model,
        Store,
        EncodingFormat,
    }

    /// <summary>Null while it was not seen, or when it is no text.</summary>
    public Place? Model { get; private set; }

    public Place? EncodingFormat { get; private set; }

    /// <summary>The last member <c>store</c> was true.</summary>
    public bool Store { get; private set; }

    /// <summary>What the last member <c>store</c> was instead of a boolean; null when it was one.</summary>
    public string? WrongStore { get; private set; }

    /// <param name="body">From its first byte.</param>
    /// <param name="whole">Nothing follows.</param>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public void Read(in ReadOnlySequence<byte> body, bool whole)
    {
        var reader = new Utf8JsonReader(body.Slice(_consumed), whole, _state);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject)) throw new JsonException("The body is no object.");
            if (reader.CurrentDepth != 1) continue;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                _next = reader.ValueTextEquals("model"u8) ? Member.Model
                    : reader.ValueTextEquals("store"u8) ? Member.Store
                    : reader.ValueTextEquals("encoding_format"u8) ? Member.EncodingFormat
                    : Member.Other;
                continue;
            }

            if (_next == Member.Store) (Store, WrongStore) = (reader.TokenType == JsonTokenType.True, WrongFlag(reader.TokenType));
            else if (reader.TokenType == JsonTokenType.String && _next != Member.Other)
            {
                // The token's bytes with its quotes.
                var place = new Place(reader.GetString()!, _consumed + reader.TokenStartIndex, _consumed + reader.BytesConsumed);
                if (_next == Member.Model) Model = place;
                else EncodingFormat = place;
            }

            _next = Member.Other;
        }

        _consumed += reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private static string? WrongFlag(JsonTokenType type) => type switch
    {
        JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => null,
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.StartArray => "an array",
        _ => "an object",
    };

    /// <param name="Start">Of the opening quote.</param>
    /// <param name="End">One past the closing quote.</param>
    public sealed record Place(string Value, long Start, long End);
}
