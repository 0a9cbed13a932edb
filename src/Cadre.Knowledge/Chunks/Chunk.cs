namespace Cadre.Knowledge.Chunks;

/// <param name="Position">In its file, from 0.</param>
/// <param name="Heading">The headings above the chunk's beginning, outermost first; empty when it begins with its own.</param>
internal readonly record struct Chunk(int Position, string Heading, string Text)
{
    /// <summary>What a reader without the rest of the file needs to see.</summary>
    public string InContext => Heading.Length == 0 ? Text : $"{Heading}\n{Text}";
}
