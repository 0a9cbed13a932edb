using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;

namespace Cadre.Cli.Tests.Rendering;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("\u001b]0;owned\u0007text")]
    [InlineData("\u001b[2Jtext")]
    [InlineData("\u009b31mtext")]
    [InlineData("\u202etext")]
    public void What_a_terminal_could_obey_does_not_reach_it(string hostile)
    {
        var clean = TerminalText.Clean(hostile);
        Assert.DoesNotContain(clean, c => char.IsControl(c) || c == '\u202e');
        Assert.EndsWith("text", clean, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_and_tabs_stay() => Assert.Equal("a\n\tb", TerminalText.Clean("a\n\tb"));

    [Theory]
    [InlineData("a\n  b\tc", 20, "a b c")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("  ", 4, "")]
    public void A_line_is_one_line_of_a_bounded_length(string text, int length, string line) => Assert.Equal(line, TerminalText.Line(text, length));

    [Fact]
    public void Cost_says_unpriced_rather_than_nothing()
    {
        Assert.Equal("$0.00", SpendingText.Cost(Spending.None));
        Assert.Equal("unpriced", SpendingText.Cost(Spending.None with { Turns = 2, UnpricedTurns = 2 }));
        Assert.Equal("$0.25 + 1 unpriced turn", SpendingText.Cost(Spending.None with { Turns = 2, UnpricedTurns = 1, Money = 0.25m }));
        Assert.Equal("$0.000042", SpendingText.Cost(Spending.None with { Turns = 1, Money = 0.000042m }));
    }

    [Theory]
    [InlineData("""{"path":"a.txt","lines":[1,2]}""", "read path=a.txt lines=[1,2]")]
    [InlineData("""{"argv":["git","status"]}""", "read argv=git status")]
    [InlineData("not json", "read not json")]
    [InlineData("[1]", "read [1]")]
    public void A_call_is_one_line(string arguments, string line) => Assert.Equal(line, CallText.Of(new ToolRequest("c", "read", arguments), 100));
}
