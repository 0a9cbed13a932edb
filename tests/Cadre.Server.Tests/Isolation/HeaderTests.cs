using System.Net;
using System.Text;
using System.Text.Json;
using Cadre.Server.Tests.Assistants;
using Cadre.Server.Tests.Mcp;

namespace Cadre.Server.Tests.Isolation;

/// <summary>What a header names or repeats: ETags, idempotency keys, places in streams, sessions of MCP.</summary>
public sealed class A_header_that_was_made_for_another
{
    private const string Secret = "quince-4711";

    public static TheoryData<string, string> Others => new() { { "bob", "acme" }, { "eve", "other" } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Says_nothing_of_a_thing_by_its_etag(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = server.ClientOfPerson("alice");
        using var other = server.ClientOfPerson(user, organisation);
        var made = await SendAsync(alice, HttpMethod.Post, "/api/v1/tasks", $$"""{"title":"{{Secret}}"}""");
        var path = $"/api/v1/tasks/{JsonElement.Parse(made.Body).Text("id")}";
        var nothing = await SendAsync(other, HttpMethod.Get, Belongings.NeverWas(path));
        foreach (var etag in new[] { made.ETag!, "\"0\"", "*", "\"99\"" })
        {
            foreach (var (method, body) in new[] { (HttpMethod.Get, null), (HttpMethod.Patch, """{"title":"mine now"}"""), (HttpMethod.Put, """{"title":"mine now"}"""), (HttpMethod.Delete, null), (HttpMethod.Post, (string?)null) })
            {
                foreach (var header in new[] { "If-Match", "If-None-Match" })
                {
                    var answer = await SendAsync(other, method, method == HttpMethod.Post ? path + "/complete" : path, body, (header, etag));
                    Assert.Equal((HttpStatusCode.NotFound, nothing.Body.Length, null), (answer.Status, answer.Body.Length, answer.ETag));
                }
            }
        }

        Assert.Equal((HttpStatusCode.NotModified, ""), await SendAsync(alice, HttpMethod.Get, path, null, ("If-None-Match", made.ETag!)) is var mine ? (mine.Status, mine.Body) : default);
        Assert.NotEmpty(await Attempts.OfAsync(server, TestServer.PersonOf(user)));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Repeats_no_answer_of_another_by_an_idempotency_key(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        using var alice = server.ClientOfPerson("alice");
        using var other = server.ClientOfPerson(user, organisation);
        foreach (var (path, body) in new[]
        {
            ("/api/v1/chat", $$"""{"message":"{{Secret}}"}"""), ("/v1/threads", """{"metadata":{"a":"b"} }"""), ("/v1/responses", $$"""{"model":"m","input":"{{Secret}}"}"""), ("/v1/assistants", """{"model":"m"}"""),
        })
        {
            var hers = await SendAsync(alice, HttpMethod.Post, path, body, ("Idempotency-Key", "k1"));
            var again = await SendAsync(alice, HttpMethod.Post, path, body, ("Idempotency-Key", "k1"));
            var others = await SendAsync(other, HttpMethod.Post, path, body, ("Idempotency-Key", "k1"));
            Assert.Equal(hers.Body, again.Body);
            Assert.True((int)others.Status < 300, others.Body);
            Assert.NotEqual(hers.Body, others.Body);
            Assert.Empty(IdsOf(hers.Body).Intersect(IdsOf(others.Body)));
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Resumes_no_stream_of_another(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        using var alice = server.ClientOfPerson("alice");
        using var other = server.ClientOfPerson(user, organisation);
        var hers = await Belongings.MakeAsync(alice, Secret, null);
        var told = await SendAsync(alice, HttpMethod.Get, hers.Fill("/v1/threads/{thread}/runs/{run}/events"));
        var first = told.Body.Split('\n').First(line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..];
        foreach (var (path, header) in new[]
        {
            ("/v1/responses/{response}?stream=true", null), ("/v1/responses/{response}?stream=true&starting_after=2", null), ("/v1/responses/{background}?stream=true", null),
            ("/v1/threads/{thread}/runs/{run}/events", null), ("/v1/threads/{thread}/runs/{run}/events", first), ("/v1/agents/sessions/{session}/events", null), ("/v1/agents/sessions/{session}/events", "1"),
            ("/api/v1/chat/conversations/{said}/stream", null), ("/api/v1/chat/conversations/{said}/stream", "1"), ("/api/v1/chat/conversations/{said}/stream", (string?)"1-1"),
        })
        {
            var before = await Attempts.CountAsync(server, TestServer.PersonOf(user));
            var answer = await SendAsync(other, HttpMethod.Get, hers.Fill(path), null, header is null ? null : ("Last-Event-ID", header));
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{path} {header}: {answer.Status} {answer.Body}");
            Assert.DoesNotContain(Secret, answer.Body, StringComparison.Ordinal);
            Assert.True(await Attempts.CountAsync(server, TestServer.PersonOf(user)) > before, $"{path} {header} is not on record");
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Enters_no_MCP_session_of_another(string user, string organisation)
    {
        await using var harness = await McpHarness.StartAsync();
        var (hers, others) = (TestServer.TokenOf("alice"), TestServer.TokenOf(user, organisation));
        var session = await harness.InitializeAsync(hers);
        var unknown = await harness.AskInSessionAsync(others, Belongings.NeverWas(session), "tools/list");
        var asked = await harness.AskInSessionAsync(others, session, "tools/list");
        Assert.Equal((404, 404, unknown.Body.ToString()), (unknown.Status, asked.Status, asked.Body.ToString()));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            var answer = await harness.SendAsync(method, others, null, request => request.Headers.Add("Mcp-Session-Id", session));
            Assert.Equal(404, answer.Status);
        }

        Assert.Equal(200, (await harness.AskInSessionAsync(hers, session, "tools/list")).Status);
        Assert.Equal(3, (await Attempts.OfAsync(harness.Server, TestServer.PersonOf(user))).Count(attempt => attempt.Text("thing") == "mcp_session"));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Or_a_cursor_gives_a_place_among_ones_own_things_only(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = server.ClientOfPerson("alice");
        using var other = server.ClientOfPerson(user, organisation);
        for (var i = 0; i < 4; i++)
        {
            await SendAsync(alice, HttpMethod.Post, "/api/v1/tasks", $$"""{"title":"{{Secret}} {{i}}"}""");
            await SendAsync(other, HttpMethod.Post, "/api/v1/tasks", $$"""{"title":"plum {{i}}"}""");
        }

        foreach (var sort in new[] { "title", "created_at" })
        {
            var page = JsonElement.Parse((await SendAsync(alice, HttpMethod.Get, $"/api/v1/tasks?limit=2&sort={sort}")).Body);
            var cursor = page.EnumerateObject().First(member => member.Name.Contains("cursor", StringComparison.Ordinal)).Value.GetString()!;
            var answer = await SendAsync(other, HttpMethod.Get, $"/api/v1/tasks?limit=2&sort={sort}&cursor={Uri.EscapeDataString(cursor)}");
            Assert.True((int)answer.Status is 200 or 400 or 404, answer.Body);
            Assert.DoesNotContain(Secret, answer.Body, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> IdsOf(string body) => System.Text.RegularExpressions.Regex.Matches(body, "[a-z]+_[0-9A-Za-z]{16,}").Select(match => match.Value);

    private static async Task<(HttpStatusCode Status, string Body, string? ETag)> SendAsync(HttpClient http, HttpMethod method, string path, string? body = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("OpenAI-Beta", "agents=v1");
        if (header is { } given) request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation), answer.Headers.ETag?.ToString());
    }
}
