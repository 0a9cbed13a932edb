using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using Cadre.Simulator;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

/// <summary>Every fault that the simulator can play, over a socket and on both wires.</summary>
public sealed class SimulatorFaults
{
    private static readonly Timeouts Short = new() { FirstByte = TimeSpan.FromSeconds(2), BetweenBytes = TimeSpan.FromSeconds(2) };

    public static TheoryData<string, ModelFailureKind, bool> Faults()
    {
        var data = new TheoryData<string, ModelFailureKind, bool>();
        foreach (var chat in (bool[])[true, false])
        {
            data.Add("fault: { kind: status, status: 429, retry_after: 3s }", ModelFailureKind.RateLimited, chat);
            data.Add("fault: { kind: status, status: 429, code: insufficient_quota }", ModelFailureKind.QuotaExceeded, chat);
            data.Add("fault: 500", ModelFailureKind.Overloaded, chat);
            data.Add("fault: 503", ModelFailureKind.Overloaded, chat);
            data.Add("fault: 401", ModelFailureKind.Unauthorized, chat);
            data.Add("fault: { kind: status, status: 400, code: context_length_exceeded }", ModelFailureKind.ContextTooLong, chat);
            data.Add("fault: { kind: status, status: 400, code: content_filter }", ModelFailureKind.ContentFiltered, chat);
            data.Add("fault: 422", ModelFailureKind.Refused, chat);
            data.Add("fault: 404", ModelFailureKind.UnknownModel, chat);
            data.Add("fault: reset", ModelFailureKind.Cut, chat);
            data.Add("fault: stall_before", ModelFailureKind.TimedOut, chat);
            data.Add("text: a long enough answer to stall in, chunk_size: 4, fault: stall", ModelFailureKind.TimedOut, chat);
            data.Add("text: a long enough answer to be cut, chunk_size: 4, fault: cut", ModelFailureKind.Cut, chat);
            data.Add("text: a long enough answer to end early, chunk_size: 4, fault: end_early", ModelFailureKind.Cut, chat);
            data.Add("text: a long enough answer to break, chunk_size: 4, fault: malformed", ModelFailureKind.Malformed, chat);
            data.Add("text: a long enough answer to fail in, chunk_size: 4, fault: error_event", ModelFailureKind.Overloaded, chat);
            data.Add("flood_mib: 12", ModelFailureKind.Malformed, chat);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Has_its_typed_failure(string then, ModelFailureKind kind, bool chat)
    {
        await using var simulator = await StartAsync($"rules: [{{ then: {{ {then} }} }}]");
        using var model = Connect(With(simulator, chat, RetryLimits.None, kind == ModelFailureKind.TimedOut ? Short : null));
        var failure = await model.FailureAsync(Hello(model: "simulator"));
        Assert.Equal(kind, failure.Kind);
        if (kind == ModelFailureKind.RateLimited) Assert.Equal(TimeSpan.FromSeconds(3), failure.RetryAfter);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_passing_kind_ends_in_the_answer(bool chat)
    {
        await using var simulator = await StartAsync("""
            rules:
              - { times: 1, then: { fault: { kind: status, status: 429, retry_after: 10ms } } }
              - { times: 1, then: { fault: 500 } }
              - { times: 1, then: { text: a long enough answer to be cut, chunk_size: 4, fault: cut } }
              - { then: { text: at last } }
            """);
        using var model = Connect(With(simulator, chat, new() { FirstDelay = TimeSpan.FromMilliseconds(1) }));
        var chunks = await model.ChunksAsync(Hello(model: "simulator"));
        Assert.Equal([ModelFailureKind.RateLimited, ModelFailureKind.Overloaded, ModelFailureKind.Cut], chunks.OfType<ModelChunk.Retrying>().Select(retry => retry.Failure.Kind));
        Assert.Equal("at last", chunks.Completed().Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_refused_connection_passes_when_the_endpoint_is_back(bool chat)
    {
        await using var simulator = await StartAsync("rules: [{ times: 1, then: { fault: { kind: refuse, for: 200ms } } }, { then: { text: back } }]");
        using var model = Connect(With(simulator, chat, new() { MaxAttempts = 50, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(200) }));
        var chunks = await model.ChunksAsync(Hello(model: "simulator"));
        Assert.Equal("back", chunks.Completed().Text);
        Assert.NotEmpty(chunks.OfType<ModelChunk.Retrying>());

        await simulator.StopListeningAsync(TestContext.Current.CancellationToken);
        using var once = Connect(With(simulator, chat, RetryLimits.None));
        Assert.Equal(ModelFailureKind.Unreachable, (await once.FailureAsync(Hello(model: "simulator"))).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_call_is_handed_on_as_the_model_wrote_it(bool chat)
    {
        await using var simulator = await StartAsync("rules: [{ times: 1, then: { invalid_arguments: true } }, { then: { unknown_tool: true } }]");
        using var model = Connect(With(simulator, chat, RetryLimits.None));
        var request = Hello(model: "simulator") with { Tools = [Weather] };

        var invalid = Assert.Single((await model.ReplyAsync(request)).Calls);
        Assert.Equal("weather", invalid.Tool);
        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(invalid.Arguments));

        var unknown = Assert.Single((await model.ReplyAsync(request)).Calls);
        Assert.NotEqual("weather", unknown.Tool);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_absent_and_the_reply_is_whole(bool chat)
    {
        await using var simulator = await StartAsync("""
            rules: [{ then: { text: "héllo {{model}}", calls: [{ name: weather, arguments: { city: Oslo } }, { name: weather, arguments: { city: Rome } }], usage: { input: 11, cached: 3, output: 5 }, chunk_size: 2 } }]
            """);
        using var model = Connect(With(simulator, chat, RetryLimits.None));
        var chunks = await model.ChunksAsync(Hello(model: "simulator") with { Tools = [Weather] });
        var reply = chunks.Completed();
        Assert.Equal(("héllo simulator", "héllo simulator", StopReason.ToolCalls), (chunks.Shown(), reply.Text, reply.Stop));
        Assert.Equal(["Oslo", "Rome"], reply.Calls.Select(call => JsonElement.Parse(call.Arguments).GetProperty("city").GetString()));
        Assert.Equal((11, 5, 3), (reply.Usage.Input, reply.Usage.Output, reply.Usage.CachedInput));
        Assert.Equal(0m, reply.Cost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_missing_wire_or_schema_mode_is_got_around(bool noResponses)
    {
        await using var simulator = await SimulatorServer.StartAsync(
            SimulatorScript.BuiltIn, new() { NoResponses = noResponses, NoJsonSchema = true }, TestContext.Current.CancellationToken);
        using var model = Connect(With(simulator, chat: false, RetryLimits.None));
        var reply = await model.ReplyAsync(Hello(model: "simulator") with { Output = Sum });
        Assert.Equal(JsonValueKind.Number, JsonElement.Parse(reply.Text).GetProperty("sum").ValueKind);
        Assert.Equal(!noResponses, model.Card.Responses!.Value);
        Assert.Equal(Wires.SchemaMode.JsonObject, model.Card.For("simulator").Schema!.Value);
    }

    private static Task<SimulatorServer> StartAsync(string script) =>
        SimulatorServer.StartAsync(SimulatorScript.Parse(script), cancellationToken: TestContext.Current.CancellationToken);

    private static EndpointOptions With(SimulatorServer simulator, bool chat, RetryLimits retries, Timeouts? timeouts = null) =>
        new(new Endpoint(simulator.BaseUrl) { Retries = retries, Timeouts = timeouts ?? new() }) { ForceChatCompletions = chat };
}
