using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.Tests.Files;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.HostedTools;

public sealed class A_file_search
{
    private const string Script = """
        name: search
        otherwise: fail
        rules:
          - when: { tool_offered: file_search, tool_results: 0 }
            then:
              calls:
                - { name: file_search, arguments: { query: "Who makes honey?" } }
          - when: { last_role: tool }
            then: { text: "😀 It says: {{tool_output}} … once more: {{tool_output}} and 【9:9†source】." }
        """;

    [Fact]
    public async Task Cites_the_files_at_the_right_places()
    {
        await using var server = await TestServer.StartAsync(Script);
        var file = await server.UploadAsync("bees.txt", "Bees 🐝 make honey in hives.");
        var store = await server.CreateStoreAsync(file);
        var message = await RunAsync(server, $$$"""{"model":"m","tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["{{{store}}}"] } } }""");
        var text = message.GetProperty("content")[0].GetProperty("text");
        var value = text.GetProperty("value").GetString()!;
        var annotations = text.GetProperty("annotations").EnumerateArray().ToList();
        Assert.Equal(2, annotations.Count);
        foreach (var annotation in annotations)
        {
            Assert.Equal(("file_citation", file), (annotation.Text("type"), annotation.Text("file_citation.file_id")));
            var (start, end) = (annotation.GetProperty("start_index").GetInt32(), annotation.GetProperty("end_index").GetInt32());
            Assert.Equal(annotation.Text("text"), value[start..end]);
            Assert.Matches(@"^【\d+:0†source】$", value[start..end]);
        }

        Assert.NotEqual(annotations[0].Text("start_index"), annotations[1].Text("start_index"));
        Assert.Contains("Bees 🐝 make honey", value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Never_reaches_the_files_of_another_organisation()
    {
        await using var server = await TestServer.StartAsync(Script);
        var store = await server.CreateStoreAsync(await server.UploadAsync("bees.txt", "Bees make secret honey in hives."));
        using var other = await server.OtherOrganisationAsync();
        var naming = $$$"""{"file_search":{"vector_store_ids":["{{{store}}}"]}}""";
        Assert.InRange((await TestServer.SendAsync(other, HttpMethod.Post, "assistants", $$$"""{"model":"m","tools":[{"type":"file_search"}],"tool_resources":{{{naming}}}}""")).Status, 400, 404);

        // The tool itself does not rely on that: here is an agent that came to name it all the same.
        var agent = new AgentDefinition(Ids.New()) { Model = "m", Tools = JsonElement.Parse("""[{"type":"file_search"}]"""), ToolResources = JsonElement.Parse(naming) };
        var document = new Document(AgentDefinition.Kind, agent.Id, new("other", "eve"), JsonSerializer.SerializeToUtf8Bytes(agent, DefinitionJson.Default.AgentDefinition));
        Assert.True((await server.Server.Context.Store.CommitAsync([new Change.Create(document)], TestContext.Current.CancellationToken)).Won);
        var (_, message) = await AssistantRuns.RunAsync(other, $"asst_{agent.Id}", """{"role":"user","content":"Who makes honey?"}""");
        Assert.DoesNotContain("secret", message.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Nothing was found.", message.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_what_was_attached_to_a_message()
    {
        await using var server = await TestServer.StartAsync(Script);
        var file = await server.UploadAsync("bees.txt", "Bees make honey in hives.");
        var message = await RunAsync(server, """{"model":"m","tools":[{"type":"file_search"}]}""",
            $$$"""{"role":"user","content":"q","attachments":[{"file_id":"{{{file}}}","tools":[{"type":"file_search"}]}]}""");
        Assert.Equal(file, message.Text("content.0.text.annotations.0.file_citation.file_id"));
    }

    [Theory]
    [InlineData("{\"max_num_results\":1}", 1)]
    [InlineData("{\"ranking_options\":{\"score_threshold\":0.0}}", 2)]
    public async Task Obeys_its_settings(string settings, int results)
    {
        await using var server = await TestServer.StartAsync(Script);
        var store = await server.CreateStoreAsync(await server.UploadAsync("a.txt", "Bees make honey."), await server.UploadAsync("b.txt", "Bears take honey."));
        var message = await RunAsync(server, $$$$"""{"model":"m","tools":[{"type":"file_search","file_search":{{{{settings}}}}}],"tool_resources":{"file_search":{"vector_store_ids":["{{{{store}}}}"] } } }""");
        Assert.Equal(results * 2, message.GetProperty("content")[0].GetProperty("text").GetProperty("annotations").GetArrayLength());
    }

    private static async Task<System.Text.Json.JsonElement> RunAsync(TestServer server, string assistant, string message = """{"role":"user","content":"Who makes honey?"}""", HttpClient? http = null) =>
        (await server.RunAssistantAsync(assistant, message, http)).Message;
}
