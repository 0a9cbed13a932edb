using System.Text.Json;
using Cadre.Server.Audit;
using Cadre.Server.Tests.Assistants;

namespace Cadre.Server.Tests.Audit;

public sealed class An_attempt_to_reach_what_is_anothers
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_on_record_with_who_asked_for_what_of_whose_and_where()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("Secret");
        using var eve = server.ClientOfPerson("eve", "other");
        using var answer = await eve.GetAsync(new Uri(eve.BaseAddress!, $"threads/{thread}"), Cancellation);
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(404, (await TestServer.SendAsync(eve, HttpMethod.Get, "threads/thread_neverWas")).Status);
        var entry = Assert.Single(await RefusedAsync(server.Http));
        Assert.Equal($"user:{TestServer.PersonOf("eve")}", entry.Text("actor"));
        var details = entry.GetProperty("details");
        Assert.Equal(("other", TestServer.PersonOf("eve"), "default", "admin"), (details.Text("organisation"), details.Text("user"), details.Text("owner_organisation"), details.Text("owner_user")));
        Assert.Equal(("thread", thread["thread_".Length..], "GET /v1/threads/{thread}"), (details.Text("thing"), details.Text("id"), details.Text("route")));
        Assert.Equal(Assert.Single(answer.Headers.GetValues("x-request-id")), details.Text("request_id"));
    }

    [Fact]
    public async Task Is_shown_to_those_whose_thing_it_is_and_not_to_who_asked()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("Secret");
        using var eve = server.ClientOfPerson("eve", "other", "admin");
        await TestServer.SendAsync(eve, HttpMethod.Get, $"threads/{thread}");
        Assert.Empty(await RefusedAsync(eve));
        Assert.Single(await RefusedAsync(server.Http));
    }

    [Fact]
    public async Task Is_counted_when_there_are_too_many_and_none_is_lost_at_the_end()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("Secret");
        using (var eve = server.ClientOfPerson("eve", "other"))
        {
            for (var i = 0; i < AccessWatch.DefaultEntriesPerMinute + 25; i++) await TestServer.SendAsync(eve, HttpMethod.Get, $"threads/{thread}");
        }

        using (var bob = server.ClientOfPerson("bob")) await TestServer.SendAsync(bob, HttpMethod.Get, $"threads/{thread}");
        await server.RestartAsync();
        var entries = await RefusedAsync(server.Http);
        var counted = entries.Where(entry => entry.GetProperty("details").TryGetProperty("count", out _)).Sum(entry => int.Parse(entry.GetProperty("details").Text("count"), System.Globalization.CultureInfo.InvariantCulture));
        var single = entries.Where(entry => entry.GetProperty("details").TryGetProperty("id", out _)).ToList();
        Assert.Equal(AccessWatch.DefaultEntriesPerMinute + 25 + 1, counted + single.Count);
        Assert.Single(single, entry => entry.Text("actor") == $"user:{TestServer.PersonOf("bob")}");
        Assert.InRange(single.Count, AccessWatch.DefaultEntriesPerMinute + 1, (2 * AccessWatch.DefaultEntriesPerMinute) + 1);
    }

    private static async Task<IReadOnlyList<JsonElement>> RefusedAsync(HttpClient http)
    {
        var (status, body) = await TestServer.SendAsync(http, HttpMethod.Get, "/api/v1/audit?kind=access_refused&limit=1000");
        Assert.True(status == 200, body.ToString());
        return [.. body.GetProperty("data").EnumerateArray()];
    }
}
