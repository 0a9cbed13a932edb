using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;

namespace Cadre.Server.Tests.Operations;

public sealed class A_request_to_the_model
{
    [Fact]
    public async Task Leaves_its_metadata_and_nothing_of_what_was_said()
    {
        await using var server = await TestServer.StartAsync();
        var context = server.Server.Context;
        var run = context.Ids.NewRun();
        var definition = new RunDefinition(new("a", "gpt-secretless", "Be kind.", []), new("default", "admin")) { OnOutage = OutagePolicy.Fail };
        Assert.IsType<RunStart.Started>(await context.Runs.StartAsync(new(run, definition, [new Message.User("The word is sesame.")]), TestContext.Current.CancellationToken));
        await foreach (var update in context.Runs.StreamAsync(new(run), 0, TestContext.Current.CancellationToken))
        {
            if (update is RunUpdate.Fact { Event: RunEvent.Ended ended }) Assert.Equal(RunStatus.Completed, ended.Outcome.Status);
        }

        await server.RestartAsync();
        var (_, log) = await server.SendAsync(HttpMethod.Get, new Uri(server.Server.Address, "api/v1/debug-events").ToString());
        Assert.Equal(200, log.GetProperty("data")[0].GetProperty("status").GetInt32());
        Assert.DoesNotContain("sesame", log.GetRawText(), StringComparison.Ordinal);
    }
}
