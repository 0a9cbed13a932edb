using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>What a query asks of the top-level members of a body, all of it answered by reading the body once, and no further than needed.</summary>
internal sealed class BodyTerms
{
    private const int MaxDepth = 64;
    private const int StackBytes = 512;
    private readonly Term[] _terms;
    private readonly byte[]? _wanted;
    private readonly ulong _all;

    /// <param name="wanted">A member whose value is to be had; null: none.</param>
    public BodyTerms(IReadOnlyList<MemberCondition> conditions, string? wanted)
    {
        _terms = [.. conditions.Select(condition => new Term(condition))];
        _all = (1UL << _terms.Length) - 1;
        _wanted = wanted is null ? null : Encoding.UTF8.GetBytes(wanted);
    }

    /// <summary>Every body fits, and nothing is wanted of it.</summary>
    public bool IsNothing => _terms.Length == 0 && _wanted is null;

    /// <param name="value">Gets the wanted member's unescaped bytes; it stays as it is where the body has no such string.</param>
    /// <param name="hasValue">Whether it has.</param>
    public bool Fit(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> value, out bool hasValue)
    {
        hasValue = false;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return _terms.Length == 0;
            var open = _all;
            var isWanted = _wanted is not null;
            while ((open != 0 || isWanted) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var wanted = isWanted && reader.ValueTextEquals(_wanted);
                var asked = 0UL;
                for (var i = 0; i < _terms.Length; i++)
                {
                    if ((open >> i & 1) != 0 && reader.ValueTextEquals(_terms[i].Member)) asked |= 1UL << i;
                }

                reader.Read();
                if (wanted)
                {
                    isWanted = false;
                    hasValue = reader.TokenType == JsonTokenType.String;
                    if (hasValue) Copy(ref reader, value);
                }

                for (var i = 0; asked >> i != 0; i++)
                {
                    if ((asked >> i & 1) == 0) continue;
                    var inner = reader;
                    if (!_terms[i].Holds(ref inner)) return false;
                }

                open &= ~asked;
                reader.Skip();
            }

            return open == 0;
        }
        catch (JsonException)
        {
            return _terms.Length == 0;
        }
    }

    private static void Copy(ref Utf8JsonReader reader, ArrayBufferWriter<byte> value)
    {
        value.ResetWrittenCount();
        var length = reader.ValueSpan.Length;
        if (length > 0) value.Advance(reader.CopyString(value.GetSpan(length)));
    }

    private sealed class Term(MemberCondition condition)
    {
        private readonly byte[][] _values = condition is MemberCondition.AnyOf any ? [.. any.Values.Select(Encoding.UTF8.GetBytes)] : [];
        private readonly byte[]? _text = condition is MemberCondition.Contains contains ? Encoding.UTF8.GetBytes(contains.Text) : null;
        private readonly byte[]? _from = condition is MemberCondition.Within { From: { } from } ? Encoding.UTF8.GetBytes(from) : null;
        private readonly byte[]? _below = condition is MemberCondition.Within { Below: { } below } ? Encoding.UTF8.GetBytes(below) : null;

        public byte[] Member { get; } = Encoding.UTF8.GetBytes(condition.Member);

        /// <param name="reader">On the member's value.</param>
        public bool Holds(ref Utf8JsonReader reader)
        {
            if (condition is MemberCondition.AnyOf) return HoldsAny(ref reader);
            if (reader.TokenType != JsonTokenType.String) return false;
            if (!reader.ValueIsEscaped) return HoldsFor(reader.ValueSpan);
            var length = reader.ValueSpan.Length;
            var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
            var bytes = rented ?? stackalloc byte[StackBytes];
            var holds = HoldsFor(bytes[..reader.CopyString(bytes)]);
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
            return holds;
        }

        private bool HoldsFor(ReadOnlySpan<byte> value) => _text is not null
            ? value.IndexOf(_text) >= 0
            : (_from is null || value.SequenceCompareTo(_from) >= 0) && (_below is null || value.SequenceCompareTo(_below) < 0);

        private bool HoldsAny(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray) return IsOne(ref reader);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (IsOne(ref reader)) return true;
                reader.Skip();
            }

            return false;
        }

        private bool IsOne(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.String) return false;
            foreach (var value in _values)
            {
                if (reader.ValueTextEquals(value)) return true;
            }

            return false;
        }
    }
}
