using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Sandbox;
using Cadre.Server.HostedTools;
using Cadre.Server.Tests.Files;

namespace Cadre.Server.Tests.HostedTools;

public sealed class A_code_interpreter
{
    /// <summary>Runs what the user says as code, and answers with what came back.</summary>
    private const string Script = """
        name: code
        otherwise: fail
        rules:
          - when: { last_role: user, tool_offered: code_interpreter }
            then:
              calls:
                - { name: code_interpreter, arguments: { code: "{{last_user}}" } }
          - when: { last_role: tool }
            then: { text: "Out: {{tool_output}} See sandbox:/mnt/data/x.csv." }
        """;

    private const string Assistant = """{"model":"m","tools":[{"type":"code_interpreter"}]}""";

    [Fact]
    public async Task Keeps_variables_and_shows_the_last_value()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (thread, first) = await RunAsync(server, "x = 20\nprint('hello')\nx + 1");
        Assert.StartsWith("Out: hello\n21\n", Value(first), StringComparison.Ordinal);
        Assert.StartsWith("Out: 42\n", Value(await AgainAsync(server, thread, "x * 2 + 2")), StringComparison.Ordinal);
        var error = Value(await AgainAsync(server, thread, "def f():\n  return 1/0\nf()"));
        Assert.Contains("ZeroDivisionError", error, StringComparison.Ordinal);
        Assert.Contains("return 1/0", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_files_in_and_gives_files_back()
    {
        await using var server = await TestServer.StartAsync(Script);
        var file = await server.UploadAsync("in put.csv", "a,b\n1,2\n");
        var (thread, message) = await RunAsync(server, """
            rows = open('/mnt/data/in put.csv').read()
            open('/mnt/data/x.csv', 'w').write(rows.upper())
            open('/mnt/data/plot.png', 'wb').write(b'\x89PNG')
            print(rows)
            """, $$$"""{"model":"m","tools":[{"type":"code_interpreter"}],"tool_resources":{"code_interpreter":{"file_ids":["{{{file}}}"]} } }""");
        Assert.Contains("a,b\n1,2", Value(message), StringComparison.Ordinal);
        var annotation = message.GetProperty("content")[0].GetProperty("text").GetProperty("annotations").EnumerateArray().Single(item => item.Text("type") == "file_path");
        Assert.Equal("sandbox:/mnt/data/x.csv", annotation.Text("text"));
        var made = annotation.Text("file_path.file_id")!;
        Assert.Equal("A,B\n1,2\n", await server.Http.GetStringAsync($"files/{made}/content"));
        Assert.Equal(("assistants_output", "x.csv"), ((await server.GetAsync($"files/{made}")).Body.Text("purpose"), (await server.GetAsync($"files/{made}")).Body.Text("filename")));

        // What lived in memory is gone with the process; what was written is there.
        await server.RestartAsync();
        var after = Value(await AgainAsync(server, thread, "print(open('/mnt/data/x.csv').read())\nrows"));
        Assert.Contains("A,B\n1,2", after, StringComparison.Ordinal);
        Assert.Contains("NameError", after, StringComparison.Ordinal);
        Assert.Contains("variables of earlier calls are gone", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_a_container_for_each_thread()
    {
        await using var server = await TestServer.StartAsync(Script);
        await RunAsync(server, "secret = 1\nopen('/mnt/data/s.txt','w').write('s')");
        var (_, other) = await RunAsync(server, "import os\nprint(os.listdir('/mnt/data'), 'secret' in globals())");
        Assert.Contains("[] False", Value(other), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import os\nos._exit(1)", "The interpreter ended")]
    [InlineData("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "The interpreter ended")]
    [InlineData("import os\nfor fd in range(3, 64):\n  try: os.write(fd, b'nonsense\\n')\n  except OSError: pass", "The interpreter ended")]
    [InlineData("import os\nfor fd in range(3, 64):\n  try: os.write(fd, b'{\"logs\":\"\",\"files\":[{\"path\":\"../../x\",\"bytes\":99999999999}],\"left_out\":[]}\\n')\n  except OSError: pass", "The interpreter ended")]
    [InlineData("print('x' * 50_000_000)", "bytes left out")]
    [InlineData("import os\nprint(open('/etc/shadow').read())", "Error")]
    [InlineData("import socket\nsocket.create_connection(('1.1.1.1', 53), 2)", "Error")]
    [InlineData("import os\nos.symlink('/etc/passwd', '/mnt/data/link')\nos.mkfifo('/mnt/data/fifo')\nprint('made')", "made")]
    [InlineData("f = open('/mnt/data/big', 'wb')\nfor i in range(600): f.write(b'x' * (1 << 20))", "Error")]
    [InlineData("import os\np = '/mnt/data'\nfor i in range(300):\n  os.mkdir('d' * 200)\n  os.chdir('d' * 200)\nprint('deep')", "deep")]
    [InlineData("import os\nfor i in range(2000):\n  try:\n    if os.fork() == 0:\n      import time; time.sleep(100)\n  except OSError: break\nprint('forked')", "")]
    public async Task Holds_hostile_code_and_goes_on(string code, string says)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (thread, message) = await RunAsync(server, code);
        Assert.Contains(says, Value(message), StringComparison.Ordinal);
        Assert.Contains("Out: 2\n", Value(await AgainAsync(server, thread, "1 + 1")).Replace("(The interpreter was started anew: variables of earlier calls are gone, files are there.)\n", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knows_of_an_interrupted_call_whether_it_happened()
    {
        await using var server = await TestServer.StartAsync(Script);
        var sandbox = new HostSandbox(new());
        var (context, owner) = (server.Server.Context, new Owner("default", "admin"));
        var rooms = new CodeInterpreterRooms(sandbox, Path.Combine(server.Directory, "own"), TimeProvider.System);
        var interpreter = new CodeInterpreter(new(context.Store, context.Blobs, context.Files, context.Containers, rooms, TimeProvider.System));
        var definition = new RunDefinition(new("a", "m", "", ["code_interpreter"]), owner)
        {
            Metadata = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(HostedToolSettings.Tools, """[{"type":"code_interpreter"}]"""),
        };
        var run = context.Ids.NewRun();
        var tool = Assert.Single(await interpreter.ListAsync(run, definition, TestContext.Current.CancellationToken));
        var call = new ToolCall(run, "c1", $"{run}-1-0", JsonDocument.Parse("""{"code":"open('/mnt/data/a.txt','w').write('x')\nprint('done')"}""").RootElement, owner);

        Assert.Same(Probed.DidNotHappen, await tool.ProbeAsync(call, TestContext.Current.CancellationToken));
        var result = await tool.CallAsync(call, TestContext.Current.CancellationToken);
        var probed = await tool.ProbeAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal((result.Status, result.Output), (probed!.Result!.Status, probed.Result.Output));
        Assert.Equal(result.Structured!.Value.GetRawText(), probed.Result.Structured!.Value.GetRawText());
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rooms.RunAsync(stopped.Token));
    }

    private static async Task<(string Thread, JsonElement Message)> RunAsync(TestServer server, string code, string assistant = Assistant) =>
        await server.RunAssistantAsync(assistant, $$"""{"role":"user","content":{{Quoted(code)}}}""");

    private static async Task<JsonElement> AgainAsync(TestServer server, string thread, string code)
    {
        var agent = (await server.PostAsync("assistants", Assistant)).Body;
        var run = (await server.PostAsync($"threads/{thread}/runs", $$"""{"assistant_id":"{{agent.Text("id")}}","additional_messages":[{"role":"user","content":{{Quoted(code)}}}]}""")).Body;
        return await AssistantRuns.EndAsync(server.Http, run);
    }

    private static string Value(JsonElement message) => message.Text("content.0.text.value")!;

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
