using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Cadre.Server.Tests.Identity;

/// <summary>Over all routes that the server has, so that one made later is tried too.</summary>
public sealed class Every_route
{
    /// <summary>The last two are for OAuth with MCP servers: where a browser comes back with a state that was given out, and what this server is as a client.</summary>
    private static readonly string[] Open = ["/healthz", "/readyz", "/openapi.json", "/.well-known/", "/api/v1/mcp/callback", "/api/v1/mcp/client.json"];

    /// <summary>What every token reaches; and an upload of ChatKit, which is proven by its own address.</summary>
    private static readonly string[] Anybodys = ["/api/v1/me", "/api/v1/usage", "/api/v1/chat", "/mcp", "/v1/chatkit/uploads/"];

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("Bearer sk-cadre-0000000000000000000000000000000000000000")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.")]
    public async Task Asks_who_is_calling(string? authorization) => await AllAnswerAsync(401, authorization, Open);

    [Fact]
    public async Task Is_closed_to_a_token_that_is_for_something_else() =>
        await AllAnswerAsync(403, $"Bearer {TestServer.TokenOf("alice", role: "admin", scope: "tasks:write")}", [.. Open, .. Anybodys, "/api/v1/tasks"]);

    [Fact]
    public async Task Says_how_to_prove_it()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Server.Address };
        using var nothing = await http.GetAsync("api/v1/me", TestContext.Current.CancellationToken);
        Assert.Equal("Bearer", nothing.Headers.WwwAuthenticate.ToString());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestServer.TokenOf("alice", lifetime: TimeSpan.FromMinutes(-5)));
        using var expired = await http.GetAsync("api/v1/me", TestContext.Current.CancellationToken);
        Assert.Equal("Bearer error=\"invalid_token\", error_description=\"The token has expired.\"", expired.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Refuses_two_proofs_at_once()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/me");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {TestServer.Key}", $"Bearer {TestServer.TokenOf("alice")}"]);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)answer.StatusCode);
    }

    private static async Task AllAnswerAsync(int status, string? authorization, string[] except)
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient();
        var wrong = new List<string>();
        var tried = 0;
        foreach (var route in server.Server.Routes)
        {
            var path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => segment.Parts is [RoutePatternLiteralPart literal] ? literal.Content : "x"));
            if (except.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal))) continue;
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                tried++;
                using var request = new HttpRequestMessage(new(method), new Uri(server.Server.Address, path));
                if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                if (authorization is not null) Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
                using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
                if ((int)answer.StatusCode != status) wrong.Add($"{method} {path}: {(int)answer.StatusCode}");
            }
        }

        Assert.Empty(wrong);
        Assert.InRange(tried, 100, 1000);
    }
}
