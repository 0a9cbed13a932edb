using Cadre.Engine.Models;
using Cadre.Models.Prices;
using Cadre.Testing;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Prices : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Cached_input_has_a_price_of_its_own()
    {
        var price = PriceList.Default.Find("gpt-4o-mini", "api.openai.com")!;
        Assert.Equal(0.15m + 0.60m, price.Of(new(1_000_000, 1_000_000)));
        Assert.Equal(0.075m, price.Of(new(1_000_000, 0, CachedInput: 1_000_000)));
        Assert.Equal(2m, new Price(2, 1).Of(new(1_000_000, 0, CachedInput: 1_000_000)));
    }

    [Fact]
    public void A_model_of_the_same_name_elsewhere_has_no_price()
    {
        Assert.Null(PriceList.Default.Find("gpt-4o-mini", "127.0.0.1:1234"));
        Assert.Null(PriceList.Default.Find("gpt-4o-mini-audio", "api.openai.com"));
        Assert.NotNull(PriceList.Default.Find("gpt-4o-mini-2024-07-18", "api.openai.com"));
    }

    [Fact]
    public void A_users_entries_come_first()
    {
        var path = _directory.Write("prices.yaml", """
            prices:
              - { model: gpt-4o-mini, input: 1, output: 2 }
              - { model: "local-*", host: "*:1234", input: 0, output: 0 }
            """);
        Assert.True(PriceList.TryLoad(path, out var prices, out _));
        Assert.Equal(new Price(1, 2), prices.Find("gpt-4o-mini", "api.openai.com"));
        Assert.Equal(new Price(0, 0), prices.Find("local-llama", "box:1234"));
        Assert.Null(prices.Find("local-llama", "box"));
        Assert.NotNull(prices.Find("gpt-4o", "api.openai.com"));
    }

    [Theory]
    [InlineData("", ":1:1: ")]
    [InlineData("prices:\n  - { model: a, input: 1, output: 2, colour: red }", ":2:38: 'colour' is not known here")]
    [InlineData("prices:\n  - { model: a, input: 1, input: 1, output: 2 }", ":2:")]
    [InlineData("prices:\n  - { model: a, input: -1, output: 2 }", ":2:24: 'input' must be a number")]
    [InlineData("prices:\n  - { model: a, input: cheap, output: 2 }", ":2:24: 'input' must be a number")]
    [InlineData("prices:\n  - { model: a, input: 1 }", ":2:5: 'output' is missing")]
    [InlineData("prices: {}", ":1:9: 'prices' must be a list")]
    [InlineData("models: []", ":1:1: 'models' is not known here")]
    [InlineData("prices: [", ":2:1: ")]
    public void A_mistake_is_told_with_its_place(string text, string problem)
    {
        var path = _directory.Write("prices.yaml", text);
        Assert.False(PriceList.TryLoad(path, out _, out var told));
        Assert.StartsWith(path + problem, told);
    }

    [Fact]
    public void A_missing_file_is_told()
    {
        Assert.False(PriceList.TryLoad(_directory["none.yaml"], out _, out var told));
        Assert.Contains("none.yaml", told);
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abcb", false)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("a", "ab", false)]
    [InlineData("a**", "a", true)]
    public void A_star_stands_for_any_characters(string pattern, string text, bool fits) => Assert.Equal(fits, PriceList.Fits(pattern, text));

    [Fact]
    public async Task A_reply_says_what_it_cost_or_that_nobody_knows()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.Text("x"), Frames.Completed()));
        using var unpriced = Connect(Options(server.BaseUrl));
        Assert.Null((await unpriced.ReplyAsync(Hello())).Cost);

        using var priced = Connect(Options(server.BaseUrl) with { Prices = new([new("m-1", "*", new(1_000_000, 10_000_000, 100_000))]) });
        Assert.Equal(5 * 1m + 2 * 0.1m + 3 * 10m, (await priced.ReplyAsync(Hello(model: "alias"))).Cost);
    }
}
