using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain ünïcode 👩‍💻 नमस्ते", "plain ünïcode 👩‍💻 नमस्ते")]
    [InlineData("a\tb\nc\r\nd", "a\tb\nc\nd")]
    [InlineData("\u001b[1;31mred\u001b[0m", "red")]
    [InlineData("\u001b]8;;https://evil\u0007link\u001b]8;;\u0007", "link")]
    [InlineData("\u001b]0;title\u001b\\text", "text")]
    [InlineData("\u009b31mred", "red")]
    [InlineData("over\rwritten\b\b\u007f", "overwritten")]
    [InlineData("\u202Egnp.\u202Cexe", "gnp.exe")]
    [InlineData("in\u200Bvis\u2060i\uFEFFble", "invisible")]
    [InlineData("tag\U000E0041\U000E0042s", "tags")]
    [InlineData("nul\0", "nul")]
    public void What_a_person_would_not_see_is_gone(string text, string expected) => Assert.Equal(expected, PlainText.Of(text, 1_000));

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character() => Assert.Equal("x\uFFFDy", PlainText.Of("x\ud800y", 10));

    [Fact]
    public void A_sequence_that_never_ends_takes_no_more_than_itself() => Assert.DoesNotContain('\u001b', PlainText.Of("\u001b]0;never closed", 100));

    [Fact]
    public void The_middle_is_cut_and_the_cut_is_named()
    {
        var cut = PlainText.Of(new string('a', 600) + new string('b', 600), 100);

        Assert.StartsWith(new string('a', 50) + "\n[… 1100 characters cut …]\n", cut, StringComparison.Ordinal);
        Assert.EndsWith(new string('b', 50), cut, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_characters_are_named() => Assert.Equal(["U+202E", "U+E0041"], PlainText.Hidden("a\u202Eb\U000E0041\n"));
}
