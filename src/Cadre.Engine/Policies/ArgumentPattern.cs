using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>Arguments one by one; without <paramref name="Rest"/> ("..." in a file) there are no more and no fewer.</summary>
public sealed record ArgumentPattern(ImmutableArray<WordPattern> Words, bool Rest)
{
    public const int MaxWords = 100;

    internal bool Matches(ReadOnlySpan<string> arguments, bool surely)
    {
        if (arguments.Length < Words.Length || (arguments.Length > Words.Length && !Rest)) return false;
        for (var i = 0; i < Words.Length; i++)
        {
            if (!Words[i].Matches(arguments[i], surely)) return false;
        }

        return true;
    }
}

/// <summary>One argument: any, one of some words, or a pattern.</summary>
public abstract record WordPattern
{
    private WordPattern()
    {
    }

    internal abstract bool Matches(string word, bool surely);

    public sealed record Any : WordPattern
    {
        internal override bool Matches(string word, bool surely) => true;
    }

    public sealed record OneOf(ImmutableArray<string> Words) : WordPattern
    {
        internal override bool Matches(string word, bool surely) => Words.Contains(word);
    }

    public sealed record Like(TextPattern Pattern) : WordPattern
    {
        internal override bool Matches(string word, bool surely) => Pattern.Matches(word, surely);
    }
}
