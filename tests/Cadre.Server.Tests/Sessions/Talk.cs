using System.Text.Json;

namespace Cadre.Server.Tests.Sessions;

/// <summary>What the tests of sessions share.</summary>
internal static class Talk
{
    public const string Script = """
        otherwise: fail
        rules:
          - { when: { last_user: "^count", last_role: tool }, then: { text: "There are {{tool_output}}." } }
          - when: { last_user: "^count two", tool_offered: count }
            then: { calls: [ { name: count, arguments: { of: apples } }, { name: count, arguments: { of: pears } } ] }
          - when: { last_user: "^count", tool_offered: count }
            then: { text: Let me look., calls: [ { name: count, arguments: { of: apples } } ] }
          - { when: { last_user: "^write", last_role: tool }, then: { text: "The post says: {{tool_output}}" } }
          - when: { last_user: "^write", tool_offered: send_letter }
            then: { calls: [ { name: send_letter, arguments: { to: Bob } } ] }
          - { when: { last_user: "^mend", tool_results: 0 }, then: { calls: [ { name: count, arguments: "{of:" } ] } }
          - { when: { last_user: "^mend", tool_results: 1 }, then: { calls: [ { name: count, arguments: { kind: apples } } ] } }
          - { when: { last_user: "^mend", tool_results: 2 }, then: { calls: [ { name: count, arguments: { of: apples } } ] } }
          - { when: { last_user: "^mend" }, then: { text: "Mended: {{tool_output:1}} | {{tool_output:2}} | {{tool_output:3}}" } }
          - { when: { last_user: "^fail" }, then: { fault: { status: 400, message: "no" } } }
          - { when: { last_user: "^long" }, then: { text: "And so on and so on and so on." } }
          - { when: { last_user: "^hang" }, then: { fault: stall_before } }
          - { then: { text: "You said {{last_user}}." } }
        """;

    /// <summary>From the root: the test server's clients lie below /v1/.</summary>
    public static string Path(string session, string? below = null) => $"/api/v1/sessions/{session}{(below is null ? "" : "/" + below)}";

    public static string Status(JsonElement reply) => reply.GetProperty("status").GetString()!;

    /// <param name="more">Members of the session's body.</param>
    /// <param name="function">A function of the caller that the agent has.</param>
    public static Task<(string Id, JsonElement Body)> SessionAsync(TestServer server, string? more = null, string? function = null) => SessionAsync(server.Http, more, function);

    public static async Task<(string Id, JsonElement Body)> SessionAsync(HttpClient http, string? more = null, string? function = null)
    {
        var agent = await AgentAsync(http, function);
        var (status, body) = await TestServer.SendAsync(http, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{agent}}"{{(more is null ? "" : "," + more)}}}""");
        Assert.True(status == 201, body.ToString());
        return (body.GetProperty("session_id").GetString()!, body);
    }

    public static async Task<string> AgentAsync(HttpClient http, string? function = null)
    {
        const string Parameters = """{"type":"object","properties":{"of":{"type":"string"}},"required":["of"]}""";
        var tools = function is null ? "" : $$""","tools":[{"type":"function","function":{"name":"{{function}}","parameters":{{Parameters}} } }]""";
        var (status, body) = await TestServer.SendAsync(http, HttpMethod.Post, "assistants", $$"""{"model":"m","name":"Clerk"{{tools}}}""");
        Assert.True(status == 200, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>An agent that may send letters, by the server's own tool.</summary>
    public static async Task<string> WriterAsync(HttpClient http)
    {
        var (status, body) = await TestServer.SendAsync(http, HttpMethod.Post, "assistants", $$"""{"model":"m","name":"Writer","tools":[{"type":"{{LetterTool.Name}}"}]}""");
        Assert.True(status == 200, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    public static async Task<(int Status, string? Code)> RefusalAsync(Task<(int Status, JsonElement Body)> answer)
    {
        var (status, body) = await answer;
        return (status, body.TryGetProperty("code", out var code) ? code.GetString() : null);
    }
}
