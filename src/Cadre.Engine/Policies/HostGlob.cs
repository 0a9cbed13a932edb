using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Cadre.Engine.Policies;

/// <summary>
/// "example.com" (that host), "*.example.com" (every host below it, not itself), "10.0.*" (IPv4 addresses that begin so), "*" (every host).
/// A '*' anywhere else is refused: it would match names that somebody else may register.
/// </summary>
public sealed class HostGlob
{
    private readonly Func<string, bool> _matches;

    private HostGlob(string text, Func<string, bool> matches) => (Text, _matches) = (text, matches);

    public string Text { get; }

    /// <param name="host">As <see cref="TryNormalise"/> returns it.</param>
    internal bool Matches(string host) => _matches(host);

    public static bool TryParse(string text, [NotNullWhen(true)] out HostGlob? glob, [NotNullWhen(false)] out string? error)
    {
        glob = null;
        error = Glob.Flaw(text.Trim('[', ']'));
        if (error is not null) return false;

        if (text == "*")
        {
            glob = new(text, static _ => true);
        }
        else if (text.StartsWith("*.", StringComparison.Ordinal) && TryNormalise(text[2..], out var parent) && !IPAddress.TryParse(parent, out _))
        {
            glob = new(text, host => host.Length > parent.Length + 1 && host.EndsWith(parent, StringComparison.Ordinal)
                && host[^(parent.Length + 1)] == '.' && !IPAddress.TryParse(host, out _));
        }
        else if (text.EndsWith(".*", StringComparison.Ordinal) && IsAddressPrefix(text[..^2]))
        {
            glob = new(text, host => host.StartsWith(text[..^1], StringComparison.Ordinal) && IsIPv4(host));
        }
        else if (TryNormalise(text, out var exact))
        {
            glob = new(text, host => host == exact);
        }

        if (glob is null)
        {
            error = $"'{text}' is no host: write a name or an address, '*.name' for all below a name, '10.0.*' for addresses, '*' for every host";
            return false;
        }

        return true;
    }

    public override string ToString() => Text;

    /// <summary>
    /// One spelling per host: lower case, no brackets, no trailing dot, an address in its canonical form, an IPv4 address inside IPv6 as IPv4.
    /// False for what different programs would read differently (NUL, spaces, "0x7f.1", "2130706433", "010.0.0.1", letters beyond ASCII).
    /// </summary>
    internal static bool TryNormalise(string host, [NotNullWhen(true)] out string? normal)
    {
        normal = null;
        var text = host.ToLowerInvariant();
        if (text is ['[', .., ']']) text = text[1..^1];
        else if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > 253) return false;

        if (text.Contains(':'))
        {
            if (text.Contains('%') || !IPAddress.TryParse(text, out var six) || six.AddressFamily != AddressFamily.InterNetworkV6) return false;
            normal = (six.IsIPv4MappedToIPv6 ? six.MapToIPv4() : six).ToString();
            return true;
        }

        foreach (var label in text.Split('.'))
        {
            if (label.Length is 0 or > 63 || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return false;
        }

        var last = text[(text.LastIndexOf('.') + 1)..];
        var numeric = last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.Ordinal);
        if (numeric && !IsIPv4(text)) return false;
        normal = text;
        return true;
    }

    private static bool IsIPv4(string text) => IPAddress.TryParse(text, out var address) && address.ToString() == text && !text.Contains(':');

    private static bool IsAddressPrefix(string text) =>
        text.Split('.') is { Length: <= 3 } parts && parts.All(part => byte.TryParse(part, out var value) && value.ToString() == part);
}
