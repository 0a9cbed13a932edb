using Cadre.Guard.Policies;

namespace Cadre.Guard.Tests.Policies;

public sealed class NetworkSwitchTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData(" 1 ", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("No", false)]
    [InlineData("off", false)]
    public void Knows_yes_and_no(string? value, bool expected)
    {
        Assert.True(NetworkSwitch.TryParse(value, out var allowNet, out _));
        Assert.Equal(expected, allowNet);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truee")]
    [InlineData("2")]
    [InlineData("y")]
    [InlineData("true,false")]
    [InlineData("[]")]
    public void Keeps_the_network_off_when_it_does_not_understand(string value)
    {
        Assert.False(NetworkSwitch.TryParse(value, out var allowNet, out var error));
        Assert.False(allowNet);
        Assert.Contains(value, error);
    }
}
