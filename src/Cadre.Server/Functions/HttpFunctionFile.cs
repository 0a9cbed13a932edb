using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Tools.Bundles;
using Cadre.Tools.Workspaces;

namespace Cadre.Server.Functions;

/// <summary>A function that is an HTTP request: one YAML file (docs/functions.md).</summary>
/// <param name="Url">With {argument} in path and query; the host is fixed.</param>
/// <param name="Headers">Secrets filled in.</param>
internal sealed partial record HttpFunctionFile(ToolDefinition Definition, Effect Effect, HttpMethod Method, string Url, HostUse Host, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    public const int MaxBytes = 64 << 10;
    private const int MaxSeconds = 300;
    private const int MaxDescription = 4_000;
    private static readonly string[] Keys = ["name", "description", "parameters", "url", "method", "headers", "timeout", "effect", "allow_private"];

    public TimeSpan Timeout { get; private init; } = TimeSpan.FromSeconds(30);

    /// <summary>The host may be at an address that is not public.</summary>
    public bool AllowPrivate { get; private init; }

    /// <param name="problem">With file and line; null when there is none.</param>
    public static HttpFunctionFile? Read(string path, Func<string, string?> variable, out string? problem)
    {
        var at = 1;
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new FormatException($"more than {MaxBytes >> 10} KiB");
            var root = YamlNode.Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)), out var flaw);
            if (root is null) (problem, at) = (flaw!.Reason, flaw.Line);
            else
            {
                problem = null;
                return Read(root, variable, ref at);
            }
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException or DecoderFallbackException or JsonException)
        {
            problem = failure.Message;
        }

        problem = $"{path}:{at}: {problem.TrimEnd('.')}";
        return null;
    }

    private static HttpFunctionFile Read(YamlNode root, Func<string, string?> variable, ref int at)
    {
        if (root.Members is not { } members) throw new FormatException("the file is a map of keys");
        foreach (var (key, _) in members)
        {
            at = key.Line;
            if (!Keys.Contains(key.Text)) throw new FormatException($"there is no key '{key.Text}'; the file may have {string.Join(", ", Keys)}");
        }

        var name = Text(root, "name", ref at);
        if (!FunctionName.IsValid(name)) throw new FormatException($"'{name}' is no name for a function: {FunctionName.Rule}");
        var description = Text(root, "description", ref at);
        if (description.Length > MaxDescription) throw new FormatException($"a description has at most {MaxDescription} characters");
        var parameters = Parameters(root, ref at);
        var url = Text(root, "url", ref at);
        if (!WebAddress.TryParse(Placeholder().Replace(url, "x"), out var address, out var unfit) || url.IndexOf('{', StringComparison.Ordinal) is >= 0 and var brace && brace < url.IndexOf('/', "https://".Length))
            throw new FormatException(unfit.Length > 0 ? unfit : "the host of a function's URL is fixed");
        var method = Word(root, "method", ref at, "GET", "GET", "POST", "PUT", "PATCH", "DELETE");
        var effect = Word(root, "effect", ref at, method == "GET" ? "read" : "unsafe", "read", "idempotent", "unsafe");
        var timeout = Word(root, "timeout", ref at, "30s");
        if (!timeout.EndsWith('s') || !int.TryParse(timeout[..^1], CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MaxSeconds)
            throw new FormatException($"'timeout' is a number of seconds such as 30s, at most {MaxSeconds}s");
        return new(
            new(name, description, parameters),
            Enum.Parse<Effect>(effect, ignoreCase: true),
            new(method),
            url,
            address!.Host,
            HeadersOf(root, variable, ref at))
        {
            Timeout = TimeSpan.FromSeconds(seconds),
            AllowPrivate = Word(root, "allow_private", ref at, "false", "true", "false") == "true",
        };
    }

    private static JsonElement Parameters(YamlNode root, ref int at)
    {
        if (root.Find("parameters") is not { } node) return JsonElement.Parse("""{"type":"object","properties":{}}"""u8);
        at = node.Line;
        var schema = node.ToJson();
        if (schema.ValueKind != JsonValueKind.Object) throw new FormatException("'parameters' is a JSON Schema of the arguments object");
        _ = JsonSchema.Check(schema, JsonElement.Parse("{}"u8));
        return schema;
    }

    private static ImmutableArray<KeyValuePair<string, string>> HeadersOf(YamlNode root, Func<string, string?> variable, ref int at)
    {
        if (root.Find("headers") is not { } node) return [];
        at = node.Line;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (key, value) in node.Members ?? throw new FormatException("'headers' is a map from a header to its text"))
        {
            at = key.Line;
            if (!HeaderName().IsMatch(key.Text!) || value.Text is not { } text) throw new FormatException($"'{key.Text}' is no header with a text");
            var filled = Variable().Replace(text, match => variable(match.Groups[1].Value) ?? throw new FormatException($"the environment variable {match.Groups[1].Value} is not set"));
            if (filled.Any(char.IsControl)) throw new FormatException($"the header '{key.Text}' has characters that cannot be sent");
            headers.Add(new(key.Text!, filled));
        }

        return headers.ToImmutable();
    }

    private static string Text(YamlNode root, string key, ref int at)
    {
        at = root.Find(key)?.Line ?? 1;
        return root.Find(key)?.Text is { Length: > 0 } text ? text : throw new FormatException($"the file needs the key '{key}' with a text");
    }

    private static string Word(YamlNode root, string key, ref int at, string otherwise, params ReadOnlySpan<string> words)
    {
        if (root.Find(key) is not { } node) return otherwise;
        at = node.Line;
        if (node.Text is { } word && (words.IsEmpty || words.Contains(word))) return word;
        throw new FormatException($"'{key}' is one of {string.Join(", ", words!)}");
    }

    [GeneratedRegex(@"\{([A-Za-z0-9_-]{1,64})\}", RegexOptions.NonBacktracking)]
    internal static partial Regex Placeholder();

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^[A-Za-z0-9-]{1,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex HeaderName();
}
