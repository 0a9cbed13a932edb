using System.Security.Cryptography;
using Cadre.Engine.Runs;

namespace Cadre.Server;

/// <summary>
/// Names of things. Inside, an id has no prefix; each protocol puts its own before it ("thread_", "conv_"), so one thread is reached by all of them.
/// </summary>
public sealed class Ids(TimeProvider time)
{
    public const int Length = 24;
    private const int TimeLength = 8;

    /// <summary>In the order of their bytes.</summary>
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>
    /// Eight letters and digits of the time in milliseconds, then sixteen random ones (95 bits). What is made at one time lies together in the store's indexes, so a
    /// commit touches few pages; nothing reads the time back.
    /// </summary>
    public static string New()
    {
        Span<char> id = stackalloc char[Length];
        RandomNumberGenerator.GetItems<char>(Alphabet, id[TimeLength..]);
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = TimeLength - 1; i >= 0; i--, time /= Alphabet.Length) id[i] = Alphabet[(int)(time % Alphabet.Length)];
        return new(id);
    }

    public RunId NewRun()
    {
        Span<byte> random = stackalloc byte[6];
        RandomNumberGenerator.Fill(random);
        return RunId.New(time.GetUtcNow(), random);
    }

    /// <summary>The id behind a prefix; null when the text has another prefix or cannot be an id. Whether it exists is another question.</summary>
    public static string? After(string prefix, string? text) =>
        text is not null && text.Length > prefix.Length && text.Length <= 200 && text.StartsWith(prefix, StringComparison.Ordinal) && IsId(text.AsSpan(prefix.Length))
            ? text[prefix.Length..]
            : null;

    /// <summary>The run behind a prefix ("run_", "resp_").</summary>
    public static RunId? RunAfter(string prefix, string? text) => After(prefix, text) is { } id && RunId.TryParse(id, null, out var run) ? run : null;

    private static bool IsId(ReadOnlySpan<char> id)
    {
        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return true;
    }
}
