using Cadre.Engine.Models;
using Cadre.Models.Capabilities;
using Cadre.Models.Endpoints;
using Cadre.Models.Wires;
using Cadre.Simulator;
using Cadre.Testing;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Probing : IDisposable
{
    private const string Key = "sk-probe-secret-key";

    private readonly TemporaryDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_simulator_shows_what_it_can(bool less)
    {
        await using var simulator = await SimulatorServer.StartAsync(
            SimulatorScript.BuiltIn, new() { NoResponses = less, NoJsonSchema = less }, TestContext.Current.CancellationToken);
        var options = new EndpointOptions(new(simulator.BaseUrl) { ApiKey = new(Key), Retries = RetryLimits.None }) { StateDirectory = _state.Root };
        using var model = Connect(options);

        var card = await model.ProbeAsync("simulator", TestContext.Current.CancellationToken);

        Assert.Equal(!less, card.Responses!.Value);
        Assert.Equal(FindingSource.Probe, card.Responses.Source);
        Assert.True(card.ModelList!.Value);
        Assert.Contains("simulator", card.Listed.Select(listed => listed.Id));
        Assert.True(card.Embeddings!.Value);
        var found = card.For("simulator");
        Assert.True(found.Answers!.Value);
        Assert.True(found.StreamingUsage!.Value);
        Assert.True(found.ToolArguments!.Value, found.ToolArguments.Evidence);
        Assert.Equal(less ? SchemaMode.JsonObject : SchemaMode.JsonSchema, found.Schema!.Value);
        Assert.NotNull(found.ParallelCalls);

        var file = _state.Read(Path.Combine("capabilities", CapabilityCards.FileName(options.Endpoint.Address)));
        Assert.DoesNotContain(Key, file);
        Assert.Single(Directory.GetFiles(_state["capabilities"]));
        using var later = Connect(options);
        Assert.Equal(found.Schema, later.Card.For("simulator").Schema);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_reached_leaves_the_card_as_it_was()
    {
        Uri address;
        await using (var server = new ScriptedServer(ScriptedServer.Reply(404, ""), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd)))
        {
            address = server.BaseUrl;
            using var before = Connect(Options(address) with { StateDirectory = _state.Root });
            await before.ReplyAsync(Hello());
        }

        using var model = Connect(Options(address) with { StateDirectory = _state.Root });
        var card = await model.ProbeAsync(Model, TestContext.Current.CancellationToken);
        Assert.False(card.Responses!.Value);
        Assert.False(card.For(Model).Answers!.Value);
        Assert.Contains("No connection", card.For(Model).Answers!.Evidence);
    }

    [Fact]
    public async Task A_server_that_mangles_arguments_and_ignores_schemas_is_found_out()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Reply(404, ""), ScriptedServer.Reply(404, ""), ScriptedServer.Events(Frames.ChatText("pong"), Frames.ChatEnd),
            ScriptedServer.Events(Frames.Chat("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"probe_echo","arguments":"{\"text\":\"a quoted\"}"}}]}"""), Frames.ChatFinish("tool_calls")),
            ScriptedServer.Events(Frames.ChatText("I'd rather not."), Frames.ChatEnd));
        using var model = Connect(Options(server.BaseUrl));
        var card = await model.ProbeAsync(Model, TestContext.Current.CancellationToken);
        var found = card.For(Model);
        Assert.False(card.ModelList!.Value);
        Assert.False(card.Responses!.Value);
        Assert.False(found.ToolArguments!.Value);
        Assert.False(found.ParallelCalls!.Value);
        Assert.False(found.StreamingUsage!.Value);
        Assert.Equal(SchemaMode.None, found.Schema!.Value);
    }

    [Theory]
    [InlineData("""{"object":"list","data":[{"id":"a","max_model_len":4096},{"id":"b","meta":{"n_ctx_train":8192}},{"id":"c"},7]}""")]
    [InlineData("""[{"id":"a","context_length":4096},{"id":"b","context_window":8192},{"id":"c","context_length":null}]""")]
    public async Task A_list_of_models_may_tell_their_context(string body)
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(200, body));
        using var model = Connect(Options(server.BaseUrl));
        var listing = await model.ListModelsAsync(TestContext.Current.CancellationToken);
        Assert.Equal([new("a", 4096), new("b", 8192), new("c", null)], listing.Models);
        Assert.Equal("GET /v1/models HTTP/1.1", server.Requests[0].Line);
    }

    [Fact]
    public async Task A_list_that_cannot_be_had_is_a_typed_failure()
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(401, "no"));
        using var model = Connect(Options(server.BaseUrl));
        Assert.Equal(ModelFailureKind.Unauthorized, (await model.ListModelsAsync(TestContext.Current.CancellationToken)).Failure!.Kind);
    }
}
