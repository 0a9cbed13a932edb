using Cadre.Server.Tests.Sessions;

namespace Cadre.Server.Tests.Platform;

public sealed class What_is_anothers_on_the_platform
{
    [Theory]
    [InlineData("bob", "acme")]
    [InlineData("alice", "other")]
    public async Task Is_told_of_in_the_words_for_what_is_not_there(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        await using var stranger = await PlatformClient.OfPersonAsync(server, user, organisation);
        using var http = server.ClientOfPerson("alice");
        var assistant = await Talk.AgentAsync(http, "count");
        var asked = await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"count"}""");
        var (session, run) = (asked.GetProperty("session_id").GetString()!, asked.GetProperty("run_id").GetString()!);
        (string Tool, string Arguments, string Id)[] calls =
        [
            ("assistant_run", """{"assistant_id":"ID","message":"hello"}""", assistant),
            ("assistant_run", $$"""{"assistant_id":"{{assistant}}","session_id":"ID","message":"hello"}""", session),
            ("session_get", """{"session_id":"ID"}""", session),
            ("session_process_message", """{"session_id":"ID","message":"hello"}""", session),
            ("runs_list", """{"session_id":"ID"}""", session),
            ("run_get", """{"run_id":"ID"}""", run),
            ("run_cancel", """{"run_id":"ID"}""", run),
            ("approval_decide", """{"run_id":"ID","call_id":"c","hash":"h","decision":"approve"}""", run),
        ];
        foreach (var (tool, arguments, id) in calls)
        {
            // An id of the same form that nobody has.
            var nobodys = id[..^4] + "zzzz";
            var refusal = await stranger.RefusalAsync(tool, arguments.Replace("ID", id, StringComparison.Ordinal));
            Assert.Equal(await stranger.RefusalAsync(tool, arguments.Replace("ID", nobodys, StringComparison.Ordinal)), refusal.Replace(id, nobodys, StringComparison.Ordinal));
        }

        foreach (var (tool, list) in new[] { ("assistants_list", "assistants"), ("sessions_list", "sessions"), ("runs_list", "runs"), ("approvals_list", "approvals") })
            Assert.Empty((await stranger.CallAsync(tool)).GetProperty(list).EnumerateArray());
        Assert.Empty((await stranger.CallAsync("sessions_list", $$"""{"user_id":"{{TestServer.PersonOf("alice")}}"}""")).GetProperty("sessions").EnumerateArray());
        Assert.Equal("requires_action", Talk.Status(await alice.CallAsync("run_get", $$"""{"run_id":"{{run}}"}""")));
    }
}
