using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Responses;

public sealed class A_way_of_responding
{
    private const string Script = """
        rules:
          - when: { last_user: "slow" }
            then: { text: "Slowly, very slowly, very very slowly.", chunk_size: 4, chunk_delay: 200ms }
          - when: { schema: pet }
            then: { json: { name: Rex, age: 4 } }
          - when: { instructions: "Summarise the conversation" }
            then: { text: "They spoke of ships." }
          - when: { any_text: "They spoke of ships", last_user: "what" }
            then: { text: "Of ships." }
          - when: { instructions: "pirate" }
            then: { text: "Arr." }
          - when: { last_user: "long" }
            then: { flood_mib: 1 }
          - when: { last_user: "broken" }
            then: { fault: { kind: status, status: 400, message: "No such thing." } }
          - then: { text: "Yes." }
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_storing_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, response) = await server.PostAsync("responses", """{"model":"m","input":"secret","store":false}""");
        Assert.Equal("Yes.", Said(response));
        var id = Text(response, "id");
        Assert.Equal(404, (await server.GetAsync($"responses/{id}")).Status);
        Assert.Equal(400, (await server.PostAsync("responses", $$"""{"model":"m","input":"x","previous_response_id":"{{id}}"}""")).Status);
        var events = await EventReader.AllAsync(server.Http, "responses", """{"model":"m","input":"secret","store":false,"stream":true}""", Cancelled);
        Assert.Equal("response.completed", EventReader.TypeOf(events[^1]));

        await server.RestartAsync();
        var store = server.Server.Context.Store;
        Assert.Empty(await store.ListRunsAsync(Scope.Everything, new(), Cancelled));
        Assert.Empty((await store.ListAsync(Scope.Everything, new("item"), Cancelled))!.Items);
    }

    [Fact]
    public async Task In_the_background_answers_at_once_and_can_be_cancelled()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, queued) = await server.PostAsync("responses", """{"model":"m","input":"slow","background":true}""");
        Assert.Equal("queued", Text(queued, "status"));
        var id = Text(queued, "id");
        Assert.Equal("in_progress", Text((await server.GetAsync($"responses/{id}")).Body, "status"));
        var (status, cancelled) = await server.PostAsync($"responses/{id}/cancel");
        Assert.Equal((200, "cancelled"), (status, Text(cancelled, "status")));
        Assert.Equal("cancelled", Text((await server.GetAsync($"responses/{id}")).Body, "status"));
        var (_, plain) = await server.PostAsync("responses", """{"model":"m","input":"x"}""");
        var (refused, error) = await server.PostAsync($"responses/{Text(plain, "id")}/cancel");
        Assert.Equal((400, "Cannot cancel a synchronous response."), (refused, Text(error.GetProperty("error"), "message")));
    }

    [Fact]
    public async Task That_is_deleted_while_it_is_made_is_gone()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, queued) = await server.PostAsync("responses", """{"model":"m","input":"slow","background":true,"stream":false}""");
        Assert.Equal(200, (await server.DeleteAsync($"responses/{Text(queued, "id")}")).Status);
        Assert.Equal(404, (await server.GetAsync($"responses/{Text(queued, "id")}")).Status);
        Assert.Null(await server.Server.Context.Store.GetRunAsync(Scope.Everything, RunId.Parse(Text(queued, "id")["resp_".Length..]), Cancelled));
    }

    [Fact]
    public async Task In_a_shape_gives_that_shape()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, response) = await server.PostAsync("responses", """
            {"model":"m","input":"a pet","text":{"format":{"type":"json_schema","name":"pet","schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}}}
            """);
        using var pet = JsonDocument.Parse(Said(response));
        Assert.Equal("Rex", pet.RootElement.GetProperty("name").GetString());
        Assert.Equal("json_schema", Text(response.GetProperty("text").GetProperty("format"), "type"));
    }

    [Fact]
    public async Task Within_a_token_limit_is_incomplete_when_it_reaches_it()
    {
        await using var server = await TestServer.StartAsync("rules: [ { then: { text: \"" + string.Concat(Enumerable.Repeat("many words ", 100)) + "\" } } ]");
        var (_, response) = await server.PostAsync("responses", """{"model":"m","input":"go on","max_output_tokens":16}""");
        Assert.Equal(("incomplete", "max_output_tokens"), (Text(response, "status"), Text(response.GetProperty("incomplete_details"), "reason")));
        Assert.Equal("incomplete", Text(response.GetProperty("output")[0], "status"));
    }

    [Fact]
    public async Task That_the_model_refuses_is_failed()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, response) = await server.PostAsync("responses", """{"model":"m","input":"broken"}""");
        Assert.Equal((200, "failed", "invalid_prompt"), (status, Text(response, "status"), Text(response.GetProperty("error"), "code")));
        var events = await EventReader.AllAsync(server.Http, "responses", """{"model":"m","input":"broken","stream":true}""", Cancelled);
        Assert.Equal(["response.created", "response.in_progress", "response.failed"], events.Select(EventReader.TypeOf));
    }

    [Fact]
    public async Task Counts_the_input_before_it_is_sent()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, count) = await server.PostAsync("responses/input_tokens", """{"model":"m","input":"four and four","instructions":"abcd"}""");
        Assert.Equal((200, "response.input_tokens", 5), (status, Text(count, "object"), count.GetProperty("input_tokens").GetInt32()));
    }

    [Fact]
    public async Task Goes_on_from_a_compacted_history()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, first) = await server.PostAsync("responses", """{"model":"m","input":"tell me of ships"}""");
        var (status, compacted) = await server.PostAsync("responses/compact", $$"""{"model":"m","previous_response_id":"{{Text(first, "id")}}"}""");
        Assert.Equal((200, "response.compaction"), (status, Text(compacted, "object")));
        var output = compacted.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(["message", "compaction"], output.Select(item => Text(item, "type")));

        var items = string.Join(',', output.Select(item => item.GetRawText()));
        var (_, response) = await server.PostAsync("responses", $$"""{"model":"m","input":[{{items}},{"role":"user","content":"what was it?"}]}""");
        Assert.Equal("Of ships.", Said(response));
        var (_, list) = await server.GetAsync($"responses/{Text(response, "id")}/input_items?order=asc");
        Assert.Equal(Text(output[1], "encrypted_content"), Text(list.GetProperty("data")[1], "encrypted_content"));
    }

    [Fact]
    public async Task May_refer_to_items_that_were_given_before()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, first) = await server.PostAsync("responses", """{"model":"m","input":"pirate"}""");
        var item = Text(first.GetProperty("output")[0], "id");
        var (status, _) = await server.PostAsync("responses", $$"""{"model":"m","input":[{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"x"}]}""");
        Assert.Equal(200, status);
        Assert.Contains("Yes.", server.Simulator.Requests[^1].Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(404, (await server.PostAsync("responses", """{"model":"m","input":[{"type":"item_reference","id":"msg_none"}]}""")).Status);
    }

    [Fact]
    public async Task Of_a_conversation_that_another_one_is_working_on_is_refused()
    {
        await using var server = await TestServer.StartAsync(Script);
        var conversation = Text((await server.PostAsync("conversations")).Body, "id");
        var (_, first) = await server.PostAsync("responses", $$"""{"model":"m","input":"slow","background":true,"conversation":"{{conversation}}"}""");
        var (status, error) = await server.PostAsync("responses", $$"""{"model":"m","input":"x","conversation":"{{conversation}}"}""");
        Assert.Equal((400, "conversation_locked"), (status, Text(error.GetProperty("error"), "code")));
        await server.PostAsync($"responses/{Text(first, "id")}/cancel");
        Assert.Equal(200, (await server.PostAsync("responses", $$"""{"model":"m","input":"x","conversation":"{{conversation}}"}""")).Status);
    }

    [Theory]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"file_search","vector_store_ids":["vs_none"]}]}""", "tools[0].vector_store_ids")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"file-none"}]}]}""", "input")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"file-none"}]}]}""", "input")]
    public async Task With_files_that_are_not_the_callers_is_refused(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, error) = await server.PostAsync("responses", body);
        Assert.Equal((404, parameter), (status, Text(error.GetProperty("error"), "param")));
    }

    [Fact]
    public async Task Echoes_tools_that_nobody_here_knows()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, response) = await server.PostAsync("responses", """
            {"model":"m","input":"x","tools":[{"type":"hologram","glow":{"deep":1}},{"type":"web_search"}],"user":"u","prompt_cache_key":"k","safety_identifier":"s","service_tier":"flex"}
            """);
        Assert.Equal(200, status);
        Assert.Equal("""{"type":"hologram","glow":{"deep":1}}""", response.GetProperty("tools")[0].GetRawText());
        Assert.Equal(("u", "k", "s", "flex"), (Text(response, "user"), Text(response, "prompt_cache_key"), Text(response, "safety_identifier"), Text(response, "service_tier")));
    }

    private static string Said(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
