using System.Text.Json;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A string for a property, by its format and its name.</summary>
internal static class SampleText
{
    private const int MaxGist = 200;

    public static string For(string name, JsonElement schema, Prompt prompt)
    {
        var format = schema.Get("format") is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
        return Fit(ByFormat(format) ?? ByName(name.ToLowerInvariant(), prompt), schema);
    }

    private static string? ByFormat(string? format) => format switch
    {
        "date" => "2026-01-01",
        "date-time" => "2026-01-01T12:00:00Z",
        "time" => "12:00:00Z",
        "email" => "ada@example.com",
        "uri" or "url" => "https://example.com/",
        "uuid" => "00000000-0000-4000-8000-000000000042",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "hostname" => "example.com",
        "duration" => "PT1M",
        _ => null,
    };

    private static string ByName(string name, Prompt prompt)
    {
        var text = name switch
        {
            _ when Has("location", "city", "place") => "San Francisco, CA",
            _ when Has("command", "cmd", "shell") => "echo cadre-42",
            _ when Has("country") => "United States",
            _ when Has("code", "script", "python") => "print(6 * 7)",
            _ when Has("url", "uri", "link") => "https://example.com/",
            _ when Has("email") => "ada@example.com",
            _ when Has("timezone") => "UTC",
            _ when Has("date") => "2026-01-01",
            _ when Has("directory", "folder") => ".",
            _ when Has("path", "file") => "README.md",
            _ when Has("pattern", "glob") => "*",
            _ when Has("unit") => "celsius",
            _ when Has("language") => "en",
            _ when Has("symbol", "ticker") => "ACME",
            _ when name == "id" || name.EndsWith("_id", StringComparison.Ordinal) => "42",
            _ when Has("query", "question", "message", "text", "input", "content", "prompt", "task", "title", "subject", "body", "description") => Gist(prompt),
            _ when Has("name") => "Ada Lovelace",
            _ => "simulated",
        };
        return text.Length > 0 ? text : "simulated";

        bool Has(params ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                if (name.Contains(word, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static string Gist(Prompt prompt) => Quote.Line(prompt.LastUser, MaxGist);

    private static string Fit(string text, JsonElement schema)
    {
        var least = Length(schema, "minLength") ?? 0;
        var most = Length(schema, "maxLength") ?? int.MaxValue;
        var padded = text.Length < least ? text.PadRight(Math.Min(least, 10_000), '.') : text;
        return padded.Length > most ? padded[..most] : padded;
    }

    private static int? Length(JsonElement schema, string name) =>
        schema.Get(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var length) && length >= 0 ? length : null;
}
