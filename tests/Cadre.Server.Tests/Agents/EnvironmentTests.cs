namespace Cadre.Server.Tests.Agents;

public sealed class An_environment
{
    private const string Script = """
        otherwise: fail
        rules:
          - when: { tool_offered: write_file, tool_results: 0 }
            then: { calls: [ { name: write_file, arguments: { path: notes/a.txt, content: hello } } ] }
          - when: { tool_results: 1 }
            then: { calls: [ { name: run_command, arguments: { argv: [cat, notes/a.txt] } } ] }
          - { when: { tool_results: 2 }, then: { text: "It says {{tool_output}}" } }
          - { then: { text: "I have no tools." } }
        """;

    [Fact]
    public async Task Is_a_directory_of_a_session_in_which_its_agent_works()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, session) = await server.PostAsync("agents/sessions", """{"environment":{"type":"self_hosted","workspace_directory":"/workspace"},"agent":{"model":"m"}}""");
        var (id, environment) = (session.GetProperty("id").GetString(), session.GetProperty("environment").GetProperty("id").GetString());
        Assert.Equal((201, "/workspace"), (status, session.GetProperty("environment").GetProperty("workspace_directory").GetString()));
        var (_, answer) = await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"work"}""");
        Assert.Contains("hello", answer.GetProperty("output").GetString(), StringComparison.Ordinal);
        var (_, files) = await server.GetAsync($"agents/environments/{environment}/files");
        var file = Assert.Single(files.GetProperty("data").EnumerateArray());
        Assert.Equal(("notes/a.txt", 5), (file.GetProperty("path").GetString(), file.GetProperty("size_bytes").GetInt32()));
        Assert.Equal("ready", (await server.GetAsync($"agents/environments/{environment}")).Body.GetProperty("status").GetString());
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"agents/environments/{environment}/files")).Status);
        await server.DeleteAsync($"agents/sessions/{id}");
        Assert.Equal(404, (await server.GetAsync($"agents/environments/{environment}")).Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(server.Directory, "environments")));
    }

    [Fact]
    public async Task Is_not_there_for_a_session_without_one()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await A_session.MakeAsync(server, """ "agent":{"model":"m"} """);
        Assert.Equal("I have no tools.", (await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"work"}""")).Body.GetProperty("output").GetString());
    }
}
