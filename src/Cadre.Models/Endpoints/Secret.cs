using System.Diagnostics;

namespace Cadre.Models.Endpoints;

/// <summary>A value that only <see cref="Reveal"/> gives away: not printing, not a debugger, not a serializer.</summary>
/// <remarks>White space around it is dropped: keys are read from files that end in a newline.</remarks>
[DebuggerDisplay("***")]
public sealed class Secret(string value)
{
    /// <summary>Shorter ones are placeholders ("x", "none"): taking them out of a text would only mangle it.</summary>
    private const int ShortestToMask = 6;

    private readonly string _value = value.Trim();

    public bool IsEmpty => _value.Length == 0;

    /// <summary>Whether it can stand in an HTTP header.</summary>
    public bool IsPrintable => _value.All(character => character is > ' ' and <= '~' or ' ');

    public string Reveal() => _value;

    /// <summary>The text with each occurrence of the secret replaced.</summary>
    public string Mask(string text) => _value.Length < ShortestToMask ? text : text.Replace(_value, "***", StringComparison.Ordinal);

    public override string ToString() => "***";
}
