using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Cadre.McpConformance;

internal static class FixturePrompts
{
    public static IList<Prompt> All { get; } =
    [
        new() { Name = "test_input_required_result_prompt", Description = "Needs an answer first." },
        new() { Name = "test_prompt_with_arguments", Description = "Repeats its arguments.", Arguments = [new() { Name = "arg1", Required = true }, new() { Name = "arg2", Required = true }] },
        new() { Name = "test_prompt_with_embedded_resource", Description = "Has a resource in it.", Arguments = [new() { Name = "resourceUri", Required = true }] },
        new() { Name = "test_prompt_with_image", Description = "Has an image in it." },
        new() { Name = "test_simple_prompt", Description = "Is simple." },
    ];

    public static GetPromptResult Get(GetPromptRequestParams request) => request.Name switch
    {
        "test_simple_prompt" => Messages("""{"type":"text","text":"This is a simple prompt for testing."}"""),
        "test_prompt_with_arguments" => Messages($$"""{"type":"text","text":"Prompt with arguments: arg1='{{Of(request, "arg1")}}', arg2='{{Of(request, "arg2")}}'"}"""),
        "test_prompt_with_embedded_resource" => Messages(
            $$"""{"type":"resource","resource":{"uri":"{{Of(request, "resourceUri")}}","mimeType":"text/plain","text":"Embedded resource content for testing."} }""",
            """{"type":"text","text":"Please process the embedded resource above."}"""),
        "test_prompt_with_image" => Messages($$"""{"type":"image","data":"{{FixtureJson.Png}}","mimeType":"image/png"}""", """{"type":"text","text":"Please analyze the image above."}"""),
        "test_input_required_result_prompt" => InputTools.Has(request, "user_context")
            ? Messages("""{"type":"text","text":"The context was given."}""")
            : throw InputTools.Required(null, new() { ["user_context"] = InputTools.Question("What context should the prompt use?", "context") }),
        _ => throw new McpProtocolException($"There is no prompt '{request.Name}'.", McpErrorCode.InvalidParams),
    };

    /// <summary>As it stands within a JSON string.</summary>
    private static string Of(GetPromptRequestParams request, string name) =>
        request.Arguments?.TryGetValue(name, out var value) == true && value.ValueKind == JsonValueKind.String
            ? JsonEncodedText.Encode(value.GetString()!).ToString()
            : throw new McpProtocolException($"The argument '{name}' is missing.", McpErrorCode.InvalidParams);

    private static GetPromptResult Messages(params IEnumerable<string> contents) =>
        FixtureJson.Read<GetPromptResult>($$"""{"messages":[{{string.Join(',', contents.Select(content => $$"""{"role":"user","content":{{content}} }"""))}}]}""");
}
