using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cadre.Models.ChatClients;

/// <summary>Arguments between the text that Cadre keeps and the dictionary that these clients use.</summary>
internal static class ChatClientArguments
{
    private const string Invalid = "invalid_json";

    /// <summary>Text that is no JSON object becomes the one member <c>invalid_json</c>.</summary>
    public static Dictionary<string, object?> Parse(string arguments)
    {
        try
        {
            var root = JsonElement.Parse(arguments.Length == 0 ? "{}" : arguments);
            if (root.ValueKind == JsonValueKind.Object) return root.EnumerateObject().GroupBy(member => member.Name).ToDictionary(group => group.Key, group => (object?)group.Last().Value);
        }
        catch (JsonException)
        {
            // Wrapped below.
        }

        return new() { [Invalid] = arguments };
    }

    public static string Write(IDictionary<string, object?>? arguments) =>
        arguments is null ? "{}" : JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)));
}
