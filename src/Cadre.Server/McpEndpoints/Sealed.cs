using System.Text.Json;
using Cadre.Storage.Documents;

namespace Cadre.Server.McpEndpoints;

/// <summary>The body of a document that holds secrets.</summary>
/// <param name="Issuer">Whom they are of, in the clear; the seal is bound to it.</param>
internal sealed record Sealed(string Issuer, string Text)
{
    public static Sealed Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, EndpointJson.Default.Sealed) ?? throw new InvalidDataException($"The document {document.Id} is empty.");

    public ReadOnlyMemory<byte> ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, EndpointJson.Default.Sealed);
}

/// <summary>What each sealed text belongs to.</summary>
internal static class EndpointSecrets
{
    public static string[] Header(string organisation, string endpoint, string url, string name) => ["mcp-header", organisation, endpoint, url, name.ToLowerInvariant()];

    public static string[] ClientSecret(string organisation, string endpoint, string url) => ["mcp-client-secret", organisation, endpoint, url];

    public static string[] Grant(KnownEndpoint endpoint, string user, string issuer) => ["mcp-grant", endpoint.Organisation, user, endpoint.Id, endpoint.Definition.Url, issuer];

    public static string[] SignIn(SigningIn who, string issuer) => ["mcp-sign-in", who.Endpoint.Organisation, who.User, who.Holder, who.Endpoint.Id, who.Endpoint.Definition.Url, issuer];
}
