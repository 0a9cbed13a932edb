using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Models;

namespace Cadre.Models.Prices;

/// <summary>US dollars per million tokens.</summary>
/// <param name="CachedInput">Null: as <paramref name="Input"/>.</param>
public sealed record Price(decimal Input, decimal Output, decimal? CachedInput = null)
{
    private const decimal Million = 1_000_000m;

    public decimal Of(Usage usage) =>
        ((usage.Input - usage.CachedInput) * Input + usage.CachedInput * (CachedInput ?? Input) + usage.Output * Output) / Million;
}

/// <summary>A line of the list: the first that fits a model and a host gives the price.</summary>
/// <param name="Model">A name; <c>*</c> stands for any characters.</param>
/// <param name="Host">Likewise, of the endpoint: a local server may name its model like another's.</param>
public sealed record PriceEntry(string Model, string Host, Price Price);

/// <summary>What models cost. A model that no entry fits has no price.</summary>
public sealed record PriceList(ImmutableArray<PriceEntry> Entries)
{
    public static readonly PriceList Default = PriceFile.Embedded();

    /// <summary>The entries of a file, in front of the default ones.</summary>
    /// <param name="problem">What is wrong with the file, as <c>file:line:column: reason</c>.</param>
    public static bool TryLoad(string path, [NotNullWhen(true)] out PriceList? prices, [NotNullWhen(false)] out string? problem)
    {
        if (!PriceFile.TryRead(path, out var entries, out problem))
        {
            prices = null;
            return false;
        }

        prices = new([.. entries, .. Default.Entries]);
        return true;
    }

    /// <param name="host">Host, with the port when it is not the scheme's own.</param>
    public Price? Find(string model, string host)
    {
        foreach (var entry in Entries)
            if (Fits(entry.Model, model) && Fits(entry.Host, host)) return entry.Price;
        return null;
    }

    /// <summary>Greedy with one point to return to: linear for one star, never exponential.</summary>
    internal static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0, position = 0, star = -1, mark = 0;
        while (position < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*') (star, mark, at) = (at, position, at + 1);
            else if (at < pattern.Length && pattern[at] == text[position]) (at, position) = (at + 1, position + 1);
            else if (star >= 0) (at, mark, position) = (star + 1, mark + 1, mark + 1);
            else return false;
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
