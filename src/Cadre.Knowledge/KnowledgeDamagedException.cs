namespace Cadre.Knowledge;

/// <summary>
/// The index of a vector store cannot be read, or was written by another version. Nothing is lost: it is made from the uploaded files.
/// <see cref="KnowledgeIndex.DeleteAsync"/> the store, and ingest its files again.
/// </summary>
public sealed class KnowledgeDamagedException(string store, string what, Exception? inner = null)
    : Exception($"The index of the vector store '{store}' {what}; delete it and ingest its files again.", inner)
{
    public string Store => store;
}
