using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Threads;

/// <summary>Threads and their items in the store.</summary>
public sealed class ThreadStore(IStore store)
{
    public const string ThreadKind = "thread";
    public const string ItemKind = "item";

    /// <summary>Items read at a time when a whole thread is read.</summary>
    private const int Batch = 500;

    public async ValueTask<ConversationThread?> GetAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, ThreadKind, id, cancellationToken) is { } document ? ReadThread(document) : null;

    /// <summary>Null when the item is not there, or lies in another thread.</summary>
    public async ValueTask<ThreadItem?> GetItemAsync(Scope scope, string thread, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, ItemKind, id, cancellationToken) is { } document && document.Parent == thread ? ReadItem(document) : null;

    /// <summary>Every item, oldest first.</summary>
    public async IAsyncEnumerable<ThreadItem> ReadAsync(Scope scope, string thread, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var query = new DocumentQuery(ItemKind) { Parent = thread, Descending = false, Limit = Batch, After = after };
            if (await store.ListAsync(scope, query, cancellationToken) is not { } page) yield break;
            foreach (var document in page.Items) yield return ReadItem(document);
            if (!page.HasMore) yield break;
            after = page.Items[^1].Id;
        }
    }

    /// <summary>Null when the query's cursor names no item of the thread.</summary>
    public async ValueTask<(IReadOnlyList<ThreadItem> Items, bool HasMore)?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Select(ReadItem)], page.HasMore) : null;

    public static Document Document(ConversationThread thread, Owner owner) =>
        new(ThreadKind, thread.Id, owner, JsonSerializer.SerializeToUtf8Bytes(thread, ThreadJson.Default.ConversationThread)) { CreatedAt = thread.CreatedAt };

    public static Document Document(ThreadItem item, string thread, Owner owner) =>
        new(ItemKind, item.Id, owner, JsonSerializer.SerializeToUtf8Bytes(item, ThreadJson.Default.ThreadItem)) { Parent = thread, CreatedAt = item.CreatedAt };

    public static ConversationThread ReadThread(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ThreadJson.Default.ConversationThread) ?? throw new InvalidDataException($"The thread {document.Id} is empty.");

    public static ThreadItem ReadItem(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ThreadJson.Default.ThreadItem) ?? throw new InvalidDataException($"The item {document.Id} is empty.");
}
