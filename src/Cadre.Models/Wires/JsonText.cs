namespace Cadre.Models.Wires;

/// <summary>Finds the JSON in an answer that was to be JSON.</summary>
internal static class JsonText
{
    private const string Fence = "```";
    private const string ThoughtEnd = "</think>";

    /// <summary>Without a leading chain of thought, and without the code fence around JSON and the prose around the fence; anything else stays.</summary>
    public static string Extract(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.StartsWith("<think>") && trimmed.IndexOf(ThoughtEnd) is >= 0 and var thought) trimmed = trimmed[(thought + ThoughtEnd.Length)..].Trim();
        if (LooksLikeJson(trimmed)) return trimmed.ToString();

        var open = trimmed.IndexOf(Fence);
        if (open < 0) return trimmed.ToString();
        var fenced = trimmed[(open + Fence.Length)..];
        var lineEnd = fenced.IndexOf('\n');
        if (lineEnd >= 0 && !LooksLikeJson(fenced[..lineEnd].Trim())) fenced = fenced[(lineEnd + 1)..];
        var close = fenced.LastIndexOf(Fence);
        var inner = (close < 0 ? fenced : fenced[..close]).Trim();
        return LooksLikeJson(inner) ? inner.ToString() : trimmed.ToString();
    }

    private static bool LooksLikeJson(ReadOnlySpan<char> text) => text is ['{', ..] or ['[', ..];
}
