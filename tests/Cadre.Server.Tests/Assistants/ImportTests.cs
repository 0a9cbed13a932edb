using System.Net;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Assistants;

public sealed class An_import
{
    private const string Export = """
        {"object":"assistant","id":"asst_Old1","created_at":1700000000,"name":"Old","description":null,"model":"gpt-4-1106-preview","instructions":"Help.","tools":[{"type":"retrieval"}],"file_ids":[],"metadata":{"a":"b"}}
        {"object":"thread","id":"thread_Old1","created_at":1700000001,"metadata":{}}

        {"object":"thread.message","id":"msg_Two","created_at":1700000003,"thread_id":"thread_Old1","role":"assistant","content":[{"type":"text","text":{"value":"Hello【1†a】","annotations":[{"type":"file_citation","text":"【1†a】","start_index":5,"end_index":10,"file_citation":{"file_id":"file-Old1"}}]}}],"assistant_id":"asst_Old1","run_id":"run_Old1","metadata":{}}
        {"object":"thread.message","id":"msg_One","created_at":1700000002,"thread_id":"thread_Old1","role":"user","content":[{"type":"text","text":{"value":"Hi","annotations":[]}}],"assistant_id":null,"run_id":null,"metadata":{}}
        {"object":"file","id":"file-Old1","created_at":1700000000,"filename":"a.txt","purpose":"assistants","bytes":5,"content":"aGVsbG8="}
        """;

    [Fact]
    public async Task Keeps_ids_and_is_read_as_it_was()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var (status, report) = await ImportAsync(server.Http, Export);
        Assert.Equal(200, status);
        Assert.Equal("""{"assistant":1,"file":1,"thread":1,"thread.message":2}""", report.GetProperty("imported").ToString());
        Assert.Empty(report.GetProperty("errors").EnumerateArray());

        var (_, assistant) = await server.GetAsync("assistants/asst_Old1");
        Assert.Equal(("Old", 1700000000, "file_search"), (assistant.Text("name"), assistant.GetProperty("created_at").GetInt64(), assistant.GetProperty("tools")[0].Text("type")));
        Assert.Equal(["Hi", "Hello【1†a】"], await server.TextsAsync("thread_Old1"));
        var (_, message) = await server.GetAsync("threads/thread_Old1/messages/msg_Two");
        Assert.Equal(("run_Old1", "asst_Old1"), (message.Text("run_id"), message.Text("assistant_id")));
        Assert.Equal("file-Old1", message.GetProperty("content")[0].GetProperty("text").GetProperty("annotations")[0].GetProperty("file_citation").Text("file_id"));
        Assert.Equal("hello", await server.Http.GetStringAsync("files/file-Old1/content", TestContext.Current.CancellationToken));

        await server.PostAsync("threads/thread_Old1/messages", """{"role":"user","content":"More"}""");
        var run = await server.NewRunAsync("thread_Old1", "asst_Old1");
        Assert.Equal("completed", (await server.PollAsync("thread_Old1", run)).Text("status"));
    }

    [Fact]
    public async Task Changes_nothing_the_second_time()
    {
        await using var server = await TestServer.StartAsync();
        await ImportAsync(server.Http, Export);
        var (_, again) = await ImportAsync(server.Http, Export);
        Assert.Equal((5, 0), (again.GetProperty("unchanged").GetInt32(), again.GetProperty("imported").GetProperty("thread").GetInt32()));
        Assert.Equal(2, (await server.TextsAsync("thread_Old1")).Count);
    }

    [Fact]
    public async Task Says_which_lines_are_wrong_and_takes_the_others()
    {
        await using var server = await TestServer.StartAsync();
        var (_, report) = await ImportAsync(server.Http, """
            {"object":"thread","id":"thread_A","created_at":1}
            not json
            {"object":"thread.message","id":"msg_A","created_at":2,"thread_id":"thread_None","role":"user","content":"x"}
            {"object":"vector_store","id":"vs_A","created_at":2}
            {"object":"assistant","id":"asst_A","created_at":2}
            {"object":"file","id":"file-A","created_at":2,"content":"***"}
            {"object":"thread","id":"A","created_at":1}
            """, firstLine: 11);
        Assert.Equal([12, 13, 14, 15, 16, 17], report.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("line").GetInt32()));
        Assert.Equal("No thread found with id 'thread_None'.", report.GetProperty("errors")[1].Text("reason"));
        Assert.Equal(200, (await server.GetAsync("threads/thread_A")).Status);
    }

    [Fact]
    public async Task Cannot_take_ids_of_another_organisation()
    {
        await using var server = await TestServer.StartAsync();
        await ImportAsync(server.Http, Export);
        using var other = await server.OtherOrganisationAsync();
        var (_, report) = await ImportAsync(other, """{"object":"thread","id":"thread_Old1","created_at":1}""");
        Assert.Equal("The id 'thread_Old1' is taken.", report.GetProperty("errors")[0].Text("reason"));
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, "threads/thread_Old1")).Status);
    }

    private static async Task<(int Status, JsonElement Report)> ImportAsync(HttpClient http, string lines, int firstLine = 1)
    {
        using var response = await http.PostAsync($"cadre/import?first_line={firstLine}", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return ((int)response.StatusCode, document.RootElement.Clone());
    }
}
