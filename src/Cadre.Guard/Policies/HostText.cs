using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Policies;

namespace Cadre.Guard.Policies;

/// <summary>A network target as a person types it: an absolute URL, or a host alone, which means HTTPS.</summary>
internal static class HostText
{
    public static bool TryParse(string text, [NotNullWhen(true)] out HostUse? use, [NotNullWhen(false)] out string? error)
    {
        use = Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var uri) && uri.Host is not ""
            ? new(uri.Scheme, uri.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant(), Math.Max(0, uri.Port))
            : null;
        error = use is null ? $"'{text}' is neither a URL nor a host" : null;
        return use is not null;
    }
}
