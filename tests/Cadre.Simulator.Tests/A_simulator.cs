using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests;

public sealed class A_simulator
{
    [Fact]
    public async Task records_what_crossed_the_socket_without_secrets()
    {
        await using var playing = await Playing.StartAsync();
        playing.Http.DefaultRequestHeaders.Add("X-Api-Key", "sk-secret");
        playing.Http.DefaultRequestHeaders.Add("X-Trace", "t1");
        await new Asking(Asking.Chat).User("remember me").AskAsync(playing);

        var request = Assert.Single(playing.Server.Requests);

        Assert.Equal(("POST", "/v1/chat/completions"), (request.Method, request.Path));
        Assert.Equal("remember me", request.Body.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal("t1", request.Headers["x-trace"]);
        Assert.DoesNotContain(request.Headers, static header => header.Value.Contains("sk-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task can_leave_recording_off()
    {
        await using var playing = await Playing.StartAsync(options: new() { RecordRequests = false });

        await new Asking(Asking.Chat).User("forget me").AskAsync(playing);

        Assert.Empty(playing.Server.Requests);
    }

    [Fact]
    public async Task can_lack_responses()
    {
        await using var playing = await Playing.StartAsync(options: new() { NoResponses = true });

        var error = await playing.PostAsync("/responses", new Asking(Asking.Responses).User("x").Body(), status: 404);

        Assert.Equal("Invalid URL (POST /v1/responses)", error.GetProperty("error").GetProperty("message").GetString());
        Assert.NotEqual("", (await new Asking(Asking.Chat).User("x").AskAsync(playing)).Text);
    }

    [Theory]
    [InlineData(Asking.Chat, "response_format")]
    [InlineData(Asking.Responses, "text.format")]
    public async Task can_lack_json_schema_and_still_plan_by_the_name_in_the_instructions(string wire, string param)
    {
        await using var playing = await Playing.StartAsync(options: new() { NoJsonSchema = true });

        var error = await playing.PostAsync(new Asking(wire).Path, new Asking(wire).User("x").Schema("s", """{"type":"object"}""").Body(), status: 400);
        Assert.Equal(param, error.GetProperty("error").GetProperty("param").GetString());

        var plan = await new Asking(wire).System("Answer with JSON.\n\nschema: cadre_plan").User("Goal:\nDescribe workspace").AskAsync(playing);
        Assert.Equal(3, plan.Json.GetProperty("steps").GetArrayLength());

        var sum = await new Asking(wire).System("It must be valid against this JSON Schema.\nschema: sum\n" + """{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}""")
            .User("How much is 40 and 2?").AskAsync(playing);
        Assert.Equal("""{"sum":1}""", sum.Text);
    }

    [Fact]
    public async Task can_refuse_unknown_models()
    {
        await using var playing = await Playing.StartAsync(options: new() { RefuseUnknownModels = true });
        var body = new Asking(Asking.Chat).User("x").Body();
        await playing.PostAsync("/chat/completions", body);
        body["model"] = "gpt-9";

        Assert.Equal("model_not_found", (await playing.PostAsync("/chat/completions", body, status: 404)).GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task refuses_what_its_context_cannot_hold(string wire)
    {
        await using var playing = await Playing.StartAsync(options: new() { ContextTokens = 1_000 });

        var error = await playing.PostAsync(new Asking(wire).Path, new Asking(wire).User(new string('x', 4_001)).Body(), status: 400);

        Assert.Equal("context_length_exceeded", error.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task estimates_usage_by_length_and_counts_a_cached_prefix()
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: '12345' } } ]");

        var first = await new Asking(Asking.Responses).User(new string('x', 8_000)).AskAsync(playing);
        var second = await new Asking(Asking.Responses).User(new string('x', 8_000)).Assistant("12345").User("more").AskAsync(playing);

        Assert.Equal((2_000, 2), (first.Usage.GetProperty("input_tokens").GetInt32(), first.Usage.GetProperty("output_tokens").GetInt32()));
        Assert.Equal(0, first.Usage.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(1_920, second.Usage.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    [Fact]
    public async Task refuses_a_body_that_is_not_json()
    {
        await using var playing = await Playing.StartAsync();
        using var content = new StringContent("{not json");

        using var response = await playing.Http.PostAsync(new Uri(playing.Server.BaseUrl + "/responses"), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Wires.PublicSchema.Check("ErrorResponse", body.RootElement);
    }

    [Fact]
    public async Task can_stop_listening_and_listen_again_on_the_same_port()
    {
        await using var playing = await Playing.StartAsync();
        var url = playing.Server.BaseUrl;
        await playing.Server.StopListeningAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new Asking(Asking.Chat).User("x").AskAsync(playing));
        Assert.IsType<SocketException>(refused.InnerException);

        await playing.Server.ListenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(url, playing.Server.BaseUrl);
        await new Asking(Asking.Chat).User("x").AskAsync(playing);
    }

    [Fact]
    public async Task serves_many_at_once()
    {
        await using var playing = await Playing.StartAsync(options: new() { RecordRequests = false });
        var body = new Asking(Asking.Responses).User("hello").Body();
        body["stream"] = true;

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
        {
            using var response = await playing.SendAsync("/responses", (JsonObject)body.DeepClone());
            return SentEvent.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        Assert.All(answers, static events => Assert.Equal("response.completed", events[^1].Name));
        Assert.Equal(300, answers.Select(static events => events[^1].Json.GetProperty("response").GetProperty("id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task can_be_stopped_while_an_answer_stalls()
    {
        var playing = await Playing.StartAsync("rules: [ { then: { fault: stall_before } } ]");
        var sending = new Asking(Asking.Chat).User("x").AskAsync(playing);
        await playing.Server.WaitForRequestsAsync(1, TestContext.Current.CancellationToken);

        await playing.Server.DisposeAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
        playing.Http.Dispose();
    }
}
