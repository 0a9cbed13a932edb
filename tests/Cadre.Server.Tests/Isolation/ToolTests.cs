using System.Text.Json;
using Cadre.Server.Tests.Assistants;
using Cadre.Server.Tests.Platform;

namespace Cadre.Server.Tests.Isolation;

/// <summary>Ids in the arguments of the platform's tools, called over MCP and by a model in a run.</summary>
public sealed class A_tool_that_is_given_what_is_anothers
{
    private const string Secret = "quince-4711";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Arguments by tool and by the parameter that names a thing; names in braces are the victim's things, those after "my" the caller's own.</summary>
    private static readonly Dictionary<string, string> Calls = new(StringComparer.Ordinal)
    {
        ["todo_update task_id"] = """{"task_id":"{task}","title":"mine now"}""",
        ["todo_complete task_id"] = """{"task_id":"{task}"}""",
        ["todo_delete task_id"] = """{"task_id":"{task}"}""",
        ["assistant_run assistant_id"] = """{"assistant_id":"{assistant}","message":"hello"}""",
        ["assistant_run session_id"] = """{"assistant_id":"{my assistant}","session_id":"{talk}","message":"hello"}""",
        ["session_get session_id"] = """{"session_id":"{talk}"}""",
        ["session_process_message session_id"] = """{"session_id":"{talk}","message":"hello"}""",
        ["runs_list session_id"] = """{"session_id":"{talk}"}""",
        ["run_get run_id"] = """{"run_id":"{talkrun}"}""",
        ["run_cancel run_id"] = """{"run_id":"{talkrun}"}""",
        ["approval_decide run_id"] = """{"run_id":"{talkrun}","call_id":"c","hash":"h","decision":"approve"}""",
    };

    /// <summary>Filters, which none of one's own things passes, and ids within a thing that another parameter names.</summary>
    private static readonly HashSet<string> NameNothing = ["sessions_list assistant_id", "sessions_list user_id", "approval_decide call_id"];

    [Fact]
    public async Task Is_tried_with_every_parameter_that_names_a_thing()
    {
        await using var server = await TestServer.StartAsync();
        var parameters =
            from tool in server.Server.Context.Platform.All
            where tool.Descriptor.Definition.Parameters.TryGetProperty("properties", out _)
            from parameter in tool.Descriptor.Definition.Parameters.GetProperty("properties").EnumerateObject()
            where parameter.Name.EndsWith("_id", StringComparison.Ordinal) || parameter.Name is "id" or "ids" || parameter.Name.EndsWith("_ids", StringComparison.Ordinal)
            select $"{tool.Descriptor.Name} {parameter.Name}";
        Assert.Equal(Calls.Keys.Concat(NameNothing).Order(StringComparer.Ordinal), parameters.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Says_over_MCP_what_it_says_of_what_never_was_and_the_attempt_is_on_record()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        server.Server.Context.Access.EntriesPerMinute = int.MaxValue;
        using var alice = server.ClientOfPerson("alice");
        var hers = await Belongings.MakeAsync(alice, Secret, null);
        var findings = new List<string>();
        foreach (var (user, organisation) in new[] { ("bob", "acme"), ("eve", "other") })
        {
            using var http = server.ClientOfPerson(user, organisation);
            var own = await Belongings.MakeAsync(http, "plum-0815", null);
            await using var client = await PlatformClient.OfPersonAsync(server, user, organisation);
            foreach (var (call, arguments) in Calls)
            {
                var before = await Attempts.CountAsync(server, TestServer.PersonOf(user));
                var there = await client.RefusalAsync(call[..call.IndexOf(' ', StringComparison.Ordinal)], Fill(arguments, own, thing => hers[thing]));
                if (await Attempts.CountAsync(server, TestServer.PersonOf(user)) == before) findings.Add($"{user}: {call} is not on record");
                var nowhere = await client.RefusalAsync(call[..call.IndexOf(' ', StringComparison.Ordinal)], Fill(arguments, own, thing => Belongings.NeverWas(hers[thing])));
                if (there.Contains(Secret, StringComparison.Ordinal) || there.Length != nowhere.Length) findings.Add($"{user}: {call}: {there}\n  {nowhere}");
            }
        }

        var (_, task) = await TestServer.SendAsync(alice, HttpMethod.Get, hers.Fill("/api/v1/tasks/{task}"));
        Assert.Equal((Secret, "pending"), (task.Text("title"), task.Text("status")));
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Theory]
    [InlineData("todo_update", ""","title":"mine now" """)]
    [InlineData("todo_complete", "")]
    [InlineData("todo_delete", "")]
    public async Task Says_to_a_model_that_there_is_none_and_the_attempt_is_on_record(string tool, string more)
    {
        await using var server = await TestServer.StartAsync($$$"""
            otherwise: fail
            rules:
              - when: { last_role: user, last_user: "^task_" }
                then: { calls: [ { name: {{{tool}}}, arguments: { "task_id": "{{last_user}}"{{{more}}} } } ] }
              - when: { last_role: tool }
                then: { text: "so: {{tool_output}}" }
              - then: { text: "You said: {{last_user}}" }
            """);
        using var alice = server.ClientOfPerson("alice");
        var (_, made) = await TestServer.SendAsync(alice, HttpMethod.Post, "/api/v1/tasks", $$"""{"title":"{{Secret}}"}""");
        var id = made.Text("id");
        foreach (var (user, organisation) in new[] { ("bob", "acme"), ("eve", "other") })
        {
            using var http = server.ClientOfPerson(user, organisation);
            var there = await SayAsync(http, id);
            Assert.Single(await Attempts.OfAsync(server, TestServer.PersonOf(user)));
            Assert.Equal(there.Replace(id, "…", StringComparison.Ordinal), (await SayAsync(http, Belongings.NeverWas(id))).Replace(Belongings.NeverWas(id), "…", StringComparison.Ordinal));
            Assert.DoesNotContain(Secret, there, StringComparison.Ordinal);
            Assert.StartsWith("so: ", there, StringComparison.Ordinal);
        }

        Assert.Equal(made.ToString(), (await TestServer.SendAsync(alice, HttpMethod.Get, $"/api/v1/tasks/{id}")).Body.ToString());
    }

    private static async Task<string> SayAsync(HttpClient http, string message)
    {
        var (status, body) = await TestServer.SendAsync(http, HttpMethod.Post, "/api/v1/chat", $$"""{"message":"{{message}}"}""");
        Assert.True(status == 200, body.ToString());
        return body.Text("agent_response");
    }

    private static string Fill(string text, Belongings own, Func<string, string> id) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"\{((?:my )?[a-z]+)\}", match => match.Groups[1].Value is ['m', 'y', ' ', .. var mine] ? own[mine] : id(match.Groups[1].Value));
}
