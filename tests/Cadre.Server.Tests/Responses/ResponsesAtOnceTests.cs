using System.Text;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Responses;

public sealed class Responses_of_a_conversation_that_are_asked_for_at_once
{
    [Fact]
    public async Task Are_each_shown_all_that_was_said_before()
    {
        await using var server = await TestServer.StartAsync("""{ otherwise: fail, rules: [ { then: { text: "You said {{last_user}}." } } ] }""");
        var (_, conversation) = await server.PostAsync("conversations");
        var id = conversation.GetProperty("id").GetString()!;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async speaker =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var content = new StringContent($$"""{"model":"m","conversation":"{{id}}","input":"{{speaker}}-{{i}}"}""", Encoding.UTF8, "application/json");
                using var response = await server.Http.PostAsync(new Uri("responses", UriKind.Relative), content, TestContext.Current.CancellationToken);
                // Refused while another is open.
                Assert.True((int)response.StatusCode is 200 or 400 or 409, response.StatusCode.ToString());
            }
        }));

        var store = server.Server.Context.Store;
        var runs = await store.ListRunsAsync(Scope.Everything, new() { Thread = id[5..], Limit = 200 }, TestContext.Current.CancellationToken);
        var shown = new List<int>();
        foreach (var run in runs)
            shown.Add(Assert.IsType<RunEvent.Started>(await store.Journal.ReadAsync(run.Run, 0, TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken)).Input.Length);
        Assert.NotEmpty(shown);
        Assert.Equal(Enumerable.Range(0, shown.Count).Select(earlier => 2 * earlier + 1), shown.Order());
    }
}
