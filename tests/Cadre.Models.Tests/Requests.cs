using System.Text.Json;
using Cadre.Engine.Models;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Requests
{
    private static readonly ModelRequest Everything = new("m", "Be brief.",
    [
        new Message.User([new Content.Text("look"), new Content.Image("data:image/png;base64,AA=="), new Content.File("file_1", "a.pdf")]),
        new Message.Assistant("", [new("c1", "weather", """{"city":"Oslo"}""")]),
        new Message.ToolOutput("c1", "sunny \"now\" 🙂"),
        new Message.Assistant("It is sunny.", []),
        new Message.Developer("Speak Norwegian."),
        new Message.User("And tomorrow?"),
    ])
    {
        Tools = [Weather],
        ToolChoice = new(ToolChoiceMode.Named, "weather"),
        ParallelToolCalls = false,
        Output = Sum,
        MaxOutputTokens = 100,
        Temperature = 0.5,
        TopP = 0.25,
        ReasoningEffort = "low",
        CacheKey = "k",
        Extra = JsonElement.Parse("""{"top_p":0.75,"seed":7,"stream":false}"""),
    };

    private const string SumSchema = """{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"],"additionalProperties":false}""";
    private const string WeatherSchema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""";

    [Fact]
    public async Task A_response_is_asked_for_in_its_own_words()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        await model.ReplyAsync(Everything);

        Assert.Equal(("POST /v1/responses HTTP/1.1", "application/json"), (server.Requests[0].Line, server.Requests[0].Headers["content-type"]));
        AssertJson($$$"""
            {"model":"m","instructions":"Be brief.","input":[
              {"type":"message","role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"},{"type":"input_file","file_id":"file_1"}]},
              {"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Oslo\"}"},
              {"type":"function_call_output","call_id":"c1","output":"sunny \"now\" 🙂"},
              {"type":"message","role":"assistant","content":"It is sunny."},
              {"type":"message","role":"developer","content":"Speak Norwegian."},
              {"type":"message","role":"user","content":"And tomorrow?"}],
             "tools":[{"type":"function","name":"weather","description":"Tells the weather.","parameters":{{{WeatherSchema}}},"strict":false}],
             "tool_choice":{"type":"function","name":"weather"},"parallel_tool_calls":false,
             "text":{"format":{"type":"json_schema","name":"sum","strict":true,"schema":{{{SumSchema}}}}},
             "store":false,"include":["reasoning.encrypted_content"],"reasoning":{"effort":"low"},"max_output_tokens":100,"temperature":0.5,
             "prompt_cache_key":"k","top_p":0.75,"seed":7,"stream":true}
            """, server.Requests[0].Json);
    }

    [Fact]
    public async Task A_chat_completion_is_asked_for_in_its_own_words()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(Everything);

        Assert.Equal("POST /v1/chat/completions HTTP/1.1", server.Requests[0].Line);
        AssertJson($$$"""
            {"model":"m","messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"file","file":{"file_id":"file_1"}}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"sunny \"now\" 🙂"},
              {"role":"assistant","content":"It is sunny."},
              {"role":"system","content":"Speak Norwegian."},
              {"role":"user","content":"And tomorrow?"}],
             "tools":[{"type":"function","function":{"name":"weather","description":"Tells the weather.","parameters":{{{WeatherSchema}}}}}],
             "tool_choice":{"type":"function","function":{"name":"weather"}},"parallel_tool_calls":false,
             "response_format":{"type":"json_schema","json_schema":{"name":"sum","strict":true,"schema":{{{SumSchema}}}}},
             "max_tokens":100,"temperature":0.5,"reasoning_effort":"low","prompt_cache_key":"k","stream_options":{"include_usage":true},
             "top_p":0.75,"seed":7,"stream":true}
            """, server.Requests[0].Json);
    }

    [Fact]
    public async Task A_plain_request_has_no_fields_that_nobody_asked_for()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(Hello("hi"));
        AssertJson("""{"model":"m","messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true},"stream":true}""", server.Requests[0].Json);
    }

    [Theory]
    [InlineData("{\"city\":", "{\"invalid_json\":\"{\\u0022city\\u0022:\"}")]
    [InlineData("[1]", "{\"invalid_json\":\"[1]\"}")]
    [InlineData("", "{}")]
    public async Task Invalid_arguments_are_given_back_to_chat_servers_as_valid_ones(string arguments, string sent)
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        await model.ReplyAsync(new("m", null, [new Message.Assistant("", [new("c", "weather", arguments)]), new Message.ToolOutput("c", "no")]));
        Assert.Equal(sent, server.Requests[0].Json.GetProperty("messages")[0].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task A_query_of_the_base_url_is_kept()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        using var model = Connect(Options(new(server.BaseUrl + "/?api-version=1"), chat: true));
        await model.ReplyAsync(Hello());
        Assert.Equal("/v1/chat/completions?api-version=1", server.Requests[0].Path);
    }
}
