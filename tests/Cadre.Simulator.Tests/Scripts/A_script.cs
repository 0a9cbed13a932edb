using System.Diagnostics;

namespace Cadre.Simulator.Tests.Scripts;

public sealed class A_script
{
    [Theory]
    [InlineData(Asking.Chat)]
    [InlineData(Asking.Responses)]
    public async Task plays_the_same_on_both_wires(string wire)
    {
        await using var playing = await Playing.StartAsync("""
            name: shoes
            otherwise: fail
            rules:
              - when: { last_user: "(?i)how many", tool_offered: count, tool_results: 0 }
                then: { calls: [ { name: count, arguments: { what: "{{last_user}}", "deep": { "n": 2 } } }, { name: count } ] }
              - when: { last_role: tool, tool_output: '\b\d+\b', tool_results: 2 }
                then: { text: "First {{tool_output:1}}, then {{ tool_output }}, not {{tool_output:9}}." }
            """);
        var asking = new Asking(wire).System("You sell shoes.").Tool("count").User("How many \"red\" shoes?");

        var first = await asking.AskAsync(playing);
        Assert.Equal(["""{"what":"How many \"red\" shoes?","deep":{"n":2}}""", "{}"], first.Calls.Select(static call => call.Arguments));

        var number = 41;
        var last = await asking.Continue(first, _ => $"{++number} pairs").AskAsync(playing);
        Assert.Equal("First 42 pairs, then 43 pairs, not .", last.Text);
    }

    [Theory]
    [InlineData("last_user: hello", true)]
    [InlineData("last_user: ^ello", false)]
    [InlineData("instructions: polite", true)]
    [InlineData("instructions: rude", false)]
    [InlineData("any_text: earlier", true)]
    [InlineData("any_text: nowhere", false)]
    [InlineData("last_role: user", true)]
    [InlineData("last_role: tool", false)]
    [InlineData("tool_offered: look", true)]
    [InlineData("tool_offered: other", false)]
    [InlineData("turns: 1", true)]
    [InlineData("turns: 2..", false)]
    [InlineData("turns: 0..1", true)]
    [InlineData("tool_results: 0", true)]
    [InlineData("tool_results: 1..3", false)]
    [InlineData("schema: shape", true)]
    [InlineData("schema: other", false)]
    [InlineData("model: simulator", true)]
    [InlineData("model: other", false)]
    [InlineData("wire: chat", true)]
    [InlineData("wire: responses", false)]
    [InlineData("stream: false", true)]
    [InlineData("stream: true", false)]
    public async Task matches_on(string condition, bool matches)
    {
        await using var playing = await Playing.StartAsync($"rules: [ {{ when: {{ {condition} }}, then: {{ text: matched }} }}, {{ then: {{ text: passed }} }} ]");

        var said = await new Asking(Asking.Chat).System("Be polite.").Tool("look").User("an earlier word").Assistant("yes").User("hello")
            .Schema("shape", """{"type":"object"}""").AskAsync(playing);

        Assert.Equal(matches ? "matched" : "passed", said.Text);
    }

    [Fact]
    public async Task uses_a_rule_as_often_as_it_says_and_after_as_many_as_it_says()
    {
        await using var playing = await Playing.StartAsync("""
            rules:
              - { skip: 1, times: 2, then: { text: rare } }
              - { then: { text: usual } }
            """);

        var said = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            said.Add((await new Asking(Asking.Responses).User("x").AskAsync(playing)).Text);
        }

        Assert.Equal(["usual", "rare", "rare", "usual", "usual"], said);
    }

    [Fact]
    public async Task answers_structured_output_with_json()
    {
        await using var playing = await Playing.StartAsync("""
            rules:
              - when: { schema: pet }
                then: { json: { name: Rex, age: 4, tags: [good, "12"], owner: null, note: "{{last_user}}" } }
            """);

        var said = await new Asking(Asking.Responses).User("a \"dog\"").Schema("pet", """{"type":"object"}""").AskAsync(playing);

        Assert.Equal("""{"name":"Rex","age":4,"tags":["good","12"],"owner":null,"note":"a \"dog\""}""", said.Text);
    }

    [Fact]
    public async Task lays_delays_over_the_built_in_answer()
    {
        await using var playing = await Playing.StartAsync("rules: [ { then: { builtin: true, delay: 60ms, chunk_delay: 20ms, chunk_size: 30 } } ]");
        var watch = Stopwatch.StartNew();

        var events = await playing.StreamAsync("/responses", new Asking(Asking.Responses).User("hello there").Body());

        var chunks = events.Count(static sent => sent.Name == "response.output_text.delta");
        Assert.True(chunks > 2);
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(55 + 20 * (chunks - 1)), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task that_must_match_says_when_nothing_does()
    {
        await using var playing = await Playing.StartAsync("{ name: strict, otherwise: fail, rules: [ { when: { last_user: never }, then: { text: x } } ] }");

        var error = await playing.PostAsync("/responses", new Asking(Asking.Responses).User("hello").Body(), status: 400);

        Assert.Equal("no_rule_matches", error.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("'strict'", error.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public void is_loaded_from_a_file_with_the_file_in_its_errors()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".yaml");
        try
        {
            File.WriteAllText(path, "name: shop\nrules:\n  - then: { text: hi }\n");
            Assert.Equal("shop", SimulatorScript.Load(path).Name);

            File.WriteAllText(path, "rules:\n  - then:\n      txt: hi\n");
            var refused = Assert.Throws<SimulatorScriptException>(() => SimulatorScript.Load(path));
            Assert.Equal((path, 3, 7), (refused.File, refused.Line, refused.Column));
            Assert.StartsWith($"{path}(3,7): unknown key 'txt'", refused.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("- a", 1, "must be a mapping")]
    [InlineData("rules: []", 1, "1 to")]
    [InlineData("rules: [ { then: { text: a } } ]\nrulez: 1", 2, "unknown key 'rulez'")]
    [InlineData("rules:\n- then: { text: a }\n  then: { text: b }", 3, "not valid YAML")]
    [InlineData("rules:\n- when: { last_user: '(' }\n  then: { text: a }", 2, "regular expression")]
    [InlineData("rules:\n- when: { last_user: '(?=x)' }\n  then: { text: a }", 2, "look-around")]
    [InlineData("rules:\n- when: { turns: many }\n  then: { text: a }", 2, "range")]
    [InlineData("rules:\n- when: { turns: 3..1 }\n  then: { text: a }", 2, "range")]
    [InlineData("rules:\n- when: { last_role: robot }\n  then: { text: a }", 2, "one of user, assistant, tool")]
    [InlineData("rules:\n- when: { stream: maybe }\n  then: { text: a }", 2, "true or false")]
    [InlineData("rules:\n- when: {}", 2, "needs 'then'")]
    [InlineData("rules:\n- then: {}", 2, "says nothing")]
    [InlineData("rules:\n- then: { empty: true, text: a }", 2, "empty answer")]
    [InlineData("rules:\n- then: { text: a, json: {} }", 2, "two ways")]
    [InlineData("rules:\n- then: { text: '{{tool_input}}' }", 2, "unknown place {{tool_input}}")]
    [InlineData("rules:\n- then: { text: '{{last_user:2}}' }", 2, "unknown place")]
    [InlineData("rules:\n- then: { text: a, delay: soon }", 2, "a time")]
    [InlineData("rules:\n- then: { text: a, delay: 3h }", 2, "a time")]
    [InlineData("rules:\n- then: { calls: [ { arguments: {} } ] }", 2, "needs a 'name'")]
    [InlineData("rules:\n- then: { calls: [ { name: a, arguments: [] } ] }", 2, "mapping")]
    [InlineData("rules:\n- then: { fault: explode }", 2, "unknown fault 'explode'")]
    [InlineData("rules:\n- then: { fault: { kind: cut, for: 1s } }", 2, "unknown key 'for'")]
    [InlineData("rules:\n- then: { fault: { kind: status } }", 2, "from 400 to 599")]
    [InlineData("rules:\n- then: { flood_mib: 5000 }", 2, "from 1 to 64")]
    [InlineData("rules:\n- then: { text: a }\n  chance: 2", 3, "from 0 to 1")]
    [InlineData("rules:\n- then: { text: a }\n  times: 0", 3, "whole number")]
    [InlineData("rules: [ { then: { text: a } } ]\notherwise: perhaps", 2, "builtin or fail")]
    [InlineData("rules: [ {", 2, "not valid YAML")]
    public void that_is_wrong_is_refused_with_its_place(string yaml, int line, string reason)
    {
        var refused = Assert.Throws<SimulatorScriptException>(() => SimulatorScript.Parse(yaml, "shop.yaml"));

        Assert.Contains(reason, refused.Reason);
        Assert.Equal(line, refused.Line);
        Assert.StartsWith($"shop.yaml({line},", refused.Message);
    }
}
