using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Assistants;

public sealed class Runs_of_a_thread_that_are_asked_for_at_once
{
    [Fact]
    public async Task Are_each_shown_all_that_was_said_before()
    {
        await using var server = await TestServer.StartAsync("""{ otherwise: fail, rules: [ { then: { text: "You said {{last_user}}." } } ] }""");
        var (_, assistant) = await server.PostAsync("assistants", """{"model":"m"}""");
        var (_, thread) = await server.PostAsync("threads");
        var id = thread.GetProperty("id").GetString()!;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async speaker =>
        {
            for (var i = 0; i < 20; i++)
            {
                var body = $$"""{"assistant_id":"{{assistant.GetProperty("id").GetString()}}","stream":true,"additional_messages":[{"role":"user","content":"{{speaker}}-{{i}}"}]}""";
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                // Refused while another is open; otherwise the stream ends with the run.
                using var response = await server.Http.PostAsync(new Uri($"threads/{id}/runs", UriKind.Relative), content, TestContext.Current.CancellationToken);
                Assert.True((int)response.StatusCode is 200 or 400 or 409, response.StatusCode.ToString());
            }
        }));

        var store = server.Server.Context.Store;
        var runs = await store.ListRunsAsync(Scope.Everything, new() { Thread = id[7..], Limit = 200 }, TestContext.Current.CancellationToken);
        var shown = new List<int>();
        foreach (var run in runs)
            shown.Add(Assert.IsType<RunEvent.Started>(await store.Journal.ReadAsync(run.Run, 0, TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken)).Input.Length);
        Assert.NotEmpty(shown);
        Assert.Equal(Enumerable.Range(0, shown.Count).Select(earlier => 2 * earlier + 1), shown.Order());
    }
}
