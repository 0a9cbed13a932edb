using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Scripts;

/// <summary>A text with places that the conversation fills: <c>{{last_user}}</c>, <c>{{tool_output}}</c> (the latest),
/// <c>{{tool_output:N}}</c> (the N-th since the last user message, from 1), <c>{{model}}</c>.</summary>
/// <param name="text">The template.</param>
/// <param name="isJson">It is JSON text: what is filled in is escaped for a JSON string.</param>
internal sealed partial class Template(string text, bool isJson)
{
    public string Fill(Prompt prompt) => text.Contains("{{", StringComparison.Ordinal)
        ? Place().Replace(text, place => Escape(Value(place, prompt)))
        : text;

    /// <summary>The first place that has no meaning; null when all have.</summary>
    public static string? FindUnknown(string text)
    {
        foreach (Match place in Place().Matches(text))
        {
            var takesNumber = place.Groups[1].Value == "tool_output";
            var known = takesNumber || place.Groups[1].Value is "last_user" or "model";
            if (!known || (place.Groups[2].Success && !takesNumber))
            {
                return place.Value;
            }
        }

        return null;
    }

    private static string Value(Match place, Prompt prompt) => place.Groups[1].Value switch
    {
        "last_user" => prompt.LastUser,
        "model" => prompt.Model,
        "tool_output" => Output(prompt, place.Groups[2].Success ? int.Parse(place.Groups[2].Value, CultureInfo.InvariantCulture) : prompt.Exchanges.Count),
        _ => place.Value,
    };

    private static string Output(Prompt prompt, int number) =>
        number >= 1 && number <= prompt.Exchanges.Count ? prompt.Exchanges[number - 1].Output : "";

    private string Escape(string value) => isJson ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value) : value;

    [GeneratedRegex(@"\{\{\s*([a-z_]+)(?::(\d{1,4}))?\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
