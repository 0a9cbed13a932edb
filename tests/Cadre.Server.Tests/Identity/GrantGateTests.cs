using System.Net;
using System.Text;

namespace Cadre.Server.Tests.Identity;

public sealed class A_limited_token
{
    [Theory]
    [InlineData("tasks:read", "GET", "/api/v1/tasks", 200)]
    [InlineData("tasks:read", "POST", "/api/v1/tasks", 403)]
    [InlineData("tasks:write", "GET", "/api/v1/tasks", 403)]
    [InlineData("tasks:write", "POST", "/api/v1/tasks", 201)]
    [InlineData("tasks:write", "GET", "/v1/assistants", 403)]
    [InlineData("assistants:read", "GET", "/v1/assistants", 200)]
    [InlineData("assistants:read", "POST", "/v1/threads", 403)]
    [InlineData("assistants:run", "POST", "/v1/threads", 200)]
    [InlineData("assistants:run", "POST", "/api/v1/chat/conversations/conv_x/approvals/call_x", 403)]
    [InlineData("approvals:decide", "POST", "/api/v1/chat/conversations/conv_x/approvals/call_x", 404)]
    [InlineData("tasks:read", "GET", "/api/v1/me", 200)]
    [InlineData("tasks:read tasks:write assistants:read assistants:run approvals:decide", "GET", "/api/v1/keys", 403)]
    [InlineData("openid profile", "POST", "/api/v1/tasks", 201)]
    [InlineData("openid profile", "GET", "/api/v1/keys", 200)]
    public async Task Reaches_what_it_names(string scopes, string method, string path, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.ClientOfPerson("alice", role: "admin", scope: scopes);
        using var request = new HttpRequestMessage(new(method), path);
        var body = path.EndsWith("tasks", StringComparison.Ordinal) ? """{"title":"milk"}""" : path.Contains("/approvals", StringComparison.Ordinal) ? """{"decision":"approve","hash":"x"}""" : "{}";
        if (method == "POST") request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(status == 403, answer.Headers.WwwAuthenticate.ToString().Contains("insufficient_scope", StringComparison.Ordinal));
    }
}
