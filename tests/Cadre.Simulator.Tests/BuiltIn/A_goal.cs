using System.Text.Json;

namespace Cadre.Simulator.Tests.BuiltIn;

public sealed class A_goal
{
    private const string Plan = """{"type":"object","required":["steps","notes"],"properties":{"steps":{"type":"array","items":{"type":"object"}},"notes":{"type":"string"}}}""";

    private const string Listing = "docs/\nsrc/ (ignored, not entered)\nREADME.md (1,234 bytes)\nAGENTS.md (1 byte)\nshop.csproj (9 bytes, ignored)\nlogo.png -> docs/logo.png\n[cut after 6 entries: list a directory below]";

    private const string ListTool = """{"type":"object","properties":{"path":{"type":"string"},"depth":{"type":"integer"}},"required":["path"]}""";

    private const string ReadTool = """{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}""";

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task to_describe_becomes_a_plan_of_looking_reading_and_summarising(string wire)
    {
        await using var playing = await Playing.StartAsync();

        var plan = (await new Asking(wire).System("You plan.").User("Goal:\nDescribe workspace\n\nWorkspace:\n<material>\nREADME.md\nsrc/\n</material>\n\nAnswer with the plan.")
            .Schema("cadre_plan", Plan).AskAsync(playing)).Json;

        var steps = plan.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["s1", "s2", "s3"], steps.Select(Id));
        Assert.Equal([0, 0, 2], steps.Select(static step => step.GetProperty("depends_on").GetArrayLength()));
        Assert.Contains("`README.md`", steps[1].GetProperty("task").GetString());
        Assert.EndsWith("Describe workspace", steps[2].GetProperty("task").GetString());
        Assert.All(steps, static step => Assert.NotEqual(0, step.GetProperty("acceptance").GetArrayLength()));
    }

    [Fact]
    public async Task with_commands_becomes_steps_in_their_order()
    {
        await using var playing = await Playing.StartAsync();

        var plan = (await new Asking(Asking.Responses)
            .User("Goal:\nWrite \"one; two\" to a.txt, write 'b' to b.txt and then run `wc -c a.txt`.\n\nAnswer with the plan.")
            .Schema("cadre_plan", Plan).AskAsync(playing)).Json;

        var steps = plan.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["Write \"one; two\" to a.txt", "write 'b' to b.txt", "run `wc -c a.txt`"], steps.Select(static step => step.GetProperty("task").GetString()));
        Assert.Equal([0, 0, 2], steps.Select(static step => step.GetProperty("depends_on").GetArrayLength()));
    }

    [Fact]
    public async Task of_another_kind_becomes_one_step_with_its_words()
    {
        await using var playing = await Playing.StartAsync();

        var plan = (await new Asking(Asking.Chat).System("Answer as JSON.\nschema: cadre_plan").User("Goal:\nMake the tests green").AskAsync(playing)).Json;

        var step = Assert.Single(plan.GetProperty("steps").EnumerateArray());
        Assert.Equal("Make the tests green", step.GetProperty("task").GetString());
    }

    [Theory]
    [InlineData("I listed 6 entries.\nThe README says shop.", "accept", true)]
    [InlineData("", "retry", false)]
    [InlineData("failed: no such file", "retry", false)]
    [InlineData("The log says that three tests failed yesterday.", "accept", true)]
    public async Task s_step_is_reviewed_by_its_outcome(string outcome, string verdict, bool met)
    {
        await using var playing = await Playing.StartAsync();
        var material = outcome.Length == 0 ? "" : $"Outcome:\n<material>\n{outcome}\n</material>\n\n";

        var review = (await new Asking(Asking.Responses)
            .User($"Goal (for orientation):\nDescribe\n\nStep: List the files\nList them.\n\nAcceptance:\n- says how many entries\n- names the README\n\n{material}Answer with your review.")
            .Schema("cadre_review", """{"type":"object"}""").AskAsync(playing)).Json;

        Assert.Equal(verdict, review.GetProperty("verdict").GetString());
        Assert.NotEqual("", review.GetProperty("reason").GetString());
        var checks = review.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(["says how many entries", "names the README"], checks.Select(static check => check.GetProperty("criterion").GetString()));
        Assert.All(checks, check => Assert.Equal(met, check.GetProperty("met").GetBoolean()));
        Assert.All(checks, check => Assert.Contains(check.GetProperty("evidence").GetString()!, outcome, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task s_report_is_made_of_the_results(string wire)
    {
        await using var playing = await Playing.StartAsync();

        var report = (await new Asking(wire)
            .User("Goal:\nDescribe workspace\n\nResults:\nList the files:\n<material>\n6 entries. Goal:\nnot a head\n</material>\n\nRead:\n<material>\nREADME is headed Shop\n</material>\n\nAll steps were accepted. Is the goal reached? Answer with your verdict.")
            .Schema("cadre_report", """{"type":"object"}""").AskAsync(playing)).Json;

        Assert.Equal("done", report.GetProperty("verdict").GetString());
        Assert.Equal("List the files:\n6 entries. Goal:\nnot a head\n\nRead:\nREADME is headed Shop", report.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task s_report_prefers_the_summary()
    {
        await using var playing = await Playing.StartAsync();

        var report = (await new Asking(Asking.Chat)
            .User("Goal:\nx\n\nResults:\nList:\n<material>\na\n</material>\n\nSummarise the findings:\n<material>\nall of it\n</material>")
            .Schema("cadre_report", """{"type":"object"}""").AskAsync(playing)).Json;

        Assert.Equal("all of it", report.GetProperty("answer").GetString());
    }

    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task s_step_lists_then_reads_what_the_listing_showed_and_tells_what_came_back(string wire)
    {
        await using var playing = await Playing.StartAsync();
        var asking = new Asking(wire).Tool("write_file").Tool("list_directory", ListTool).Tool("read_file", ReadTool)
            .User("Goal (for orientation):\nDescribe workspace\n\nStep: Read\n\nTask:\nRead the main documents of the workspace (its README). Say what each is about.\n\nAcceptance:\n- quotes\n");

        var first = await asking.AskAsync(playing);
        Assert.Equal("list_directory", Assert.Single(first.Calls).Name);
        Assert.Equal(".", first.Calls[0].Json.GetProperty("path").GetString());

        var second = await asking.Continue(first, static _ => Listing).AskAsync(playing);
        Assert.Equal(["README.md", "AGENTS.md", "shop.csproj"], second.Calls.Select(static call => call.Json.GetProperty("path").GetString()));
        Assert.All(second.Calls, static call => Assert.Equal("read_file", call.Name));

        var last = await asking.Continue(second, static call => $"# About {call.Json.GetProperty("path").GetString()}\n\nSells\nshoes.\n\nMore.").AskAsync(playing);
        Assert.Empty(last.Calls);
        Assert.Contains("The workspace holds 6 entries: 2 folders (`docs/`, `src/`) and 4 files (`README.md`, `AGENTS.md`, `shop.csproj`, `logo.png`).", last.Text);
        Assert.Contains("`README.md` (6 lines) begins “About README.md” and goes on: “Sells shoes.”", last.Text);
    }

    [Fact]
    public async Task s_step_that_summarises_uses_the_results_that_it_was_given()
    {
        await using var playing = await Playing.StartAsync();

        var said = await new Asking(Asking.Responses).Tool("list_directory", ListTool)
            .User("Step: Summarise\n\nTask:\nSummarise what the steps before found out, for this goal: Describe workspace\n\nResult of 'List the files':\n<material>\nIt holds 6 entries.\n</material>\n\nResult of 'Read':\n<material>\nREADME is about shoes.\n</material>\n\n")
            .AskAsync(playing);

        Assert.Empty(said.Calls);
        Assert.Equal("It holds 6 entries.\n\nREADME is about shoes.", said.Text);
    }

    [Fact]
    public async Task s_step_makes_the_calls_that_its_task_names()
    {
        await using var playing = await Playing.StartAsync();
        var asking = new Asking(Asking.Chat).Tool("write_file").Tool("run_command").Tool("read_file")
            .User("Task:\nCreate a file called hello.txt with \"Hello, world\"; write bye to sub/bye.txt; run `cat hello.txt` and `wc -l 'my file'`; fetch https://example.com/x.\n");

        var writes = await asking.AskAsync(playing);
        Assert.Equal(["""{"path":"hello.txt","content":"Hello, world"}""", """{"path":"sub/bye.txt","content":"bye"}"""], writes.Calls.Select(static call => call.Arguments));

        var firstRun = await asking.Continue(writes, static _ => "written").AskAsync(playing);
        Assert.Equal("""{"argv":["cat","hello.txt"]}""", Assert.Single(firstRun.Calls).Arguments);

        var secondRun = await asking.Continue(firstRun, static _ => "Hello, world").AskAsync(playing);
        Assert.Equal("""{"argv":["wc","-l","my file"]}""", Assert.Single(secondRun.Calls).Arguments);

        var last = await asking.Continue(secondRun, static _ => "denied by policy 'programs'").AskAsync(playing);
        Assert.Empty(last.Calls);
        Assert.Contains("> Hello, world", last.Text);
        Assert.Contains("> denied by policy 'programs'", last.Text);
        Assert.Contains("no tool `fetch_url` is offered", last.Text);
    }

    private static string? Id(JsonElement step) => step.GetProperty("id").GetString();
}
