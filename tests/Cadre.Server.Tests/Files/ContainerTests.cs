using Cadre.Server.Tests.HostedTools;
using Cadre.Testing;

namespace Cadre.Server.Tests.Files;

public sealed class A_container
{
    [Fact]
    public async Task Is_made_with_files_read_listed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var file = await server.UploadAsync("../a.txt", "from the files");
        var (status, container) = await server.PostAsync("containers", $$"""{"name":"work","file_ids":["{{file}}"],"expires_after":{"anchor":"last_active_at","minutes":5} }""");
        var id = container.Text("id")!;
        Assert.Equal((200, "container", "work", "running", "5"), (status, container.Text("object"), container.Text("name"), container.Text("status"), container.Text("expires_after.minutes")));

        var (put, sent) = await FileForms.SendRawAsync(server.Http, $"containers/{id}/files", "Content-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\n\nsent");
        Assert.Equal((200, "container.file", "/mnt/data/b.txt", "user", "4"), (put, sent.Text("object"), sent.Text("path"), sent.Text("source"), sent.Text("bytes")));
        Assert.Equal("sent", await server.Http.GetStringAsync($"containers/{id}/files/{sent.Text("id")}/content"));
        var files = (await server.GetAsync($"containers/{id}/files?order=asc")).Body;
        Assert.Equal(("/mnt/data/a.txt", "/mnt/data/b.txt"), (files.Text("data.0.path"), files.Text("data.1.path")));
        Assert.Equal(200, (await server.DeleteAsync($"containers/{id}/files/{sent.Text("id")}")).Status);
        Assert.Equal(404, (await server.GetAsync($"containers/{id}/files/{sent.Text("id")}")).Status);

        Assert.Equal(id, (await server.GetAsync("containers?name=work")).Body.Text("data.0.id"));
        using var other = await server.OtherOrganisationAsync();
        foreach (var path in new[] { $"containers/{id}", $"containers/{id}/files", $"containers/{id}/files/{files.Text("data.0.id")}/content" })
            Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, path)).Status);
        Assert.Equal("container.deleted", (await server.DeleteAsync($"containers/{id}")).Body.Text("object"));
        Assert.Equal(404, (await server.GetAsync($"containers/{id}/files")).Status);
    }

    [Fact]
    public async Task Is_where_code_runs_and_leaves_its_files()
    {
        await using var server = await TestServer.StartAsync("""
            name: code
            otherwise: fail
            rules:
              - when: { last_role: user }
                then: { calls: [{ name: code_interpreter, arguments: { code: "open('/mnt/data/out.txt','w').write(open('/mnt/data/in.txt').read() * 2)" } }] }
              - when: { last_role: tool }
                then: { text: "{{tool_output}}" }
            """);
        var id = (await server.PostAsync("containers", """{"name":"c"}""")).Body.Text("id")!;
        await FileForms.SendRawAsync(server.Http, $"containers/{id}/files", "Content-Disposition: form-data; name=\"file\"; filename=\"in.txt\"\n\nab");
        await server.RunAssistantAsync($$"""{"model":"m","tools":[{"type":"code_interpreter","container":"{{id}}"}]}""", """{"role":"user","content":"go"}""");
        var made = (await server.GetAsync($"containers/{id}/files")).Body;
        Assert.Equal(("/mnt/data/out.txt", "assistant"), (made.Text("data.0.path"), made.Text("data.0.source")));
        Assert.Equal("abab", await server.Http.GetStringAsync($"containers/{id}/files/{made.Text("data.0.id")}/content"));
    }

    [Fact]
    public async Task Expires_when_nobody_used_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(change: parts => parts with { Time = time });
        var id = (await server.PostAsync("containers", """{"name":"c"}""")).Body.Text("id");
        time.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal("expired", (await server.GetAsync($"containers/{id}")).Body.Text("status"));
        Assert.Equal(400, (await FileForms.SendRawAsync(server.Http, $"containers/{id}/files", "Content-Disposition: form-data; name=\"file\"\n\nx")).Status);
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_names_it()
    {
        await using var server = await TestServer.StartAsync();
        (string Json, int Status, string Parameter)[] wrong =
        [
            ("{}", 400, "name"),
            ("""{"name":"c","file_ids":["file-none"]}""", 404, "file_ids[0]"),
            ("""{"name":"c","expires_after":{"minutes":1}}""", 400, "expires_after.anchor"),
            ("""{"name":"c","memory_limit":"2g"}""", 400, "memory_limit"),
            ("""{"name":"c","network_policy":{"type":"allowlist","allowed_domains":["x"]}}""", 400, "network_policy"),
        ];
        foreach (var (json, expected, parameter) in wrong)
        {
            var (status, body) = await server.PostAsync("containers", json);
            Assert.Equal((json, expected, parameter), (json, status, body.Text("error.param")));
        }
    }
}
