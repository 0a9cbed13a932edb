using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Cadre.Simulator.Tests.Scripts;

public sealed class A_fault
{
    public static TheoryData<string, bool> WiresAndWays => new() { { Asking.Chat, true }, { Asking.Chat, false }, { Asking.Responses, true }, { Asking.Responses, false } };

    [Theory]
    [MemberData(nameof(WiresAndWays))]
    public async Task with_a_status_answers_in_openais_shape(string wire, bool streamed)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { fault: { status: 429, retry_after: 1500ms } } } ]");

        using var response = await SendAsync(playing, wire, streamed);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        Assert.Equal("1500", response.Headers.GetValues("retry-after-ms").Single());
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Wires.PublicSchema.Check("ErrorResponse", body.RootElement);
        Assert.Equal("rate_limit_exceeded", body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task may_be_any_status_with_any_words()
    {
        await using var playing = await Playing.StartAsync("""
            rules:
              - { times: 1, then: { fault: 500 } }
              - { times: 1, then: { fault: 503 } }
              - { then: { fault: { kind: status, status: 402, type: insufficient_quota, code: insufficient_quota, message: "No money." } } }
            """);

        Assert.Equal("server_error", (await playing.PostAsync("/responses", Hello(Asking.Responses), 500)).GetProperty("error").GetProperty("type").GetString());
        await playing.PostAsync("/responses", Hello(Asking.Responses), 503);
        Assert.Equal(
            """{"error":{"message":"No money.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""",
            (await playing.PostAsync("/chat/completions", Hello(Asking.Chat), 402)).GetRawText());
    }

    [Theory]
    [MemberData(nameof(WiresAndWays))]
    public async Task of_a_reset_ends_the_connection_without_a_byte(string wire, bool streamed)
    {
        await using var playing = await Playing.StartAsync("rules: [ { times: 1, then: { fault: reset } } ]");

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(playing, wire, streamed));

        Assert.Contains(Causes(failure), static cause => cause is SocketException { SocketErrorCode: SocketError.ConnectionReset } or HttpIOException);
        using var next = await SendAsync(playing, wire, streamed);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task of_refusal_closes_the_port_for_a_while()
    {
        await using var playing = await Playing.StartAsync("rules: [ { times: 1, then: { fault: { kind: refuse, for: 1s } } } ]");
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(playing, Asking.Chat, streamed: false));

        var waited = Stopwatch.StartNew();
        var refused = false;
        while (true)
        {
            try
            {
                using var next = await SendAsync(playing, Asking.Chat, streamed: false);
                Assert.Equal(HttpStatusCode.OK, next.StatusCode);
                break;
            }
            catch (HttpRequestException failure) when (waited.Elapsed < TimeSpan.FromSeconds(60))
            {
                refused |= Causes(failure).Any(static cause => cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused });
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        Assert.True(refused);
    }

    [Theory]
    [MemberData(nameof(WiresAndWays))]
    public async Task of_a_stall_before_the_answer_sends_no_headers(string wire, bool streamed)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { fault: stall_before } } ]");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sending = SendAsync(playing, wire, streamed, patience.Token);
        await playing.Server.WaitForRequestsAsync(1, TestContext.Current.CancellationToken);

        Assert.False(sending.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [MemberData(nameof(WiresAndWays))]
    public async Task of_a_stall_inside_falls_silent_after_the_first_part(string wire, bool streamed)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: never finished, fault: { kind: stall, after: 2 } } } ]");
        using var response = await SendAsync(playing, wire, streamed);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[64 << 10];
        Assert.NotEqual(0, await body.ReadAsync(buffer, TestContext.Current.CancellationToken));

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await body.ReadAsync(buffer, patience.Token) > 0)
            {
            }
        });
    }

    [Theory]
    [MemberData(nameof(WiresAndWays))]
    public async Task of_a_cut_ends_in_the_middle(string wire, bool streamed)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: this is never finished, fault: { kind: cut, after: 2 } } } ]");
        using var response = await SendAsync(playing, wire, streamed);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var got = new MemoryStream();

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(got, TestContext.Current.CancellationToken));

        var text = System.Text.Encoding.UTF8.GetString(got.ToArray());
        if (streamed)
        {
            var events = SentEvent.Parse(text);
            Assert.Equal(3, events.Count);
            Assert.Equal(JsonValueKind.Object, events[1].Json.ValueKind);
            Assert.False(text.EndsWith('\n'));
        }
        else
        {
            Assert.NotEmpty(text);
        }

        Assert.ThrowsAny<JsonException>(() => streamed ? SentEvent.Parse(text)[2].Json : JsonDocument.Parse(text).RootElement);
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task of_an_early_end_leaves_out_the_terminal_event(string wire)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: this is never finished, fault: { kind: end_early, after: 3 } } } ]");

        var events = await playing.StreamAsync(new Asking(wire).Path, Hello(wire));

        Assert.Equal(3, events.Count);
        Assert.DoesNotContain(events, static sent => sent.Data == "[DONE]" || sent.Name == "response.completed");
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task of_a_malformed_event_puts_one_between_good_ones(string wire)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: finished, fault: { kind: malformed, after: 2 } } } ]");

        var events = await playing.StreamAsync(new Asking(wire).Path, Hello(wire));

        Assert.ThrowsAny<JsonException>(() => events[2].Json);
        Assert.True(events[^1].Data == "[DONE]" || events[^1].Name == "response.completed");
        Assert.All(events.Where((sent, index) => index != 2 && sent.Data != "[DONE]"), static sent => Assert.Equal(JsonValueKind.Object, sent.Json.ValueKind));
    }

    [Fact]
    public async Task of_an_error_event_fails_the_stream_in_the_words_of_its_wire()
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { text: unfinished, fault: { kind: error_event, after: 3, message: Too hot. } } } ]");

        var response = (await playing.StreamAsync("/responses", Hello(Asking.Responses)))[^1].Json;
        var chat = (await playing.StreamAsync("/chat/completions", Hello(Asking.Chat)))[^1].Json;

        Wires.PublicSchema.CheckEvent(response);
        Assert.Equal("response.failed", response.GetProperty("type").GetString());
        Assert.Equal("Too hot.", response.GetProperty("response").GetProperty("error").GetProperty("message").GetString());
        Wires.PublicSchema.Check("ErrorResponse", chat);
        Assert.Equal("Too hot.", chat.GetProperty("error").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task of_arguments_or_tool_names_is_sent_as_it_is(string wire)
    {
        await using var playing = await Playing.StartAsync("""
            rules:
              - { times: 1, then: { invalid_arguments: true } }
              - { times: 1, then: { unknown_tool: true } }
              - { then: { calls: [ { name: look, arguments: "{not json {{last_user}}" } ] } }
            """);
        var asking = new Asking(wire).Tool("look").User("ada");

        var invalid = Assert.Single((await asking.AskAsync(playing)).Calls);
        Assert.Equal("look", invalid.Name);
        Assert.ThrowsAny<JsonException>(() => invalid.Json);
        Assert.Equal("no_such_tool", Assert.Single((await asking.AskAsync(playing)).Calls).Name);
        Assert.Equal("{not json ada", Assert.Single((await asking.AskAsync(playing)).Calls).Arguments);
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task of_a_flood_sends_that_much_whatever_the_limit(string wire)
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { flood_mib: 2 } } ]");
        var body = new Asking(wire).User("x").MaxTokens(16).Body();
        body["stream"] = true;

        using var response = await playing.SendAsync(new Asking(wire).Path, body);

        Assert.True((await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length > 2 << 20);
    }

    [Fact]
    public async Task by_chance_comes_in_the_same_order_with_the_same_seed()
    {
        const string Script = "rules: [ { chance: 0.4, then: { fault: 500 } } ]";
        var runs = new List<string>();
        foreach (var seed in new[] { 7, 7, 8 })
        {
            await using var playing = await Playing.StartAsync(Script, new() { Seed = seed });
            var run = "";
            for (var i = 0; i < 40; i++)
            {
                using var response = await SendAsync(playing, Asking.Chat, streamed: false);
                run += response.IsSuccessStatusCode ? '.' : 'X';
            }

            runs.Add(run);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
        Assert.InRange(runs[0].Count(static one => one == 'X'), 6, 30);
    }

    private static System.Text.Json.Nodes.JsonObject Hello(string wire) => new Asking(wire).User("hello").Body();

    private static async Task<HttpResponseMessage> SendAsync(Playing playing, string wire, bool streamed, CancellationToken? cancellationToken = null)
    {
        var body = Hello(wire);
        body["stream"] = streamed;
        using var request = new HttpRequestMessage(HttpMethod.Post, playing.Server.BaseUrl + new Asking(wire).Path)
        {
            Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        return await playing.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
