using System.Text;
using System.Text.Json;

namespace Cadre.Models.Http;

/// <summary>What an endpoint says about an error, in whichever of the known shapes.</summary>
/// <remarks>
/// OpenAI <c>{"error":{message,type,param,code}}</c>; LM Studio and Ollama <c>{"error":"text"}</c>; older vLLM <c>{"object":"error",message,type,code}</c>;
/// FastAPI <c>{"detail":…}</c>; gateways <c>{"message":…}</c>; Gemini a list of one; anything else is quoted as text.
/// </remarks>
internal sealed record ErrorBody(string Message, string? Type = null, string? Code = null, string? Param = null)
{
    public static ErrorBody Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new(Quote(Encoding.UTF8.GetString(body.Span)));
        }
    }

    public static ErrorBody Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new(Quote(element.GetString()!)),
        JsonValueKind.Array when element.GetArrayLength() > 0 => Read(element[0]),
        JsonValueKind.Object => ReadObject(element),
        _ => new(""),
    };

    private static ErrorBody ReadObject(JsonElement element)
    {
        if (element.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
        {
            var inner = Read(error);
            return inner with { Type = inner.Type ?? Member(element, "type"), Code = inner.Code ?? Member(element, "code") };
        }

        var message = Member(element, "message") ?? Member(element, "detail") ?? Member(element, "error_description") ?? Member(element, "msg") ?? element.GetRawText();
        return new(Quote(message), Member(element, "type"), Member(element, "code"), Member(element, "param"));
    }

    private static string? Member(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? null
        : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };

    /// <summary>One line without control characters, so that an endpoint cannot write to a terminal.</summary>
    public static string Quote(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, WireLimits.QuoteCharacters));
        var spaced = true;
        foreach (var character in text)
        {
            if (line.Length >= WireLimits.QuoteCharacters) return line.Append('…').ToString();
            if (char.IsWhiteSpace(character) || char.IsControl(character))
            {
                if (!spaced) line.Append(' ');
                spaced = true;
                continue;
            }

            line.Append(character);
            spaced = false;
        }

        return line.ToString().TrimEnd();
    }
}
