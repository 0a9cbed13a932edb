using System.Text.Json;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A tool call that a text asks for.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">JSON.</param>
/// <param name="At">Where in the text it is asked for.</param>
/// <param name="Alone">It is made in a reply of its own, after everything before it.</param>
internal sealed record Intended(string Tool, string Arguments, int At, bool Alone = false)
{
    /// <summary>Whether the conversation shows the call: with its output, or in the record that a compacted history leaves.</summary>
    public bool WasMade(Prompt prompt) =>
        prompt.Exchanges.Any(exchange => exchange.Name == Tool && SameJson(exchange.Arguments, Arguments))
        || prompt.LastUser.Contains($"[call] {Tool} {Arguments}", StringComparison.Ordinal);

    private static bool SameJson(string one, string other) =>
        one == other
        || (JsonText.TryParse(one) is { } first && JsonText.TryParse(other) is { } second && JsonElement.DeepEquals(first, second));
}
