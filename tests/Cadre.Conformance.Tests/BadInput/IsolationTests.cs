using System.Text;
using System.Text.Json.Nodes;
using Cadre.Conformance.Tests.Server;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>Whatever a request may be answered: what another organisation's files say is in no answer. Their owner, who asks the same, is told.</summary>
public sealed class Another_organisations_secret(ServerUnderTest server)
{
    private const string Secret = "zanzibar-4711";

    [Theory]
    [InlineData("search", "/vector_stores/{store}/search", """{"query":"crates of quinces"}""")]
    [InlineData("a response", "/responses", """{"model":"m","input":"Search the files: crates of quinces?","tools":[{"type":"file_search","vector_store_ids":["{store}"]}],"include":["file_search_call.results"]}""")]
    [InlineData("a file in a response", "/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"{file}"},{"type":"input_text","text":"Quote the file."}]}]}""")]
    [InlineData("a container", "/responses", """{"model":"m","input":"Show all files.","tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["{file}"]}}]}""")]
    [InlineData("a workbench", "/responses", """{"model":"m","input":"Show all files.","tools":[{"type":"code_interpreter","container":"{container}"}]}""")]
    [InlineData("a thread", "/responses", """{"model":"m","input":"Quote me.","conversation":"{conversation}"}""")]
    [InlineData("an assistant's store", "/threads/runs", """{"model":"m","assistant_id":"{assistant}","thread":{"messages":[{"role":"user","content":"Search the files: crates of quinces?"}]},"tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["{store}"]}},"stream":true}""")]
    [InlineData("a thread's files", "/threads/runs", """{"model":"m","assistant_id":"{assistant}","thread":{"messages":[{"role":"user","content":"Show all files."}],"tool_resources":{"code_interpreter":{"file_ids":["{file}"]}}},"tools":[{"type":"code_interpreter"}],"stream":true}""")]
    [InlineData("a new store", "/vector_stores", """{"file_ids":["{file}"]}""")]
    public async Task Is_in_no_answer(string way, string path, string body)
    {
        using var neighbour = server.Client(await server.KeyOfAsync("keeper"));
        using var caller = server.Client(await server.KeyOfAsync("seeker"));
        var file = await UploadAsync(neighbour);
        var store = await MakeAsync(neighbour, "/vector_stores", $$"""{"name":"secret"}""");
        await MakeAsync(neighbour, $"/vector_stores/{store}/files", $$"""{"file_id":"{{file}}"}""");
        await IndexedAsync(neighbour, store);
        var container = await MakeAsync(neighbour, "/containers", """{"name":"secret"}""");
        await MakeAsync(neighbour, $"/containers/{container}/files", $$"""{"file_id":"{{file}}"}""");
        var conversation = await MakeAsync(neighbour, "/conversations", $$"""{"items":[{"type":"message","role":"user","content":"{{Secret}}"}]}""");

        var (_, own) = await AskAsync(neighbour);
        if (way is not ("a new store" or "a file in a response" or "a thread")) Assert.Contains(Secret, own, StringComparison.Ordinal);
        var (status, answer) = await AskAsync(caller);
        Assert.True(status is 200 or 400 or 404, $"{way}: {status} {answer}");
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);

        async Task<(int Status, string Body)> AskAsync(HttpClient client)
        {
            var assistant = await MakeAsync(client, "/assistants", """{"model":"m"}""");
            return await PostAsync(client, Fill(path), Fill(body));
            string Fill(string text) => text.Replace("{file}", file, StringComparison.Ordinal).Replace("{store}", store, StringComparison.Ordinal)
                .Replace("{assistant}", assistant, StringComparison.Ordinal).Replace("{container}", container, StringComparison.Ordinal).Replace("{conversation}", conversation, StringComparison.Ordinal);
        }
    }

    private static async Task<string> UploadAsync(HttpClient client)
    {
        using var form = new MultipartFormDataContent { { new StringContent("assistants"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes($"The crates of quinces are in {Secret}.")), "file", "secret.txt" } };
        using var answer = await client.PostAsync("v1/files", form);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!.GetValue<string>();
    }

    private static async Task<string> MakeAsync(HttpClient client, string path, string body)
    {
        var (status, text) = await PostAsync(client, path, body);
        Assert.True(status == 200, $"{path}: {status} {text}");
        return JsonNode.Parse(text)!["id"]!.GetValue<string>();
    }

    private static async Task IndexedAsync(HttpClient client, string store)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var counts = JsonNode.Parse(await client.GetStringAsync($"v1/vector_stores/{store}", late.Token))!["file_counts"]!;
            if (counts["completed"]!.GetValue<int>() == 1) return;
            await Task.Delay(30, late.Token);
        }
    }

    private static async Task<(int Status, string Body)> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("v1" + path, content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
