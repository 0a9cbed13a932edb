using System.Text;

namespace Cadre.Server.Assistants;

/// <summary>
/// What a reader was shown of the text in progress. Deltas cannot be taken back: when the model was asked again and says something else, nothing more is
/// shown of the turn until its message is whole.
/// </summary>
internal sealed class ShownText
{
    private const uint HashStart = 2166136261;
    private const uint HashPrime = 16777619;

    private readonly StringBuilder _text = new();
    private StreamPosition? _resumed;
    private int _shown;
    private uint _hash = HashStart;
    private bool _void;
    private bool _begun;

    /// <param name="from">Where the reader was before; null: at the beginning of a turn.</param>
    public ShownText(StreamPosition? from) => _resumed = from is { Shown: not null } ? from : null;

    /// <summary>The reader is told that a text begins.</summary>
    public void Begin() => _begun = true;

    /// <summary>The part of the piece that is to be shown now.</summary>
    public string Add(string piece)
    {
        if (_void) return "";
        _text.Append(piece);
        if (_resumed is { Shown: var before } resumed)
        {
            if (_text.Length < before) return "";
            _resumed = null;
            (_shown, _hash) = (before!.Value, HashOf(HashStart, _text.ToString(0, before.Value)));
            if (_hash != resumed.Hash)
            {
                _void = true;
                return "";
            }
        }

        var more = _text.ToString(_shown, _text.Length - _shown);
        _hash = HashOf(_hash, more);
        _shown = _text.Length;
        return more;
    }

    public void Void()
    {
        _void = _shown > 0;
        _text.Clear();
    }

    /// <summary>The turn is over.</summary>
    public void Clear()
    {
        _text.Clear();
        (_shown, _hash, _void, _begun, _resumed) = (0, HashStart, false, false, null);
    }

    public string Position(long seq) => (_resumed is { } resumed ? resumed with { Seq = seq } : new StreamPosition(seq, _begun ? _shown : null, _hash)).ToString();

    public override string ToString() => _text.ToString();

    /// <summary>FNV-1a.</summary>
    private static uint HashOf(uint hash, string text)
    {
        foreach (var c in text) hash = unchecked((hash ^ c) * HashPrime);
        return hash;
    }
}
