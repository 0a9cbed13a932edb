using System.Security.Cryptography;
using System.Text;

namespace Cadre.Server.McpEndpoints;

/// <summary>What the browser of a sign-in is shown, and its user gives to the app that began it: 40 random bits, in letters and digits that are not mistaken for one another.</summary>
internal static class ConfirmationCode
{
    /// <summary>Wrong ones that a sign-in bears; with the last it is over.</summary>
    public const int MaxTries = 5;

    /// <summary>Longest text that is taken for one.</summary>
    public const int MaxText = 32;

    private const int GroupLength = 4;
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public static string New() => $"{RandomNumberGenerator.GetString(Alphabet, GroupLength)}-{RandomNumberGenerator.GetString(Alphabet, GroupLength)}";

    /// <summary>The same for every way to write it: small letters, other separators or none.</summary>
    /// <param name="signIn">Id of the sign-in that it is for.</param>
    public static string Hash(string signIn, string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{signIn}:{string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant()}")));

    public static bool Matches(string hash, string signIn, string code) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Hash(signIn, code)));
}
