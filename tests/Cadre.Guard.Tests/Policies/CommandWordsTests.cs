using Cadre.Guard.Policies;

namespace Cadre.Guard.Tests.Policies;

public sealed class CommandWordsTests
{
    public static TheoryData<string, string[]> Splits => new()
    {
        { "git status", ["git", "status"] },
        { "  a \t b  ", ["a", "b"] },
        { "a 'b c' d", ["a", "b c", "d"] },
        { "a \"b c\"d", ["a", "b cd"] },
        { "a ''", ["a", ""] },
        { "a 'b\"c' \"d'e\"", ["a", "b\"c", "d'e"] },
        { "a \"b\\\"c\\\\d\\e\"", ["a", "b\"c\\d\\e"] },
        { @"a b\ c \;", ["a", "b c", ";"] },
        { "a 'x|y;z$(id)`'", ["a", "x|y;z$(id)`"] },
        { "a {} *.cs ~", ["a", "{}", "*.cs", "~"] },
    };

    [Theory]
    [MemberData(nameof(Splits))]
    public void Splits_as_a_shell_would(string text, string[] words)
    {
        Assert.True(CommandWords.TrySplit(text, out var split, out var error), error);
        Assert.Equal(words, split);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a | b")]
    [InlineData("a; b")]
    [InlineData("a && b")]
    [InlineData("a > b")]
    [InlineData("a < b")]
    [InlineData("a $(id)")]
    [InlineData("a $HOME")]
    [InlineData("a `id`")]
    [InlineData("a\nb")]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \\")]
    public void Refuses_what_is_no_argv(string text)
    {
        Assert.False(CommandWords.TrySplit(text, out var words, out var error));
        Assert.NotEmpty(error);
        Assert.Empty(words);
    }
}
