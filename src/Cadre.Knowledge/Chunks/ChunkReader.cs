using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Chunks;

/// <summary>
/// Packs pieces into chunks: each as full as it can be and cut at the best place in its second half. The next one begins with the last pieces of the one
/// before, as many as overlap, but not across the border of a section. The same text gives the same chunks.
/// </summary>
internal sealed class ChunkReader(TextReader text, TextForm form, Chunking chunking, long maxTokens)
{
    private readonly List<Piece> _window = [];
    private int _quarters;
    private int _fresh;
    private int _position;
    private Boundary _atCut;

    /// <summary>The text has more tokens than it may have; what comes after them was not read.</summary>
    public bool IsCut { get; private set; }

    private int MaxQuarters => chunking.MaxTokens * TokenEstimate.QuartersPerToken;

    private int OverlapQuarters => chunking.OverlapTokens * TokenEstimate.QuartersPerToken;

    public IEnumerable<Chunk> Read()
    {
        var left = maxTokens * TokenEstimate.QuartersPerToken;

        // With a piece at most half a chunk, a chunk always has room for something new after its overlap.
        foreach (var piece in new Pieces(new LineReader(text), new PieceCutter(MaxQuarters / 2)).Read(form))
        {
            left -= piece.Quarters;
            if (left < 0)
            {
                IsCut = true;
                yield break;
            }

            while (_quarters + piece.Quarters > MaxQuarters && _fresh < _window.Count)
                if (Emit(BestCut(piece.Before)) is { } chunk) yield return chunk;
            _window.Add(piece);
            _quarters += piece.Quarters;
        }

        if (_fresh < _window.Count && Emit(_window.Count) is { } last) yield return last;
    }

    /// <summary>Index of the piece before which to cut.</summary>
    private int BestCut(Boundary atEnd)
    {
        var (best, strength) = (_window.Count, atEnd);
        var sum = _quarters;
        for (var i = _window.Count - 1; i > _fresh && sum - _window[i].Quarters >= MaxQuarters / 2; i--)
        {
            sum -= _window[i].Quarters;
            if (_window[i].Before > strength) (best, strength) = (i, _window[i].Before);
        }

        _atCut = strength;
        return best;
    }

    private Chunk? Emit(int end)
    {
        var text = string.Concat(_window.Take(end).Select(piece => piece.Text)).TrimEnd();
        var chunk = new Chunk(_position, _window[0].Heading, text.TrimStart('\n'));
        var start = _atCut is Boundary.Section ? end : OverlapStart(end);
        _window.RemoveRange(0, start);
        _fresh = end - start;
        _quarters = _window.Sum(piece => piece.Quarters);
        if (chunk.Text.AsSpan().IsWhiteSpace()) return null;
        _position++;
        return chunk;
    }

    /// <summary>The overlap begins with a block when one begins in its first half, else with the first sentence or line that fits.</summary>
    private int OverlapStart(int end)
    {
        var (start, block, sum) = (end, -1, 0);
        while (start > 1 && sum + _window[start - 1].Quarters <= OverlapQuarters)
        {
            sum += _window[--start].Quarters;
            if (sum >= OverlapQuarters / 2 && _window[start].Before >= Boundary.Block) block = start;
        }

        return block >= 0 ? block : start;
    }
}
