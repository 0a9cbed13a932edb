using System.Diagnostics.CodeAnalysis;

namespace Cadre.Guard.Policies;

/// <summary>ALLOW_NET. Only a clear yes opens the network; what is neither yes nor no is an error, for somebody meant something by it.</summary>
public static class NetworkSwitch
{
    public const string Variable = "ALLOW_NET";

    /// <param name="value">Of the variable; null or blank is off.</param>
    /// <param name="allowNet">False whenever the value is not a clear yes.</param>
    public static bool TryParse(string? value, out bool allowNet, [NotNullWhen(false)] out string? error)
    {
        var word = value?.Trim().ToLowerInvariant() ?? "";
        allowNet = word is "true" or "1" or "yes" or "on";
        error = allowNet || word is "" or "false" or "0" or "no" or "off"
            ? null
            : $"{Variable} must be true, 1, yes or on to open the network, or false, 0, no or off; it is '{(word.Length <= 40 ? word : word[..39] + '…')}'. The network stays off.";
        return error is null;
    }
}
