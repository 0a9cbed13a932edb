using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Bundles;

/// <summary>Reads bundle.yaml strictly; stops at the first mistake.</summary>
internal sealed partial class BundleManifestReader
{
    private const int MaxTextChars = 8_192;
    private const int MaxTimeoutSeconds = 3_600;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private BundleProblem? _problem;

    public static BundleManifest? Read(ReadOnlyMemory<byte> utf8, out BundleProblem? problem)
    {
        if (utf8.Length > BundleManifest.MaxBytes) return None(out problem, $"Larger than {BundleManifest.MaxBytes} bytes.");
        string text;
        try
        {
            text = Strict.GetString(utf8.Span);
        }
        catch (DecoderFallbackException)
        {
            return None(out problem, "Not UTF-8 text.");
        }

        if (YamlNode.Parse(text, out problem) is not { } root) return null;
        var reader = new BundleManifestReader();
        var manifest = reader.Manifest(root);
        problem = reader._problem;
        return problem is null ? manifest : null;
    }

    private static BundleManifest? None(out BundleProblem problem, string reason)
    {
        problem = new(1, 1, reason);
        return null;
    }

    private BundleManifest Manifest(YamlNode root)
    {
        Keys(root, ["name", "version", "tools", "files"], ["description"]);
        var files = Files(root);
        return new(
            Matching(root, "name", BundleName(), "A bundle's name has 1 to 64 letters a-z, digits and '-', and begins with a letter."),
            Matching(root, "version", BundleVersion(), "A version looks like 1.2.3."),
            Text(root, "description") ?? "",
            Tools(root, files),
            files);
    }

    private ImmutableSortedDictionary<string, string> Files(YamlNode root)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (root.Find("files") is not { } node) return files.ToImmutable();
        if (node.Members is null) Refuse(node, "'files' maps each file's path to its SHA-256.");
        foreach (var (key, value) in node.Members ?? [])
        {
            if (BundlePath.Mistake(key.Text!) is { } mistake) Refuse(key, mistake);
            if (key.Text == BundleManifest.FileName) Refuse(key, $"{BundleManifest.FileName} cannot hold its own hash.");
            if (value.Text is not { } hash || !Sha256().IsMatch(hash)) Refuse(value, "A SHA-256 has 64 digits 0-9 and a-f.");
            else files[key.Text!] = hash;
        }

        return files.ToImmutable();
    }

    private ImmutableArray<BundleToolDefinition> Tools(YamlNode root, ImmutableSortedDictionary<string, string> files)
    {
        if (root.Find("tools") is not { } node) return [];
        if (node.Items is not { Count: >= 1 and <= BundleManifest.MaxTools } items)
        {
            Refuse(node, $"'tools' is a list of 1 to {BundleManifest.MaxTools} tools.");
            return [];
        }

        var tools = ImmutableArray.CreateBuilder<BundleToolDefinition>();
        foreach (var item in items)
        {
            if (_problem is not null) break;
            var tool = Tool(item, files);
            if (tools.Any(other => other.Name == tool.Name)) Refuse(item, $"Two tools are named '{tool.Name}'.");
            tools.Add(tool);
        }

        return tools.ToImmutable();
    }

    private BundleToolDefinition Tool(YamlNode node, ImmutableSortedDictionary<string, string> files)
    {
        Keys(node, ["name", "description", "command", "parameters", "effect"], ["network", "workspace", "timeout_seconds"]);
        var tool = new BundleToolDefinition(
            Matching(node, "name", ToolName(), "A tool's name has 1 to 64 letters, digits, '_' and '-'."),
            Text(node, "description") ?? "",
            Command(node, files),
            Parameters(node),
            Choice(node, "effect", Effect.Unsafe, ("read", Effect.Read), ("idempotent", Effect.Idempotent), ("unsafe", Effect.Unsafe)))
        {
            Network = Choice(node, "network", false, ("true", true), ("false", false)),
            Workspace = Choice(node, "workspace", WorkspaceAccess.None, ("none", WorkspaceAccess.None), ("read", WorkspaceAccess.Read), ("write", WorkspaceAccess.Write)),
            Timeout = Timeout(node),
        };
        if (tool is { Effect: Effect.Read, Workspace: WorkspaceAccess.Write }) Refuse(node, "A tool with effect 'read' cannot have the workspace for writing.");
        return tool;
    }

    private ImmutableArray<string> Command(YamlNode node, ImmutableSortedDictionary<string, string> files)
    {
        if (node.Find("command") is not { } command) return [];
        if (command.Items is not { Count: > 0 } items || items.Any(item => item.Text is null || item.Text.Contains('\0', StringComparison.Ordinal)))
        {
            Refuse(command, "'command' is a list of strings: a program and its arguments. A shell string is not split.");
            return [];
        }

        var program = items[0].Text!;
        if (!files.ContainsKey(program) && (program.Contains('/', StringComparison.Ordinal) || program.Contains("${", StringComparison.Ordinal) || program.Length == 0))
        {
            Refuse(items[0], $"'{PlainText.OneLine(program, 80)}' is neither one of 'files' nor the bare name of a system program.");
        }

        return [.. items.Select(item => item.Text!)];
    }

    private JsonElement Parameters(YamlNode node)
    {
        if (node.Find("parameters") is not { } parameters) return default;
        if (parameters.Members is null || parameters.Find("type")?.Text != "object")
        {
            Refuse(parameters, "'parameters' is a JSON Schema with 'type: object'.");
            return default;
        }

        var schema = parameters.ToJson();
        if (!JsonSchema.TryParse(schema, out _, out var error)) Refuse(parameters, $"Not a usable JSON Schema: {error}");
        return schema;
    }

    private TimeSpan Timeout(YamlNode node)
    {
        if (node.Find("timeout_seconds") is not { } value) return TimeSpan.FromMinutes(1);
        if (value is { IsPlain: true, Text: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxTimeoutSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        Refuse(value, $"'timeout_seconds' is a whole number from 1 to {MaxTimeoutSeconds}.");
        return TimeSpan.Zero;
    }

    private void Keys(YamlNode node, string[] required, string[] optional)
    {
        if (node.Members is not { } members)
        {
            Refuse(node, $"An object with {string.Join(", ", required)} is expected.");
            return;
        }

        foreach (var (key, _) in members)
        {
            if (!required.Contains(key.Text) && !optional.Contains(key.Text)) Refuse(key, $"Unknown key '{PlainText.OneLine(key.Text!, 80)}'; known are {string.Join(", ", required.Concat(optional))}.");
        }

        if (required.FirstOrDefault(key => node.Find(key) is null) is { } missing) Refuse(node, $"'{missing}' is missing.");
    }

    private T Choice<T>(YamlNode node, string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (node.Find(key) is not { } value) return fallback;
        foreach (var (word, choice) in choices)
        {
            if (value.Text == word) return choice;
        }

        var words = new List<string>();
        foreach (var (word, _) in choices) words.Add(word);
        Refuse(value, $"'{key}' is one of {string.Join(", ", words)}.");
        return fallback;
    }

    private string Matching(YamlNode node, string key, Regex pattern, string reason)
    {
        if (node.Find(key) is not { } value) return "";
        if (value.Text is { } text && pattern.IsMatch(text)) return text;
        Refuse(value, reason);
        return "";
    }

    private string? Text(YamlNode node, string key)
    {
        if (node.Find(key) is not { } value) return null;
        if (value.Text is not { Length: > 0 and <= MaxTextChars } text) Refuse(value, $"'{key}' is a text of 1 to {MaxTextChars} characters.");
        else if (PlainText.Hidden(text) is { Count: > 0 } hidden) Refuse(value, $"'{key}' holds characters that a reader does not see: {string.Join(", ", hidden)}.");
        else return text;
        return null;
    }

    private void Refuse(YamlNode at, string reason) => _problem ??= new(at.Line, at.Column, reason);

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex BundleName();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+){0,3}(-[0-9A-Za-z.-]{1,32})?$", RegexOptions.CultureInvariant)]
    private static partial Regex BundleVersion();

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex ToolName();

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();
}
