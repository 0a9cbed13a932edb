using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Files;

/// <summary>Files in the store: their descriptions as documents, their contents as blobs.</summary>
public sealed class FileStore(IStore store, IBlobs blobs, TimeProvider time)
{
    /// <summary>Names are cut to this many characters.</summary>
    public const int MaxNameLength = 255;

    private const string Nameless = "file";

    /// <summary>Null when there is none, or when its time has come.</summary>
    public async ValueTask<StoredFile?> GetAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, StoredFile.Kind, id, cancellationToken) is { } document && IsAlive(document) ? Read(document) : null;

    public async ValueTask<(IReadOnlyList<StoredFile> Items, bool HasMore)?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Where(IsAlive).Select(Read)], page.HasMore) : null;

    /// <param name="name">As a person or a program gave it; null and empty get a name.</param>
    public StoredFile Describe(string? name, string purpose, Blob content, DateTimeOffset? expiresAt = null) =>
        new(Ids.New(), Name(name), purpose, content.Bytes, content.Hash) { CreatedAt = time.GetUtcNow(), ExpiresAt = expiresAt };

    public async ValueTask<StoredFile> AddAsync(StoredFile file, Owner owner, CancellationToken cancellationToken)
    {
        var committed = await store.CommitAsync([new Change.Create(Document(file, owner))], cancellationToken);
        return committed.Won ? file : throw new InvalidOperationException($"The id {file.Id} exists.");
    }

    /// <summary>Seekable.</summary>
    /// <exception cref="InvalidDataException">The content is gone from the disk.</exception>
    public Stream Open(StoredFile file) => blobs.Open(file.Hash) ?? throw new InvalidDataException($"The content of {file.WireId} is not there.");

    public static Document Document(StoredFile file, Owner owner) => new(StoredFile.Kind, file.Id, owner, JsonSerializer.SerializeToUtf8Bytes(file, StoredJson.Default.StoredFile))
    {
        CreatedAt = file.CreatedAt,
        ExpiresAt = file.ExpiresAt,
    };

    private static StoredFile Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, StoredJson.Default.StoredFile) ?? throw new InvalidDataException($"The file {document.Id} is empty.");

    private static string Name(string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return Nameless;
        var clean = string.Concat(name.Where(c => !char.IsControl(c)));
        if (clean.Length > MaxNameLength) clean = clean[..(char.IsHighSurrogate(clean[MaxNameLength - 1]) ? MaxNameLength - 1 : MaxNameLength)];
        return clean.Length == 0 ? Nameless : clean;
    }

    private bool IsAlive(Document document) => document.ExpiresAt is not { } end || end > time.GetUtcNow();
}
