using Cadre.Engine.Models;
using Cadre.Models.Capabilities;
using Cadre.Models.Endpoints;
using Cadre.Models.Wires;
using Cadre.Testing;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Fallbacks : IDisposable
{
    private static readonly ScriptedServer.Step Chat = ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd, Frames.Done);

    private readonly TemporaryDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Theory]
    [InlineData(404, """{"detail":"Not Found"}""")]
    [InlineData(404, "404 page not found")]
    [InlineData(404, """{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}""")]
    [InlineData(405, "")]
    [InlineData(501, "")]
    [InlineData(200, """{"error":"Unexpected endpoint or method. (POST /v1/responses)"}""")]
    [InlineData(400, """{"error":{"message":"Unknown endpoint"}}""")]
    public async Task An_endpoint_without_responses_is_asked_by_chat_and_remembered(int status, string body)
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(status, body), Chat);
        var options = Options(server.BaseUrl) with { StateDirectory = _state.Root };
        using (var model = Connect(options))
        {
            Assert.Equal("x", (await model.ReplyAsync(Hello())).Text);
            Assert.Equal("x", (await model.ReplyAsync(Hello())).Text);
        }

        using var later = Connect(options);
        await later.ReplyAsync(Hello());

        Assert.Equal(["/v1/responses", "/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions"], server.Requests.Select(request => request.Path));
        Assert.False(later.Card.Responses!.Value);
        Assert.Equal(FindingSource.Use, later.Card.Responses.Source);
    }

    [Fact]
    public async Task What_was_learnt_in_passing_is_asked_again_after_a_week()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(ScriptedServer.Reply(404, ""), Chat, Chat, ScriptedServer.Events(Frames.Text("new"), Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl), time);
        await model.ReplyAsync(Hello());
        time.Advance(TimeSpan.FromDays(6));
        Assert.Equal("x", (await model.ReplyAsync(Hello())).Text);
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal("new", (await model.ReplyAsync(Hello())).Text);
        Assert.True(model.Card.Responses!.Value);
    }

    [Fact]
    public async Task An_unknown_model_is_not_a_missing_wire()
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(404, """{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}"""));
        using var model = Connect(Options(server.BaseUrl));
        Assert.Equal(ModelFailureKind.UnknownModel, (await model.FailureAsync(Hello())).Kind);
        Assert.Single(server.Requests);
        Assert.Null(model.Card.Responses);
    }

    [Fact]
    public async Task An_address_where_nothing_is_teaches_nothing_and_hints_at_the_version()
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(404, "nope"));
        using var model = Connect(Options(new(server.BaseUrl, "/")));
        var failure = await model.FailureAsync(Hello());
        Assert.Equal(ModelFailureKind.UnknownModel, failure.Kind);
        Assert.Contains("/v1?", failure.Message);
        Assert.Null(model.Card.Responses);
    }

    [Fact]
    public async Task Chat_can_be_forced()
    {
        await using var server = new ScriptedServer(Chat);
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(Hello());
        Assert.Equal("/v1/chat/completions", server.Requests[0].Path);
    }

    [Fact]
    public async Task The_schema_goes_down_to_json_object_and_then_into_words_and_stays_there()
    {
        var refusal = ScriptedServer.Reply(400, """{"error":{"message":"'response_format.type' is not supported","param":"response_format"}}""");
        await using var server = new ScriptedServer(refusal, refusal, ScriptedServer.Events(Frames.ChatText("```json\\n{\\\"sum\\\":1}\\n```"), Frames.ChatEnd));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        var request = Hello() with { Output = Sum, Instructions = "Add." };

        Assert.Equal("""{"sum":1}""", (await model.ReplyAsync(request)).Text);
        await model.ReplyAsync(request);

        var formats = server.Requests.Select(sent => sent.Json.TryGetProperty("response_format", out var format) ? format.GetProperty("type").GetString() : null);
        Assert.Equal(["json_schema", "json_object", null, null], formats);
        var instructions = server.Requests[3].Json.GetProperty("messages")[0].GetProperty("content").GetString()!.Split('\n');
        Assert.Equal("Add.", instructions[0]);
        Assert.Contains("schema: sum", instructions);
        Assert.Equal(SchemaMode.None, model.Card.For(Model).Schema!.Value);
    }

    [Fact]
    public async Task A_schema_that_is_not_strict_enough_teaches_nothing_about_the_endpoint()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Reply(400, """{"error":{"message":"Invalid schema for response_format 'sum': 'required' is missing","param":"text.format.schema","code":"invalid_json_schema"}}"""),
            ScriptedServer.Events(Frames.Text("{}"), Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        await model.ReplyAsync(Hello() with { Output = Sum });
        Assert.False(server.Requests[1].Json.GetProperty("text").GetProperty("format").GetProperty("strict").GetBoolean());
        Assert.Null(model.Card.For(Model).Schema);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.","param":"temperature","code":"unsupported_parameter"}}""", "temperature")]
    [InlineData("""{"detail":[{"type":"extra_forbidden","loc":["body","prompt_cache_key"],"msg":"Extra inputs are not permitted"}]}""", "prompt_cache_key")]
    [InlineData("""{"error":{"message":"Encrypted content is not supported with this model.","param":"include"}}""", "include")]
    public async Task A_member_that_is_not_known_is_left_out_from_then_on(string body, string member)
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(400, body), ScriptedServer.Events(Frames.Text("x"), Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        var request = Hello() with { Temperature = 0.5, CacheKey = "k" };
        await model.ReplyAsync(request);
        await model.ReplyAsync(request);
        Assert.Equal([true, false, false], server.Requests.Select(sent => sent.Json.TryGetProperty(member, out _)));
        Assert.Contains(member, model.Card.For(Model).Dropped.Keys);
    }

    [Fact]
    public async Task A_value_out_of_range_is_refused_and_not_dropped()
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(400, """{"error":{"message":"temperature must be at most 2","param":"temperature"}}"""));
        using var model = Connect(Options(server.BaseUrl));
        Assert.Equal(ModelFailureKind.Refused, (await model.FailureAsync(Hello() with { Temperature = 5 })).Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_newer_name_of_the_output_limit_is_learnt()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Reply(400, """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens","code":"unsupported_parameter"}}"""), Chat);
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(Hello() with { MaxOutputTokens = 9 });
        Assert.Equal(9, server.Requests[1].Json.GetProperty("max_completion_tokens").GetInt32());
        Assert.False(server.Requests[1].Json.TryGetProperty("max_tokens", out _));
    }

    [Fact]
    public async Task Instructions_in_the_middle_become_the_users_where_the_template_wants_it()
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(500, """{"error":{"message":"Jinja Exception: System message must be at the beginning."}}"""), Chat);
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(Hello() with { Messages = [new Message.User("a"), new Message.Developer("b")] });
        Assert.Equal("user", server.Requests[1].Json.GetProperty("messages")[1].GetProperty("role").GetString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"version":1,"endpoint":"ENDPOINT"}""")]
    [InlineData("""{"version":99,"endpoint":"ENDPOINT","listed":[],"models":{}}""")]
    public async Task A_card_that_cannot_be_read_counts_as_none_and_is_written_anew(string content)
    {
        await using var server = new ScriptedServer(ScriptedServer.Reply(404, ""), Chat);
        var address = server.BaseUrl.ToString();
        var file = Path.Combine("capabilities", CapabilityCards.FileName(address));
        _state.Write(file, content.Replace("ENDPOINT", address));
        using var model = Connect(Options(server.BaseUrl) with { StateDirectory = _state.Root });
        Assert.Equal("x", (await model.ReplyAsync(Hello())).Text);
        Assert.Contains("\"responses\"", _state.Read(file));
    }

    [Fact]
    public async Task A_card_that_cannot_be_written_is_kept_in_memory()
    {
        _state.Write("capabilities", "a file where the folder should be");
        await using var server = new ScriptedServer(ScriptedServer.Reply(404, ""), Chat);
        using var model = Connect(Options(server.BaseUrl) with { StateDirectory = _state.Root });
        await model.ReplyAsync(Hello());
        await model.ReplyAsync(Hello());
        Assert.Equal(3, server.Requests.Count);
    }
}
