using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Policies;

namespace Cadre.Tools.Workspaces;

/// <summary>A URL that fetch_url may ask for. The policy judges <see cref="Host"/>, and the request goes to that same reading of the text.</summary>
internal sealed record WebAddress(Uri Uri, HostUse Host)
{
    public const int MaxLength = 4_000;

    /// <summary>For the audit: queries and fragments may hold secrets.</summary>
    public string WithoutQuery => $"{Host.Scheme}://{Uri.Authority}{Uri.AbsolutePath}";

    public static bool TryParse(string text, [NotNullWhen(true)] out WebAddress? address, out string problem)
    {
        address = null;
        problem = $"'{(text.Length <= 200 ? text : text[..200] + "…")}' is not a URL that can be fetched: it begins with http:// or https:// and names a host.";
        if (text.Length > MaxLength || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\')) return false;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && TryFrom(uri, out address, ref problem);
    }

    /// <summary>Where a redirect leads.</summary>
    public static bool TryRedirect(WebAddress from, Uri location, [NotNullWhen(true)] out WebAddress? address, out string problem)
    {
        address = null;
        problem = "The redirect does not lead to a URL that can be fetched.";
        return Uri.TryCreate(from.Uri, location, out var uri) && uri.OriginalString.Length <= MaxLength && TryFrom(uri, out address, ref problem);
    }

    private static bool TryFrom(Uri uri, [NotNullWhen(true)] out WebAddress? address, ref string problem)
    {
        address = null;
        if (uri.Scheme is not ("http" or "https") || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic) return false;
        if (uri.UserInfo.Length > 0)
        {
            problem = "A URL with a user name in it is not fetched.";
            return false;
        }

        var host = uri.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        if (host.Length == 0 || uri.Port <= 0) return false;
        address = new(uri, new(uri.Scheme, host, uri.Port));
        return true;
    }
}
