namespace Cadre.Server.Tests.Mcp;

public sealed class An_MCP_client_of_another_user
{
    [Fact]
    public async Task Sees_nothing_of_what_the_tools_keep_for_others()
    {
        await using var harness = await McpHarness.StartAsync();
        await AddAsync(harness, McpHarness.Alice, "of alice");
        await AddAsync(harness, McpHarness.Eve, "of eve");

        Assert.Equal(["of alice"], await NotesAsync(harness, McpHarness.Alice));
        Assert.Empty(await NotesAsync(harness, McpHarness.Bob));
        Assert.Equal(["of eve"], await NotesAsync(harness, McpHarness.Eve));
        await harness.AskAsync(McpHarness.Bob, "tools/call", """{"name":"notes_clear","arguments":{}}""", "notes_clear");
        Assert.Equal(["of alice"], await NotesAsync(harness, McpHarness.Alice));
    }

    [Fact]
    public async Task Finds_no_session_but_the_own_and_cannot_tell_it_from_one_that_never_was()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        var never = await harness.AskInSessionAsync(McpHarness.Alice, "never-was", "tools/list");

        foreach (var stranger in new[] { McpHarness.Bob, McpHarness.Eve, TestServer.Key })
        {
            var asked = await harness.AskInSessionAsync(stranger, session, "tools/list");
            Assert.Equal((404, never.Body.GetRawText(), null), (asked.Status, asked.Body.GetRawText(), asked.Session));
            var streamed = await harness.SendAsync(HttpMethod.Get, stranger, null, request => request.Headers.Add("Mcp-Session-Id", session));
            Assert.Equal(404, streamed.Status);
            var ended = await harness.SendAsync(HttpMethod.Delete, stranger, null, request => request.Headers.Add("Mcp-Session-Id", session));
            Assert.Equal((404, streamed.Body.GetRawText()), (ended.Status, ended.Body.GetRawText()));
        }

        Assert.Equal(200, (await harness.AskInSessionAsync(McpHarness.Alice, session, "tools/list")).Status);
    }

    [Fact]
    public async Task Is_asked_for_in_every_request_of_a_session()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        var limited = TestServer.TokenOf("alice", scope: "tasks:read");

        var listed = await harness.AskInSessionAsync(limited, session, "tools/list");
        Assert.DoesNotContain("notes_add", listed.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(403, (await harness.AskInSessionAsync(limited, session, "tools/call", """{"name":"notes_add","arguments":{"text":"x"}}""")).Status);
        Assert.Equal(401, (await harness.AskInSessionAsync("wrong", session, "tools/list")).Status);
        Assert.Contains("notes_add", (await harness.AskInSessionAsync(McpHarness.Alice, session, "tools/list")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gets_nowhere_with_a_cursor()
    {
        await using var harness = await McpHarness.StartAsync();
        var answers = new List<string>();
        foreach (var token in new[] { McpHarness.Alice, McpHarness.Bob, McpHarness.Eve })
        {
            var answer = await harness.AskAsync(token, "tools/list", """{"cursor":"100"}""");
            Assert.Equal(-32602, answer.ErrorCode);
            answers.Add(answer.Body.GetRawText());
        }

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
    }

    private static Task<McpAnswer> AddAsync(McpHarness harness, string token, string text) =>
        harness.AskAsync(token, "tools/call", $$"""{"name":"notes_add","arguments":{"text":"{{text}}"} }""", "notes_add");

    private static async Task<IEnumerable<string?>> NotesAsync(McpHarness harness, string token)
    {
        var answer = await harness.AskAsync(token, "tools/call", """{"name":"notes_list","arguments":{}}""", "notes_list");
        return [.. answer.Body.GetProperty("result").GetProperty("structuredContent").GetProperty("notes").EnumerateArray().Select(note => note.GetString())];
    }
}
