using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Tasks;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_task_tool
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_honestly_what_it_takes_gives_and_does()
    {
        await using var server = await TestServer.StartAsync();
        var all = server.Server.Context.Platform.All.Where(tool => tool.Descriptor.Name.StartsWith("todo_", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["todo_complete Transactional tasks:write", "todo_create Transactional tasks:write", "todo_delete Transactional tasks:write destructive", "todo_list Read tasks:read", "todo_update Transactional tasks:write"],
            all.Select(tool => $"{tool.Descriptor.Name} {tool.Descriptor.Effect} {tool.Grant}{(tool.IsDestructive ? " destructive" : "")}"));
        foreach (var tool in all)
        {
            Assert.True(JsonSchema.TryParse(tool.Descriptor.Definition.Parameters, out _, out var error), $"{tool.Descriptor.Name}: {error}");
            Assert.True(JsonSchema.TryParse(tool.OutputSchema, out _, out error), $"{tool.Descriptor.Name}: {error}");
            Assert.False(tool.Descriptor.Definition.Parameters.GetProperty("additionalProperties").GetBoolean());
            Assert.All(tool.Descriptor.Definition.Parameters.GetProperty("properties").EnumerateObject(), property => Assert.True(property.Value.TryGetProperty("description", out _) || property.Value.TryGetProperty("enum", out _)));
            Assert.Equal("builtin:tasks", tool.Descriptor.Provenance.Source);
        }
    }

    [Fact]
    public async Task Gives_what_its_schema_promises_and_the_same_as_text()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var made = await CallAsync(server, "todo_create", """{"title":"Täst “quoted”","description":"d","tags":["a"],"due_at":"2026-12-24","priority":"high"}""");
        var id = made.Structured!.Value.GetProperty("task_id").GetString()!;
        Assert.Equal($$"""{"success":true,"task_id":"{{id}}","title":"Täst “quoted”","message":"Created the task “Täst “quoted””."}""", made.Output);
        Assert.Equal(id, (await alice.GetAsync("tasks")).GetProperty("data")[0].GetProperty("id").GetString());

        var listed = await CallAsync(server, "todo_list", """{"status":["pending"],"tag":["A"],"q":"tÄST","overdue":false,"limit":5,"due_after":"2026-12-24"}""");
        Assert.Equal(
            $$"""{"success":true,"tasks":[{"task_id":"{{id}}","title":"Täst “quoted”","status":"pending","priority":"high","description":"d","due_at":"2026-12-24","tags":["a"]}],"count":1,"has_more":false}""",
            listed.Output);
        await CallAsync(server, "todo_update", $$"""{"task_id":"{{id}}","description":null,"tags":[],"due_at":null,"status":"in_progress"}""");
        Assert.Equal("""{"success":true,"tasks":[],"count":0,"has_more":false}""", (await CallAsync(server, "todo_list", """{"overdue":true}""")).Output);
        Assert.EndsWith("was like this already.\"}", (await CallAsync(server, "todo_update", $$"""{"task_id":"{{id}}","status":"in_progress"}""")).Output, StringComparison.Ordinal);
        await CallAsync(server, "todo_complete", $$"""{"task_id":"{{id}}"}""");
        Assert.EndsWith("was completed already.\"}", (await CallAsync(server, "todo_complete", $$"""{"task_id":"{{id}}"}""")).Output, StringComparison.Ordinal);
        Assert.Equal(3, (await alice.GetAsync($"tasks/{id}")).GetProperty("version").GetInt32());
        await CallAsync(server, "todo_delete", $$"""{"task_id":"{{id}}"}""");
        Assert.Empty(await alice.TitlesAsync());

        // What the schema lets through and the rules do not is told to the model.
        foreach (var (tool, arguments, message) in new[]
        {
            ("todo_create", """{"title":"  "}""", "Invalid 'title'"), ("todo_create", """{"title":"x","due_at":"tomorrow"}""", "Invalid 'due_at': expected a date"),
            ("todo_update", $$"""{"task_id":"{{id}}","title":"y"}""", $"There is no task '{id}'."), ("todo_delete", """{"task_id":"the one"}""", "There is no task 'the one'."),
            ("todo_list", """{"after":"xyz"}""", "Invalid 'after'"), ("todo_list", """{"due_before":"soon"}""", "Invalid 'due_before'"),
        })
        {
            var failed = await CallAsync(server, tool, arguments, ToolStatus.Failed);
            Assert.False(failed.Structured!.Value.GetProperty("success").GetBoolean());
            Assert.StartsWith(message, failed.Structured.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(failed.Output, failed.Structured.Value.GetRawText());
        }

        Assert.StartsWith("The arguments do not fit", (await CallAsync(server, "todo_list", """{"user":"user_bob"}""", ToolStatus.Failed)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_page_by_page_in_JSON_that_is_never_cut()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        var tags = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"{i:00}{new string('t', 48)}\""));
        for (var i = 0; i < 60; i++) await alice.CreateAsync($"{i:00}{new string('"', 498)}", $$""","tags":[{{tags}}],"description":"{{new string('d', 300)}}" """);
        await bob.CreateAsync("Bob's own");
        var titles = new List<string>();
        var pages = 0;
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var page = (await CallAsync(server, "todo_list", $$"""{"limit":50,"sort":"title"{{(cursor is null ? "" : $",\"after\":\"{cursor}\"")}}}""")).Structured!.Value;
            titles.AddRange(page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("title").GetString()![..2]));
            Assert.Equal(page.GetProperty("has_more").GetBoolean(), page.TryGetProperty("next_cursor", out var next));
            cursor = next.ValueKind == JsonValueKind.Undefined ? null : next.GetString();
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i:00}"), titles);
        Assert.True(pages > 2);
        var alices = (await CallAsync(server, "todo_list", """{"limit":1}""")).Structured!.Value.GetProperty("next_cursor").GetString();
        await CallAsync(server, "todo_list", $$"""{"limit":1,"after":"{{alices}}"}""", ToolStatus.Failed, "bob");
    }

    /// <summary>A driver that died before its record was durable makes the call again: with the same key, so with the same id.</summary>
    [Fact]
    public async Task Makes_one_task_of_a_call_that_is_made_again()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var context = server.Server.Context;
        var call = new ToolCall(context.Ids.NewRun(), "call", "key", JsonElement.Parse("""{"title":"Once"}"""), new("acme", TestServer.PersonOf("alice")));
        var tool = context.Platform.Find("todo_create")!;
        var (first, second) = (await tool.CallAsync(call, Cancellation), await tool.CallAsync(call, Cancellation));
        Assert.Empty(await alice.TitlesAsync());
        Assert.Equal(first.Output, second.Output);
        Assert.True((await context.Store.CommitAsync(((JointChanges)first.Pending!).Changes, Cancellation)).Won);
        Assert.False((await context.Store.CommitAsync(((JointChanges)second.Pending!).Changes, Cancellation)).Won);
        var third = await tool.CallAsync(call, Cancellation);
        Assert.Null(third.Pending);
        Assert.Equal(first.Output, third.Output);
        Assert.NotEqual(first.Output, (await tool.CallAsync(call with { Key = "other" }, Cancellation)).Output);
        Assert.NotEqual(first.Output, (await tool.CallAsync(call with { Run = context.Ids.NewRun() }, Cancellation)).Output);
        Assert.Equal(["Once"], await alice.TitlesAsync());
    }

    [Fact]
    public async Task Leaves_journal_items_and_tasks_that_agree()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var (context, owner, thread) = (server.Server.Context, new Owner("acme", TestServer.PersonOf("alice")), Ids.New());
        var said = new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, [new Part.Text("Create tasks called A one, B two and C three")])) { CreatedAt = context.Time.GetUtcNow() };
        var definition = new RunDefinition(new("tasks", context.Parts.DefaultModel!, "Help.", ["todo_*"]), owner) { Thread = thread, Face = "test" };
        var order = new RunOrder(context.Ids.NewRun(), definition, ThreadHistory.Messages([said]))
        {
            Before = [new Change.Create(ThreadStore.Document(new ConversationThread(thread) { CreatedAt = context.Time.GetUtcNow() }, owner)), new Change.Create(ThreadStore.Document(said, thread, owner))],
        };
        Assert.IsType<RunStart.Started>(await context.Runs.StartAsync(order, Cancellation));
        var timeline = new RunTimeline(order.Run);
        await foreach (var _ in context.Runs.StreamAsync(timeline, 0, Cancellation))
        {
            // Until it has ended.
        }

        Assert.Equal(RunStatus.Completed, timeline.Outcome?.Status);
        var calls = timeline.Turns[0].Calls;
        Assert.Equal(3, calls.Count);
        var journaled = calls.Select(call => call.Finished!.Result.Structured!.Value.GetProperty("task_id").GetString()!).ToList();
        var returned = new List<string>();
        await foreach (var item in context.Threads.ReadAsync(new(owner.Organisation, owner.User), thread, Cancellation))
        {
            if (item.Body is ItemBody.Returned { Succeeded: true, Output: var output }) returned.Add(JsonElement.Parse(output).GetProperty("task_id").GetString()!);
        }

        var kept = (await alice.GetAsync("tasks?sort=title")).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["A one", "B two", "C three"], kept.Select(task => task.GetProperty("title").GetString()));
        Assert.Equal(kept.Select(task => task.GetProperty("id").GetString()).Order(), journaled.Order());
        Assert.Equal(journaled.Order(), returned.Order());
        Assert.All(kept, task => Assert.Equal(1, task.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Says_when_a_user_has_as_many_tasks_as_can_be()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        var owner = new Owner("acme", TestServer.PersonOf("alice"));
        for (var i = 0; i < TaskBook.MaxPerUser; i += 1_000)
        {
            var tasks = Enumerable.Range(0, 1_000).Select(_ => new UserTask("Filler") { Id = Ids.New(), CreatedAt = TimeProvider.System.GetUtcNow() });
            Assert.True((await server.Server.Context.Store.CommitAsync([.. tasks.Select(task => new Change.Create(task.Document(owner)))], Cancellation)).Won);
        }

        var (status, body, _) = await alice.SendAsync(HttpMethod.Post, "tasks", """{"title":"One too many"}""");
        Assert.Equal((409, "too_many_tasks"), (status, body.GetProperty("code").GetString()));
        Assert.Contains("Delete some first", (await CallAsync(server, "todo_create", """{"title":"One too many"}""", ToolStatus.Failed)).Output, StringComparison.Ordinal);
        await bob.CreateAsync("Not his concern");
        Assert.Equal(TaskBook.MaxPerUser, (await alice.GetAsync("tasks/summary")).GetProperty("total").GetInt32());
        var id = (await alice.GetAsync("tasks")).GetProperty("data")[0].GetProperty("id").GetString();
        Assert.Equal(204, (await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}")).Status);
        await alice.CreateAsync("Fits again");
    }

    /// <summary>As an MCP client calls it: the schema, the policy, one commit.</summary>
    private static async Task<ToolResult> CallAsync(TestServer server, string name, string arguments, ToolStatus expected = ToolStatus.Succeeded, string user = "alice")
    {
        var tool = server.Server.Context.Platform.Find(name)!;
        var person = TestServer.PersonOf(user);
        var result = await server.Server.Context.Calls.CallAsync(new Caller("acme", person, person), tool, JsonElement.Parse(arguments), "test", Cancellation);
        Assert.True(expected == result.Status, result.Output);
        if (expected != ToolStatus.Succeeded) return result;
        Assert.Null(JsonSchema.Check(tool.OutputSchema, result.Structured!.Value));
        Assert.Equal(result.Output, result.Structured.Value.GetRawText());
        return result;
    }
}
