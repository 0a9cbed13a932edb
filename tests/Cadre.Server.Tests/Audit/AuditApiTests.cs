using System.Net.Http.Headers;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Server.Tests.Assistants;

namespace Cadre.Server.Tests.Audit;

public sealed class The_audit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Has_what_a_run_did_for_whom_and_how_it_ended()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var run = await RunAsync(server);
        var entries = await ReadAsync(server.Http, $"?run={run}");
        Assert.Equal([AuditKinds.RunEnd, AuditKinds.RunStart], entries.Select(entry => entry.Text("kind")));
        Assert.All(entries, entry => Assert.Equal(("default", "admin"), (entry.GetProperty("details").Text("organisation"), entry.GetProperty("details").Text("user"))));
        Assert.Equal("Completed", entries[0].GetProperty("details").Text("status"));
        Assert.Equal(entries.Count, (await ReadAsync(server.Http, $"?run={run[4..]}&kind=run_started,run_ended&user=admin&from=2020-01-01")).Count);
        Assert.Empty(await ReadAsync(server.Http, $"?run={run}&to=2020-01-01T00:00:00Z"));
        Assert.Single(await ReadAsync(server.Http, $"?run={run}&outcome=completed"));
        Assert.Single(await ReadAsync(server.Http, $"?run={run}&q=COMPLETED"));
    }

    [Fact]
    public async Task Shows_each_organisation_its_own_entries_and_the_first_all()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        await RunAsync(server);
        using var other = await AdministratorAsync(server, "other");
        Assert.DoesNotContain(await ReadAsync(other, ""), entry => entry.GetProperty("details").Text("organisation") != "other");
        Assert.Equal(403, (await GetAsync(other, "?organisation=default")).Status);
        Assert.Equal(403, (await GetAsync(other, "?organisation=*")).Status);
        Assert.Equal(200, (await GetAsync(other, "?organisation=other")).Status);
        Assert.Equal(403, (await GetAsync(other, "/verify")).Status);
        await GetTextAsync(other, "/export");
        Assert.Single(await ReadAsync(other, $"?kind={AuditKinds.AuditExport}"));
        Assert.Single(await ReadAsync(server.Http, $"?organisation=other&kind={AuditKinds.AuditExport}"));
        Assert.DoesNotContain(await ReadAsync(server.Http, ""), entry => entry.GetProperty("details").Text("organisation") != "default");
        Assert.Equal(2, (await ReadAsync(server.Http, "?organisation=*")).Select(entry => entry.GetProperty("details").TryGetProperty("organisation", out var of) ? of.GetString() : null).OfType<string>().Distinct().Count());
    }

    [Fact]
    public async Task Is_for_operators_only()
    {
        await using var server = await TestServer.StartAsync();
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new("default", "user_alice"), new("alice", ""), null, Cancellation);
        using var alice = server.ClientOf(key);
        foreach (var path in new[] { "", "/export", "/verify" }) Assert.Equal(403, (await GetAsync(alice, path)).Status);
    }

    [Fact]
    public async Task Is_paged_by_a_cursor_and_exported_as_lines()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        for (var i = 0; i < 4; i++) await RunAsync(server);
        var all = await ReadAsync(server.Http, "?limit=1000&kind=run_started&kind=run_ended");
        Assert.Equal(8, all.Count);
        var paged = new List<JsonElement>();
        for (var cursor = ""; ;)
        {
            var (status, page) = await GetAsync(server.Http, $"?limit=3&kind=run_started&kind=run_ended&cursor={cursor}");
            Assert.Equal(200, status);
            paged.AddRange(page.GetProperty("data").EnumerateArray());
            Assert.Equal(page.GetProperty("has_more").GetBoolean(), page.GetProperty("next_cursor").ValueKind == JsonValueKind.String);
            if (!page.GetProperty("has_more").GetBoolean()) break;
            cursor = page.Text("next_cursor");
        }

        Assert.Equal(all.Select(entry => entry.ToString()), paged.Select(entry => entry.ToString()));
        Assert.Equal(all.Select(entry => entry.ToString()), (await GetTextAsync(server.Http, "/export?kind=run_started,run_ended")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var lines = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Server.Address, "api/v1/audit?kind=run_started,run_ended"));
        lines.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        using var answer = await server.Http.SendAsync(lines, Cancellation);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(all.Count, (await answer.Content.ReadAsStringAsync(Cancellation)).Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("?cursor=x")]
    [InlineData("?cursor=0-1")]
    [InlineData("?cursor=ffff-0")]
    [InlineData("?from=yesterday")]
    [InlineData("?run=%20")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=0")]
    public async Task Refuses_what_it_cannot_read(string query)
    {
        await using var server = await TestServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, "/policies/reload");
        var (status, problem) = await GetAsync(server.Http, query);
        Assert.True(status == 400, problem.ToString());
        Assert.Contains(problem.Text("parameter"), query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_verified_over_http()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        await RunAsync(server);
        var (status, found) = await GetAsync(server.Http, "/verify");
        Assert.Equal((200, true), (status, found.GetProperty("ok").GetBoolean()));
        Assert.True(found.GetProperty("entries").GetInt64() >= 2);
        Assert.True(found.GetProperty("from").GetDateTimeOffset() <= found.GetProperty("to").GetDateTimeOffset());
        var file = System.IO.Directory.GetFiles(Path.Combine(server.Directory, "audit"))[0];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancellation)).Replace("run_started", "run_stolen_", StringComparison.Ordinal), Cancellation);
        (_, found) = await GetAsync(server.Http, "/verify");
        Assert.False(found.GetProperty("ok").GetBoolean());
        Assert.Equal("changed", Assert.Single(found.GetProperty("findings").EnumerateArray()).Text("kind"));
    }

    [Fact]
    public async Task Has_each_reload_of_the_policy_with_who_asked_for_it()
    {
        var errors = new List<string>();
        await using var server = await TestServer.StartAsync(change: parts => parts with { ReloadPolicies = _ => ValueTask.FromResult<IReadOnlyList<string>>([.. errors]) });
        await server.SendAsync(HttpMethod.Post, "/policies/reload");
        errors.Add("rules.yaml:3: nonsense");
        Assert.Equal(422, (await server.SendAsync(HttpMethod.Post, "/policies/reload")).Status);
        var entries = await ReadAsync(server.Http, "?kind=policy_reload");
        Assert.Equal(["refused", "unchanged"], entries.Select(entry => entry.GetProperty("details").Text("outcome")));
        var details = entries[0].GetProperty("details");
        Assert.Equal(("user:admin", "default", "admin", "rules.yaml:3: nonsense"), (entries[0].Text("actor"), details.Text("organisation"), details.Text("user"), details.Text("errors")));
        Assert.Equal(server.Server.Context.Engine.Policies.Current.Hash, details.Text("policy_hash"));
        Assert.Equal(details.Text("policy_hash"), details.Text("policy_hash_before"));
    }

    private static async Task<string> RunAsync(TestServer server)
    {
        var thread = await server.NewThreadAsync("Hello");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync());
        Assert.Equal("completed", (await server.PollAsync(thread, run)).Text("status"));
        return run;
    }

    private static async Task<HttpClient> AdministratorAsync(TestServer server, string organisation)
    {
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new(organisation, "ops"), new("ops", "") { Administrator = true }, null, Cancellation);
        return server.ClientOf(key);
    }

    private static Task<(int Status, JsonElement Body)> GetAsync(HttpClient http, string query) => TestServer.SendAsync(http, HttpMethod.Get, $"/api/v1/audit{query}");

    private static async Task<string> GetTextAsync(HttpClient http, string query) => await http.GetStringAsync(new Uri(http.BaseAddress!, $"/api/v1/audit{query}"), Cancellation);

    private static async Task<IReadOnlyList<JsonElement>> ReadAsync(HttpClient http, string query)
    {
        var (status, body) = await GetAsync(http, query);
        Assert.True(status == 200, body.ToString());
        return [.. body.GetProperty("data").EnumerateArray()];
    }
}
