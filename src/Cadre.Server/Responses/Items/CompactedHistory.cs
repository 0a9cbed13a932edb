using System.Text;

namespace Cadre.Server.Responses.Items;

/// <summary>
/// The <c>encrypted_content</c> of a compaction item. It belongs to the caller, who has all of the history anyway: it is encoded, not encrypted.
/// </summary>
internal static class CompactedHistory
{
    private const string Mark = "cadre-compaction-1\n";

    public static string Close(string summary) => Convert.ToBase64String(Encoding.UTF8.GetBytes(Mark + summary));

    /// <summary>Null when it is another's.</summary>
    public static string? Open(string content)
    {
        var bytes = new byte[content.Length];
        if (!Convert.TryFromBase64String(content, bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.StartsWith(Mark, StringComparison.Ordinal) ? text[Mark.Length..] : null;
    }
}
