using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>Reads arguments that are already valid against the tool's schema.</summary>
internal static class ToolArguments
{
    extension(JsonElement arguments)
    {
        public string Text(string name, string otherwise = "") =>
            arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Decode(value) : otherwise;

        public int? Number(string name) =>
            arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
                ? (int)Math.Clamp(number, int.MinValue, int.MaxValue)
                : null;

        public bool Flag(string name, bool otherwise = false) =>
            arguments.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : otherwise;

        public IEnumerable<string> Texts(string name) =>
            arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(Decode)
                : [];

        /// <summary>A schema cannot forbid half a surrogate pair, and it could not be written to a file as it was meant.</summary>
        public ToolResult? RefuseBrokenUnicode()
        {
            foreach (var property in arguments.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String))
            {
                try
                {
                    property.Value.GetString();
                }
                catch (InvalidOperationException)
                {
                    return ToolResult.Failed($"'{property.Name}' has half of a surrogate pair (\\ud800 to \\udfff) in it, which is not a character. Send the text again without it.");
                }
            }

            return null;
        }
    }

    // Half a surrogate pair makes the text undecodable; its escaped form is harmless and shows what was sent.
    private static string Decode(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }
}
