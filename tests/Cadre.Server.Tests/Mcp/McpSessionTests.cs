using Cadre.Engine.Tools;
using Cadre.Server.Mcp;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Server.Tests.Mcp;

public sealed class A_session_of_an_MCP_client
{
    private static readonly Owner Alice = new("acme", "user_alice");

    [Fact]
    public async Task Is_gone_after_a_restart_and_the_client_begins_a_new_one()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        Assert.Equal(200, (await harness.AskInSessionAsync(McpHarness.Alice, session, "tools/list")).Status);

        await harness.RestartAsync();

        var stale = await harness.AskInSessionAsync(McpHarness.Alice, session, "tools/list");
        Assert.Equal((404, -32001), (stale.Status, stale.ErrorCode));
        var renewed = await harness.InitializeAsync(McpHarness.Alice, stale: session);
        Assert.NotEqual(session, renewed);
        Assert.Equal(200, (await harness.AskInSessionAsync(McpHarness.Alice, renewed, "tools/list")).Status);
    }

    [Fact]
    public async Task Ends_when_its_client_says_so()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);

        Assert.Equal(204, (await harness.SendAsync(HttpMethod.Delete, McpHarness.Alice, null, request => request.Headers.Add("Mcp-Session-Id", session))).Status);
        Assert.Equal(404, (await harness.SendAsync(HttpMethod.Delete, McpHarness.Alice, null, request => request.Headers.Add("Mcp-Session-Id", session))).Status);
        Assert.Equal(404, (await harness.AskInSessionAsync(McpHarness.Alice, session, "ping")).Status);
    }

    [Fact]
    public async Task Is_needed_by_requests_of_older_revisions()
    {
        await using var harness = await McpHarness.StartAsync();
        Assert.Equal(400, (await harness.AskInSessionAsync(McpHarness.Alice, null, "tools/list")).Status);
        Assert.Equal(405, (await harness.SendAsync(HttpMethod.Get, McpHarness.Alice, null)).Status);
        Assert.Equal(405, (await harness.SendAsync(HttpMethod.Delete, McpHarness.Alice, null)).Status);
    }

    [Fact]
    public async Task Takes_a_notification_without_a_word()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        var answer = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, """{"jsonrpc":"2.0","method":"notifications/initialized"}""", request => request.Headers.Add("Mcp-Session-Id", session));
        Assert.Equal((202, System.Text.Json.JsonValueKind.Undefined), (answer.Status, answer.Body.ValueKind));
    }

    [Fact]
    public async Task Has_one_stream_of_its_own_that_opens_at_once()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        using var http = harness.Server.ClientOf(McpHarness.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Get, harness.Url);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Mcp-Session-Id", session);
        using var stream = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(("text/event-stream", "no"), (stream.Content.Headers.ContentType?.MediaType, stream.Headers.GetValues("X-Accel-Buffering").Single()));
        var second = await harness.SendAsync(HttpMethod.Get, McpHarness.Alice, null, again => again.Headers.Add("Mcp-Session-Id", session));
        Assert.Equal(405, second.Status);
        Assert.Equal(200, (await harness.AskInSessionAsync(McpHarness.Alice, session, "ping")).Status);
    }

    [Fact]
    public async Task Ends_after_its_time_when_nothing_is_asked_in_it()
    {
        var clock = new FakeTimeProvider();
        await using var sessions = new McpSessions(clock);
        var (idle, busy) = (await OpenAsync(sessions), await OpenAsync(sessions));
        idle.Leave();

        clock.Advance(McpSessions.IdleFor - TimeSpan.FromSeconds(1));
        await sessions.EndIdleAsync();
        Assert.Equal(2, sessions.Count);
        clock.Advance(TimeSpan.FromSeconds(1));
        await sessions.EndIdleAsync();
        Assert.Null(sessions.Enter(Alice, idle.Id));
        Assert.Same(busy, sessions.Enter(Alice, busy.Id));
    }

    [Fact]
    public async Task Makes_room_for_a_new_one_of_the_same_user_when_there_are_too_many()
    {
        var clock = new FakeTimeProvider();
        await using var sessions = new McpSessions(clock);
        var others = await OpenAsync(sessions, new("acme", "user_bob"));
        var first = await OpenAsync(sessions);
        for (var i = 1; i < McpSessions.PerUser; i++) await OpenAsync(sessions);

        var full = await Assert.ThrowsAsync<McpRefusal>(() => OpenAsync(sessions));
        Assert.Equal(429, full.Status);
        first.Leave();
        clock.Advance(TimeSpan.FromSeconds(1));
        others.Leave();
        await OpenAsync(sessions);
        Assert.Null(sessions.Enter(Alice, first.Id));
        Assert.NotNull(sessions.Enter(new("acme", "user_bob"), others.Id));
    }

    private static async Task<McpSession> OpenAsync(McpSessions sessions, Owner? owner = null) =>
        await sessions.OpenAsync(owner ?? Alice, id => new(new() { SessionId = id }, new(), NullLoggerFactory.Instance));
}
