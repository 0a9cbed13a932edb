using System.Text.Json.Nodes;
using Cadre.Simulator;

namespace Cadre.EndToEnd;

/// <summary>
/// A model that plans one step, answers it with given tool calls, and accepts whatever comes back: as obedient to an attacker as a model can be.
/// It is the simulator on a real socket, in the test's process, so that every request that reached it can be looked at.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    public const string Answer = "The scripted model is done.";

    private const string Roles = """
        name: scripted
        otherwise: fail
        rules:
          - when: { schema: cadre_plan }
            then: { json: { steps: [{ id: a, title: Work, task: "THE-STEP", depends_on: [], acceptance: [] }], notes: "" } }
          - when: { schema: cadre_review }
            then: { json: { verdict: accept, reason: fine, checks: [] } }
          - when: { schema: cadre_report }
            then: { json: { verdict: done, reason: all, answer: "The scripted model is done." } }

        """;

    private readonly SimulatorServer _server;

    private ScriptedModel(SimulatorServer server) => _server = server;

    public Uri BaseUrl => _server.BaseUrl;

    /// <summary>Everything that reached the model, headers not counted: an API key belongs there.</summary>
    public string Heard => string.Join('\n', _server.Requests.Select(request => request.Body.GetRawText()));

    public int Requests => _server.Requests.Count;

    /// <summary>All calls in one reply.</summary>
    public static Task<ScriptedModel> CallingAsync(params ToolCall[] calls) =>
        PlayingAsync($"  - when: {{ tool_results: 0 }}\n    then: {{ calls: [{string.Join(", ", calls.Select(Flow))}] }}\n  - then: {{ text: ended }}");

    /// <summary>A call, its result, the next call.</summary>
    public static Task<ScriptedModel> CallingInTurnAsync(params ToolCall[] calls) =>
        PlayingAsync(string.Join('\n', calls.Select((call, index) => $"  - when: {{ tool_results: {index} }}\n    then: {{ calls: [{Flow(call)}] }}")) + "\n  - then: { text: ended }");

    /// <param name="rules">Rules for the worker, as items of the script's list.</param>
    public static async Task<ScriptedModel> PlayingAsync(string rules) => new(await SimulatorServer.StartAsync(SimulatorScript.Parse(Roles + rules)));

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static string Flow(ToolCall call) => new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments }.ToJsonString();
}

/// <param name="Arguments">Sent as it is, JSON or not.</param>
internal sealed record ToolCall(string Tool, string Arguments)
{
    public static ToolCall Read(string path) => new("read_file", new JsonObject { ["path"] = path }.ToJsonString());

    public static ToolCall Write(string path) => new("write_file", new JsonObject { ["path"] = path, ["content"] = "written by the model" }.ToJsonString());

    public static ToolCall Patch(string patch) => new("apply_patch", new JsonObject { ["patch"] = patch }.ToJsonString());

    public static ToolCall Fetch(string url) => new("fetch_url", new JsonObject { ["url"] = url }.ToJsonString());

    public static ToolCall Command(params string[] argv) =>
        new("run_command", new JsonObject { ["argv"] = new JsonArray([.. argv.Select(word => (JsonNode?)word)]) }.ToJsonString());
}
