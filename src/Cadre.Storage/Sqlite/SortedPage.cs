using System.Text;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>Gathers a page of a sorted listing from documents that come in no order; it holds one page and one document at most.</summary>
internal sealed class SortedPage
{
    private readonly int _limit;
    private readonly bool _descending;
    private readonly SortKey? _beyond;
    private readonly PriorityQueue<Document, SortKey> _kept;

    public SortedPage(int limit, bool descending, SortedPlace? beyond)
    {
        (_limit, _descending) = (limit, descending);
        _beyond = beyond is null ? null : new(beyond.Value is null ? null : Encoding.UTF8.GetBytes(beyond.Value), Encoding.UTF8.GetBytes(beyond.Id));
        // The last of those kept is the first to go.
        _kept = new(Comparer<SortKey>.Create((a, b) => Compare(b.Value, b.Value is not null, b.Id, a)));
    }

    public void Offer(ReadOnlySpan<byte> value, bool hasValue, ReadOnlySpan<byte> id, Func<Document> read)
    {
        if (_beyond is not null && Compare(value, hasValue, id, _beyond) <= 0) return;
        if (_kept.Count > _limit && _kept.TryPeek(out _, out var last) && Compare(value, hasValue, id, last) > 0) return;
        _kept.Enqueue(read(), new(hasValue ? value.ToArray() : null, id.ToArray()));
        if (_kept.Count > _limit + 1) _kept.Dequeue();
    }

    public DocumentPage Take()
    {
        var hasMore = _kept.Count > _limit;
        if (hasMore) _kept.Dequeue();
        var items = new Document[_kept.Count];
        for (var i = items.Length - 1; i >= 0; i--) items[i] = _kept.Dequeue();
        return new(items, hasMore);
    }

    /// <summary>Negative where the first comes first in the listing.</summary>
    private int Compare(ReadOnlySpan<byte> value, bool hasValue, ReadOnlySpan<byte> id, SortKey other)
    {
        if (hasValue != other.Value is not null) return hasValue ? -1 : 1;
        var order = value.SequenceCompareTo(other.Value);
        if (order == 0) order = id.SequenceCompareTo(other.Id);
        return _descending ? -order : order;
    }

    private sealed record SortKey(byte[]? Value, byte[] Id);
}
