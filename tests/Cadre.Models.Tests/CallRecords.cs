using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class CallRecords
{
    [Fact]
    public async Task Each_request_is_told_once_it_has_ended()
    {
        var records = new List<ModelCallRecord>();
        await using var server = new ScriptedServer(
            ScriptedServer.Reply(503, "busy"), ScriptedServer.Reply(404, ""), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        var options = Options(server.BaseUrl) with { OnCall = records.Add };
        using var model = Connect(options with
        {
            Endpoint = options.Endpoint with { ApiKey = new("sk-secret-key"), Retries = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } },
        });
        await model.ReplyAsync(Hello());

        Assert.Equal(
            [("responses", 1, 503, ModelFailureKind.Overloaded), ("responses", 2, 404, ModelFailureKind.UnknownModel), ("chat/completions", 2, 200, null)],
            records.Select(record => (record.Path, record.Attempt, record.Status!.Value, record.Failure)));
        var last = records[2];
        Assert.Equal((model.Endpoint.Authority, Model, "req_7", false), (last.Host, last.Model, last.RequestId, last.Abandoned));
        Assert.Equal(server.Requests[2].Body.Length, last.BytesSent);
        Assert.True(last.BytesReceived > 100 && last.FirstByte <= last.Duration);
        Assert.All(records, record => Assert.DoesNotContain("sk-secret-key", record.ToString()));
    }

    [Fact]
    public async Task A_reply_that_nobody_reads_to_its_end_is_abandoned()
    {
        var records = new List<ModelCallRecord>();
        await using var server = new ScriptedServer(ScriptedServer.Stall(Frames.ChatText("x")));
        using var model = Connect(Options(server.BaseUrl, chat: true) with { OnCall = records.Add });
        await foreach (var _ in model.StreamAsync(Hello(), TestContext.Current.CancellationToken)) break;
        Assert.True(Assert.Single(records).Abandoned);
    }
}
