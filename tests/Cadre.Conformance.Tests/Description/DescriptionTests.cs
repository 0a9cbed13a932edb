using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Conformance.Tests.Description;

/// <summary>A judge that cannot condemn is worth nothing: seeded faults must be found.</summary>
public sealed class The_judge
{
    private const string Run = """
        {"id":"run_1","object":"thread.run","created_at":1,"thread_id":"thread_1","assistant_id":"asst_1","status":"queued","required_action":null,"last_error":null,
         "expires_at":2,"started_at":null,"cancelled_at":null,"failed_at":null,"completed_at":null,"incomplete_details":null,"model":"m","instructions":"","tools":[{"type":"code_interpreter"}],
         "metadata":{},"usage":null,"max_prompt_tokens":null,"max_completion_tokens":null,"truncation_strategy":{"type":"auto","last_messages":null},"tool_choice":"auto",
         "parallel_tool_calls":true,"response_format":"auto"}
        """;

    public static TheoryData<string> Operations() => [.. ApiDescription.All.Select(operation => operation.ToString())];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Can_use_the_schemas_of(string name)
    {
        var operation = ApiDescription.All.Single(operation => operation.ToString() == name);
        using var number = JsonDocument.Parse("17");
        foreach (var schema in new[] { operation.Answer, operation.Stream, operation.Request }.OfType<JsonNode>())
            Assert.NotEmpty(operation.Description.Check(schema, number.RootElement));
    }

    [Theory]
    [InlineData("/threads/thread_1/runs/run_1/steps", "listRunSteps")]
    [InlineData("/agents/sessions", "listAgentSessions")]
    [InlineData("/agents/agent_1", "getAgent")]
    [InlineData("/containers/cntr_1/files/cfile_1/content", "RetrieveContainerFileContent")]
    public void Knows_an_operation_by_its_address(string path, string id) => Assert.Equal(id, ApiDescription.Find("GET", "/v1" + path)?.Id);

    [Fact]
    public void Passes_what_is_right() => Assert.Empty(Check("RunObject", Run));

    [Theory]
    [InlineData("missing field", "status", null)]
    [InlineData("wrong enumeration", "status", "\"running\"")]
    [InlineData("null that is not allowed", "thread_id", "null")]
    [InlineData("wrong type", "created_at", "\"now\"")]
    [InlineData("broken entry of a list", "tools", """[{"type":"function"}]""")]
    [InlineData("unknown kind in a list", "tools", """[{"type":"retrieval"}]""")]
    [InlineData("wrong constant", "object", "\"run\"")]
    public void Finds_a_seeded_fault(string fault, string field, string? value)
    {
        var run = JsonNode.Parse(Run)!.AsObject();
        if (value is null) run.Remove(field);
        else run[field] = JsonNode.Parse(value);
        Assert.True(Check("RunObject", run.ToJsonString()).Count > 0, $"Not found: {fault}.");
    }

    [Theory]
    [InlineData("ResponseStreamEvent", """{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"a","logprobs":[],"sequence_number":4}""", true)]
    [InlineData("ResponseStreamEvent", """{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"a","logprobs":[]}""", false)]
    [InlineData("ResponseStreamEvent", """{"type":"response.output_text.said","item_id":"msg_1","output_index":0,"content_index":0,"delta":"a","sequence_number":4}""", false)]
    [InlineData("AssistantStreamEvent", """{"event":"thread.created","data":{"id":"thread_1","object":"thread","created_at":1,"metadata":{},"tool_resources":null}}""", true)]
    [InlineData("AssistantStreamEvent", """{"event":"thread.created","data":{"id":"thread_1","object":"thread.run","created_at":1,"metadata":{},"tool_resources":null}}""", false)]
    [InlineData("AssistantStreamEvent", """{"event":"done","data":"[DONE]"}""", true)]
    [InlineData("CreateChatCompletionStreamResponse", """{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}""", true)]
    [InlineData("CreateChatCompletionStreamResponse", """{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}""", false)]
    [InlineData("ErrorResponse", """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}""", true)]
    [InlineData("ErrorResponse", """{"error":{"message":"No.","type":"invalid_request_error","param":null}}""", false)]
    public void Judges_events_and_errors(string component, string json, bool fits)
    {
        var errors = Check(component, json);
        Assert.True(fits == (errors.Count == 0), string.Join('\n', errors));
    }

    [Fact]
    public void Is_lenient_only_with_a_reason() => Assert.All(Allowed.All, allowed => Assert.True(allowed.Reason.Length > 20, allowed.Schema));

    private static IReadOnlyList<Engine.Schemas.SchemaError> Check(string component, string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return ApiDescription.OpenAI.Check(ApiDescription.Reference(component), parsed.RootElement);
    }
}
