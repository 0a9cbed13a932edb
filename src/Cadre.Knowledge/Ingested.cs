namespace Cadre.Knowledge;

/// <summary>How a file's way into a vector store ended.</summary>
public abstract record Ingested
{
    private Ingested() { }

    /// <param name="UsageBytes">What the file takes up in the index: its chunks' text as UTF-8, and their vectors.</param>
    public sealed record Done(int Chunks, long UsageBytes) : Ingested;

    /// <param name="Message">A sentence for the person who uploaded the file.</param>
    public sealed record Refused(IngestFault Fault, string Message) : Ingested;
}

public enum IngestFault
{
    /// <summary>A kind of file that is not understood, or not on this machine.</summary>
    UnsupportedFile,

    /// <summary>Damaged, encrypted, hostile, or without any text.</summary>
    InvalidFile,

    /// <summary>A limit was reached.</summary>
    TooLarge,

    /// <summary>Not the file's fault: the file was removed meanwhile, or nothing can confine a parser here.</summary>
    Failed,
}
