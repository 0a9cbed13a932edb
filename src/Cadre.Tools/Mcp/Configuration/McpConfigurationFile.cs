using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Tools.Files;

namespace Cadre.Tools.Mcp.Configuration;

/// <summary>Adds and removes endpoints in mcp.json and leaves every other byte of it as it was.</summary>
public static class McpConfigurationFile
{
    private const string Fresh = "{\n  \"mcpServers\": {\n  }\n}\n";

    /// <summary>
    /// Null when the endpoint is in the file now; otherwise the reason why nothing was changed: the file has a mistake, the name is taken, or
    /// <paramref name="definition"/> (the endpoint's JSON object) is not a valid endpoint.
    /// </summary>
    public static string? Add(string path, string name, string definition)
    {
        var utf8 = File.Exists(path) ? File.ReadAllBytes(path) : Encoding.UTF8.GetBytes(Fresh);
        if (Servers(utf8, out var refusal) is not { } servers) return refusal;
        if (servers.Find(name) is not null) return $"'{name}' is in {path} already; remove it first.";
        var member = $"{Quoted(name)}: {Indented(definition, out var invalid)}";
        if (invalid is not null) return invalid;

        var last = servers.Members.LastOrDefault();
        var at = last?.Value.End ?? servers.Start + 1;
        var rest = last is null ? "\n  " : "";
        var tail = utf8.AsSpan(at);
        if (last is null) tail = utf8.AsSpan(servers.End - 1);
        byte[] edited = [.. utf8.AsSpan(0, at), .. Encoding.UTF8.GetBytes($"{(last is null ? "" : ",")}\n    {member}{rest}"), .. tail];
        return Save(path, edited, name);
    }

    /// <summary>Null when the endpoint is no longer in the file; otherwise the reason why nothing was changed.</summary>
    public static string? Remove(string path, string name)
    {
        if (!File.Exists(path)) return $"There is no {path}.";
        var utf8 = File.ReadAllBytes(path);
        if (Servers(utf8, out var refusal) is not { } servers) return refusal;
        var index = servers.Members.FindIndex(member => member.Name == name);
        if (index < 0) return $"'{name}' is not in {path}.";

        var from = index > 0 ? servers.Members[index - 1].Value.End : servers.Start + 1;
        var to = servers.Members[index].Value.End;
        if (index == 0 && servers.Members.Count > 1) (from, to) = (servers.Members[0].NameStart, servers.Members[1].NameStart);
        return Save(path, [.. utf8.AsSpan(0, from), .. utf8.AsSpan(to)], null);
    }

    private static LocatedJson? Servers(byte[] utf8, out string? refusal)
    {
        var read = McpConfiguration.Parse(utf8);
        refusal = read.Problems.FirstOrDefault() is { } problem ? $"The file has a mistake at {problem}" : null;
        return refusal is null ? LocatedJson.Parse(utf8, out _)!.Find("mcpServers")!.Value : null;
    }

    private static string? Save(string path, byte[] edited, string? added)
    {
        var read = McpConfiguration.Parse(edited);
        if (read.Problems.FirstOrDefault() is { } problem) return problem.Reason;
        if (added is not null && read.Endpoints.All(endpoint => endpoint.Name != added)) return "The definition is not one endpoint.";
        AtomicFile.Write(path, edited);
        return null;
    }

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string Indented(string definition, out string? invalid)
    {
        invalid = null;
        try
        {
            using var document = JsonDocument.Parse(definition, new() { AllowDuplicateProperties = false });
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }))
            {
                document.RootElement.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(buffer.ToArray()).Replace("\n", "\n    ", StringComparison.Ordinal);
        }
        catch (JsonException exception)
        {
            invalid = $"The definition is not valid JSON: {exception.Message}";
            return "";
        }
    }
}
