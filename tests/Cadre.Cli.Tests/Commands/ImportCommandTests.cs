using System.Net.Http.Headers;
using System.Text;

namespace Cadre.Cli.Tests.Commands;

public sealed class Importing : IDisposable
{
    private const string Key = "sk-cadre-import-test";
    private const string Export = """
        {"object":"thread","id":"thread_Old1","created_at":1700000001,"metadata":{}}
        {"object":"thread.message","id":"msg_One","created_at":1700000002,"thread_id":"thread_Old1","role":"user","content":[{"type":"text","text":{"value":"Hi","annotations":[]}}]}
        {"object":"thread","id":"wrong","created_at":1}
        """;

    private readonly CommandRunner _runner = new();

    public void Dispose() => _runner.Dispose();

    [Fact]
    public async Task Brings_an_export_to_a_server_and_names_what_is_wrong()
    {
        await ServingAsync(async url =>
        {
            var file = _runner.Write("export.ndjson", Export);
            var first = await _runner.RunAsync("import", file, "--url", url, "--key", Key);
            Assert.Equal((1, "Imported 0 assistants, 0 files, 1 thread, 1 message; 0 were there already; 1 line was wrong and changed nothing.\n"), (first.Code, first.Out));
            Assert.Contains("line 3: Invalid 'id': 'wrong'.", first.Error, StringComparison.Ordinal);

            var again = await _runner.RunAsync("import", file, "--url", url, "--key", Key, "--json");
            Assert.Contains("\"unchanged\":2,\"errors\":[{\"line\":3,", again.Out, StringComparison.Ordinal);
            Assert.Contains("\"Hi\"", await MessagesAsync(url, "thread_Old1"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Goes_in_pieces_whose_lines_keep_their_numbers()
    {
        await ServingAsync(async url =>
        {
            var lines = new StringBuilder();
            for (var i = 1; i <= 2_500; i++) lines.Append(i == 2_345 ? "wrong\n" : $$"""{"object":"thread","id":"thread_{{i}}","created_at":{{i}}}""" + "\n");
            var result = await _runner.RunAsync("import", _runner.Write("export.ndjson", lines.ToString()), "--url", url, "--key", Key);
            Assert.StartsWith("Imported 0 assistants, 0 files, 2,499 threads,", result.Out, StringComparison.Ordinal);
            Assert.Contains("line 2345: We could not parse", result.Error, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Needs_a_file_and_a_server()
    {
        var none = await _runner.RunAsync("import", "nothing.ndjson", "--key", Key);
        Assert.Equal(2, none.Code);
        Assert.Contains("nothing.ndjson cannot be read", none.Error, StringComparison.Ordinal);
        var nobody = await _runner.RunAsync("import", _runner.Write("export.ndjson", Export), "--url", "http://127.0.0.1:9", "--key", Key);
        Assert.Equal(1, nobody.Code);
        Assert.Contains("cannot be reached", nobody.Error, StringComparison.Ordinal);
    }

    /// <summary>With a server on a free port, which ends afterwards.</summary>
    private async Task ServingAsync(Func<string, Task> use)
    {
        _runner.Variables["CADRE_BOOTSTRAP_KEY"] = Key;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var serving = _runner.RunAsync(["serve", "--urls", "http://127.0.0.1:0"], "", stop.Token, line =>
        {
            if (line.StartsWith("Serving on ", StringComparison.Ordinal)) address.TrySetResult(line["Serving on ".Length..line.IndexOf(" (", StringComparison.Ordinal)]);
        });
        if (await Task.WhenAny(address.Task, serving) == serving) Assert.Fail((await serving).Error);
        await use(await address.Task);
        await stop.CancelAsync();
        await serving;
    }

    private static async Task<string> MessagesAsync(string url, string thread)
    {
        using var http = new HttpClient { BaseAddress = new(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return await http.GetStringAsync($"v1/threads/{thread}/messages", TestContext.Current.CancellationToken);
    }
}
