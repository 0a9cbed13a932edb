using System.Text.Json;
using Cadre.Engine.Ports;

namespace Cadre.Server.Tests.Isolation;

/// <summary>What the audit has of somebody's attempts to reach what is another's.</summary>
internal static class Attempts
{
    /// <param name="user">As an owner is known.</param>
    /// <returns>The details of each, the newest first.</returns>
    public static async Task<IReadOnlyList<JsonElement>> OfAsync(TestServer server, string user)
    {
        var uri = new Uri(server.Server.Address, $"/api/v1/audit/export?kind={AuditKinds.AccessRefused}&organisation=*&user={user}");
        var lines = await server.Http.GetStringAsync(uri, TestContext.Current.CancellationToken);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("details"))];
    }

    public static async Task<int> CountAsync(TestServer server, string user) => (await OfAsync(server, user)).Count;
}
