namespace Cadre.Knowledge.Chunks;

/// <summary>The smallest part of a text that is kept in one chunk: a sentence, a line, a row.</summary>
/// <param name="Text">With the white space that follows it.</param>
/// <param name="Before">How good a place for a cut lies before it.</param>
/// <param name="Heading">The headings above it, outermost first.</param>
internal readonly record struct Piece(string Text, int Quarters, Boundary Before, string Heading);

/// <summary>Places for a cut, worst first.</summary>
internal enum Boundary
{
    Inside,
    Sentence,
    Block,
    Section,
}
