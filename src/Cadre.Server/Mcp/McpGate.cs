using System.Net;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Mcp;

/// <summary>Against DNS rebinding: a page of some other site must not reach the server by the user's browser.</summary>
internal sealed class McpGate(params IEnumerable<Uri?> addresses)
{
    private readonly HashSet<string> _names = new(addresses.Select(address => address?.Host ?? "localhost").Append("localhost"), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="McpRefusal">403: the request names a host, or comes from a page of one, that is not this server.</exception>
    public void Check(HttpContext http)
    {
        if (!IsOwn(http.Request.Host.Host, http)) throw Foreign($"The host '{http.Request.Host.Value}' is not this server. Behind a proxy its public address must be set.");
        if (http.Request.Headers.TryGetValue("Origin", out var origin) && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) && IsOwn(page.Host, http)))
            throw Foreign("Pages of this origin may not use the server.");
    }

    /// <summary>A configured name, loopback, or the very address on which the request came.</summary>
    private bool IsOwn(string host, HttpContext http)
    {
        if (_names.Contains(host)) return true;
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || address.Equals(Plain(http.Connection.LocalIpAddress)));
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private static McpRefusal Foreign(string why) => new(StatusCodes.Status403Forbidden, McpRefusal.ServerError, why);
}
