using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Tests.Operations;

public sealed class The_description
{
    private static readonly string[] Own = ["/api/", "/policies/", "/healthz", "/readyz", "/v1/cadre/"];

    [Fact]
    public async Task Has_every_operation_of_Cadres_own_and_no_other()
    {
        await using var server = await TestServer.StartAsync();
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync(new Uri(server.Server.Address, "openapi.json"), TestContext.Current.CancellationToken));
        var described =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select $"{operation.Name.ToUpperInvariant()} {path.Name}";
        var served =
            from route in server.Server.Routes
            where Own.Any(own => route.RoutePattern.RawText!.StartsWith(own, StringComparison.Ordinal))
            from method in route.Metadata.OfType<HttpMethodMetadata>().Single().HttpMethods
            select $"{method} {route.RoutePattern.RawText}";
        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }
}
