using System.Text.Json;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;
using Cadre.Server.Tests.Sessions;

namespace Cadre.Server.Tests.Platform;

public sealed class The_platform_by_MCP
{
    private static readonly string[] Names =
    [
        "approval_decide", "approvals_list", "assistant_create_from_template", "assistant_run", "assistants_list", "run_cancel", "run_get", "runs_list", "session_get",
        "session_process_message", "sessions_list", "templates_list",
    ];

    [Fact]
    public async Task Makes_an_assistant_of_a_template_and_runs_it()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        var templates = (await alice.CallAsync("templates_list")).GetProperty("templates").EnumerateArray().ToList();
        var template = templates.First(template => template.GetProperty("name").GetString() == "language-tutor");
        var made = await alice.CallAsync("assistant_create_from_template", $$"""{"template":"language-tutor","name":"Tutor","parameters":{{Filled(template)}} }""");
        Assert.Equal("Tutor", made.GetProperty("name").GetString());
        var assistant = made.GetProperty("assistant_id").GetString();
        Assert.Equal(assistant, Assert.Single((await alice.CallAsync("assistants_list")).GetProperty("assistants").EnumerateArray()).GetProperty("assistant_id").GetString());

        var first = await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"hello"}""");
        Assert.Equal(("completed", "You said hello."), (Talk.Status(first), first.GetProperty("response").GetString()));
        var session = first.GetProperty("session_id").GetString();
        await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"again","session_id":"{{session}}"}""");
        await alice.CallAsync("session_process_message", $$"""{"session_id":"{{session}}","message":"and again"}""");
        var shown = await alice.CallAsync("session_get", $$"""{"session_id":"{{session}}"}""");
        Assert.Equal(["hello", "You said hello.", "again", "You said again.", "and again", "You said and again."], shown.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
        Assert.Equal("completed", Talk.Status(shown));
        Assert.Equal(session, Assert.Single((await alice.CallAsync("sessions_list", $$"""{"assistant_id":"{{assistant}}"}""")).GetProperty("sessions").EnumerateArray()).GetProperty("session_id").GetString());
        Assert.Equal(3, (await alice.CallAsync("runs_list", $$"""{"session_id":"{{session}}"}""")).GetProperty("runs").GetArrayLength());
        // The same over the other faces.
        using var http = server.ClientOfPerson("alice");
        Assert.Equal(200, (await TestServer.SendAsync(http, HttpMethod.Get, $"assistants/{assistant}")).Status);
        Assert.Equal(200, (await TestServer.SendAsync(http, HttpMethod.Get, Talk.Path(session!))).Status);
    }

    [Fact]
    public async Task Gives_a_run_that_takes_longer_by_its_id_and_cancels_it()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        using var http = server.ClientOfPerson("alice");
        var assistant = await Talk.AgentAsync(http);
        var begun = await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"hang","wait_seconds":0}""");
        Assert.Equal("in_progress", Talk.Status(begun));
        var run = begun.GetProperty("run_id").GetString();
        Assert.Equal(run, Assert.Single((await alice.CallAsync("runs_list", """{"status":"in_progress"}""")).GetProperty("runs").EnumerateArray()).GetProperty("run_id").GetString());
        Assert.Contains("has an open run", await alice.RefusalAsync("session_process_message", $$"""{"session_id":"{{begun.GetProperty("session_id").GetString()}}","message":"hello"}"""), StringComparison.Ordinal);
        Assert.Equal("cancelled", Talk.Status(await alice.CallAsync("run_cancel", $$"""{"run_id":"{{run}}","reason":"Enough."}""")));
        Assert.Equal("cancelled", Talk.Status(await alice.CallAsync("run_cancel", $$"""{"run_id":"{{run}}"}""")));
        Assert.Contains("Enough.", (await alice.CallAsync("run_get", $$"""{"run_id":"{{run}}","wait_seconds":5}""")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty((await alice.CallAsync("runs_list", """{"status":"in_progress"}""")).GetProperty("runs").EnumerateArray());
        Assert.Single((await alice.CallAsync("runs_list", """{"status":"cancelled"}""")).GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public async Task Pages_by_cursors_that_are_good_for_their_owner_and_question()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        await using var bob = await PlatformClient.OfPersonAsync(server, "bob");
        using var http = server.ClientOfPerson("alice");
        var assistant = await Talk.AgentAsync(http);
        for (var i = 0; i < 3; i++) await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"m{{i}}"}""");
        foreach (var (tool, list) in new[] { ("sessions_list", "sessions"), ("runs_list", "runs") })
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await alice.CallAsync(tool, cursor is null ? """{"limit":1}""" : $$"""{"limit":1,"cursor":"{{cursor}}"}""");
                seen.AddRange(page.GetProperty(list).EnumerateArray().Select(item => item.GetRawText()));
                cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
                if (cursor is null) continue;
                Assert.Contains("Invalid 'cursor'", await bob.RefusalAsync(tool, $$"""{"limit":1,"cursor":"{{cursor}}"}"""), StringComparison.Ordinal);
                Assert.Contains("Invalid 'cursor'", await alice.RefusalAsync(tool == "runs_list" ? "sessions_list" : "runs_list", $$"""{"cursor":"{{cursor}}"}"""), StringComparison.Ordinal);
            }
            while (cursor is not null);

            Assert.Equal(3, seen.Distinct().Count());
        }

        Assert.Contains("Invalid 'cursor'", await alice.RefusalAsync("runs_list", """{"cursor":"!"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offers_what_a_token_was_granted()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var all = await PlatformClient.OfPersonAsync(server, "alice");
        Assert.Equal(Names, (await all.ToolsAsync()).Where(name => !name.StartsWith("todo_", StringComparison.Ordinal)));
        await using var reader = await PlatformClient.OfPersonAsync(server, "alice", scope: Grants.AssistantsRead);
        Assert.Equal(["approvals_list", "assistants_list", "run_get", "runs_list", "session_get", "sessions_list", "templates_list"], await reader.ToolsAsync());
        await using var runner = await PlatformClient.OfPersonAsync(server, "alice", scope: Grants.AssistantsRun);
        Assert.Equal(["assistant_create_from_template", "assistant_run", "run_cancel", "session_process_message"], await runner.ToolsAsync());
    }

    [Fact]
    public async Task Has_closed_schemas_that_its_results_fit()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var tools = server.Server.Context.Platform.All.Where(tool => tool.Descriptor.Provenance.Source == "builtin:platform").ToDictionary(tool => tool.Descriptor.Name);
        Assert.Equal(Names, tools.Keys.Order(StringComparer.Ordinal));
        foreach (var tool in tools.Values)
        {
            var parameters = tool.Descriptor.Definition.Parameters;
            Assert.False(parameters.GetProperty("additionalProperties").GetBoolean());
            Assert.All(parameters.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        }

        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        using var http = server.ClientOfPerson("alice");
        var assistant = await Talk.AgentAsync(http, "count");
        await FitsAsync("assistant_run", $$"""{"assistant_id":"{{assistant}}","message":"count"}""");
        foreach (var list in Names.Where(name => name.EndsWith("_list", StringComparison.Ordinal))) await FitsAsync(list, "{}");

        async Task FitsAsync(string tool, string arguments) => Assert.Null(JsonSchema.Check(tools[tool].OutputSchema, await alice.CallAsync(tool, arguments)));
    }

    [Fact]
    public async Task Says_what_each_tool_does_to_the_world()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var effects = server.Server.Context.Platform.All.Where(tool => tool.Descriptor.Provenance.Source == "builtin:platform").ToLookup(tool => tool.Descriptor.Effect, tool => tool.Descriptor.Name);
        Assert.Equal(["assistant_create_from_template"], effects[Effect.Transactional]);
        Assert.Equal(["assistant_run", "session_process_message"], effects[Effect.Unsafe]);
        Assert.Equal(["approval_decide", "run_cancel"], effects[Effect.Idempotent]);
        Assert.Equal(7, effects[Effect.Read].Count());
    }

    /// <summary>The parameters that a template asks for, filled with something that fits.</summary>
    private static string Filled(JsonElement template)
    {
        var filled = template.GetProperty("parameters").EnumerateObject().Where(parameter => parameter.Value.GetProperty("required").GetBoolean())
            .Select(parameter => $"\"{parameter.Name}\":{(parameter.Value.TryGetProperty("choices", out var choices) ? choices[0].GetRawText() : "\"Spanish\"")}");
        return $"{{{string.Join(',', filled)}}}";
    }
}
