using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Guard.Policies;

/// <summary>
/// A tool call as a person types it: <c>[source/]tool [@effect] [key=text | key:=json]…</c> or <c>[source/]tool [@effect] {json}</c>.
/// The source is "builtin" unless given ("mcp:github/create_issue"), the effect "unsafe".
/// </summary>
internal sealed record CallText(string Source, string Tool, Effect Effect, JsonElement Arguments)
{
    public const string DefaultSource = "builtin";

    public static IReadOnlyDictionary<string, Effect> Effects { get; } = new Dictionary<string, Effect>
    {
        ["read"] = Effect.Read,
        ["idempotent"] = Effect.Idempotent,
        ["transactional"] = Effect.Transactional,
        ["unsafe"] = Effect.Unsafe,
    };

    public static bool TryParse(string text, [NotNullWhen(true)] out CallText? call, [NotNullWhen(false)] out string? error)
    {
        call = null;
        var (head, rest) = Cut(text.Trim());
        if (head is "")
        {
            error = "the call is empty";
            return false;
        }

        var slash = head.IndexOf('/');
        var (source, tool) = slash > 0 ? (head[..slash], head[(slash + 1)..]) : (DefaultSource, head);
        var effect = Effect.Unsafe;
        if (rest.StartsWith('@'))
        {
            (var word, rest) = Cut(rest);
            if (!Effects.TryGetValue(word[1..], out effect))
            {
                error = $"'{word}' is not one of {string.Join(", ", Effects.Keys.Select(name => '@' + name))}";
                return false;
            }
        }

        if (!TryArguments(rest, out var arguments, out error)) return false;
        call = new(source, tool, effect, arguments);
        return true;
    }

    private static bool TryArguments(string text, out JsonElement arguments, [NotNullWhen(false)] out string? error)
    {
        arguments = default;
        error = null;
        try
        {
            if (text.StartsWith('{'))
            {
                using var document = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false });
                arguments = document.RootElement.Clone();
                return true;
            }

            ImmutableArray<string> words = [];
            if (text is not "" && !CommandWords.TrySplit(text, out words, out error)) return false;

            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var word in words)
                {
                    var equals = word.IndexOf('=');
                    if (equals <= 0)
                    {
                        error = $"'{word}' is neither key=text nor key:=json";
                        return false;
                    }

                    if (word[equals - 1] == ':')
                    {
                        writer.WritePropertyName(word[..(equals - 1)]);
                        writer.WriteRawValue(word[(equals + 1)..]);
                    }
                    else
                    {
                        writer.WriteString(word[..equals], word[(equals + 1)..]);
                    }
                }

                writer.WriteEndObject();
            }

            using var written = JsonDocument.Parse(buffer.WrittenMemory, new() { AllowDuplicateProperties = false });
            arguments = written.RootElement.Clone();
            return true;
        }
        catch (JsonException flaw)
        {
            error = $"the arguments are not JSON: {flaw.Message}";
            return false;
        }
    }

    private static (string Head, string Tail) Cut(string text)
    {
        var at = text.IndexOf(' ');
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..].TrimStart());
    }
}
