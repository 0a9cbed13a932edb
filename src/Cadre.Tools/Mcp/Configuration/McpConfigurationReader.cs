using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Tools.Mcp.Configuration;

/// <summary>Reads mcp.json strictly: an unknown key may be a misspelt restriction, so it refuses the endpoint that it stands in.</summary>
internal ref struct McpConfigurationReader
{
    public const int MaxEndpoints = 64;
    public const int MaxNameLength = 64;
    private const int MaxTimeoutSeconds = 3600;

    private static readonly string[] CommonKeys = ["type", "effects", "tools", "timeout_seconds", "disabled"];
    private static readonly string[] StdioKeys = ["command", "args", "env", "network", "read_only", "workspace"];
    private static readonly string[] HttpKeys = ["url", "headers", "oauth"];
    private static readonly string[] OAuthKeys = ["client_id", "client_secret", "scopes"];

    private readonly ReadOnlySpan<byte> _utf8;
    private McpProblem? _problem;
    private string? _endpoint;

    private McpConfigurationReader(ReadOnlySpan<byte> utf8) => _utf8 = utf8;

    public static McpConfiguration Read(ReadOnlySpan<byte> utf8)
    {
        var root = LocatedJson.Parse(utf8, out var problem);
        if (root is null) return new([], [problem!]);
        var reader = new McpConfigurationReader(utf8);
        var servers = reader.Servers(root);
        if (servers is null) return new([], [reader._problem!]);

        var endpoints = ImmutableArray.CreateBuilder<McpEndpoint>();
        var problems = ImmutableArray.CreateBuilder<McpProblem>();
        foreach (var member in servers.Members)
        {
            (reader._problem, reader._endpoint) = (null, member.Name);
            var endpoint = reader.Endpoint(member);
            if (reader._problem is { } wrong) problems.Add(wrong);
            else endpoints.Add(endpoint!);
        }

        return new(endpoints.ToImmutable(), problems.ToImmutable());
    }

    private LocatedJson? Servers(LocatedJson root)
    {
        if (root.Kind != JsonValueKind.Object) return Refuse<LocatedJson>(root.Start, "An object with 'mcpServers' is expected.");
        if (root.Members.Find(member => member.Name != "mcpServers") is { } unknown)
        {
            return Refuse<LocatedJson>(unknown.NameStart, $"Unknown key '{unknown.Name}'; the one key here is 'mcpServers'.");
        }

        if (root.Find("mcpServers")?.Value is not { } servers) return Refuse<LocatedJson>(root.Start, "'mcpServers' is missing.");
        if (servers.Kind != JsonValueKind.Object) return Refuse<LocatedJson>(servers.Start, "'mcpServers' must be an object of endpoints by name.");
        return servers.Members.Count <= MaxEndpoints ? servers : Refuse<LocatedJson>(servers.Start, $"More than {MaxEndpoints} endpoints.");
    }

    private McpEndpoint? Endpoint(LocatedJson.Member member)
    {
        var (name, value) = (member.Name, member.Value);
        if (name.Length is 0 or > MaxNameLength || name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || PlainText.IsHidden(c)))
        {
            return Refuse<McpEndpoint>(member.NameStart, $"An endpoint's name has 1 to {MaxNameLength} visible characters.");
        }

        if (value.Kind != JsonValueKind.Object) return Refuse<McpEndpoint>(value.Start, "An endpoint is an object with 'command' or 'url'.");
        var stdio = value.Find("command") is not null;
        if (stdio == (value.Find("url") is not null)) return Refuse<McpEndpoint>(value.Start, "An endpoint has either 'command' or 'url'.");
        var keys = stdio ? StdioKeys : HttpKeys;
        if (value.Members.Find(key => !keys.Contains(key.Name) && !CommonKeys.Contains(key.Name)) is { } unknown)
        {
            return Refuse<McpEndpoint>(unknown.NameStart, $"Unknown key '{unknown.Name}'; known are {string.Join(", ", keys.Concat(CommonKeys))}.");
        }

        CheckType(value, stdio);
        McpEndpoint? endpoint = stdio ? Stdio(name, value) : Http(name, value);
        var effects = Map(value, "effects");
        return endpoint is null ? null : endpoint with
        {
            Effects = Effects(effects),
            Tools = value.Find("tools") is null ? null : [.. Strings(value, "tools", secrets: true)],
            Timeout = Timeout(value),
            Disabled = Flag(value, "disabled"),
        };
    }

    private McpEndpoint Stdio(string name, LocatedJson value) =>
        new McpEndpoint.Stdio(name, Text(value.Find("command")!.Value, "command", secrets: false), Strings(value, "args", secrets: false))
        {
            Environment = Map(value, "env").ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value.Text),
            Network = Flag(value, "network"),
            ReadOnly = AbsolutePaths(value),
            Workspace = Workspace(value),
        };

    private McpEndpoint.Http? Http(string name, LocatedJson value)
    {
        var node = value.Find("url")!.Value;
        var url = Text(node, "url", secrets: true);
        if (_problem is null && !(Uri.TryCreate(Placeholders.Strip(url), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0))
        {
            return Refuse<McpEndpoint.Http>(node.Start, "'url' must be an http or https address without a user name in it.");
        }

        var authority = url.Split("//", 2)[^1].Split(['/', '?', '#'], 2)[0];
        if (authority.Contains("${", StringComparison.Ordinal)) return Refuse<McpEndpoint.Http>(node.Start, "The host must be written out: the policy judges it.");

        var headers = Map(value, "headers");
        foreach (var header in headers)
        {
            if (header.Name.Length == 0 || !header.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) Refuse<string>(header.NameStart, "Not a header name.");
        }

        return new(name, url) { Headers = headers.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value.Text, StringComparer.OrdinalIgnoreCase), OAuth = OAuth(value) };
    }

    private OAuthSettings? OAuth(LocatedJson value)
    {
        if (value.Find("oauth")?.Value is not { } node) return null;
        if (node.Kind != JsonValueKind.Object) return Refuse<OAuthSettings>(node.Start, $"'oauth' is an object with {string.Join(", ", OAuthKeys)}, or an empty one.");
        if (node.Members.Find(key => !OAuthKeys.Contains(key.Name)) is { } unknown) return Refuse<OAuthSettings>(unknown.NameStart, $"Unknown key '{unknown.Name}'; known are {string.Join(", ", OAuthKeys)}.");
        var secret = node.Find("client_secret")?.Value;
        if (secret is not null && (Placeholders.Names(Text(secret, "client_secret", secrets: true)).Count() != 1 || Placeholders.Strip(secret.Text) != "x"))
            return Refuse<OAuthSettings>(secret.Start, "'client_secret' is ${env:NAME}: a secret does not stand in this file.");
        return new(node.Find("client_id")?.Value is { } id ? Text(id, "client_id", secrets: true) : null, secret?.Text, Strings(node, "scopes", secrets: false));
    }

    private void CheckType(LocatedJson value, bool stdio)
    {
        if (value.Find("type")?.Value is not { } type) return;
        var text = Text(type, "type", secrets: false);
        if (text == "sse") Refuse<string>(type.Start, "The SSE transport of 2024 is not supported; use the server's Streamable HTTP address with type 'http'.");
        else if (stdio ? text != "stdio" : text is not ("http" or "streamable-http")) Refuse<string>(type.Start, $"'{text}' does not fit {(stdio ? "'command'" : "'url'")}.");
    }

    private ImmutableDictionary<string, Effect> Effects(List<LocatedJson.Member> members)
    {
        var effects = ImmutableDictionary.CreateBuilder<string, Effect>();
        foreach (var member in members)
        {
            effects[member.Name] = member.Value.Text switch
            {
                "read" => Effect.Read,
                "idempotent" => Effect.Idempotent,
                "unsafe" => Effect.Unsafe,
                _ => RefuseEffect(member.Value.Start),
            };
        }

        return effects.ToImmutable();
    }

    private Effect RefuseEffect(int offset)
    {
        Refuse<string>(offset, "An effect is 'read', 'idempotent' or 'unsafe'.");
        return Effect.Unsafe;
    }

    private TimeSpan Timeout(LocatedJson value)
    {
        if (value.Find("timeout_seconds")?.Value is not { } node) return TimeSpan.FromMinutes(1);
        if (node.Kind == JsonValueKind.Number && int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxTimeoutSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        Refuse<string>(node.Start, $"'timeout_seconds' is a whole number from 1 to {MaxTimeoutSeconds}.");
        return TimeSpan.Zero;
    }

    private WorkspaceAccess Workspace(LocatedJson value)
    {
        if (value.Find("workspace")?.Value is not { } node) return WorkspaceAccess.None;
        switch (Text(node, "workspace", secrets: false))
        {
            case "none": return WorkspaceAccess.None;
            case "read": return WorkspaceAccess.Read;
            case "write": return WorkspaceAccess.Write;
        }

        Refuse<string>(node.Start, "'workspace' is 'none', 'read' or 'write'.");
        return WorkspaceAccess.None;
    }

    private ImmutableArray<string> AbsolutePaths(LocatedJson value)
    {
        var paths = Strings(value, "read_only", secrets: false);
        if (paths.FirstOrDefault(path => !Path.IsPathFullyQualified(path)) is { } relative)
        {
            Refuse<string>(value.Find("read_only")!.Value.Start, $"'{relative}' is not an absolute path.");
        }

        return paths;
    }

    private bool Flag(LocatedJson value, string key)
    {
        if (value.Find(key)?.Value is not { } node) return false;
        if (node.Kind is not (JsonValueKind.True or JsonValueKind.False)) Refuse<string>(node.Start, $"'{key}' is true or false.");
        return node.Kind == JsonValueKind.True;
    }

    private ImmutableArray<string> Strings(LocatedJson value, string key, bool secrets)
    {
        if (value.Find(key)?.Value is not { } node) return [];
        if (node.Kind != JsonValueKind.Array) return Refuse<string>(node.Start, $"'{key}' is a list of strings.") is null ? [] : [];
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var item in node.Items) texts.Add(Text(item, key, secrets));
        return texts.ToImmutable();
    }

    private List<LocatedJson.Member> Map(LocatedJson value, string key)
    {
        if (value.Find(key)?.Value is not { } node) return [];
        if (node.Kind != JsonValueKind.Object) Refuse<string>(node.Start, $"'{key}' is an object of strings.");
        foreach (var member in node.Members) Text(member.Value, key, secrets: true);
        return _problem is null ? node.Members : [];
    }

    private string Text(LocatedJson node, string key, bool secrets)
    {
        if (node.Kind != JsonValueKind.String || node.Text.Contains('\0', StringComparison.Ordinal))
        {
            Refuse<string>(node.Start, $"'{key}' holds strings only.");
        }
        else if (Placeholders.Mistake(node.Text) is { } mistake)
        {
            Refuse<string>(node.Start, mistake);
        }
        else if (!secrets && Placeholders.Names(node.Text).Any())
        {
            Refuse<string>(node.Start, $"'{key}' cannot hold ${{env:…}}: what a program is started with can be seen by others. Use 'env'.");
        }

        return node.Text;
    }

    private T? Refuse<T>(int offset, string reason)
        where T : class
    {
        var (line, column) = LocatedJson.Position(_utf8, offset);
        _problem ??= new(_endpoint, line, column, reason);
        return null;
    }
}
