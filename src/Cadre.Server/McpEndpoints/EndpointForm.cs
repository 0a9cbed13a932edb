using System.Collections.Immutable;
using System.Net;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp.Connections;

namespace Cadre.Server.McpEndpoints;

/// <summary>Reads an endpoint out of a request, and seals its secrets.</summary>
internal sealed class EndpointForm(ServerParts server, SecretBox secrets)
{
    /// <summary>Shown in place of a secret; sent back it leaves the secret as it is.</summary>
    public const string Mask = "********";

    private const int MaxName = 32;
    private const int MaxUrl = 2048;
    private const int MaxHeaders = 16;
    private const int MaxHeaderName = 64;
    private const int MaxHeaderValue = 4096;
    private const int MaxTools = 512;
    private const int MaxScopes = 64;
    private const int MaxToolName = 128;
    private const int MaxTimeout = 3600;

    /// <summary>Headers that the transport itself sets, or that would speak for somebody else.</summary>
    private static readonly ImmutableHashSet<string> Reserved = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept", "Cookie", "Upgrade", "TE", "Trailer", "Expect", "Proxy-Authorization", "Forwarded");

    public EndpointDefinition Created(Fields body, string organisation, string id)
    {
        var definition = new EndpointDefinition(Name(body), Url(body) ?? throw ApiException.Missing("url"));
        return Read(body, definition, organisation, id);
    }

    /// <summary>What stands with the changes; another URL is another server, which gets none of the old secrets.</summary>
    public EndpointDefinition Changed(Fields body, KnownEndpoint endpoint, string id)
    {
        if (body.Has("name") && body.Text("name") != endpoint.Name) throw ApiException.BadRequest("An endpoint's name cannot be changed: runs and policies know it.", "name", "immutable");
        var before = endpoint.Definition;
        return Read(body, endpoint.Id == id ? before : before with { Url = Url(body)!, Headers = null, OAuth = null }, endpoint.Organisation, id);
    }

    /// <summary>The address that the request gives; null when it gives none.</summary>
    public string? Url(Fields body)
    {
        if (body.Text("url", MaxUrl, 1) is not { } text) return null;
        if (text.Contains("${", StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            throw Refused("'url' must be an https address without a user name or fragment in it.");
        var rules = new DialRules(url, use => server.Policies.Current.JudgeNetwork(use), server.PrivateHosts);
        var use = DialRules.Use(url);
        if (rules.IsOperatorsWord(use)) return url.AbsoluteUri;
        if (url.Scheme != Uri.UriSchemeHttps) throw Refused("'url' must be an https address.");
        if (use.Host == "localhost" || use.Host.EndsWith(".localhost", StringComparison.Ordinal)) throw Refused($"'{use.Host}' is this server's own machine.");
        if (IPAddress.TryParse(use.Host, out var address) && AddressKinds.Of(address) != AddressKind.Public) throw Refused($"'{use.Host}' is not a public address, and the operator has not allowed it.");
        return url.AbsoluteUri;
    }

    private static ApiException Refused(string why) => ApiException.BadRequest(why, "url", "invalid_url");

    private static string Name(Fields body)
    {
        var name = body.RequiredText("name", MaxName, 1);
        var plain = name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && name[0] != '-' && name[^1] != '-';
        return plain ? name : throw ApiException.BadRequest("A name consists of a-z, 0-9 and '-', and neither begins nor ends with '-'.", "name", "invalid_value");
    }

    private EndpointDefinition Read(Fields body, EndpointDefinition before, string organisation, string id)
    {
        var definition = before with
        {
            Headers = Headers(body, before, organisation, id),
            Tools = body.Has("tools") ? Tools(body) : before.Tools,
            Policies = body.Has("policies") ? Policies(body) : before.Policies,
            SignIn = body.Word("sign_in", "none", "organisation", "user") switch
            {
                null => before.SignIn,
                "user" => SignInMode.User,
                "organisation" => SignInMode.Organisation,
                _ => SignInMode.None,
            },
            OAuth = body.Has("oauth") ? Client(body.Object("oauth"), before, organisation, id) : before.OAuth,
            Enabled = body.Flag("enabled") ?? before.Enabled,
            TimeoutSeconds = (int)(body.Integer("timeout_seconds", 1, MaxTimeout) ?? before.TimeoutSeconds),
        };
        if (definition.SignIn != SignInMode.None && definition.Headers?.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase) == true)
            throw ApiException.BadRequest("An endpoint that is signed in to has no Authorization header of its own.", "headers", "invalid_value");
        return definition;
    }

    private ImmutableSortedDictionary<string, string>? Headers(Fields body, EndpointDefinition before, string organisation, string id)
    {
        if (body.Object("headers") is not { } given) return before.Headers;
        var headers = (before.Headers ?? ImmutableSortedDictionary<string, string>.Empty).WithComparers(StringComparer.OrdinalIgnoreCase).ToBuilder();
        foreach (var member in given.Raw.EnumerateObject())
        {
            var at = given.At(member.Name);
            if (member.Name.Length is 0 or > MaxHeaderName || !member.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) throw ApiException.BadRequest($"'{at}' is not a header's name.", at, "invalid_value");
            if (Reserved.Contains(member.Name) || member.Name.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase)) throw ApiException.BadRequest($"The header '{member.Name}' is not yours to set.", at, "invalid_value");
            var value = given.Text(member.Name, MaxHeaderValue);
            if (value == Mask && headers.ContainsKey(member.Name)) continue;
            headers.Remove(member.Name);
            if (value is null) continue;
            if (value.Length == 0 || value.Any(c => c is < ' ' or > '~')) throw ApiException.BadRequest($"The value of '{at}' must be visible ASCII.", at, "invalid_value");
            headers[member.Name] = secrets.Seal(value, EndpointSecrets.Header(organisation, id, before.Url, member.Name));
        }

        return headers.Count <= MaxHeaders ? headers.ToImmutable() : throw ApiException.BadRequest($"At most {MaxHeaders} headers.", "headers", "object_above_max_properties");
    }

    private ClientSettings? Client(Fields? given, EndpointDefinition before, string organisation, string id)
    {
        if (given is not { } client) return null;
        var secret = client.Text("client_secret", MaxHeaderValue, 1);
        var scopes = client.Texts("scopes", MaxScopes);
        if (scopes?.Any(scope => scope.Length is 0 or > MaxToolName || scope.Any(c => c is <= ' ' or > '~' or '"' or '\\')) == true) throw ApiException.BadRequest("That is no scope.", client.At("scopes"), "invalid_value");
        return new(
            client.Text("client_id", MaxUrl, 1),
            secret == Mask ? before.OAuth?.ClientSecret : secret is null ? null : secrets.Seal(secret, EndpointSecrets.ClientSecret(organisation, id, before.Url)),
            scopes is null ? null : [.. scopes]);
    }

    private static ImmutableArray<string>? Tools(Fields body)
    {
        if (body.Texts("tools", MaxTools) is not { } tools) return null;
        return tools.All(name => name.Length is > 0 and <= MaxToolName) ? [.. tools.Distinct(StringComparer.Ordinal)] : throw ApiException.BadRequest($"A tool's name has 1 to {MaxToolName} characters.", "tools", "invalid_value");
    }

    private static ImmutableSortedDictionary<string, ToolRule>? Policies(Fields body)
    {
        if (body.Object("policies") is not { } given) return null;
        var rules = ImmutableSortedDictionary.CreateBuilder<string, ToolRule>(StringComparer.Ordinal);
        foreach (var member in given.Raw.EnumerateObject())
        {
            var rule = given.Object(member.Name) ?? throw ApiException.Missing(given.At(member.Name));
            Effect? effect = rule.Word("effect", "read", "idempotent", "unsafe") switch { null => null, "read" => Effect.Read, "idempotent" => Effect.Idempotent, _ => Effect.Unsafe };
            VerdictKind? verdict = rule.Word("verdict", "allow", "ask", "deny") switch { null => null, "allow" => VerdictKind.Allow, "ask" => VerdictKind.Ask, _ => VerdictKind.Deny };
            rules[member.Name] = new(effect, verdict);
        }

        return rules.Count <= MaxTools ? rules.ToImmutable() : throw ApiException.BadRequest($"At most {MaxTools} tools.", "policies", "object_above_max_properties");
    }
}
