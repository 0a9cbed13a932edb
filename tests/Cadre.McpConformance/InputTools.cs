using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpConformance;

#pragma warning disable MCP9005 // Deprecated since 2026-07-28, and asked for by its own suite: sampling and roots.

/// <summary>Tools that end a request with what they still need to know; the client asks again with the answers (2026-07-28).</summary>
internal static class InputTools
{
    private const string Sampling = """{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"What is the capital of France?"}}],"maxTokens":100}}""";
    private const string Roots = """{"method":"roots/list","params":{}}""";

    public static IEnumerable<FixtureTool> All { get; } =
    [
        Needing("test_input_required_result_elicitation", null, new() { ["user_name"] = Question("What is your name?", "name") }, answers => $"Hello, {Said(answers["user_name"], "name")}!"),
        Needing("test_input_required_result_sampling", null, new() { ["capital_question"] = Sampling }, answers => FixtureJson.Write(answers["capital_question"])),
        Needing("test_input_required_result_list_roots", null, new() { ["client_roots"] = Roots }, answers => FixtureJson.Write(answers["client_roots"])),
        Needing("test_input_required_result_request_state", "confirm", new() { ["confirm"] = Question("Please confirm", "ok", "boolean") }, _ => "state-ok"),
        Needing("test_input_required_result_tampered_state", "untouched", new() { ["confirm"] = Question("Please confirm", "ok", "boolean") }, _ => "state-ok"),
        Needing("test_input_required_result_multiple_inputs", "all", new() { ["user_name"] = Question("What is your name?", "name"), ["greeting"] = Sampling, ["client_roots"] = Roots },
            answers => string.Join(' ', answers.Select(answer => FixtureJson.Write(answer.Value)))),
        FixtureTool.Of("test_input_required_result_multi_round", "Asks twice.", (request, _) => request.Params!.RequestState switch
        {
            "step2" when Has(request.Params, "step2") => ValueTask.FromResult(FixtureTool.Text("Both steps are done.")),
            "step1" when Has(request.Params, "step1") => throw Required("step2", new() { ["step2"] = Question("Step 2: What is your favorite color?", "color") }),
            _ => throw Required("step1", new() { ["step1"] = Question("Step 1: What is your name?", "name") }),
        }),
        FixtureTool.Of("test_input_required_result_capabilities", "Asks for what the client can.", (request, _) =>
        {
            var able = request.Params?.Meta?["io.modelcontextprotocol/clientCapabilities"];
            Dictionary<string, string> wanted = [];
            if (able?["sampling"] is not null) wanted["capital_question"] = Sampling;
            if (able?["elicitation"] is not null) wanted["user_name"] = Question("What is your name?", "name");
            return wanted.Count == 0 || wanted.Keys.Any(key => Has(request.Params!, key)) ? ValueTask.FromResult(FixtureTool.Text("Nothing more to ask.")) : throw Required(null, wanted);
        }),
        FixtureTool.Of("test_streaming_elicitation", "Asks within its stream.", (request, _) => Has(request.Params!, "user_name")
            ? ValueTask.FromResult(FixtureTool.Text("Thank you."))
            : throw Required(null, new() { ["user_name"] = Question("What is your name?", "name") })),
        FixtureTool.Of("test_missing_capability", "Needs sampling.", (request, _) => request.Params?.Meta?["io.modelcontextprotocol/clientCapabilities"]?["sampling"] is null
            ? throw new MissingRequiredClientCapabilityException(new() { Sampling = new() }, "This tool needs the client to offer sampling.")
            : ValueTask.FromResult(FixtureTool.Text("The client offers sampling."))),
    ];

    public static InputRequiredException Required(string? state, Dictionary<string, string> wanted) =>
        new(wanted.ToDictionary(want => want.Key, want => FixtureJson.Read<InputRequest>(want.Value)), state);

    public static string Question(string message, string property, string type = "string") =>
        $$"""{"method":"elicitation/create","params":{"message":"{{message}}","requestedSchema":{"type":"object","properties":{"{{property}}":{"type":"{{type}}"} },"required":["{{property}}"]} } }""";

    public static bool Has(RequestParams parameters, string key) => parameters.InputResponses?.ContainsKey(key) == true;

    public static string? Said(InputResponse answer, string property) => answer.RawValue.GetProperty("content").GetProperty(property).GetString();

    private static FixtureTool Needing(string name, string? state, Dictionary<string, string> wanted, Func<IDictionary<string, InputResponse>, string> finish) =>
        FixtureTool.Of(name, "Needs answers first.", (request, _) => request.Params is { InputResponses: { } answers } parameters && wanted.Keys.All(answers.ContainsKey) && parameters.RequestState == state
            ? ValueTask.FromResult(FixtureTool.Text(finish(answers)))
            : throw Required(state, wanted));
}
