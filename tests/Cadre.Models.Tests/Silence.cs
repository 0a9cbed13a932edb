using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using Cadre.Testing;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Silence
{
    private static readonly Timeouts Short = new() { FirstByte = TimeSpan.FromSeconds(60), BetweenBytes = TimeSpan.FromSeconds(20), Whole = TimeSpan.FromSeconds(90) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_the_first_byte_is_borne_for_its_time(bool sendsHeaders)
    {
        var time = new FakeTimeProvider();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedServer.Step quiet = sendsHeaders ? ScriptedServer.Stall() : ScriptedServer.Silence();
        await using var server = new ScriptedServer((connection, stopped) =>
        {
            reached.SetResult();
            return quiet(connection, stopped);
        });
        using var model = Connect(With(server, Short), time);

        var asked = model.FailureAsync(Hello());
        await reached.Task;
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        var failure = await asked;

        Assert.Equal(ModelFailureKind.TimedOut, failure.Kind);
        Assert.Contains("sent nothing within 60 s", failure.Message);
    }

    [Fact]
    public async Task Inside_the_reply_is_borne_for_its_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(ScriptedServer.Stall(Frames.ChatText("x")));
        using var model = Connect(With(server, Short), time);
        await using var chunks = model.StreamAsync(Hello(), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await chunks.MoveNextAsync());

        var next = chunks.MoveNextAsync();
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(21));
        Assert.True(await next);

        var failure = Assert.IsType<ModelChunk.Failed>(chunks.Current).Failure;
        Assert.Equal(ModelFailureKind.TimedOut, failure.Kind);
        Assert.Contains("fell silent for 20 s", failure.Message);
    }

    [Fact]
    public async Task Keep_alive_comments_cannot_stretch_a_reply_for_ever()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(async (connection, stopped) =>
        {
            await ScriptedServer.Cut(Frames.ChatText("x"))(connection, stopped);
            while (true)
            {
                time.Advance(TimeSpan.FromSeconds(5));
                await connection.WriteAsync("3\r\n:\n\n\r\n"u8.ToArray(), stopped);
                await Task.Delay(5, stopped);
            }
        });
        using var model = Connect(With(server, Short), time);
        var failure = await model.FailureAsync(Hello());
        Assert.Equal(ModelFailureKind.TimedOut, failure.Kind);
    }

    [Fact]
    public async Task After_the_reason_to_finish_does_not_spoil_the_reply()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(ScriptedServer.Stall(Frames.ChatText("x") + Frames.ChatEnd));
        using var model = Connect(With(server, Short), time);
        await using var chunks = model.StreamAsync(Hello(), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await chunks.MoveNextAsync());
        var next = chunks.MoveNextAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.True(await next);
        Assert.IsType<ModelChunk.Completed>(chunks.Current);
    }

    private static EndpointOptions With(ScriptedServer server, Timeouts timeouts)
    {
        var options = Options(server.BaseUrl, chat: true);
        return options with { Endpoint = options.Endpoint with { Timeouts = timeouts } };
    }
}
