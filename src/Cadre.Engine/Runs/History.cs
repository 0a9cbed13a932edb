using System.Collections;
using Cadre.Engine.Models;

namespace Cadre.Engine.Runs;

/// <summary>
/// An immutable list that is cheap to append to: versions share one array, and only the newest one writes the next slot. Appending twice to the
/// same version copies. Indexing and enumeration are those of an array.
/// </summary>
public sealed class History : IReadOnlyList<Message>
{
    /// <summary>Of ordinary text, about.</summary>
    public const int CharactersPerToken = 4;

    public static readonly History Empty = new([], new Claim(), 0, 0);

    private readonly Message[] _items;
    private readonly Claim _claim;

    private History(Message[] items, Claim claim, int count, long characters)
    {
        _items = items;
        _claim = claim;
        Count = count;
        Characters = characters;
    }

    public int Count { get; }

    /// <summary>Of all text, tool arguments included.</summary>
    public long Characters { get; }

    public Message this[int index] => index < Count ? _items[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public Message? Last => Count == 0 ? null : _items[Count - 1];

    public History Add(Message message)
    {
        var characters = Characters + Length(message);
        if (Count < _items.Length && Interlocked.CompareExchange(ref _claim.Taken, Count + 1, Count) == Count)
        {
            _items[Count] = message;
            return new(_items, _claim, Count + 1, characters);
        }

        var items = new Message[Math.Max(8, Count * 2)];
        Array.Copy(_items, items, Count);
        items[Count] = message;
        return new(items, new Claim { Taken = Count + 1 }, Count + 1, characters);
    }

    public History AddRange(IEnumerable<Message> messages) => messages.Aggregate(this, (history, message) => history.Add(message));

    public static long Length(Message message) => message switch
    {
        Message.Assistant { Calls: { IsDefaultOrEmpty: false } calls } assistant =>
            assistant.Text.Length + calls.Sum(call => (long)call.Arguments.Length + call.Tool.Length),
        _ => message.PlainText.Length,
    };

    public IEnumerator<Message> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return _items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Claim
    {
        public int Taken;
    }
}
