using System.Text.Json;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_chat_about_tasks
{
    [Fact]
    public async Task Creates_the_task_that_the_dashboard_shows()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var answer = await alice.SayAsync("Create a task called Buy groceries");
        var call = Assert.Single(answer.GetProperty("tool_calls").EnumerateArray());
        Assert.Equal("todo_create", call.GetProperty("tool_name").GetString());
        Assert.Equal("""{"title":"Buy groceries"}""", call.GetProperty("input").GetRawText());
        var result = call.GetProperty("result");
        Assert.Equal(["success", "task_id", "title", "message"], result.EnumerateObject().Select(member => member.Name));
        Assert.True(result.GetProperty("success").GetBoolean());
        Assert.Equal("Buy groceries", result.GetProperty("title").GetString());

        var task = Assert.Single((await alice.GetAsync("tasks")).GetProperty("data").EnumerateArray());
        Assert.Equal(result.GetProperty("task_id").GetString(), task.GetProperty("id").GetString());
        Assert.Equal("Buy groceries", task.GetProperty("title").GetString());
        Assert.Equal("pending", task.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Creates_several_side_by_side_finds_completes_and_deletes_them()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        await bob.CreateAsync("Bob's own");
        var made = await alice.SayAsync("Create tasks called A one, B two and C three");
        Assert.Equal(3, made.GetProperty("tool_calls").GetArrayLength());
        Assert.Equal(["A one", "B two", "C three"], await alice.TitlesAsync("&sort=title"));

        var listed = await alice.SayAsync("What are my tasks?");
        Assert.Contains("3 tasks", listed.GetProperty("agent_response").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", listed.GetRawText(), StringComparison.Ordinal);

        var done = await alice.SayAsync("Mark b two as done");
        Assert.Equal(["todo_list", "todo_complete"], done.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("tool_name").GetString()));
        Assert.Equal(["B two"], await alice.TitlesAsync("&status=completed"));

        await alice.SayAsync("Delete the task called A one");
        await alice.SayAsync("Rename the task C three to C four");
        Assert.Equal(["B two", "C four"], await alice.TitlesAsync("&sort=title"));
        Assert.Equal(["Bob's own"], await bob.TitlesAsync());
    }

    [Fact]
    public async Task Tells_of_a_task_of_another_exactly_what_it_tells_of_none()
    {
        await using var server = await TestServer.StartAsync("""
            rules:
              - when: { last_role: user }
                then: { calls: [ { name: todo_delete, arguments: { task_id: '{{last_user}}' } } ] }
              - then: { text: 'so: {{tool_output}}' }
            """);
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        var id = (await bob.CreateAsync("Bob's own")).GetProperty("id").GetString()!;
        var none = "task_" + new string('0', 24);
        var (foreign, missing) = (Result(await alice.SayAsync(id)), Result(await alice.SayAsync(none)));
        Assert.Equal($$"""{"success":false,"message":"There is no task '{{id}}'."}""", foreign);
        Assert.Equal(missing, foreign.Replace(id, none, StringComparison.Ordinal));
        Assert.Equal(["Bob's own"], await bob.TitlesAsync());
        static string Result(JsonElement answer) => Assert.Single(answer.GetProperty("tool_calls").EnumerateArray()).GetProperty("result").GetRawText().Replace("\\u0027", "'", StringComparison.Ordinal);
    }
}
