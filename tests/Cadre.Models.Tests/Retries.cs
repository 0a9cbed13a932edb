using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using Cadre.Models.Retries;
using Cadre.Testing;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Retries
{
    private static readonly ModelReply Reply = new("x", [], StopReason.Finished, new(1, 1), Model);
    private static readonly RetryLimits Limits = new() { FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task The_bound_of_the_delay_doubles_up_to_its_limit()
    {
        var chunks = await RunAsync(Limits, Failing(ModelFailureKind.Overloaded, 4));
        Assert.Equal([0.5, 1, 1.5, 1.5], chunks.OfType<ModelChunk.Retrying>().Select(retry => retry.Delay.TotalSeconds));
        Assert.Equal([1, 2, 3, 4], chunks.OfType<ModelChunk.Retrying>().Select(retry => retry.Attempt));
        Assert.Equal("x", chunks.Completed().Text);
    }

    [Fact]
    public async Task What_the_endpoint_asks_for_is_the_least_that_is_waited()
    {
        var chunks = await RunAsync(Limits, Failing(ModelFailureKind.RateLimited, 1, TimeSpan.FromSeconds(20)));
        Assert.Equal(20.5, Assert.Single(chunks.OfType<ModelChunk.Retrying>()).Delay.TotalSeconds);
    }

    [Fact]
    public async Task A_delay_beyond_the_whole_time_is_not_begun()
    {
        var chunks = await RunAsync(Limits with { MaxTotal = TimeSpan.FromSeconds(30) }, Failing(ModelFailureKind.RateLimited, 9, TimeSpan.FromSeconds(20)));
        Assert.Single(chunks.OfType<ModelChunk.Retrying>());
        Assert.Equal(ModelFailureKind.RateLimited, chunks.Failed().Kind);
    }

    [Theory]
    [InlineData(ModelFailureKind.Unreachable, 5)]
    [InlineData(ModelFailureKind.TimedOut, 5)]
    [InlineData(ModelFailureKind.RateLimited, 5)]
    [InlineData(ModelFailureKind.Overloaded, 5)]
    [InlineData(ModelFailureKind.Cut, 5)]
    [InlineData(ModelFailureKind.Malformed, 2)]
    [InlineData(ModelFailureKind.QuotaExceeded, 1)]
    [InlineData(ModelFailureKind.Unauthorized, 1)]
    [InlineData(ModelFailureKind.UnknownModel, 1)]
    [InlineData(ModelFailureKind.Refused, 1)]
    [InlineData(ModelFailureKind.ContextTooLong, 1)]
    [InlineData(ModelFailureKind.ContentFiltered, 1)]
    public async Task Each_failure_is_tried_as_often_as_it_may_help(ModelFailureKind kind, int attempts)
    {
        var chunks = await RunAsync(Limits, Failing(kind, int.MaxValue));
        Assert.Equal(attempts, 1 + chunks.OfType<ModelChunk.Retrying>().Count());
        Assert.Equal(kind, chunks.Failed().Kind);
    }

    [Fact]
    public async Task A_cut_stream_is_asked_for_again_over_the_wire()
    {
        await using var server = new ScriptedServer(ScriptedServer.Cut(Frames.ChatText("half")), ScriptedServer.Events(Frames.ChatText("whole"), Frames.ChatEnd));
        var options = Options(server.BaseUrl, chat: true);
        using var model = Connect(options with { Endpoint = options.Endpoint with { Retries = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } } });
        var chunks = await model.ChunksAsync(Hello());
        Assert.IsType<ModelChunk.Text>(chunks[0]);
        Assert.Equal(ModelFailureKind.Cut, Assert.IsType<ModelChunk.Retrying>(chunks[1]).Failure.Kind);
        Assert.Equal("whole", chunks.Completed().Text);
    }

    [Theory]
    [InlineData("Retry-After: 7", 7.0)]
    [InlineData("Retry-After: 0.25", 0.25)]
    [InlineData("Retry-After: Sat, 21 Nov 2026 09:00:30 GMT", 30.0)]
    [InlineData("Retry-After: Sat, 21 Nov 2026 08:00:00 GMT", 0.0)]
    [InlineData("Retry-After: 60\r\nretry-after-ms: 1500", 1.5)]
    [InlineData("Retry-After: soon", null)]
    public async Task Retry_after_is_read_in_all_its_forms(string header, double? seconds)
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(429, "{}", headers: header + "\r\n"));
        using var model = Connect(Options(server.BaseUrl, chat: true), new FakeTimeProvider());
        Assert.Equal(seconds, (await model.FailureAsync(Hello())).RetryAfter?.TotalSeconds);
    }

    private static ModelAttempt Failing(ModelFailureKind kind, int times, TimeSpan? retryAfter = null) => (_, attempt, cancellationToken) =>
        One(attempt <= times ? new ModelChunk.Failed(new(kind, "no", RetryAfter: retryAfter)) : new ModelChunk.Completed(Reply), cancellationToken);

    private static async IAsyncEnumerable<ModelChunk> One(ModelChunk chunk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        cancellationToken.ThrowIfCancellationRequested();
        yield return chunk;
    }

    /// <summary>Moves the clock by each delay as soon as it is waited for.</summary>
    private static async Task<List<ModelChunk>> RunAsync(RetryLimits limits, ModelAttempt attempt)
    {
        var time = new FakeTimeProvider();
        var model = new RetryingModel(attempt, limits, time, new Half());
        var chunks = new List<ModelChunk>();
        await using var stream = model.StreamAsync(Hello(), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        while (true)
        {
            var next = stream.MoveNextAsync();
            if (chunks is [.., ModelChunk.Retrying retrying]) time.Advance(retrying.Delay);
            if (!await next) return chunks;
            chunks.Add(stream.Current);
        }
    }

    private sealed class Half : Random
    {
        public override double NextDouble() => 0.5;
    }
}
