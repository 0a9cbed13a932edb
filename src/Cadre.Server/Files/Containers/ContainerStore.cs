using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Files.Containers;

/// <summary>Containers and their files as documents.</summary>
public sealed class ContainerStore(IStore store, TimeProvider time)
{
    public async ValueTask<Container?> GetAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, Container.Kind, id, cancellationToken) is { } document ? Read(document, StoredJson.Default.Container) : null;

    public async ValueTask<(IReadOnlyList<Container> Items, bool HasMore)?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Select(item => Read(item, StoredJson.Default.Container))], page.HasMore) : null;

    public async ValueTask<ContainerFile?> GetFileAsync(Scope scope, string container, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, ContainerFile.Kind, ContainerFile.DocumentIdOf(container, id), cancellationToken) is { } document ? Read(document, StoredJson.Default.ContainerFile) : null;

    public async ValueTask<(IReadOnlyList<ContainerFile> Items, bool HasMore)?> ListFilesAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Select(item => Read(item, StoredJson.Default.ContainerFile))], page.HasMore) : null;

    /// <summary>All of a container's files, the oldest first.</summary>
    public async ValueTask<IReadOnlyList<ContainerFile>> FilesAsync(Scope scope, string container, CancellationToken cancellationToken) =>
        (await ListFilesAsync(scope, new(ContainerFile.Kind) { Parent = container, Limit = Container.MaxFiles * 2, Descending = false }, cancellationToken))?.Items ?? [];

    /// <summary>Makes it, or finds that it is there.</summary>
    public async ValueTask<Container> EnsureAsync(Container container, Owner owner, CancellationToken cancellationToken)
    {
        if (await GetAsync(Scope.Of(owner), container.Id, cancellationToken) is { } known) return known;
        await store.CommitAsync([new Change.Create(DocumentOf(container, owner))], cancellationToken);
        return container;
    }

    /// <summary>Adds a file; another one at its path goes. False when the container is full.</summary>
    public async ValueTask<bool> AddAsync(ContainerFile file, Owner owner, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(owner);
        var present = await FilesAsync(scope, file.ContainerId, cancellationToken);
        if (present.Count >= Container.MaxFiles && present.All(known => known.Path != file.Path)) return false;
        await store.CommitAsync([.. Replacing(scope, present, [file], owner)], cancellationToken);
        return true;
    }

    /// <summary>The changes that put files at their paths.</summary>
    public static IEnumerable<Change> Replacing(Scope scope, IReadOnlyList<ContainerFile> present, IReadOnlyList<ContainerFile> files, Owner owner)
    {
        foreach (var old in present.Where(old => files.Any(file => file.Path == old.Path && file.Id != old.Id))) yield return new Change.Delete(scope, ContainerFile.Kind, old.DocumentId);
        foreach (var file in files)
            yield return new Change.Put(new(ContainerFile.Kind, file.DocumentId, owner, Write(file, StoredJson.Default.ContainerFile)) { Parent = file.ContainerId, CreatedAt = file.CreatedAt });
    }

    /// <summary>The change that marks it as used now.</summary>
    public Change Touched(Container container, Owner owner) => new Change.Put(DocumentOf(container with { Used = true, LastActiveAt = time.GetUtcNow() }, owner));

    public async ValueTask DeleteAsync(Scope scope, string id, CancellationToken cancellationToken) => await store.CommitAsync([new Change.Delete(scope, Container.Kind, id)], cancellationToken);

    public async ValueTask DeleteFileAsync(Scope scope, ContainerFile file, CancellationToken cancellationToken) =>
        await store.CommitAsync([new Change.Delete(scope, ContainerFile.Kind, file.DocumentId)], cancellationToken);

    private static Document DocumentOf(Container container, Owner owner) =>
        new(Container.Kind, container.Id, owner, Write(container, StoredJson.Default.Container)) { CreatedAt = container.CreatedAt };

    private static T Read<T>(Document document, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document.Body.Span, type) ?? throw new InvalidDataException($"The {document.Kind} {document.Id} is empty.");

    private static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
