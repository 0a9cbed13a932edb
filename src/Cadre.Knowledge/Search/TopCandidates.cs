using Cadre.Knowledge.Index;

namespace Cadre.Knowledge.Search;

/// <summary>The best of many, in memory for a few.</summary>
internal sealed class TopCandidates(int limit)
{
    // The worst of them is first; of equals the later chunk is the worse.
    private readonly PriorityQueue<Candidate, (double Score, long Chunk)> _queue = new(Comparer<(double Score, long Chunk)>.Create(
        static (a, b) => a.Score != b.Score ? a.Score.CompareTo(b.Score) : b.Chunk.CompareTo(a.Chunk)));

    private double _lowest = double.NegativeInfinity;

    public void Add(long chunk, double score)
    {
        if (_queue.Count == limit && score <= _lowest) return;
        if (_queue.Count == limit) _queue.Dequeue();
        _queue.Enqueue(new Candidate(chunk, score), (score, chunk));
        if (_queue.Count == limit) _lowest = _queue.Peek().Score;
    }

    /// <summary>Best first.</summary>
    public List<Candidate> ToList() => [.. _queue.UnorderedItems.Select(item => item.Element).OrderByDescending(candidate => candidate.Score).ThenBy(candidate => candidate.Chunk)];
}
