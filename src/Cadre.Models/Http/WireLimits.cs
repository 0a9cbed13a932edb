namespace Cadre.Models.Http;

/// <summary>What a reply may grow to. The numbers are far above what models send; beyond them an endpoint is broken or hostile.</summary>
internal static class WireLimits
{
    /// <summary>One line of a stream. The last event of the Responses wire repeats the whole reply and the tools.</summary>
    public const int LineBytes = 8 * 1024 * 1024;

    public const long ReplyBytes = 64L * 1024 * 1024;

    /// <summary>The body of a reply that is no stream.</summary>
    public const int WholeBytes = 16 * 1024 * 1024;

    public const int ErrorBytes = 64 * 1024;

    public const int TextCharacters = 4 * 1024 * 1024;

    public const int Calls = 128;

    public const int ArgumentCharacters = 1024 * 1024;

    public const int OutputItems = 1024;

    /// <summary>What the provider sent beside text and calls, in all.</summary>
    public const int RawCharacters = 4 * 1024 * 1024;

    /// <summary>Of an endpoint's own words in a failure's message.</summary>
    public const int QuoteCharacters = 500;

    /// <summary>Of a body in a capability card's evidence.</summary>
    public const int ExcerptCharacters = 600;
}
