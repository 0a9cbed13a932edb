using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpConformance;

#pragma warning disable MCP9005 // Deprecated since 2026-07-28: the suites of older revisions want them.

/// <summary>Tools that send the client a request of their own, as sessions allow it.</summary>
internal static class AskingTools
{
    public static IEnumerable<FixtureTool> All { get; } =
    [
        FixtureTool.Of("test_sampling", "Asks the client's model.", SampleAsync, """{"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]}"""),
        Asking("test_elicitation", """
            {"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]}
            """, """{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}"""),
        Asking("test_elicitation_sep1034_defaults", """
            {"type":"object","properties":{
              "name":{"type":"string","default":"John Doe"},
              "age":{"type":"integer","default":30},
              "score":{"type":"number","default":95.5},
              "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
              "verified":{"type":"boolean","default":true}}}
            """),
        Asking("test_elicitation_sep1330_enums", """
            {"type":"object","properties":{
              "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
              "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"}]},
              "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
              "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
              "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"}]}}}}
            """),
    ];

    private static FixtureTool Asking(string name, string form, string schema = FixtureTool.NoArguments) => FixtureTool.Of(name, "Asks the client's user.", async (request, cancellationToken) =>
    {
        var message = request.Params?.Arguments?.TryGetValue("message", out var given) == true ? given.GetString()! : "Please answer.";
        var form1 = new ElicitRequestParams { Message = message, RequestedSchema = FixtureJson.Read<ElicitRequestParams.RequestSchema>(form) };
        var answer = await request.Server.ElicitAsync(form1, cancellationToken);
        return FixtureTool.Text($"Elicitation completed: action={answer.Action}, content={FixtureJson.Write(answer.Content)}");
    }, schema);

    private static async ValueTask<CallToolResult> SampleAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var prompt = request.Params!.Arguments!["prompt"].GetString()!;
        var answer = await request.Server.SampleAsync(
            new CreateMessageRequestParams { Messages = [new() { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }], MaxTokens = 100 }, cancellationToken);
        return FixtureTool.Text($"LLM response: {string.Concat(answer.Content.OfType<TextContentBlock>().Select(block => block.Text))}");
    }
}
