using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Functions;
using Cadre.Simulator;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Server.Tests.Functions;

public sealed class A_server_function
{
    private const string Script = """
        rules:
          - when: { tool_offered: add, last_role: user, last_user: add }
            then: { calls: [{ name: add, arguments: { a: 2, b: 3 } }] }
          - when: { tool_offered: add, last_role: user, last_user: wrong }
            then: { calls: [{ name: add, arguments: { a: two } }] }
          - when: { last_role: tool }
            then: { text: "Tool: {{tool_output}}" }
          - then: { text: Nothing was offered. }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"type":"function","function":{"name":"add"},"server":true}""")]
    [InlineData("""{"type":"server_function","name":"add"}""")]
    public async Task Runs_on_the_server_without_the_caller(string tool)
    {
        await using var server = await StartAsync((call, _) => new($"{call.Arguments.GetProperty("a").GetInt32() + call.Arguments.GetProperty("b").GetInt32()}"));
        Assert.Equal("Tool: 5", await AskAsync(server, tool, "add"));
    }

    [Fact]
    public async Task Is_not_offered_to_who_does_not_name_it()
    {
        await using var server = await StartAsync((_, _) => new("5"));
        Assert.Equal("Nothing was offered.", await AskAsync(server, """{"type":"code_interpreter"}""", "add"));
    }

    [Fact]
    public async Task That_fails_tells_the_model_and_ends_nothing()
    {
        await using var server = await StartAsync((_, _) => throw new InvalidOperationException("The books are closed."));
        Assert.Contains("""{"error":"The books are closed."}""", await AskAsync(server, """{"type":"server_function","name":"add"}""", "add"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Never_sees_arguments_that_do_not_fit_its_schema()
    {
        var called = 0;
        await using var server = await StartAsync((_, _) => new($"{++called}"));
        Assert.StartsWith("Tool: ", await AskAsync(server, """{"type":"server_function","name":"add"}""", "wrong"), StringComparison.Ordinal);
        Assert.Equal(0, called);
    }

    [Fact]
    public async Task Declared_in_a_file_is_an_HTTP_request()
    {
        await using var simulator = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, null, Stop);
        using var directory = new TemporaryDirectory();
        Declare(directory, $$"""
            name: describe_model
            description: Describes a model.
            url: {{simulator.BaseUrl}}/models/{id}
            headers: { Authorization: "Bearer ${KEY}" }
            allow_private: true
            parameters: { type: object, properties: { id: { type: string } }, required: [id] }
            """);
        using var functions = Functions(directory);
        var tool = Assert.Single(await functions.ListAsync(Owner.Local, Stop));
        Assert.Equal(Effect.Read, tool.Descriptor.Effect);
        var result = await tool.CallAsync(Call("""{"id":"simulator","more":"a b"}"""), Stop);
        Assert.Equal(ToolStatus.Succeeded, result.Status);
        Assert.Equal("simulator", JsonElement.Parse(result.Output).GetProperty("id").GetString());
        Assert.StartsWith("{\"error\":\"The function answered with status 404", (await tool.CallAsync(Call("""{"id":"a/../b"}"""), Stop)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_dial_private_addresses_that_its_file_does_not_allow()
    {
        await using var simulator = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, null, Stop);
        using var directory = new TemporaryDirectory();
        Declare(directory, $"{{ name: models, description: x, url: '{simulator.BaseUrl}/models' }}");
        using var functions = Functions(directory);
        var result = await Assert.Single(await functions.ListAsync(Owner.Local, Stop)).CallAsync(Call("{}"), Stop);
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Contains("not at a public address", result.Output, StringComparison.Ordinal);
        Assert.Empty(simulator.Requests);
    }

    [Theory]
    [InlineData("name: a b\ndescription: x\nurl: https://example.com", 1)]
    [InlineData("name: a\ndescription: x\nurl: https://{host}/x", 3)]
    [InlineData("name: a\ndescription: x\nurl: file:///etc/passwd", 3)]
    [InlineData("name: a\ndescription: x\nurl: https://example.com\nheaders:\n  X-Key: ${NOT_SET}", 5)]
    [InlineData("name: a\ndescription: x\nurl: https://example.com\ntimeout: 1h", 4)]
    [InlineData("name: a\ndescription: x\nurl: https://example.com\nwhat: 1", 4)]
    public async Task In_a_wrong_file_is_refused_with_its_place(string text, int line)
    {
        using var directory = new TemporaryDirectory();
        Declare(directory, text);
        using var functions = Functions(directory);
        Assert.Empty(await functions.ListAsync(Owner.Local, Stop));
        var file = Path.Combine(directory.Root, "functions", "f.yaml");
        Assert.Null(HttpFunctionFile.Read(file, _ => null, out var problem));
        Assert.StartsWith($"{file}:{line}: ", problem, StringComparison.Ordinal);
    }

    private static ToolCall Call(string arguments) => new(RunId.New(DateTimeOffset.UnixEpoch, [0, 0, 0, 0, 0, 1]), "call_1", "key", JsonElement.Parse(arguments), Owner.Local);

    private static HttpFunctions Functions(TemporaryDirectory directory) =>
        new(directory.Root, name => name == "KEY" ? "secret" : null, TimeProvider.System, NullLogger<HttpFunctions>.Instance);

    private static void Declare(TemporaryDirectory directory, string yaml)
    {
        Directory.CreateDirectory(Path.Combine(directory.Root, "functions"));
        File.WriteAllText(Path.Combine(directory.Root, "functions", "f.yaml"), yaml);
    }

    private static Task<TestServer> StartAsync(Func<ToolCall, CancellationToken, ValueTask<string>> handler)
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]}""";
        return TestServer.StartAsync(Script, parts => parts with { Tools = [new ServerFunctions(ServerFunction.Create("add", "Adds.", Schema, handler))] });
    }

    private static async Task<string> AskAsync(TestServer server, string tool, string question)
    {
        var (_, assistant) = await server.PostAsync("assistants", $$"""{"model":"m","tools":[{{tool}}]}""");
        var (status, body) = await server.PostAsync("chat/completions", $$"""{"model":"{{assistant.GetProperty("id").GetString()}}","messages":[{"role":"user","content":"{{question}}"}]}""");
        Assert.Equal(200, status);
        return body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }
}
