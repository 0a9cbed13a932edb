using Cadre.Storage.Secrets;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Secrets;

public sealed class A_secret_box
{
    private static readonly string Old = Convert.ToBase64String(new byte[32]);
    private static readonly string New = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public void Opens_what_it_sealed_for_whom_it_was_sealed_and_for_nobody_else()
    {
        var box = SecretBox.Open("", Old);
        var text = box.Seal("the token", "acme", "alice");

        Assert.Equal("the token", box.TryOpenText(text, "acme", "alice"));
        Assert.Null(box.TryOpenText(text, "acme", "bob"));
        Assert.Null(box.TryOpenText(text, "acmealice"));
        Assert.Null(box.TryOpenText(text, "acm", "ealice"));
        Assert.NotEqual(text, box.Seal("the token", "acme", "alice"));
    }

    [Fact]
    public void Opens_nothing_that_was_changed()
    {
        var box = SecretBox.Open("", Old);
        var text = box.Seal("the token");

        for (var i = 0; i < text.Length; i++) Assert.Null(box.TryOpenText($"{text[..i]}{(text[i] == 'A' ? 'Q' : 'A')}{text[(i + 1)..]}"));
        Assert.Null(box.TryOpenText(""));
        Assert.Null(box.TryOpenText(text[..^8]));
    }

    [Fact]
    public void Changes_its_key_and_opens_what_the_old_one_sealed()
    {
        var text = SecretBox.Open("", Old).Seal("the token");

        var both = SecretBox.Open("", $"{New},{Old}");

        Assert.Equal("the token", both.TryOpenText(text));
        Assert.Null(SecretBox.Open("", New).TryOpenText(text));
        Assert.Equal("again", SecretBox.Open("", New).TryOpenText(both.Seal("again")));
    }

    [Fact]
    public void Makes_a_key_once_that_only_its_owner_may_read()
    {
        using var directory = new TemporaryDirectory();
        var text = SecretBox.Open(directory.Root, null).Seal("the token");
        var file = Path.Combine(directory.Root, SecretBox.KeyFileName);

        Assert.Equal("the token", SecretBox.Open(directory.Root, null).TryOpenText(text));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Throws<SecretKeyException>(() => SecretBox.Open(directory.Root, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAA")]
    public void Takes_no_key_of_another_size(string key) => Assert.Throws<SecretKeyException>(() => SecretBox.Open("", key));
}
