using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests.BuiltIn;

public sealed class A_chat
{
    private const string IdSchema = """{"type":"object","properties":{"task_id":{"type":"string"}},"required":["task_id"]}""";

    private const string WeatherSchema = """
        {"type":"object","required":["location","unit","days","detailed"],"properties":{
          "location":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]},
          "days":{"type":"integer","minimum":3},"detailed":{"type":"boolean"},"note":{"type":"string"}}}
        """;

    [Theory]
    [InlineData("Create a task called Buy groceries", "Buy groceries")]
    [InlineData("Please add a new todo: \"Call Ada\".", "Call Ada")]
    [InlineData("Add milk to my shopping list", "milk")]
    [InlineData("Remind me to water the plants!", "water the plants")]
    [InlineData("Create tasks: Wash car, Mow lawn and Cook", "Wash car|Mow lawn|Cook")]
    public async Task makes_tasks(string said, string titles)
    {
        await using var playing = await Playing.StartAsync();

        var answer = await Todo(Asking.Chat).User(said).AskAsync(playing);

        Assert.All(answer.Calls, static call => Assert.Equal("todo_create", call.Name));
        Assert.Equal(titles.Split('|'), answer.Calls.Select(static call => call.Json.GetProperty("title").GetString()));
        Assert.Equal("tool_calls", answer.Finish);
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task tells_what_the_tool_returned(string wire)
    {
        await using var playing = await Playing.StartAsync();
        var asking = Todo(wire).User("Create a task called Buy groceries");

        var answer = await asking.Continue(await asking.AskAsync(playing), static _ => """{"success":true,"task_id":"t-77"}""").AskAsync(playing);

        Assert.Empty(answer.Calls);
        Assert.Contains("""> {"success":true,"task_id":"t-77"}""", answer.Text);
    }

    [Fact]
    public async Task says_the_messages_that_tools_gave()
    {
        await using var playing = await Playing.StartAsync();
        var asking = Todo(Asking.Chat).User("Create a task called Buy groceries");

        var answer = await asking.Continue(await asking.AskAsync(playing), static _ => """{"success":true,"message":"Created it."}""").AskAsync(playing);

        Assert.Equal("Created it.", answer.Text);
    }

    [Theory]
    [InlineData("What are my tasks?")]
    [InlineData("show my todos")]
    [InlineData("List all tasks")]
    public async Task lists_tasks(string said)
    {
        await using var playing = await Playing.StartAsync();
        var asking = Todo(Asking.Responses).User(said);
        var first = await asking.AskAsync(playing);
        Assert.Equal("todo_list", Assert.Single(first.Calls).Name);

        var answer = await asking.Continue(first, static _ => """{"tasks":[{"task_id":"1","title":"Buy milk","status":"pending"},{"task_id":"2","title":"Cook"}]}""").AskAsync(playing);

        Assert.Equal("You have 2 tasks:\n- Buy milk (pending)\n- Cook", answer.Text);
    }

    [Theory]
    [InlineData("Mark buy milk as done", "todo_complete", """{"task_id":"t2"}""")]
    [InlineData("Complete the task called Buy milk", "todo_complete", """{"task_id":"t2"}""")]
    [InlineData("I have finished buy milk.", "todo_complete", """{"task_id":"t2"}""")]
    [InlineData("Delete the task \"Buy milk\"", "todo_delete", """{"task_id":"t2"}""")]
    [InlineData("Remove cook from my list", "todo_delete", """{"task_id":"t3"}""")]
    [InlineData("Rename the task Cook to Cook dinner", "todo_update", """{"task_id":"t3","title":"Cook dinner"}""")]
    public async Task finds_the_task_before_it_acts_on_it(string said, string tool, string arguments)
    {
        await using var playing = await Playing.StartAsync();
        var asking = Todo(Asking.Chat).User(said);
        var first = await asking.AskAsync(playing);
        Assert.Equal("todo_list", Assert.Single(first.Calls).Name);

        var second = await asking.Continue(first, static _ => """[{"id":"t1","title":"Buy milk and bread"},{"id":"t2","title":"Buy Milk"},{"id":"t3","title":"Cook"}]""").AskAsync(playing);
        var call = Assert.Single(second.Calls);
        Assert.Equal((tool, arguments), (call.Name, call.Arguments));

        Assert.Empty((await asking.Continue(second, static _ => "ok").AskAsync(playing)).Calls);
    }

    [Fact]
    public async Task says_so_when_the_task_is_not_there()
    {
        await using var playing = await Playing.StartAsync();
        var asking = Todo(Asking.Responses).User("Delete the task called Fly to Mars");

        var answer = await asking.Continue(await asking.AskAsync(playing), static _ => """{"tasks":[{"id":"1","title":"Cook"}]}""").AskAsync(playing);

        Assert.Equal("There is no task called “Fly to Mars”. The list has: “Cook”.", answer.Text);
    }

    [Theory]
    [InlineData("Use the tool.", "first_tool")]
    [InlineData("please call something", "first_tool")]
    [InlineData("call get_weather now", "get_weather")]
    [InlineData("What is the weather like?", "get_weather")]
    public async Task calls_what_it_is_told_to(string said, string tool)
    {
        await using var playing = await Playing.StartAsync();
        var asking = new Asking(Asking.Responses).Tool("first_tool").Tool("get_weather", WeatherSchema).User(said);

        var first = await asking.AskAsync(playing);
        Assert.Equal(tool, Assert.Single(first.Calls).Name);

        var answer = await asking.Continue(first, static _ => "72 degrees and sunny").AskAsync(playing);
        Assert.Empty(answer.Calls);
        Assert.Contains("> 72 degrees and sunny", answer.Text);
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task calls_the_forced_tool_with_arguments_of_its_schema(string wire)
    {
        await using var playing = await Playing.StartAsync();

        var call = Assert.Single((await new Asking(wire).Tool("other").Tool("get_weather", WeatherSchema).Force("get_weather").User("hi").AskAsync(playing)).Calls);

        Assert.Equal(("get_weather", """{"location":"San Francisco, CA","unit":"celsius","days":3,"detailed":true}"""), (call.Name, call.Arguments));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}""", """{"command":"echo cadre-42"}""")]
    [InlineData("""{"type":"object","properties":{"argv":{"type":"array","items":{"type":"string"}}},"required":["argv"]}""", """{"argv":["echo","cadre-42"]}""")]
    [InlineData("""{"type":"object","properties":{"at":{"$ref":"#/$defs/Place"}},"required":["at"],"$defs":{"Place":{"type":"object","properties":{"city":{"type":["null","string"]},"when":{"type":"string","format":"date"}},"required":["city","when"]}}}""", """{"at":{"city":"San Francisco, CA","when":"2026-01-01"}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"type":"number"}]},"b":{"const":7},"c":{"type":"array","items":{"enum":["x","y"]},"minItems":2}},"required":["a","b","c"]}""", """{"a":1,"b":7,"c":["x","x"]}""")]
    [InlineData("""{"type":"object"}""", "{}")]
    public async Task makes_arguments_from_any_schema(string schema, string arguments)
    {
        await using var playing = await Playing.StartAsync();

        var said = await new Asking(Asking.Chat).Tool("do_it", schema).With("tool_choice", "required").User("hi").AskAsync(playing);

        Assert.Equal(arguments, Assert.Single(said.Calls).Arguments);
    }

    [Fact]
    public async Task calls_one_tool_at_a_time_when_asked()
    {
        await using var playing = await Playing.StartAsync();

        var said = await Todo(Asking.Chat).User("Create tasks: Wash car, Cook").With("parallel_tool_calls", false).AskAsync(playing);

        Assert.Single(said.Calls);
    }

    [Fact]
    public async Task calls_nothing_when_forbidden()
    {
        await using var playing = await Playing.StartAsync();

        Assert.Empty((await Todo(Asking.Chat).User("Create a task called Cook").With("tool_choice", "none").AskAsync(playing)).Calls);
    }

    [Fact]
    public async Task searches_files_and_cites_what_it_found()
    {
        await using var playing = await Playing.StartAsync();
        var asking = new Asking(Asking.Responses).Tool("file_search", """{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}""").User("When do we open?");
        var first = await asking.AskAsync(playing);
        Assert.Equal("""{"query":"When do we open?"}""", Assert.Single(first.Calls).Arguments);

        var answer = await asking.Continue(first, static _ => """{"results":[{"file_id":"file-9","filename":"hours.md","score":0.9,"content":[{"type":"text","text":"We open at nine."}]}]}""").AskAsync(playing);

        Assert.Contains("“We open at nine.” [hours.md]", answer.Text);
        var citation = answer.Raw.GetProperty("output")[0].GetProperty("content")[0].GetProperty("annotations")[0];
        Assert.Equal(("file-9", "hours.md"), (citation.GetProperty("file_id").GetString(), citation.GetProperty("filename").GetString()));
        Wires.PublicSchema.Check("Response", answer.Raw);
    }

    [Fact]
    public async Task says_plainly_what_it_is()
    {
        await using var playing = await Playing.StartAsync();

        var said = await new Asking(Asking.Chat).User("How do you do?").AskAsync(playing);

        Assert.Contains("no language model is configured", said.Text);
        Assert.Contains("How do you do?", said.Text);
        Assert.Equal("stop", said.Finish);
    }

    [Fact]
    public async Task never_loops()
    {
        await using var playing = await Playing.StartAsync();
        var asking = new Asking(Asking.Responses).Tool("run_command")
            .User("Task:\n" + string.Join("\n", Enumerable.Range(1, 20).Select(static i => $"- run `echo {i}`")));

        var rounds = 0;
        var said = await asking.AskAsync(playing);
        while (said.Calls.Count > 0)
        {
            rounds++;
            said = await asking.Continue(said, static call => call.Json.GetProperty("argv")[1].GetString()!).AskAsync(playing);
        }

        Assert.Equal(6, rounds);
        Assert.Contains("> 6", said.Text);
        Assert.Contains("""Not done: `run_command` with {"argv":["echo","7"]}""", said.Text);
    }

    [Fact]
    public async Task makes_structured_output_of_an_unknown_schema()
    {
        await using var playing = await Playing.StartAsync();

        var said = await new Asking(Asking.Responses).User("Alice and Bob meet on Friday")
            .Schema("calendar_event", """{"type":"object","properties":{"name":{"type":"string"},"participants":{"type":"array","items":{"type":"string"}},"when":{"type":"string","format":"date-time"}},"required":["name","participants","when"],"additionalProperties":false}""").AskAsync(playing);

        Assert.Equal(["name", "participants", "when"], said.Json.EnumerateObject().Select(static property => property.Name));
        Assert.Equal("2026-01-01T12:00:00Z", said.Json.GetProperty("when").GetString());
    }

    [Fact]
    public async Task answers_a_demand_for_json_with_json()
    {
        await using var playing = await Playing.StartAsync();

        var said = await new Asking(Asking.Chat).User("hi").With("response_format", new JsonObject { ["type"] = "json_object" }).AskAsync(playing);

        Assert.Contains("hi", said.Json.GetProperty("answer").GetString());
    }

    private static Asking Todo(string wire) => new Asking(wire)
        .Tool("todo_create", """{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}""")
        .Tool("todo_list").Tool("todo_complete", IdSchema).Tool("todo_delete", IdSchema).Tool("todo_update", IdSchema);
}
