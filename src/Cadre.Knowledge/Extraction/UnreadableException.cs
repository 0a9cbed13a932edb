namespace Cadre.Knowledge.Extraction;

/// <summary>Ends a child: why its file cannot be read, in a sentence for the person who uploaded it.</summary>
internal sealed class UnreadableException(IngestFault fault, string message) : Exception(message)
{
    public IngestFault Fault => fault;

    public static UnreadableException TooLarge(string message) => new(IngestFault.TooLarge, message);

    public static UnreadableException Invalid(string message) => new(IngestFault.InvalidFile, message);
}
