namespace Cadre.Server.Identity.Tokens;

/// <summary>Why a token was refused, for the audit and the log; the caller is told only that it was.</summary>
internal static class TokenFaults
{
    public const string TooLarge = "token_too_large";
    public const string Malformed = "token_malformed";
    public const string Encrypted = "token_encrypted";
    public const string BadHeader = "token_bad_header";
    public const string RefusedHeader = "token_refused_header";
    public const string BadAlgorithm = "token_bad_algorithm";
    public const string UnknownKey = "token_unknown_key";
    public const string NoKeys = "token_no_keys";
    public const string BadSignature = "token_bad_signature";
    public const string BadClaims = "token_bad_claims";
    public const string BadIssuer = "token_bad_issuer";
    public const string BadAudience = "token_bad_audience";
    public const string Expired = "token_expired";
    public const string NotYetValid = "token_not_yet_valid";
    public const string LivesTooLong = "token_lives_too_long";
}
