using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cadre.Guard.Audit;
using Cadre.Guard.Policies;
using Cadre.McpFixture;
using Cadre.Server.Hosting;

namespace Cadre.Server.Tests.McpEndpoints;

/// <summary>A server whose policy lets MCP tools be called, beside real MCP servers on loopback sockets that its operator allows.</summary>
internal sealed class EndpointStage : IAsyncDisposable
{
    public const string Path = "/api/v1/mcp/endpoints";

    /// <summary>The model calls the echo tool of the endpoint "hub", whatever it is asked.</summary>
    private const string Script = """
        rules:
          - when: { tool_offered: mcp__hub__echo, last_role: user }
            then: { calls: [{ name: mcp__hub__echo, arguments: { text: "{{last_user}}" } }] }
          - when: { last_role: tool }
            then: { text: "Tool: {{tool_output}}" }
          - then: { text: Nothing was offered. }
        """;

    private EndpointStage(TestServer server) => Server = server;

    public TestServer Server { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<EndpointStage> StartAsync(Func<ServerParts, ServerParts>? change = null) =>
        new(await TestServer.StartAsync(Script, parts => (change ?? (same => same))(Allowing(parts))));

    /// <summary>127.0.0.1 by the operator's word, and an open policy for MCP tools.</summary>
    public static ServerParts Allowing(ServerParts parts)
    {
        var folder = System.IO.Path.Combine(parts.StateDirectory, "test-policies");
        DefaultPolicy.Write(folder);
        var tools = System.IO.Path.Combine(folder, "tools.yaml");
        File.WriteAllText(tools, File.ReadAllText(tools).Replace("source: \"mcp:*\"\n    verdict: ask", "source: \"mcp:*\"\n    verdict: allow", StringComparison.Ordinal));
        Assert.True(PolicyStore.TryLoad(folder, allowNet: false, out var policies, out var errors), string.Join('\n', errors));
        return parts with { Policies = policies, PrivateHosts = ["127.0.0.1"] };
    }

    public Task<FixtureHttp> FixtureAsync(FixtureMode mode = FixtureMode.Honest) => FixtureHttp.StartAsync(new(mode, System.IO.Path.Combine(Server.Directory, "effects.txt")));

    public async Task<JsonElement> CreateAsync(string json)
    {
        var (status, body) = await Server.PostAsync(Path, json);
        Assert.True(status == 201, body.ToString());
        return body;
    }

    /// <summary>What the model is told by the tool, in a run of this caller.</summary>
    public static async Task<string> AskAsync(HttpClient caller, string text, string tools = """[{"type":"mcp","server_label":"hub","require_approval":"never"}]""")
    {
        var (status, body) = await TestServer.SendAsync(caller, HttpMethod.Post, "responses", $$"""{"model":"m","input":{{JsonSerializer.Serialize(text, EndpointStageJson.Default.String)}},"tools":{{tools}}}""");
        Assert.True(status == 200, body.ToString());
        Assert.True(body.GetProperty("status").GetString() == "completed", body.ToString());
        return body.GetProperty("output").EnumerateArray().Last().GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    /// <summary>Everything that lies in the state directory, as one text.</summary>
    public string State()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Server.Directory, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class EndpointStageJson : System.Text.Json.Serialization.JsonSerializerContext;
