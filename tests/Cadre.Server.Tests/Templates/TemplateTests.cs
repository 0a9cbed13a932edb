using System.Text.Json;
using Cadre.Server.Templates;

namespace Cadre.Server.Tests.Templates;

public sealed class A_template
{
    [Fact]
    public async Task Becomes_an_assistant_with_its_blanks_filled()
    {
        await using var server = await TestServer.StartAsync();
        var (status, made) = await server.PostAsync("cadre/templates/business-analyst", """{"parameters":{"company":"Mill \"One\"","industry":"flour","decimals":2,"model":"m"}}""");
        Assert.Equal(200, status);
        var (_, read) = await server.GetAsync($"assistants/{made.GetProperty("id").GetString()}");
        Assert.Equal("Analyst for Mill \"One\"", read.GetProperty("name").GetString());
        Assert.Contains("in EUR with 2 decimals", read.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        Assert.Equal(0.2, read.GetProperty("temperature").GetDouble());
        Assert.Equal("code_interpreter", read.GetProperty("tools")[1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Is_listed_and_a_users_own_beside_it()
    {
        await using var server = await TestServer.StartAsync();
        var directory = Directory.CreateDirectory(Path.Combine(server.Directory, "tools", "templates")).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "mine.yaml"), "name: mine\nparameters:\n  n: { type: number }\nassistant: { model: m, temperature: '{{n}}' }\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "wrong.yaml"), "name: wrong\n", TestContext.Current.CancellationToken);
        var (_, list) = await server.GetAsync("cadre/templates");
        Assert.Equal(["business-analyst", "language-tutor", "mine", "support-triage"], list.GetProperty("data").EnumerateArray().Select(template => template.GetProperty("name").GetString()));
        var (status, made) = await server.PostAsync("cadre/templates/mine", """{"parameters":{"n":0.5}}""");
        Assert.Equal(200, status);
        Assert.Equal(0.5, made.GetProperty("temperature").GetDouble());
    }

    [Theory]
    [InlineData("language-tutor", """{}""", 400, "parameters.language")]
    [InlineData("language-tutor", """{"parameters":{"language":1}}""", 400, "parameters.language")]
    [InlineData("language-tutor", """{"parameters":{"language":"Dutch","level":"D1"}}""", 400, "parameters.level")]
    [InlineData("language-tutor", """{"parameters":{"language":"Dutch","colour":"red"}}""", 400, "parameters.colour")]
    [InlineData("nothing", """{}""", 404, null)]
    public async Task Refuses_what_does_not_fit(string name, string body, int expected, string? parameter)
    {
        await using var server = await TestServer.StartAsync();
        var (status, error) = await server.PostAsync($"cadre/templates/{name}", body);
        Assert.Equal(expected, status);
        Assert.Equal(parameter, error.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("language-tutor", """{"language":"Dutch"}""")]
    [InlineData("support-triage", """{"product":"Till"}""")]
    public async Task That_is_included_can_be_made_with_what_it_requires(string name, string parameters)
    {
        await using var server = await TestServer.StartAsync();
        var (status, made) = await server.PostAsync($"cadre/templates/{name}", $$"""{"parameters":{{parameters}}}""");
        Assert.Equal(200, status);
        Assert.DoesNotContain("{{", made.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: a\nassistant: { model: '{{who}}' }", "2: ")]
    [InlineData("name: a\nparameters:\n  p: { type: colour }\nassistant: { model: m }", "3: ")]
    [InlineData("name: a\nparameters:\n  p: { choices: [x], default: y }\nassistant: { model: m }", "3: ")]
    [InlineData("name: A b\nassistant: { model: m }", "1: ")]
    public void That_is_wrong_says_in_which_line(string yaml, string begins)
    {
        var wrong = Assert.Throws<FormatException>(() => AgentTemplate.Parse(yaml));
        Assert.StartsWith(begins, wrong.Message, StringComparison.Ordinal);
    }
}
